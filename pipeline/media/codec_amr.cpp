// AMR narrowband (3GPP TS 26.090, through opencore-amr) and wideband (TS 26.190, vo-amrwbenc and opencore-amr), as
// mobile phones use them: one mode throughout, no discontinuous transmission. All of it is whole numbers, the same on
// each CPU.

#include <memory>
#include <stdexcept>
#include <string>

#include "pipeline/media/audio_codec.h"
#include "pipeline/media/packet_codec.h"

#ifdef FAIRGROUND_AMR

#include <opencore-amrnb/interf_dec.h>
#include <opencore-amrnb/interf_enc.h>
#include <opencore-amrwb/dec_if.h>
#include <vo-amrwbenc/enc_if.h>

#include <algorithm>
#include <array>

namespace fairground {
namespace {

constexpr std::size_t kLargestPacket = 64;  // bytes, more than the 61 of 23.85 kbit/s with their header

// The header of a frame in a file (RFC 4867, section 5.3): the type of frame, and whether it is whole.
constexpr unsigned char header(unsigned char type, bool whole) {
  return static_cast<unsigned char>(type << 3U | (whole ? 4U : 0U));
}
// Types 14 (wideband only) and 15 tell the decoder that there is no frame. The wideband decoder then mutes fast: of a
// made voice, a lost frame was 9 dB weaker and the next one in a row 42 dB; with the narrowband decoder, 2 and 5 dB.
constexpr unsigned char kSpeechLost = 14;
constexpr unsigned char kNoData = 15;

// The decoder of opencore-amrwb turns what overshoots full scale over to the other end, where the standard cuts it. So
// what is sent is half as high, which is all the same to the codec, and twice as high again when it is heard.
constexpr int kWidebandHeadroom = 2;

std::array<std::int16_t, 320> lowered(std::span<const std::int16_t> samples) {
  std::array<std::int16_t, 320> low{};
  std::ranges::transform(samples, low.begin(),
                         [](int sample) { return static_cast<std::int16_t>(sample / kWidebandHeadroom); });
  return low;
}

void raise(std::span<std::int16_t> samples) {
  for (std::int16_t& sample : samples) {
    sample = static_cast<std::int16_t>(std::clamp(kWidebandHeadroom * sample, -32768, 32767));
  }
}

/// Its libraries number the modes as the standards list them.
int mode_of(Codec codec, double bitrate_kbps) {
  const std::span<const double> modes = facts_of(codec).modes;
  const auto found = std::ranges::find(modes, bitrate_kbps);
  if (found == modes.end()) {
    throw std::invalid_argument("AMR has no mode of " + std::to_string(bitrate_kbps) + " kbit/s");
  }
  return static_cast<int>(found - modes.begin());
}

std::shared_ptr<void> owned(void* state, void (*release)(void*)) {
  if (state == nullptr) {
    throw std::bad_alloc();
  }
  return {state, release};
}

}  // namespace

PacketCodec amr_narrowband_codec(double bitrate_kbps) {
  const auto mode = static_cast<Mode>(mode_of(Codec::amr_nb, bitrate_kbps));
  PacketCodec codec;
  codec.sample_rate = 8000;
  codec.frame = 160;
  codec.delay = 40;  // the look-ahead of its analysis, 5 ms
  codec.bitrate_kbps = bitrate_kbps;
  codec.conceals = true;
  codec.encoder = [mode] {
    return PacketEncoder([encoder = owned(Encoder_Interface_init(/*dtx=*/0), Encoder_Interface_exit),
                          mode](std::span<const std::int16_t> samples) {
      Packet packet(kLargestPacket);
      const int bytes = Encoder_Interface_Encode(encoder.get(), mode, samples.data(), packet.data(), /*forceSpeech=*/0);
      packet.resize(static_cast<std::size_t>(bytes));
      return packet;
    });
  };
  codec.decoder = [] {
    return PacketDecoder([decoder = owned(Decoder_Interface_init(), Decoder_Interface_exit)](
                             const Packet* packet, std::span<std::int16_t> samples) {
      static constexpr std::array<unsigned char, kLargestPacket> kNothing{header(kNoData, /*whole=*/true)};
      Decoder_Interface_Decode(decoder.get(), packet ? packet->data() : kNothing.data(), samples.data(),
                               packet ? 0 : 1);
    });
  };
  return codec;
}

PacketCodec amr_wideband_codec(double bitrate_kbps) {
  const int mode = mode_of(Codec::amr_wb, bitrate_kbps);
  PacketCodec codec;
  codec.sample_rate = 16000;
  codec.frame = 320;
  // A look-ahead of 5 ms, and 15 samples of the filters between 16 and 12.8 kHz (measured by cross-correlation).
  codec.delay = 80 + 15;
  codec.bitrate_kbps = bitrate_kbps;
  codec.conceals = true;
  codec.encoder = [mode] {
    return PacketEncoder([encoder = owned(E_IF_init(), E_IF_exit), mode](std::span<const std::int16_t> samples) {
      Packet packet(kLargestPacket);
      const int bytes = E_IF_encode(encoder.get(), mode, lowered(samples).data(), packet.data(), /*dtx=*/0);
      packet.resize(static_cast<std::size_t>(bytes));
      return packet;
    });
  };
  codec.decoder = [] {
    return PacketDecoder(
        [decoder = owned(D_IF_init(), D_IF_exit)](const Packet* packet, std::span<std::int16_t> samples) {
          static constexpr std::array<unsigned char, kLargestPacket> kNothing{header(kSpeechLost, /*whole=*/true)};
          D_IF_decode(decoder.get(), packet ? packet->data() : kNothing.data(), samples.data(), _good_frame);
          raise(samples);
        });
  };
  return codec;
}

}  // namespace fairground

#else

namespace fairground {

PacketCodec amr_narrowband_codec(double /*bitrate_kbps*/) { throw std::logic_error("built without AMR"); }
PacketCodec amr_wideband_codec(double /*bitrate_kbps*/) { throw std::logic_error("built without AMR"); }

}  // namespace fairground

#endif
