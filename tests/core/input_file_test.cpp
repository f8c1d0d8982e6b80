#include "pipeline/core/input_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

std::string all_of(InputFile& file) {
  std::string text;
  char block[7];
  while (const std::size_t got = file.read(block)) {
    text.append(block, got);
  }
  return text;
}

TEST(InputFile, GivesEveryByteOfAFile) {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n\xFF, and more than one block", 31);
  write_text(folder / "a", content);
  InputFile file(folder / "a");
  EXPECT_EQ(file.size(), content.size());
  EXPECT_EQ(all_of(file), content);
  EXPECT_EQ(file.problem(), "");
}

TEST(InputFile, SaysWhatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(InputFile(folder / "none").problem(), "No such file or directory");
  EXPECT_EQ(InputFile(folder / "").problem(), "it is a folder");
  InputFile device("/dev/zero");
  EXPECT_EQ(device.problem(), "it is neither a file nor a pipe");
  EXPECT_EQ(all_of(device), "");
}

TEST(InputFile, WaitsForASlowWriter) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const int end = ::open((folder / "pipe").c_str(), O_WRONLY);
    for (const char c : {'a', 'b'}) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      EXPECT_EQ(::write(end, &c, 1), 1);
    }
    ::close(end);
  });
  InputFile file(folder / "pipe");
  EXPECT_EQ(all_of(file), "ab");
  writer.join();
}

TEST(InputFile, GivesUpAPipeWithoutAWriter) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  InputFile file(folder / "pipe");
  EXPECT_EQ(all_of(file), "");
  EXPECT_EQ(file.problem(), "it is a pipe into which nobody writes");
}

TEST(InputFile, WantOfDescriptorsIsNoFaultOfTheFile) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer for undefined behaviour needs a descriptor itself, to look at what is thrown";
#endif
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_THROW(InputFile("/dev/null"), PassingFault);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace fairground
