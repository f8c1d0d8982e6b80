// Codecs of speech that send packets of a fixed length in time, by the libraries that know them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fairground {

using Packet = std::vector<unsigned char>;
/// From `frame` samples to their packet. It remembers what came before.
using PacketEncoder = std::function<Packet(std::span<const std::int16_t>)>;
/// From a packet to `frame` samples, or from nullptr, where it never arrived, to what the decoder conceals that with.
using PacketDecoder = std::function<void(const Packet*, std::span<std::int16_t>)>;

struct PacketCodec {
  int sample_rate = 0;        ///< in Hz
  std::size_t frame = 0;      ///< samples of a packet
  std::size_t delay = 0;      ///< samples by which what is decoded lags behind what was encoded
  bool conceals = false;      ///< whether its decoder knows what to do about a lost packet
  double bitrate_kbps = 0.0;  ///< what it sends; 0 where the packets themselves tell
  /// Each call gives one with a state of its own, for one channel and one thread.
  std::function<PacketEncoder()> encoder;
  std::function<PacketDecoder()> decoder;
};

/// All of these throw std::invalid_argument for what the codec does not take.
[[nodiscard]] PacketCodec opus_codec(int sample_rate, double bitrate_kbps);
/// These are built only where CMake's FAIRGROUND_AMR, FAIRGROUND_SPEEX and FAIRGROUND_CODEC2 are on, and throw
/// std::logic_error otherwise.
[[nodiscard]] PacketCodec amr_narrowband_codec(double bitrate_kbps);
[[nodiscard]] PacketCodec amr_wideband_codec(double bitrate_kbps);
[[nodiscard]] PacketCodec speex_codec(int sample_rate, int quality);
[[nodiscard]] PacketCodec codec2_codec(double bitrate_kbps);

}  // namespace fairground
