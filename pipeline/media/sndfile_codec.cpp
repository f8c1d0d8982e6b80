#include "pipeline/media/sndfile_codec.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "pipeline/media/memory_file.h"

namespace fairground {
namespace {

int format_of(const CodecSetting& setting) {
  switch (setting.codec) {
    case Codec::mu_law:
      return SF_FORMAT_WAV | SF_FORMAT_ULAW;
    case Codec::a_law:
      return SF_FORMAT_WAV | SF_FORMAT_ALAW;
    case Codec::gsm:
      return SF_FORMAT_WAV | SF_FORMAT_GSM610;
    case Codec::ima_adpcm:
      return SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM;
    case Codec::ms_adpcm:
      return SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM;
    case Codec::vorbis:
      return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    case Codec::mp3:
      return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    case Codec::g726:
      // By its older names: G.721 is its 32 kbit/s, G.723 its 24 and 40.
      return SF_FORMAT_AU | (setting.bitrate_kbps == 24.0   ? SF_FORMAT_G723_24
                             : setting.bitrate_kbps == 40.0 ? SF_FORMAT_G723_40
                                                            : SF_FORMAT_G721_32);
    default:
      throw std::invalid_argument("libsndfile is not asked for this codec");
  }
}

/// libsndfile takes a place between the lowest compression (0) and the highest (1), and for MP3 cuts what it makes of
/// that to whole kbit/s: half a unit more is cut to the one that is meant.
double compression_of(const CodecSetting& setting) {
  if (setting.codec == Codec::vorbis) {
    return 1.0 - setting.quality / 10.0;
  }
  const std::span<const double> modes = modes_at(Codec::mp3, setting.sample_rate);
  return std::max(0.0, (modes.back() - setting.bitrate_kbps - 0.5) / (modes.back() - modes.front()));
}

/// Bytes of an Ogg stream that hold sound: its first pages, at position 0, hold what the decoder must know.
std::size_t sound_bytes_of_ogg(const Bytes& file) {
  constexpr std::size_t kHeader = 27;  // RFC 3533, section 6
  std::size_t sum = 0;
  std::size_t at = 0;
  while (at + kHeader <= file.size()) {
    const auto byte = [&](std::size_t offset) { return std::to_integer<std::size_t>(file[at + offset]); };
    const std::size_t segments = byte(26);
    std::size_t content = 0;
    for (std::size_t i = 0; i < segments && at + kHeader + i < file.size(); ++i) {
      content += byte(kHeader + i);
    }
    bool at_start = true;
    for (std::size_t i = 6; i < 14; ++i) {
      at_start = at_start && byte(i) == 0;
    }
    sum += at_start ? 0 : content;
    at += kHeader + segments + content;
  }
  return sum;
}

/// libsndfile's G.726 drops the bits above the sixteenth of what it decodes, so that a peak that overshoots full scale
/// comes out at the other end. Of the values that it may have meant, the one is taken that is nearest to what was sent.
void turn_back(std::span<float> decoded, std::span<const std::int16_t> sent) {
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const float error = decoded[i] - static_cast<float>(sent[i]) / 32768.0F;
    decoded[i] += error > 1.0F ? -2.0F : error < -1.0F ? 2.0F : 0.0F;
  }
}

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("libsndfile: " + what); }

/// libvorbis takes four bytes of the stack for each sample that it is first given at once (its analysis, issue 99 of
/// xiph/vorbis), and a worker of oneTBB may have no more than 4 MB of it.
constexpr std::size_t kMostToVorbis = std::size_t{1} << 18U;

/// Of LAME's encoder (576) and of every decoder (529), in samples.
constexpr std::size_t kMp3Delay = 576 + 529;

}  // namespace

SndFileDecoded through_sndfile(const CodecSetting& setting, std::span<const std::int16_t> samples) {
  SF_INFO info{};
  info.samplerate = setting.sample_rate;
  info.channels = 1;
  info.format = format_of(setting);

  MemoryTarget target;
  SndFile out = open_memory(target, info);
  if (!out) {
    fail("cannot encode at " + std::to_string(setting.sample_rate) + " Hz");
  }
  const std::size_t header = target.bytes.size();
  if (setting.codec == Codec::vorbis || setting.codec == Codec::mp3) {
    double compression = compression_of(setting);
    sf_command(out.get(), SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
    int constant = SF_BITRATE_MODE_CONSTANT;
    sf_command(out.get(), SFC_SET_BITRATE_MODE, &constant, sizeof constant);  // Vorbis has none, and says so
  }
  const std::size_t most = setting.codec == Codec::vorbis ? kMostToVorbis : samples.size();
  for (std::size_t at = 0; at < samples.size(); at += most) {
    const auto count = static_cast<sf_count_t>(std::min(most, samples.size() - at));
    if (sf_write_short(out.get(), samples.data() + at, count) != count) {
      fail("an encoder wrote less than it was given");
    }
  }
  out.reset();

  SndFileDecoded decoded;
  const std::size_t bytes = setting.codec == Codec::vorbis
                                ? sound_bytes_of_ogg(target.bytes)
                                : target.bytes.size() - std::min(header, target.bytes.size());
  decoded.bitrate_kbps =
      static_cast<double>(8 * bytes) * setting.sample_rate / static_cast<double>(samples.size()) / 1e3;

  MemorySource source{target.bytes};
  SF_INFO found{};
  const SndFile in = open_memory(source, found);
  if (!in) {
    fail("cannot decode what it encoded");
  }
  // Blocks are padded, so that some formats claim more than was written: what lies behind is left out.
  const std::size_t delay = setting.codec == Codec::mp3 ? kMp3Delay : 0;
  decoded.samples.resize(samples.size() + delay);
  std::size_t at = 0;
  while (at < decoded.samples.size()) {
    const sf_count_t got =
        sf_read_float(in.get(), decoded.samples.data() + at, static_cast<sf_count_t>(decoded.samples.size() - at));
    if (got <= 0) {
      break;
    }
    at += static_cast<std::size_t>(got);
  }
  if (at < samples.size()) {
    fail("a decoder gave less than was encoded");
  }
  // The decoder takes the delay out itself where the file tells of it, and then gives what was put in and no more.
  // Files of small frames do not, as what tells of it takes a frame.
  if (at > samples.size()) {
    decoded.samples.erase(decoded.samples.begin(), decoded.samples.begin() + static_cast<std::ptrdiff_t>(delay));
  }
  decoded.samples.resize(samples.size());
  if (setting.codec == Codec::g726) {
    turn_back(decoded.samples, samples);
  }
  return decoded;
}

}  // namespace fairground
