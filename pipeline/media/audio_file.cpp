#include "pipeline/media/audio_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_container.h"
#include "pipeline/media/memory_file.h"

namespace fairground {
namespace {

constexpr int kLowestRateHz = 1000;
constexpr int kHighestRateHz = 768000;
constexpr std::size_t kBlockFrames = 4096;

/// Gapless playback trims up to a decoder's delay, which not every encoder's frame count includes: two frames of MP3.
constexpr sf_count_t kMp3Slack = 2304;

/// Bytes of decoded sound that are gathered before they are set aside as one part: large enough for the system to take
/// it back once it has been copied, so that a long recording is not held twice.
constexpr std::size_t kPartSamples = std::size_t{16} << 20U;

/// What takes memory: a sample is a float, and more channels than one are held twice, as they are separated.
double bytes_per_sample(int channels) { return sizeof(float) * (channels > 1 ? 2.0 : 1.0); }

/// `frames` of a file of `file_bytes`.
void check_length(double frames, const SF_INFO& info, std::size_t file_bytes, const MediaLimits& limits) {
  const double seconds = frames / info.samplerate;
  const double samples = frames * info.channels;
  if (seconds > limits.audio_seconds) {
    throw ItemError("it is longer than limits.audio_seconds allows (" + shortest(limits.audio_seconds) + " s)");
  }
  if (samples > limits.audio_megasamples * 1e6) {
    throw ItemError("it has more samples in all channels than limits.audio_megasamples allows (" +
                    shortest(limits.audio_megasamples) + " million)");
  }
  check_expansion("it has " + shortest(std::floor(seconds)) + " s of sound", samples * bytes_per_sample(info.channels),
                  file_bytes, limits);
}

SndFile open_audio(MemorySource& source, const std::filesystem::path& name, const MediaLimits& limits, SF_INFO& info) {
  require_known_audio(source.bytes);
  require_memory(kDecoderBytes);  // libvorbis crashes where it gets none
  SndFile file = open_memory(source, info);
  if (!file) {
    require_memory(kDecoderBytes);  // sf_strerror(NULL) would say why, but it is one buffer for all threads
    throw ItemError("libsndfile cannot read it as audio");
  }
  check_audio_extension(name, info.format);
  if (info.samplerate < kLowestRateHz || info.samplerate > kHighestRateHz) {
    throw ItemError("the sample rate is " + std::to_string(info.samplerate) + " Hz; " + std::to_string(kLowestRateHz) +
                    " to " + std::to_string(kHighestRateHz) + " Hz can be read");
  }
  if (info.channels < 1 || info.channels > limits.audio_channels) {
    throw ItemError("it has " + std::to_string(info.channels) + " channels, and limits.audio_channels allows " +
                    std::to_string(limits.audio_channels));
  }
  if (states_frame_count(source.bytes, info.format, info.frames)) {
    check_length(static_cast<double>(info.frames), info, source.bytes.size(), limits);
  }
  return file;
}

FAIRGROUND_HOT void shorts_to_floats(const short* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<float>(in[i]) * 0x1p-15F;
  }
}

bool are_shorts(const SF_INFO& info) { return (info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_PCM_16; }

/// Reads blocks of samples as floats. Those of 16 bits are read as they are and converted here, to what libsndfile
/// makes of them, as its own way is many times slower.
class BlockReader {
 public:
  BlockReader(SNDFILE* file, const SF_INFO& info)
      : file_(file),
        channels_(static_cast<std::size_t>(info.channels)),
        codes_(are_shorts(info) ? kBlockFrames * channels_ : 0) {}

  /// Returns how many frames there were.
  sf_count_t read(std::vector<float>& block) {
    const auto frames = static_cast<sf_count_t>(block.size() / channels_);
    if (codes_.empty()) {
      return sf_readf_float(file_, block.data(), frames);
    }
    const sf_count_t got = sf_readf_short(file_, codes_.data(), frames);
    shorts_to_floats(codes_.data(), block.data(), static_cast<std::size_t>(std::max<sf_count_t>(got, 0)) * channels_);
    return got;
  }

 private:
  SNDFILE* file_;
  std::size_t channels_;
  std::vector<short> codes_;
};

/// All samples, interleaved, in parts. The header's frame count is never trusted with memory: what is read grows with
/// what is there.
std::deque<std::vector<float>> read_samples(SNDFILE* file, const SF_INFO& info, std::size_t file_bytes,
                                            const MediaLimits& limits) {
  const auto channels = static_cast<std::size_t>(info.channels);
  std::deque<std::vector<float>> parts(1);
  // What the header says, as far as so many samples of 16 bits could be in the file.
  const auto stated = static_cast<std::size_t>(std::max<sf_count_t>(info.frames, 0));
  parts.front().reserve(std::min({stated, file_bytes / 2, kPartSamples}) * channels);
  BlockReader reader(file, info);
  std::vector<float> block(kBlockFrames * channels);
  std::size_t frames = 0;
  for (;;) {
    const sf_count_t got = reader.read(block);
    if (got <= 0) return parts;
    frames += static_cast<std::size_t>(got);
    check_length(static_cast<double>(frames), info, file_bytes, limits);
    const std::size_t count = static_cast<std::size_t>(got) * channels;
    if (parts.back().size() + count > kPartSamples) {
      parts.emplace_back().reserve(kPartSamples);
    }
    parts.back().insert(parts.back().end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

/// The parts as one, each given back as soon as it is copied.
std::vector<float> joined(std::deque<std::vector<float>> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  std::size_t count = 0;
  for (const std::vector<float>& part : parts) count += part.size();
  std::vector<float> samples;
  samples.reserve(count);
  for (; !parts.empty(); parts.pop_front()) samples.insert(samples.end(), parts.front().begin(), parts.front().end());
  return samples;
}

/// Infinities and what is not a number have all bits of the exponent set.
FAIRGROUND_HOT bool all_finite(const float* samples, std::size_t count) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t odd = 0;
  for (std::size_t i = 0; i < count; ++i) {
    odd |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(samples[i]) & kExponent) == kExponent);
  }
  return odd == 0;
}

void require_finite(const std::vector<float>& samples, std::size_t channels) {
  if (all_finite(samples.data(), samples.size())) return;
  const auto bad = std::find_if_not(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); });
  throw ItemError("the sample at frame " + std::to_string(static_cast<std::size_t>(bad - samples.begin()) / channels) +
                  " is not a finite number");
}

Audio planar(std::vector<float> interleaved, int sample_rate, int channel_count) {
  Audio audio;
  audio.sample_rate = sample_rate;
  audio.channels = channel_count;
  if (channel_count == 1) {
    audio.samples = std::move(interleaved);
    return audio;
  }
  audio.samples.resize(interleaved.size());
  const auto channels = static_cast<std::size_t>(channel_count);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::span<float> channel = audio.channel(static_cast<int>(c));
    for (std::size_t i = 0; i < channel.size(); ++i) channel[i] = interleaved[i * channels + c];
  }
  return audio;
}

}  // namespace

AudioHeader read_audio_header(std::span<const std::byte> bytes, const std::filesystem::path& name,
                              const MediaLimits& limits) {
  MemorySource source{bytes};
  SF_INFO info{};
  const SndFile file = open_audio(source, name, limits, info);
  return {info.samplerate, info.channels, static_cast<double>(info.frames) / info.samplerate,
          audio_format_name(info.format)};
}

Audio decode_audio(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  check_audio_is_whole(bytes);
  MemorySource source{bytes};
  SF_INFO info{};
  const SndFile file = open_audio(source, name, limits, info);
  std::vector<float> samples = joined(read_samples(file.get(), info, bytes.size(), limits));

  const auto channels = static_cast<std::size_t>(info.channels);
  const auto frames = static_cast<sf_count_t>(samples.size() / channels);
  const sf_count_t slack = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG ? kMp3Slack : 0;
  if (states_frame_count(bytes, info.format, info.frames) && frames < info.frames - slack) {
    throw ItemError("cut short: the header promises " + std::to_string(info.frames) + " frames, " +
                    std::to_string(frames) + " are there");
  }
  if (sf_error(file.get()) != SF_ERR_NO_ERROR) {
    throw ItemError("it is damaged after " + std::to_string(frames) + " frames: " + sf_strerror(file.get()));
  }
  if (frames == 0) throw ItemError("it holds no samples");
  if (!are_shorts(info)) require_finite(samples, channels);  // integers always are
  return planar(std::move(samples), info.samplerate, info.channels);
}

Audio decode_audio_start(std::span<const std::byte> bytes, const std::filesystem::path& name, double seconds) {
  // A long recording is not refused here, as it is not decoded; nor does the part that is there tell of its expansion.
  MediaLimits limits;
  limits.audio_seconds = limits.audio_megasamples = limits.expansion = std::numeric_limits<double>::infinity();
  MemorySource source{bytes};
  SF_INFO info{};
  const SndFile file = open_audio(source, name, limits, info);
  const auto channels = static_cast<std::size_t>(info.channels);
  const auto most = std::min(static_cast<std::size_t>(std::ceil(seconds * info.samplerate)), kPartSamples / channels);
  std::vector<float> samples;
  std::vector<float> block(kBlockFrames * channels);
  while (samples.size() < most * channels) {
    const std::size_t wanted = std::min(kBlockFrames, most - samples.size() / channels);
    const sf_count_t got = sf_readf_float(file.get(), block.data(), static_cast<sf_count_t>(wanted));
    if (got <= 0) break;
    samples.insert(samples.end(), block.begin(), block.begin() + got * info.channels);
  }
  if (samples.empty()) throw ItemError("it holds no samples");
  require_finite(samples, channels);
  return planar(std::move(samples), info.samplerate, info.channels);
}

}  // namespace fairground
