#include "pipeline/media/audio_codec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "pipeline/media/packet_codec.h"
#include "pipeline/media/sndfile_codec.h"

namespace fairground {
namespace {

constexpr std::array kTelephone{8000};
constexpr std::array kWideband{16000};
constexpr std::array kSpeexRates{8000, 16000, 32000};
constexpr std::array kOpusRates{8000, 12000, 16000, 24000, 48000};
constexpr std::array kAdpcmRates{8000, 11025, 16000, 22050, 32000, 44100, 48000};
constexpr std::array kVorbisRates = kAdpcmRates;
constexpr std::array kMp3Rates{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

constexpr std::array kG726Modes{24.0, 32.0, 40.0};
constexpr std::array kAmrNarrowbandModes{4.75, 5.15, 5.9, 6.7, 7.4, 7.95, 10.2, 12.2};
constexpr std::array kAmrWidebandModes{6.6, 8.85, 12.65, 14.25, 15.85, 18.25, 19.85, 23.05, 23.85};
constexpr std::array kCodec2Modes{0.7, 1.2, 1.3, 1.4, 1.6, 2.4, 3.2};
// ISO/IEC 11172-3 at 32 kHz and above, ISO/IEC 13818-3 from 16 kHz, and what encoders call MPEG 2.5 below.
constexpr std::array kMp3Modes1{32.0,  40.0,  48.0,  56.0,  64.0,  80.0,  96.0,
                                112.0, 128.0, 160.0, 192.0, 224.0, 256.0, 320.0};
constexpr std::array kMp3Modes2{8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 56.0, 64.0, 80.0, 96.0, 112.0, 128.0, 144.0, 160.0};
constexpr std::array kMp3Modes25{8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 56.0, 64.0};
constexpr std::array kMp3Modes{8.0,  16.0,  24.0,  32.0,  40.0,  48.0,  56.0,  64.0,  80.0,
                               96.0, 112.0, 128.0, 144.0, 160.0, 192.0, 224.0, 256.0, 320.0};

#ifdef FAIRGROUND_AMR
constexpr const char* kAmrOption = "";
#else
constexpr const char* kAmrOption = "FAIRGROUND_AMR";
#endif
#ifdef FAIRGROUND_SPEEX
constexpr const char* kSpeexOption = "";
#else
constexpr const char* kSpeexOption = "FAIRGROUND_SPEEX";
#endif
#ifdef FAIRGROUND_CODEC2
constexpr const char* kCodec2Option = "";
#else
constexpr const char* kCodec2Option = "FAIRGROUND_CODEC2";
#endif

// In the order of Codec.
constexpr std::array kFacts{
    CodecFacts{.name = "mu_law", .title = "G.711 u-law", .rates_hz = kTelephone},
    CodecFacts{.name = "a_law", .title = "G.711 A-law", .rates_hz = kTelephone},
    CodecFacts{.name = "g726", .title = "G.726", .rates_hz = kTelephone, .modes = kG726Modes, .bitrate_kbps = 32.0},
    CodecFacts{.name = "gsm", .title = "GSM 6.10", .rates_hz = kTelephone},
    CodecFacts{.name = "ima_adpcm", .title = "IMA ADPCM", .rates_hz = kAdpcmRates},
    CodecFacts{.name = "ms_adpcm", .title = "Microsoft ADPCM", .rates_hz = kAdpcmRates},
    CodecFacts{.name = "opus",
               .title = "Opus",
               .rates_hz = kOpusRates,
               .lowest_kbps = 6.0,
               .highest_kbps = 256.0,
               .bitrate_kbps = 24.0,
               .conceals = true},
    CodecFacts{.name = "vorbis", .title = "Vorbis", .rates_hz = kVorbisRates, .quality = 3.0},
    CodecFacts{.name = "mp3", .title = "MP3", .rates_hz = kMp3Rates, .modes = kMp3Modes, .bitrate_kbps = 64.0},
    CodecFacts{.name = "amr_nb",
               .title = "AMR-NB",
               .rates_hz = kTelephone,
               .modes = kAmrNarrowbandModes,
               .bitrate_kbps = 12.2,
               .conceals = true,
               .missing_option = kAmrOption},
    CodecFacts{.name = "amr_wb",
               .title = "AMR-WB",
               .rates_hz = kWideband,
               .modes = kAmrWidebandModes,
               .bitrate_kbps = 12.65,
               .conceals = true,
               .missing_option = kAmrOption},
    CodecFacts{.name = "speex",
               .title = "Speex",
               .rates_hz = kSpeexRates,
               .quality = 8.0,
               .whole_quality = true,
               .conceals = true,
               .missing_option = kSpeexOption},
    CodecFacts{.name = "codec2",
               .title = "Codec 2",
               .rates_hz = kTelephone,
               .modes = kCodec2Modes,
               .bitrate_kbps = 3.2,
               .missing_option = kCodec2Option},
};

constexpr double kFullScale = 32768.0;

std::vector<std::int16_t> to_16_bits(std::span<const float> samples) {
  std::vector<std::int16_t> whole(samples.size());
  std::ranges::transform(samples, whole.begin(), [](float sample) {
    const double scaled = std::floor(kFullScale * static_cast<double>(sample) + 0.5);
    return static_cast<std::int16_t>(std::clamp(scaled, -kFullScale, kFullScale - 1.0));
  });
  return whole;
}

PacketCodec packet_codec(const CodecSetting& setting) {
  switch (setting.codec) {
    case Codec::opus:
      return opus_codec(setting.sample_rate, setting.bitrate_kbps);
    case Codec::amr_nb:
      return amr_narrowband_codec(setting.bitrate_kbps);
    case Codec::amr_wb:
      return amr_wideband_codec(setting.bitrate_kbps);
    case Codec::speex:
      return speex_codec(setting.sample_rate, static_cast<int>(setting.quality));
    default:
      return codec2_codec(setting.bitrate_kbps);
  }
}

/// Packets of one channel. The first of them belong to the silence that goes before it, and always arrive.
struct Sent {
  PacketCodec codec;
  std::vector<Packet> packets;
  std::size_t before = 0;   ///< packets of the silence
  std::size_t samples = 0;  ///< of the channel
};

std::vector<float> decoded(const Sent& sent, const std::vector<bool>& lost) {
  const std::size_t frame = sent.codec.frame;
  std::vector<std::int16_t> whole(frame * sent.packets.size());
  const PacketDecoder decode = sent.codec.decoder();
  for (std::size_t i = 0; i < sent.packets.size(); ++i) {
    const bool arrives = i < sent.before || i - sent.before >= lost.size() || !lost[i - sent.before];
    decode(arrives ? &sent.packets[i] : nullptr, std::span(whole).subspan(i * frame, frame));
  }
  std::vector<float> heard(sent.samples);
  const auto first = whole.begin() + static_cast<std::ptrdiff_t>(sent.before * frame);
  std::transform(first, first + static_cast<std::ptrdiff_t>(sent.samples), heard.begin(),
                 [](std::int16_t sample) { return static_cast<float>(sample / kFullScale); });
  return heard;
}

/// The codec lags by less than a whole number of packets. Silence before the sound makes it a whole number, so that the
/// packets' limits in what is heard are where they would be without any lag.
Sent encoded(PacketCodec codec, std::span<const std::int16_t> samples) {
  const std::size_t frame = codec.frame;
  const std::size_t before = (codec.delay + frame - 1) / frame;
  const std::size_t frames = (samples.size() + frame - 1) / frame;
  std::vector<std::int16_t> padded((before + frames) * frame);
  // What the encoder looks ahead for behind the end is silence as well.
  std::ranges::copy(samples, padded.begin() + static_cast<std::ptrdiff_t>(before * frame - codec.delay));
  const PacketEncoder encode = codec.encoder();
  std::vector<Packet> packets;
  packets.reserve(before + frames);
  for (std::size_t i = 0; i < before + frames; ++i) {
    packets.push_back(encode(std::span<const std::int16_t>(padded).subspan(i * frame, frame)));
  }
  return {std::move(codec), std::move(packets), before, samples.size()};
}

Transmission through_packets(PacketCodec codec, std::span<const std::int16_t> samples) {
  const auto sent = std::make_shared<const Sent>(encoded(std::move(codec), samples));
  Transmission transmission{decoded(*sent, {})};
  const std::size_t frames = sent->packets.size() - sent->before;
  transmission.bitrate_kbps = sent->codec.bitrate_kbps;
  if (transmission.bitrate_kbps == 0.0) {
    std::size_t bytes = 0;
    for (std::size_t i = sent->before; i < sent->packets.size(); ++i) {
      bytes += sent->packets[i].size();
    }
    transmission.bitrate_kbps = static_cast<double>(8 * bytes) * sent->codec.sample_rate /
                                static_cast<double>(frames * sent->codec.frame) / 1e3;
  }
  if (sent->codec.conceals) {
    transmission.frame = sent->codec.frame;
    transmission.frames = frames;
    transmission.decode = [sent](const std::vector<bool>& lost) { return decoded(*sent, lost); };
  }
  return transmission;
}

bool is_possible(const CodecSetting& setting) {
  const CodecFacts& facts = facts_of(setting.codec);
  const std::span<const double> modes = modes_at(setting.codec, setting.sample_rate);
  return std::ranges::count(facts.rates_hz, setting.sample_rate) != 0 &&
         (modes.empty() || std::ranges::count(modes, setting.bitrate_kbps) != 0) &&
         (facts.highest_kbps == 0.0 ||
          (setting.bitrate_kbps >= facts.lowest_kbps && setting.bitrate_kbps <= facts.highest_kbps)) &&
         (facts.quality < 0.0 || (setting.quality >= 0.0 && setting.quality <= 10.0));
}

}  // namespace

const CodecFacts& facts_of(Codec codec) { return kFacts.at(static_cast<std::size_t>(codec)); }

std::span<const CodecFacts> all_codecs() { return kFacts; }

std::span<const double> modes_at(Codec codec, int rate_hz) {
  if (codec != Codec::mp3) {
    return facts_of(codec).modes;
  }
  return rate_hz >= 32000   ? std::span<const double>(kMp3Modes1)
         : rate_hz >= 16000 ? std::span<const double>(kMp3Modes2)
                            : std::span<const double>(kMp3Modes25);
}

int rate_for(Codec codec, int signal_rate_hz, double bitrate_kbps) {
  int chosen = 0;
  for (const int rate : facts_of(codec).rates_hz) {
    const std::span<const double> modes = modes_at(codec, rate);
    const bool has = modes.empty() || std::ranges::count(modes, bitrate_kbps) != 0;
    if (has && chosen < signal_rate_hz) {
      chosen = rate;
    }
  }
  return chosen;
}

Transmission transmit(const CodecSetting& setting, std::span<const float> samples) {
  if (!is_possible(setting)) {
    throw std::invalid_argument("a setting that the codec does not take");
  }
  if (samples.empty()) {
    return {};
  }
  const std::vector<std::int16_t> whole = to_16_bits(samples);
  switch (setting.codec) {
    case Codec::opus:
    case Codec::amr_nb:
    case Codec::amr_wb:
    case Codec::speex:
    case Codec::codec2:
      return through_packets(packet_codec(setting), whole);
    default:
      break;
  }
  SndFileDecoded file = through_sndfile(setting, whole);
  for (float& sample : file.samples) {
    sample = std::clamp(sample, -1.0F, static_cast<float>((kFullScale - 1.0) / kFullScale));
  }
  Transmission transmission{std::move(file.samples)};
  transmission.bitrate_kbps = setting.codec == Codec::mp3 ? setting.bitrate_kbps : file.bitrate_kbps;
  return transmission;
}

}  // namespace fairground
