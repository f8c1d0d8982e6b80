#include "pipeline/core/library_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

TEST(LineCounts, AreOneForLinesThatDifferInNumbers) {
  LineCounts counts;
  EXPECT_EQ(counts.summary(), "");
  counts.add("warning: odd");
  counts.add("byte 17 of 300 is bad");
  counts.add("byte 9 of 2 is bad");
  EXPECT_EQ(counts.summary(), "3 warnings from libraries, such as\n  2 x byte 17 of 300 is bad\n  1 x warning: odd\n");
  counts.add("a\x1b[2J");
  for (const char* line : {"b", "c", "d"}) {
    counts.add(line);
  }
  EXPECT_EQ(counts.summary(),
            "7 warnings from libraries, such as\n  2 x byte 17 of 300 is bad\n  1 x warning: odd\n  1 x a?[2J\n"
            "  1 x b\n  1 x c\n");
}

/// Standard error goes into a file while this lives.
class ErrorsInFile {
 public:
  ErrorsInFile() : before_(::dup(STDERR_FILENO)) {
    const int file = ::open((folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDERR_FILENO);
    ::close(file);
  }
  ~ErrorsInFile() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  ErrorsInFile(const ErrorsInFile&) = delete;
  ErrorsInFile& operator=(const ErrorsInFile&) = delete;
  [[nodiscard]] std::string text() const { return read_text(folder_ / "err"); }

 private:
  TemporaryFolder folder_;
  int before_;
};

TEST(LibraryOutput, KeepsMessagesAndCountsTheRest) {
  const ErrorsInFile errors;
  {
    LibraryOutput output;
    EXPECT_NE(message_descriptor(), STDERR_FILENO);
    message_stream() << "ours, ";
    (void)std::fputs("half of ", stderr);
    message_stream() << "whole\n";
    (void)std::fputs("theirs\nmore", stderr);
    EXPECT_EQ(output.finish(), "2 warnings from libraries, such as\n  1 x half of theirs\n  1 x more\n");
    EXPECT_EQ(output.finish(), "2 warnings from libraries, such as\n  1 x half of theirs\n  1 x more\n");
    (void)std::fputs("after\n", stderr);
  }
  EXPECT_EQ(message_descriptor(), STDERR_FILENO);
  message_stream() << "ours again\n";
  EXPECT_EQ(errors.text(), "ours, whole\nafter\nours again\n");
}

// Many times what a pipe holds: nobody may wait for it to be emptied.
TEST(LibraryOutput, IsNeverFull) {
  const ErrorsInFile errors;
  LibraryOutput output;
  const std::string line(99, 'x');
  constexpr int kLines = 50000;
  for (int i = 0; i < kLines; ++i) {
    (void)std::fprintf(stderr, "%s\n", line.c_str());
  }
  EXPECT_TRUE(output.finish().starts_with("50000 warnings from libraries, such as\n  50000 x xxx"));
  EXPECT_EQ(errors.text(), "");
}

// A failed assertion says which one before it ends the program; that must not be lost.
TEST(LibraryOutputDeathTest, ShowsTheLastWordsOfACrash) {
  const auto crash = [](int lines) {
    const LibraryOutput output;
    for (int i = 0; i < lines; ++i) {
      (void)std::fprintf(stderr, "line %d\n", i);
    }
    (void)std::fputs("the assertion failed\n", stderr);
    std::abort();
  };
  EXPECT_EXIT(crash(0), testing::KilledBySignal(SIGABRT), "the assertion failed");
  EXPECT_EXIT(crash(20000), testing::KilledBySignal(SIGABRT), "line 19999\nthe assertion failed");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Some libraries crash where they get no memory.
TEST(LibraryOutputDeathTest, TakesACrashForWantOfMemoryAsPassing) {
  const auto crash = [](rlim_t megabytes) {
    const LibraryOutput output;
    const rlimit limit{megabytes << 20U, RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &limit);
    ::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash(64), testing::ExitedWithCode(75), "not enough memory; allow more");
  EXPECT_EXIT(crash(1U << 20U), testing::KilledBySignal(SIGSEGV), "");
}
#endif

}  // namespace
}  // namespace fairground
