// Speex (RFC 5574; the manual of libspeex): narrowband, wideband and ultra-wideband at 8, 16 and 32 kHz, constant bit
// rate.

#include <stdexcept>

#include "pipeline/media/packet_codec.h"

#ifdef FAIRGROUND_SPEEX

#include <speex/speex.h>

#include <algorithm>
#include <memory>

namespace fairground {
namespace {

// The bits of one packet, which the library puts together and takes apart.
class PacketBits {
 public:
  PacketBits() { speex_bits_init(&bits_); }
  ~PacketBits() { speex_bits_destroy(&bits_); }
  PacketBits(const PacketBits&) = delete;
  PacketBits& operator=(const PacketBits&) = delete;
  [[nodiscard]] SpeexBits* get() { return &bits_; }

 private:
  SpeexBits bits_{};
};

std::shared_ptr<void> new_encoder(const SpeexMode* mode, int quality) {
  std::shared_ptr<void> encoder(speex_encoder_init(mode), speex_encoder_destroy);
  if (!encoder) {
    throw std::bad_alloc();
  }
  speex_encoder_ctl(encoder.get(), SPEEX_SET_QUALITY, &quality);
  return encoder;
}

std::shared_ptr<void> new_decoder(const SpeexMode* mode) {
  std::shared_ptr<void> decoder(speex_decoder_init(mode), speex_decoder_destroy);
  if (!decoder) {
    throw std::bad_alloc();
  }
  return decoder;
}

const SpeexMode* mode_of(int sample_rate) {
  switch (sample_rate) {
    case 8000:
      return speex_lib_get_mode(SPEEX_MODEID_NB);
    case 16000:
      return speex_lib_get_mode(SPEEX_MODEID_WB);
    case 32000:
      return speex_lib_get_mode(SPEEX_MODEID_UWB);
    default:
      throw std::invalid_argument("Speex has no such rate");
  }
}

}  // namespace

PacketCodec speex_codec(int sample_rate, int quality) {
  const SpeexMode* mode = mode_of(sample_rate);
  PacketCodec codec;
  codec.sample_rate = sample_rate;
  codec.frame = static_cast<std::size_t>(sample_rate / 50);
  spx_int32_t ahead = 0;
  spx_int32_t behind = 0;
  spx_int32_t bits_per_second = 0;
  const std::shared_ptr<void> example = new_encoder(mode, quality);
  speex_encoder_ctl(example.get(), SPEEX_GET_LOOKAHEAD, &ahead);
  speex_encoder_ctl(example.get(), SPEEX_GET_BITRATE, &bits_per_second);
  speex_decoder_ctl(new_decoder(mode).get(), SPEEX_GET_LOOKAHEAD, &behind);
  codec.delay = static_cast<std::size_t>(ahead) + static_cast<std::size_t>(behind);
  codec.conceals = true;
  codec.bitrate_kbps = bits_per_second / 1000.0;
  codec.encoder = [mode, quality] {
    return PacketEncoder([encoder = new_encoder(mode, quality),
                          bits = std::make_shared<PacketBits>()](std::span<const std::int16_t> samples) {
      // The library takes what is not const, and writes over it.
      std::vector<spx_int16_t> frame(samples.begin(), samples.end());
      speex_bits_reset(bits->get());
      speex_encode_int(encoder.get(), frame.data(), bits->get());
      Packet packet(static_cast<std::size_t>(speex_bits_nbytes(bits->get())));
      speex_bits_write(bits->get(), reinterpret_cast<char*>(packet.data()), static_cast<int>(packet.size()));
      return packet;
    });
  };
  codec.decoder = [mode] {
    return PacketDecoder([decoder = new_decoder(mode), bits = std::make_shared<PacketBits>()](
                             const Packet* packet, std::span<std::int16_t> samples) {
      if (packet == nullptr) {
        speex_decode_int(decoder.get(), nullptr, samples.data());
        return;
      }
      speex_bits_read_from(bits->get(), reinterpret_cast<const char*>(packet->data()),
                           static_cast<int>(packet->size()));
      speex_decode_int(decoder.get(), bits->get(), samples.data());
    });
  };
  return codec;
}

}  // namespace fairground

#else

namespace fairground {

PacketCodec speex_codec(int /*sample_rate*/, int /*quality*/) { throw std::logic_error("built without Speex"); }

}  // namespace fairground

#endif
