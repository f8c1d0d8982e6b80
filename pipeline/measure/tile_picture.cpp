#include "pipeline/measure/tile_picture.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace fairground {

cv::Mat tile_picture(const cv::Mat& codes) {
  cv::Mat eight_bits;
  codes.convertTo(eight_bits, CV_8U, codes.depth() == CV_16U ? 1.0 / 257.0 : 1.0);
  cv::Mat colours = eight_bits;
  if (codes.channels() == 1) {
    cv::cvtColor(eight_bits, colours, cv::COLOR_GRAY2BGR);
  } else if (codes.channels() == 4) {
    cv::cvtColor(eight_bits, colours, cv::COLOR_BGRA2BGR);
  }
  return colours;
}

cv::Mat tile_picture(const Spectrogram& spectrogram) {
  constexpr float kDarkestDb = -100.0F;
  cv::Mat levels(spectrogram.bins, spectrogram.frames, CV_8UC1);
  for (int bin = 0; bin < spectrogram.bins; ++bin) {
    for (int frame = 0; frame < spectrogram.frames; ++frame) {
      const float share = std::clamp(1.0F - spectrogram.at(frame, bin) / kDarkestDb, 0.0F, 1.0F);
      levels.at<unsigned char>(spectrogram.bins - 1 - bin, frame) =
          static_cast<unsigned char>(std::lround(255.0F * share));
    }
  }
  constexpr int kHeight = 120;
  cv::Mat scaled;
  cv::resize(levels, scaled, {spectrogram.frames, kHeight}, 0.0, 0.0, cv::INTER_AREA);
  cv::Mat colours;
  cv::applyColorMap(scaled, colours, cv::COLORMAP_INFERNO);
  return colours;
}

}  // namespace fairground
