// Codec 2 (D. Rowe), a vocoder of 700 to 3200 bit/s for radio: it sends pitch, voicing and spectrum, and no waveform.

#include <stdexcept>

#include "pipeline/media/packet_codec.h"

#ifdef FAIRGROUND_CODEC2

#include <codec2/codec2.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace {

// libcodec2 draws the phases of unvoiced sounds from one generator for the whole process, so that what is heard would
// hang on whatever else was decoded before or meanwhile. It calls that generator by a name that it exports, which this
// definition takes over: each decoder has a generator of its own, and lends it to the thread that it runs on. The
// numbers are those of the C standard's example, as in the library.
constexpr std::uint32_t kFirst = 1;
thread_local std::uint32_t phase_generator = kFirst;

}  // namespace

extern "C" int codec2_rand() {
  phase_generator = phase_generator * 1103515245U + 12345U;
  return static_cast<int>(phase_generator / 65536U % 32768U);
}

namespace fairground {
namespace {

constexpr std::array<std::pair<double, int>, 7> kModes{{{0.7, CODEC2_MODE_700C},
                                                        {1.2, CODEC2_MODE_1200},
                                                        {1.3, CODEC2_MODE_1300},
                                                        {1.4, CODEC2_MODE_1400},
                                                        {1.6, CODEC2_MODE_1600},
                                                        {2.4, CODEC2_MODE_2400},
                                                        {3.2, CODEC2_MODE_3200}}};

std::shared_ptr<CODEC2> new_state(int mode) {
  std::shared_ptr<CODEC2> state(codec2_create(mode), codec2_destroy);
  if (!state) {
    throw std::bad_alloc();
  }
  return state;
}

int mode_of(double bitrate_kbps) {
  for (const auto& [kbps, mode] : kModes) {
    if (kbps == bitrate_kbps) {
      return mode;
    }
  }
  throw std::invalid_argument("Codec 2 has no mode of " + std::to_string(bitrate_kbps) + " kbit/s");
}

}  // namespace

PacketCodec codec2_codec(double bitrate_kbps) {
  const int mode = mode_of(bitrate_kbps);
  PacketCodec codec;
  codec.sample_rate = 8000;
  codec.frame = static_cast<std::size_t>(codec2_samples_per_frame(new_state(mode).get()));
  // Empirical, as no document has it: where the envelope of a vowel of wavering loudness agrees best, within 0.5 ms.
  codec.delay = mode == CODEC2_MODE_700C ? 240 : 160;
  codec.bitrate_kbps = bitrate_kbps;
  codec.encoder = [mode] {
    return PacketEncoder([encoder = new_state(mode)](std::span<const std::int16_t> samples) {
      std::vector<short> frame(samples.begin(), samples.end());  // the library takes what is not const
      Packet packet(static_cast<std::size_t>(codec2_bytes_per_frame(encoder.get())));
      codec2_encode(encoder.get(), packet.data(), frame.data());
      return packet;
    });
  };
  codec.decoder = [mode] {
    return PacketDecoder(
        [decoder = new_state(mode), generator = kFirst](const Packet* packet, std::span<std::int16_t> samples) mutable {
          if (packet == nullptr) {
            throw std::logic_error("Codec 2 conceals nothing");
          }
          phase_generator = generator;
          codec2_decode(decoder.get(), samples.data(), packet->data());
          generator = phase_generator;
        });
  };
  return codec;
}

}  // namespace fairground

#else

namespace fairground {

PacketCodec codec2_codec(double /*bitrate_kbps*/) { throw std::logic_error("built without Codec 2"); }

}  // namespace fairground

#endif
