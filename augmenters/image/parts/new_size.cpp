#include "augmenters/image/parts/new_size.h"

#include <algorithm>
#include <cmath>

namespace fairground {
namespace {

constexpr int kSmallest = 8;

}  // namespace

cv::Size scaled_size(cv::Size size, double scale) {
  const auto side = [scale](int old) {
    return std::max(static_cast<int>(std::floor(old * scale + 0.5)), std::min(old, kSmallest));
  };
  return {side(size.width), side(size.height)};
}

cv::Size fitted_size(cv::Size size, double longest_side_px) {
  const int longest = std::max(size.width, size.height);
  return longest <= longest_side_px ? size : scaled_size(size, longest_side_px / longest);
}

}  // namespace fairground
