// Sound as the pipeline holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fairground {

/// Samples in floating point; full scale is -1 to 1 (0 dBov), and values beyond it are kept. Channels lie
/// one after the other: channel c is samples [c * frames, (c + 1) * frames).
struct Audio {
  int sample_rate = 0;  ///< in Hz
  int channels = 0;
  std::vector<float> samples;

  Audio() = default;
  Audio(int rate, int channel_count, std::size_t frame_count)
      : sample_rate(rate), channels(channel_count), samples(frame_count * static_cast<std::size_t>(channel_count)) {}

  [[nodiscard]] std::size_t frames() const {
    return channels == 0 ? 0 : samples.size() / static_cast<std::size_t>(channels);
  }
  [[nodiscard]] double seconds() const { return sample_rate == 0 ? 0.0 : static_cast<double>(frames()) / sample_rate; }
  [[nodiscard]] std::span<float> channel(int index) {
    return {samples.data() + static_cast<std::size_t>(index) * frames(), frames()};
  }
  [[nodiscard]] std::span<const float> channel(int index) const {
    return {samples.data() + static_cast<std::size_t>(index) * frames(), frames()};
  }
};

/// The integers that a lossless file holds, and so exactly what will decode from it. Channels interleaved.
struct PcmAudio {
  int sample_rate = 0;
  int channels = 0;
  int bits = 16;  ///< 16 or 24; a sample of full scale is 2^(bits - 1)
  std::vector<std::int32_t> samples;

  [[nodiscard]] std::size_t frames() const {
    return channels == 0 ? 0 : samples.size() / static_cast<std::size_t>(channels);
  }
};

}  // namespace fairground
