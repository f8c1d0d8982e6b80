// Too few open files and too little memory: the run stops so that it can go on, and nothing is said to be wrong with
// the files.
#include <gmock/gmock.h>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// `fairground run` behind a command of the shell such as `ulimit -n 20`.
ProcessResult run_limited(const std::string& limit, const TestSet& set, const std::string& jobs = "2") {
  return run_process({"/bin/bash", "-c", limit + R"( && exec "$0" "$@")", FAIRGROUND_BINARY, "run", set.config_path(),
                      "--restart", "--jobs", jobs},
                     "/");
}

TEST(Limits, TooFewOpenFilesAreAPassingFault) {
  const TestSet set(6, 6);
  bool has_stopped = false;
  bool has_ended = false;
  for (const int files : {4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20, 40}) {
    const ProcessResult result = run_limited("ulimit -n " + std::to_string(files), set);
    if (result.err.find("error while loading shared libraries") != std::string::npos) {
      continue;  // The system did not even start the program.
    }
    ASSERT_THAT(result.status, AnyOf(0, 75)) << files << " files: " << result.err << result.out;
    if (result.status == 75) {
      EXPECT_THAT(result.err, HasSubstr("Too many open files")) << files;
      EXPECT_THAT(result.err, HasSubstr("Run the same command again")) << files;
      has_stopped = true;
    }
    has_ended = has_ended || result.status == 0;
  }
  EXPECT_TRUE(has_stopped);
  EXPECT_TRUE(has_ended);
}

// Sanitizers take terabytes of addresses.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Limits, TooLittleMemoryIsAPassingFault) {
  TestSet set(2, 2);
  // Some hundred megabytes for each file once it is decoded.
  set.photos = "id,path,sitter,place\n";
  for (int i = 0; i < 2; ++i) {
    const std::string name = "large" + std::to_string(i);
    write_bytes(set / ("data/" + name + ".jpg"),
                test_image(4000, 3000, static_cast<std::uint64_t>(i), ImageContainer::jpeg));
    set.photos += "p" + name + "," + name + ".jpg,who,there\n";
    write_bytes(set / ("data/" + name + ".flac"), test_flac(300.0, 48000, static_cast<std::uint64_t>(i + 50)));
    set.speech += name + "," + name + ".flac,who,irish,CC0-1.0,text\n";
  }
  set.save();
  bool has_stopped = false;
  for (int megabytes = 40; megabytes <= 2600; megabytes += megabytes < 400 ? 40 : 150) {
    const ProcessResult result = run_limited("ulimit -v " + std::to_string(megabytes * 1000), set);
    if (result.status == 127 || result.err.find("shared librar") != std::string::npos) {
      continue;  // The system did not even start the program.
    }
    ASSERT_THAT(result.status, AnyOf(0, 75)) << megabytes << " MB: " << result.err << result.out;
    if (result.status == 75) {
      EXPECT_THAT(result.err, AnyOf(HasSubstr("memory"), HasSubstr("Resource temporarily unavailable"))) << megabytes;
      has_stopped = true;
    } else {
      EXPECT_THAT(result.out, Not(HasSubstr(" 1 failed"))) << megabytes;
    }
  }
  EXPECT_TRUE(has_stopped);
}
#endif

}  // namespace
}  // namespace fairground
