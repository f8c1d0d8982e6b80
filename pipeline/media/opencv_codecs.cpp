#include "pipeline/media/opencv_codecs.h"

#include <dlfcn.h>

#include <opencv2/imgcodecs.hpp>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

// Debian's libopencv_imgcodecs needs GDAL, and with it more than a hundred libraries. Linked as usual they made four
// fifths of the time of `fairground --help`, and so of every command; most of these decode no picture, and JPEG goes
// through libjpeg-turbo.
using Decode = decltype(static_cast<cv::Mat (*)(cv::InputArray, int)>(&cv::imdecode));
using Encode = decltype(static_cast<bool (*)(const cv::String&, cv::InputArray, std::vector<unsigned char>&,
                                             const std::vector<int>&)>(&cv::imencode));

// The names of the two in the library, as the Itanium C++ ABI makes them of the types above.
constexpr const char* kDecode = "_ZN2cv8imdecodeERKNS_11_InputArrayEi";
constexpr const char* kEncode =
    "_ZN2cv8imencodeERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_11_InputArrayERSt6vectorIhSaIhEERKSB_"
    "IiSaIiEE";

struct Codecs {
  Decode decode = nullptr;
  Encode encode = nullptr;
};

[[noreturn]] void fail() {
  const char* const reason = ::dlerror();
  throw PassingFault(std::string("cannot load OpenCV's codecs for pictures: ") +
                     (reason != nullptr ? reason : "no reason is given") +
                     "; install the OpenCV that fairground was built with, and allow enough memory (ulimit -v)");
}

void* found(void* library, const char* name) {
  void* const function = ::dlsym(library, name);
  if (function == nullptr) fail();
  return function;
}

Codecs load() {
  void* const library = ::dlopen(FAIRGROUND_OPENCV_CODECS, RTLD_LAZY | RTLD_LOCAL);  // never closed
  if (library == nullptr) fail();
  return {reinterpret_cast<Decode>(found(library, kDecode)), reinterpret_cast<Encode>(found(library, kEncode))};
}

/// The first caller loads them, and others wait. What failed is tried again by the next.
const Codecs& codecs() {
  static const Codecs loaded = load();
  return loaded;
}

}  // namespace

cv::Mat decode_unchanged_by_opencv(const cv::Mat& file) { return codecs().decode(file, cv::IMREAD_UNCHANGED); }

bool encode_by_opencv(const std::string& suffix, const cv::Mat& codes, std::vector<unsigned char>& encoded,
                      const std::vector<int>& parameters) {
  return codecs().encode(suffix, codes, encoded, parameters);
}

}  // namespace fairground
