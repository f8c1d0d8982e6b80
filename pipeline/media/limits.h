// How much may be read from one file. Files are hostile until they are decoded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {

struct MediaLimits {
  double audio_seconds = 3600;
  double image_megapixels = 100;
  double file_megabytes = 1024;
  int audio_channels = 64;
  double audio_megasamples = 1400;  ///< of all channels together: an hour of stereo at 192 kHz
  /// How many times the size of its file a medium may take in memory when it is decoded. A few bytes can stand for
  /// endless silence or one huge white picture, which no other limit keeps from filling the memory. Speech at 6 kbit/s
  /// has 256, photographs some 50. A file below 1 MB counts as 1 MB.
  double expansion = 400;
};

/// The most bytes that a file of `file_bytes` may take when it is decoded.
[[nodiscard]] inline double most_decoded_bytes(std::size_t file_bytes, const MediaLimits& limits) {
  constexpr double kSmallestFile = 1e6;
  return limits.expansion * std::max(kSmallestFile, static_cast<double>(file_bytes));
}

/// Throws ItemError where `decoded_bytes` are more than that. `what` says what there is so much of.
inline void check_expansion(const std::string& what, double decoded_bytes, std::size_t file_bytes,
                            const MediaLimits& limits) {
  if (decoded_bytes > most_decoded_bytes(file_bytes, limits)) {
    throw ItemError(what + " in a file of " + std::to_string(file_bytes) +
                    " bytes, more than limits.expansion allows (" + shortest(limits.expansion) +
                    " times its size in memory); raise that if it is meant so");
  }
}

/// A library that runs out of memory often says no more than that it failed. If there is no room for what it needs,
/// that was the reason, and no fault of the file: throws std::bad_alloc.
inline void require_memory(std::size_t needed_bytes) {
  static_cast<void>(std::make_unique_for_overwrite<std::byte[]>(needed_bytes));
}

/// What decoders take for their own tables, roughly.
inline constexpr std::size_t kDecoderBytes = std::size_t{8} << 20U;

}  // namespace fairground
