#include "pipeline/media/opencv_errors.h"

#include <gtest/gtest.h>

#include <new>
#include <opencv2/core.hpp>

namespace fairground {
namespace {

// Eight terabytes, which no system has.
TEST(OpenCvErrors, AreBadAllocWhereMemoryRunsOut) {
  make_opencv_throw_bad_alloc();
  EXPECT_THROW(cv::Mat(1 << 20, 1 << 20, CV_64F), std::bad_alloc);
  EXPECT_THROW(cv::Mat(4, 4, CV_8U).reshape(3), cv::Exception) << "other errors stay what they are";
  cv::redirectError(nullptr);
}

}  // namespace
}  // namespace fairground
