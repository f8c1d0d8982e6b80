#include "pipeline/media/opencv_errors.h"

#include <new>
#include <opencv2/core.hpp>

namespace fairground {
namespace {

/// OpenCV calls it where it is about to throw, and throws its own exception if this returns.
int on_error(int status, const char*, const char*, const char*, int, void*) {
  if (status == cv::Error::StsNoMem) {
    throw std::bad_alloc();
  }
  return 0;
}

}  // namespace

void make_opencv_throw_bad_alloc() { cv::redirectError(on_error); }

}  // namespace fairground
