// What is loaded at a start, and what only when it is needed.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A variable of the environment, while it is in scope.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(Start, LoadsNoCodecsOfOpenCV) {
  const Variable trace("LD_TRACE_LOADED_OBJECTS", "1");  // the loader lists the libraries, and runs nothing
  const ProcessResult result = run_fairground({"--help"});
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("libopencv_core"), Not(HasSubstr("libopencv_imgcodecs")), Not(HasSubstr("libgdal"))));
}

TEST(Start, CodecsThatCannotBeLoadedStopOnlyWhatNeedsThem) {
  TestSet set(/*recordings=*/2, /*photographs=*/1);  // a PNG
  write_text(set / "lib" / FAIRGROUND_OPENCV_CODECS, "no library");
  const Variable path("LD_LIBRARY_PATH", set / "lib");
  EXPECT_EQ(run_fairground({"plan", set.config_path(), "--no-measure"}).status, 0);
  const ProcessResult result = run_fairground({"run", set.config_path(), "--quiet"});
  EXPECT_EQ(result.status, 75);
  EXPECT_THAT(result.err, AllOf(HasSubstr("cannot load OpenCV's codecs for pictures"),
                                HasSubstr(FAIRGROUND_OPENCV_CODECS), HasSubstr("install the OpenCV")));
  ::unsetenv("LD_LIBRARY_PATH");
  EXPECT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0) << "nothing was recorded as failed";
}

}  // namespace
}  // namespace fairground
