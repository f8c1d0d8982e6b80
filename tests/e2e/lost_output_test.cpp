// What cannot be printed is not success.
#include <gmock/gmock.h>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using testing::HasSubstr;

TEST(LostOutput, IsAPassingFault) {
  const TestSet set(2, 0);
  const std::string config = set.config_path();
  const std::string binary = FAIRGROUND_BINARY;
  for (const std::string& command : {"plan " + config, "plan --json " + config, std::string("augmenters"),
                                     std::string("augmenters --json-schema"), std::string("--help"), "run " + config}) {
    const ProcessResult result = run_process({"/bin/sh", "-c", binary + " " + command + " >/dev/full"}, "/");
    EXPECT_EQ(result.status, 75) << command;
    EXPECT_THAT(result.err, HasSubstr("cannot write to the standard output")) << command;
  }
  const ProcessResult quiet =
      run_process({"/bin/sh", "-c", binary + " run --quiet --restart " + config + " >/dev/full"}, "/");
  EXPECT_EQ(quiet.status, 0) << "nothing is printed, so nothing is lost";
}

}  // namespace
}  // namespace fairground
