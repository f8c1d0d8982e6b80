#include "pipeline/media/audio_file.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_container.h"
#include "pipeline/media/memory_file.h"

namespace fairground {
namespace {

constexpr int kLowestRateHz = 1000;
constexpr int kHighestRateHz = 768000;
constexpr int kMostChannels = 64;

/// Seconds alone do not bound memory, since a header may claim 64 channels at 768 kHz and silence compresses to
/// nothing. This is stereo at 192 kHz or eight channels at 48 kHz, for as long as the limit allows.
constexpr double kMostSamplesPerSecond = 384000;

constexpr std::size_t kBlockFrames = 4096;

/// Gapless playback trims up to a decoder's delay, which not every encoder's frame count includes: two frames of MP3.
constexpr sf_count_t kMp3Slack = 2304;

SndFile open_audio(MemorySource& source, const std::filesystem::path& name, SF_INFO& info) {
  SndFile file = open_memory(source, info);
  // sf_strerror(NULL) would say why, but it is one buffer for all threads.
  if (!file) throw ItemError("libsndfile cannot read it as audio");
  check_audio_extension(name, info.format);
  if (info.samplerate < kLowestRateHz || info.samplerate > kHighestRateHz) {
    throw ItemError("the sample rate is " + std::to_string(info.samplerate) + " Hz; " + std::to_string(kLowestRateHz) +
                    " to " + std::to_string(kHighestRateHz) + " Hz can be read");
  }
  if (info.channels < 1 || info.channels > kMostChannels) {
    throw ItemError("it has " + std::to_string(info.channels) + " channels; 1 to " + std::to_string(kMostChannels) +
                    " can be read");
  }
  return file;
}

/// All samples, interleaved. The header's frame count is never trusted with memory: what is read grows with what is
/// there.
std::vector<float> read_samples(SNDFILE* file, const SF_INFO& info, const MediaLimits& limits) {
  const auto channels = static_cast<std::size_t>(info.channels);
  const double most_samples =
      limits.audio_seconds * std::min(kMostSamplesPerSecond, static_cast<double>(info.samplerate) * info.channels);
  std::vector<float> samples;
  std::vector<float> block(kBlockFrames * channels);
  for (;;) {
    const sf_count_t got = sf_readf_float(file, block.data(), static_cast<sf_count_t>(kBlockFrames));
    if (got <= 0) return samples;
    const std::size_t count = static_cast<std::size_t>(got) * channels;
    if (static_cast<double>(samples.size() + count) > most_samples) {
      throw ItemError("it is longer than limits.audio_seconds allows (" + shortest(limits.audio_seconds) +
                      " s, and less where all channels together have more than 384000 samples per second)");
    }
    samples.insert(samples.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

void require_finite(const std::vector<float>& samples, std::size_t channels) {
  const auto bad = std::find_if_not(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); });
  if (bad == samples.end()) return;
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

AudioHeader read_audio_header(std::span<const std::byte> bytes, const std::filesystem::path& name) {
  MemorySource source{bytes};
  SF_INFO info{};
  const SndFile file = open_audio(source, name, info);
  return {info.samplerate, info.channels, static_cast<double>(info.frames) / info.samplerate,
          audio_format_name(info.format)};
}

Audio decode_audio(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  check_audio_is_whole(bytes);
  MemorySource source{bytes};
  SF_INFO info{};
  const SndFile file = open_audio(source, name, info);
  std::vector<float> samples = read_samples(file.get(), info, limits);

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
  require_finite(samples, channels);
  return planar(std::move(samples), info.samplerate, info.channels);
}

}  // namespace fairground
