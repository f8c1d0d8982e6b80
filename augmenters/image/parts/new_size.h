// How large a picture gets.
#pragma once

#include <opencv2/core/types.hpp>

namespace fairground {

/// Each side times `scale`, to the nearest pixel, but not below 8 (which nothing can be measured in), or below what the
/// side has where that is less.
[[nodiscard]] cv::Size scaled_size(cv::Size size, double scale);

/// As large as a longer side of `longest_side_px` allows, and never larger than it is.
[[nodiscard]] cv::Size fitted_size(cv::Size size, double longest_side_px);

}  // namespace fairground
