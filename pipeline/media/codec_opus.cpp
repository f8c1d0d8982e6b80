// Opus (RFC 6716), as calls use it: libopus set up for voice, in packets of 20 ms.
//
// Its bit rate is constant, though most calls let it vary: a rate that follows the voice would give one speaker more
// bits than another, and the bit rate is a condition that all are to meet alike. Packets carry no copy of earlier ones,
// so what is lost is concealed.

#include <opus/opus.h>

#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "pipeline/media/packet_codec.h"

namespace fairground {
namespace {

constexpr int kFramesPerSecond = 50;
constexpr int kLargestPacket = 1275;  // bytes, RFC 6716, section 3.2.1
constexpr int kComplexity = 5;        // what WebRTC has on phones; 9, as on desktops, takes twice the time

void demand(int status, const char* what) {
  if (status < 0) {
    throw std::runtime_error(std::string("libopus: ") + what + ": " + opus_strerror(status));
  }
}

std::shared_ptr<OpusEncoder> new_encoder(int sample_rate, double bitrate_kbps) {
  int status = OPUS_OK;
  std::shared_ptr<OpusEncoder> encoder(opus_encoder_create(sample_rate, 1, OPUS_APPLICATION_VOIP, &status),
                                       opus_encoder_destroy);
  demand(status, "encoder");
  demand(opus_encoder_ctl(encoder.get(), OPUS_SET_VBR(0)), "constant bit rate");
  demand(opus_encoder_ctl(encoder.get(), OPUS_SET_BITRATE(static_cast<int>(std::lround(1000.0 * bitrate_kbps)))),
         "bit rate");
  demand(opus_encoder_ctl(encoder.get(), OPUS_SET_COMPLEXITY(kComplexity)), "complexity");
  return encoder;
}

}  // namespace

PacketCodec opus_codec(int sample_rate, double bitrate_kbps) {
  PacketCodec codec;
  codec.sample_rate = sample_rate;
  codec.frame = static_cast<std::size_t>(sample_rate / kFramesPerSecond);
  // What the decoder adds is part of the look-ahead: RFC 7845, section 4.2, has it as the samples to skip.
  int lookahead = 0;
  demand(opus_encoder_ctl(new_encoder(sample_rate, bitrate_kbps).get(), OPUS_GET_LOOKAHEAD(&lookahead)), "look-ahead");
  codec.delay = static_cast<std::size_t>(lookahead);
  codec.conceals = true;
  codec.encoder = [sample_rate, bitrate_kbps] {
    return PacketEncoder([encoder = new_encoder(sample_rate, bitrate_kbps)](std::span<const std::int16_t> samples) {
      std::array<Packet::value_type, kLargestPacket> packet;  // so that what is kept is no larger than what was sent
      const int bytes =
          opus_encode(encoder.get(), samples.data(), static_cast<int>(samples.size()), packet.data(), kLargestPacket);
      demand(bytes, "encode");
      return Packet(packet.begin(), packet.begin() + bytes);
    });
  };
  codec.decoder = [sample_rate] {
    int status = OPUS_OK;
    const std::shared_ptr<OpusDecoder> decoder(opus_decoder_create(sample_rate, 1, &status), opus_decoder_destroy);
    demand(status, "decoder");
    return PacketDecoder([decoder](const Packet* packet, std::span<std::int16_t> samples) {
      demand(opus_decode(decoder.get(), packet ? packet->data() : nullptr,
                         packet ? static_cast<opus_int32>(packet->size()) : 0, samples.data(),
                         static_cast<int>(samples.size()), /*decode_fec=*/0),
             "decode");
    });
  };
  return codec;
}

}  // namespace fairground
