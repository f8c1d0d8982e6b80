// Small pictures for people to look at, on contact sheets and in the report.
#pragma once

#include <opencv2/core/mat.hpp>

#include "pipeline/measure/spectrogram.h"

namespace fairground {

/// A code of 1, 3 or 4 channels and 8 or 16 bits as such a picture.
[[nodiscard]] cv::Mat tile_picture(const cv::Mat& codes);

/// A spectrogram as such a picture: time to the right, frequency upwards, 0 to -100 dB from bright to dark, the same
/// for every tile.
[[nodiscard]] cv::Mat tile_picture(const Spectrogram& spectrogram);

}  // namespace fairground
