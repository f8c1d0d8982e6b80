// OpenCV's codecs for pictures, which are loaded when the first picture needs them.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace fairground {

/// cv::imdecode, without any conversion of depth or channels. `file` is a row of bytes. An empty matrix where OpenCV
/// finds no picture; throws what OpenCV throws, and PassingFault where its codecs cannot be loaded.
[[nodiscard]] cv::Mat decode_unchanged_by_opencv(const cv::Mat& file);

/// cv::imencode. False where OpenCV cannot encode it; throws as above.
[[nodiscard]] bool encode_by_opencv(const std::string& suffix, const cv::Mat& codes,
                                    std::vector<unsigned char>& encoded, const std::vector<int>& parameters);

}  // namespace fairground
