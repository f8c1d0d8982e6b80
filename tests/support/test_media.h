// Small recordings and photographs, made by the media room.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "pipeline/core/random.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"

namespace fairground {

/// Noise in syllables, four a second, so that ITU-T P.56 finds speech in it. Each seed is another voice.
inline Audio test_speech(double seconds, int rate, std::uint64_t seed, int channels = 1) {
  Audio audio(rate, channels, static_cast<std::size_t>(seconds * rate));
  for (int c = 0; c < channels; ++c) {
    const std::span<float> samples = audio.channel(c);
    RandomStream(seed, static_cast<std::uint32_t>(c), "speech").normals(0, samples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double t = static_cast<double>(i) / rate;
      const double swell = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * 4.0 * t);
      samples[i] = static_cast<float>(0.03 * swell * samples[i]);
    }
  }
  return audio;
}

inline Bytes test_wav(double seconds, int rate, std::uint64_t seed, int channels = 1) {
  return encode_audio(quantise(test_speech(seconds, rate, seed, channels), 16), AudioContainer::wav);
}

inline Bytes test_flac(double seconds, int rate, std::uint64_t seed) {
  return encode_audio(quantise(test_speech(seconds, rate, seed), 16), AudioContainer::flac);
}

/// A slope with a little noise, in colour. Each seed is another picture.
inline Bytes test_image(int width, int height, std::uint64_t seed, ImageContainer container) {
  Raster raster{cv::Mat(height, width, CV_8UC3)};
  const RandomStream stream(seed, 0, "picture");
  for (int y = 0; y < height; ++y) {
    auto* row = raster.codes.ptr<std::uint8_t>(y);
    for (int i = 0; i < width * 3; ++i) {
      const std::uint32_t noise =
          stream.word_at(static_cast<std::uint64_t>(y) * 100000U + static_cast<std::uint64_t>(i)) % 16U;
      row[i] = static_cast<std::uint8_t>(40U + static_cast<std::uint32_t>(i * 40 / width) + noise);
    }
  }
  return encode_image(raster, container, /*quality=*/90);
}

}  // namespace fairground
