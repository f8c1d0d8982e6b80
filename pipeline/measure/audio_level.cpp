// ITU-T P.56 (12/2011), "Objective measurement of active speech level", method B. The magnitude of the samples
// is smoothed twice into an envelope; for each of 15 thresholds the time is counted during which the envelope
// stands at or above it, or did within the hangover. The energy spread over that time gives a level A for each
// threshold C, and the active level is where A lies the margin M above C.
//
// Three things differ from the program of the ITU's Software Tool Library (G.191, sv-p56.c):
// - The program bisects between two thresholds until it is within 0.5 dB of the margin. Here the crossing of the
//   straight line between both is computed, in dB.
// - The envelope follows the mean magnitude of 16 samples and is read as often, 1 ms at 16 kHz, where its time
//   constant is 30 ms. The tests hold the level within 0.005 dB of reading it at every sample.
// - The program calls sound silent that exceeds the margin at every threshold it reaches, such as lone clicks. Here
//   the level over the active time of the highest threshold reached is given, which the crossing tends to.
// Like the program, sound whose crossing would lie below the lowest threshold, one step of 16 bits, is silent.

#include "pipeline/measure/audio_level.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "pipeline/core/hot.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

constexpr double kTimeConstantS = 0.03;
constexpr double kHangoverS = 0.2;
constexpr double kMarginDb = 15.9;
constexpr int kThresholds = 15;  // 2^-15, 2^-14 … 2^-1
constexpr int kLowestExponent = -15;

constexpr std::size_t kBlock = 16;    // samples for one reading of the envelope
constexpr std::size_t kChunk = 4096;  // samples that stay in the first-level cache; a multiple of kBlock
constexpr std::size_t kLanes = 8;

// Sums are kept in eight parts whatever the CPU, since the order of additions changes the last bits.
using Lanes = std::array<double, kLanes>;

double sum_of(const Lanes& lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

FAIRGROUND_HOT void add_squares(const float* samples, std::size_t count, Lanes& energy) {
  Lanes lanes = energy;
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double sample = samples[i + lane];
      lanes[lane] += sample * sample;
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    const double sample = samples[i];
    lanes[i - whole] += sample * sample;
  }
  energy = lanes;
}

FAIRGROUND_HOT void multiply(float* samples, std::size_t count, float gain) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gain;
  }
}

FAIRGROUND_HOT void add_scaled(const float* samples, std::size_t count, float gain, float* scaled, float* target) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    scaled[i] = samples[i] * gain;
    target[i] += scaled[i];
  }
}

// Of no more blocks than a chunk has. All quarters of sums come first, since the compilers make vectors of both loops
// then.
FAIRGROUND_HOT void sum_magnitudes(const float* samples, std::size_t blocks, float* sums) {
  constexpr std::size_t kQuarters = 4;
  std::array<float, kQuarters * kChunk / kBlock> quarters;
  for (std::size_t block = 0; block < blocks; ++block) {
    const float* x = samples + block * kBlock;
    for (std::size_t i = 0; i < kQuarters; ++i) {
      quarters[block * kQuarters + i] =
          (std::abs(x[i]) + std::abs(x[i + 8])) + (std::abs(x[i + 4]) + std::abs(x[i + 12]));
    }
  }
  FAIRGROUND_INDEPENDENT
  for (std::size_t block = 0; block < blocks; ++block) {
    const float* part = quarters.data() + block * kQuarters;
    sums[block] = (part[0] + part[2]) + (part[1] + part[3]);
  }
}

// Counts the active samples of all thresholds. Only passing a threshold costs anything, which speech does far more
// rarely than the envelope is read.
class ActivityCounters {
 public:
  using Counts = std::array<std::int64_t, kThresholds>;

  explicit ActivityCounters(std::int64_t hangover) : hangover_(hangover) {}

  // From sample `now` on the envelope stands at or above the lowest `passed` thresholds.
  void change_to(int passed, std::int64_t now) {
    for (int i = passed_; i < passed; ++i) {
      const auto threshold = static_cast<std::size_t>(i);
      counts_[threshold] += hangover_until(threshold, now);
      changed_at_[threshold] = now;
    }
    for (int i = passed; i < passed_; ++i) {
      const auto threshold = static_cast<std::size_t>(i);
      counts_[threshold] += now - changed_at_[threshold];
      changed_at_[threshold] = now;
    }
    passed_ = passed;
  }

  [[nodiscard]] int passed() const { return passed_; }

  // The counts of a recording of `end` samples.
  [[nodiscard]] Counts counts(std::int64_t end) const {
    Counts counts = counts_;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += static_cast<int>(i) < passed_ ? end - changed_at_[i] : hangover_until(i, end);
    }
    return counts;
  }

 private:
  // There is no hangover before the first activity, whose count is still zero.
  [[nodiscard]] std::int64_t hangover_until(std::size_t threshold, std::int64_t now) const {
    return counts_[threshold] == 0 ? 0 : std::min(now - changed_at_[threshold], hangover_);
  }

  std::int64_t hangover_;
  int passed_ = 0;
  Counts counts_{};
  Counts changed_at_{};
};

// The thresholds are powers of two, so the exponent alone tells how many the envelope passes.
int thresholds_passed(double envelope) {
  const auto exponent = static_cast<int>(std::bit_cast<std::int64_t>(envelope) >> 52) - 1023;
  return std::clamp(exponent - kLowestExponent + 1, 0, kThresholds);
}

// The same of many readings, times a gain.
FAIRGROUND_HOT void count_passed(const float* readings, std::size_t count, float gain, std::int8_t* passed) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t exponent = (std::bit_cast<std::int32_t>(readings[i] * gain) >> 23) - 127;
    passed[i] = static_cast<std::int8_t>(std::clamp(exponent - kLowestExponent + 1, 0, kThresholds));
  }
}

std::int64_t hangover_frames(int sample_rate) {
  return static_cast<std::int64_t>(std::floor(kHangoverS * sample_rate + 0.5));
}

// The power over the active time; 0 where there is no speech.
double active_power(double energy, const ActivityCounters::Counts& counts) {
  double level_before = 0.0;
  double excess_before = 0.0;
  for (int i = 0; i < kThresholds && counts[static_cast<std::size_t>(i)] > 0; ++i) {
    const double level = db_from_power(energy / static_cast<double>(counts[static_cast<std::size_t>(i)]));
    const double threshold = db_from_amplitude(std::ldexp(1.0, i + kLowestExponent));
    const double excess = level - threshold - kMarginDb;
    if (excess < 0.0) {
      const double part = excess_before / (excess_before - excess);
      return i == 0 ? 0.0 : power_from_db(level_before + part * (level - level_before));
    }
    level_before = level;
    excess_before = excess;
  }
  return counts[0] == 0 ? 0.0 : power_from_db(level_before);
}

// Powers of one channel, or their means over channels; full scale squared is 1.
struct Powers {
  double overall = 0.0;
  double active = 0.0;
  double speech = 0.0;  // `overall`, but 0 where there is no speech

  void add(double energy, std::int64_t frames, const ActivityCounters& activity) {
    if (frames == 0) {
      return;
    }
    const double power = energy / static_cast<double>(frames);
    const double of_active = active_power(energy, activity.counts(frames));
    overall += power;
    active += of_active;
    speech += of_active > 0.0 ? power : 0.0;
  }
  [[nodiscard]] SpeechLevel mean(int channels) const {
    return {level_dbov(active / channels), level_dbov(overall / channels), active > 0.0 ? speech / active : 0.0};
  }
};

// Measures one channel, which comes in pieces. All pieces but the last are multiples of kBlock long. The readings of
// the envelope go into `readings`, where that is given.
class ChannelMeter {
 public:
  explicit ChannelMeter(int sample_rate, std::vector<float>* readings = nullptr)
      : time_constant_(kTimeConstantS * sample_rate),
        block_decay_(std::exp(-static_cast<double>(kBlock) / time_constant_)),
        activity_(hangover_frames(sample_rate)),
        readings_(readings) {}

  void add(std::span<const float> samples) {
    std::array<float, kChunk / kBlock> means;
    while (samples.size() >= kBlock) {
      const std::size_t blocks = std::min(samples.size() / kBlock, means.size());
      add_squares(samples.data(), blocks * kBlock, energy_);
      sum_magnitudes(samples.data(), blocks, means.data());
      for (std::size_t i = 0; i < blocks; ++i) {
        means[i] /= static_cast<float>(kBlock);
      }
      follow(std::span(means).first(blocks), block_decay_, kBlock);
      samples = samples.subspan(blocks * kBlock);
    }
    if (!samples.empty()) {
      add_squares(samples.data(), samples.size(), energy_);
      float sum = 0.0F;
      for (const float sample : samples) {
        sum += std::abs(sample);
      }
      const auto count = static_cast<float>(samples.size());
      const float mean = sum / count;
      follow({&mean, 1}, std::exp(-count / time_constant_), samples.size());
    }
  }

  [[nodiscard]] double energy() const { return sum_of(energy_); }
  [[nodiscard]] std::int64_t frames() const { return frames_; }
  void add_to(Powers& powers) const { powers.add(energy(), frames_, activity_); }

 private:
  // Moves the envelope over blocks of `count` samples by their mean magnitudes. What it works on is kept in registers,
  // as each reading waits for the one before it.
  void follow(std::span<const float> magnitudes, double decay, std::size_t count) {
    // Far below any threshold; it keeps a long silence from ending in denormal numbers, which are slow.
    constexpr double kFloor = 1e-30;
    const double gain = 1.0 - decay;
    double smoothed = smoothed_;
    double envelope = envelope_;
    int passed = activity_.passed();
    std::int64_t frames = frames_;
    for (const float magnitude : magnitudes) {
      smoothed = decay * smoothed + gain * (magnitude + kFloor);
      envelope = decay * envelope + gain * smoothed;
      if (readings_ != nullptr) {
        readings_->push_back(static_cast<float>(envelope));
      }
      const int passes = thresholds_passed(envelope);
      if (passes != passed) {
        activity_.change_to(passes, frames);
        passed = passes;
      }
      frames += static_cast<std::int64_t>(count);
    }
    smoothed_ = smoothed;
    envelope_ = envelope;
    frames_ = frames;
  }

  double time_constant_;  // in samples
  double block_decay_;
  double smoothed_ = 0.0;
  double envelope_ = 0.0;
  std::int64_t frames_ = 0;
  Lanes energy_{};
  ActivityCounters activity_;
  std::vector<float>* readings_;
};

struct Extent {
  std::int32_t lowest = 0;
  std::int32_t highest = 0;
  std::int64_t at_ends = 0;  // samples at either end of the integer range
};

// Takes every `stride`-th sample as a float, which holds 24 bits exactly.
FAIRGROUND_HOT void scale_channel(const std::int32_t* samples, std::size_t count, std::size_t stride, int bits,
                                  float* out, Extent& extent) {
  const std::int32_t top = (1 << (bits - 1)) - 1;
  const float scale = 1.0F / static_cast<float>(top + 1);
  std::int32_t lowest = extent.lowest;
  std::int32_t highest = extent.highest;
  std::int32_t at_ends = 0;
  const auto take = [&](std::size_t i, std::int32_t sample) __attribute__((always_inline)) {
    lowest = std::min(lowest, sample);
    highest = std::max(highest, sample);
    at_ends += static_cast<std::int32_t>(sample >= top) + static_cast<std::int32_t>(sample < -top);
    out[i] = static_cast<float>(sample) * scale;
  };
  // With a stride that the compiler knows, the loop of the common case becomes vectors.
  if (stride == 1) {
    for (std::size_t i = 0; i < count; ++i) {
      take(i, samples[i]);
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      take(i, samples[i * stride]);
    }
  }
  extent = {lowest, highest, extent.at_ends + at_ends};
}

}  // namespace

SpeechLevel measure_speech_level(std::span<const float> samples, int sample_rate) {
  ChannelMeter meter(sample_rate);
  meter.add(samples);
  Powers powers;
  meter.add_to(powers);
  return powers.mean(1);
}

SpeechLevel measure_speech_level(const Audio& audio) {
  Powers sum;
  for (int c = 0; c < audio.channels; ++c) {
    ChannelMeter meter(audio.sample_rate);
    meter.add(audio.channel(c));
    meter.add_to(sum);
  }
  return sum.mean(std::max(audio.channels, 1));
}

GainedSpeech::GainedSpeech(const Audio& audio)
    : sample_rate_(audio.sample_rate), channels_(static_cast<std::size_t>(audio.channels)) {
  for (int c = 0; c < audio.channels; ++c) {
    Channel& channel = channels_[static_cast<std::size_t>(c)];
    channel.envelope.reserve(audio.frames() / kBlock + 1);
    ChannelMeter meter(audio.sample_rate, &channel.envelope);
    meter.add(audio.channel(c));
    channel.energy = meter.energy();
    channel.frames = meter.frames();
  }
}

SpeechLevel GainedSpeech::level(float gain) const {
  const double of_power = static_cast<double>(gain) * gain;
  Powers sum;
  for (const Channel& channel : channels_) {
    ActivityCounters activity(hangover_frames(sample_rate_));
    std::vector<std::int8_t> passes(channel.envelope.size());
    count_passed(channel.envelope.data(), passes.size(), gain, passes.data());
    int passed = 0;
    for (std::size_t i = 0; i < passes.size(); ++i) {
      if (passes[i] != passed) {
        passed = passes[i];
        activity.change_to(passed, static_cast<std::int64_t>(i * kBlock));
      }
    }
    sum.add(of_power * channel.energy, channel.frames, activity);
  }
  return sum.mean(std::max(static_cast<int>(channels_.size()), 1));
}

double mean_power(std::span<const float> samples) {
  Lanes energy{};
  add_squares(samples.data(), samples.size(), energy);
  return samples.empty() ? 0.0 : sum_of(energy) / static_cast<double>(samples.size());
}

double scale_and_measure(std::span<float> samples, float gain) {
  Lanes energy{};
  for (std::size_t begin = 0; begin < samples.size(); begin += kChunk) {
    const std::span<float> chunk = samples.subspan(begin, std::min(kChunk, samples.size() - begin));
    multiply(chunk.data(), chunk.size(), gain);
    add_squares(chunk.data(), chunk.size(), energy);
  }
  return samples.empty() ? 0.0 : sum_of(energy) / static_cast<double>(samples.size());
}

double add_and_measure(std::span<float> target, std::span<const float> samples, float gain) {
  Lanes energy{};
  std::array<float, kChunk> scaled;
  for (std::size_t begin = 0; begin < samples.size(); begin += kChunk) {
    const std::size_t count = std::min(kChunk, samples.size() - begin);
    add_scaled(samples.data() + begin, count, gain, scaled.data(), target.data() + begin);
    add_squares(scaled.data(), count, energy);
  }
  return samples.empty() ? 0.0 : sum_of(energy) / static_cast<double>(samples.size());
}

AudioMeasures measure_audio(const PcmAudio& pcm) {
  const auto stride = static_cast<std::size_t>(pcm.channels);
  Powers sum;
  Extent extent;
  std::array<float, kChunk> chunk;
  for (std::size_t c = 0; c < stride; ++c) {
    ChannelMeter meter(pcm.sample_rate);
    for (std::size_t first = 0; first < pcm.frames(); first += kChunk) {
      const std::size_t count = std::min(kChunk, pcm.frames() - first);
      scale_channel(pcm.samples.data() + first * stride + c, count, stride, pcm.bits, chunk.data(), extent);
      meter.add(std::span<const float>(chunk).first(count));
    }
    meter.add_to(sum);
  }
  const SpeechLevel level = sum.mean(std::max(pcm.channels, 1));
  const double full_scale = std::ldexp(1.0, pcm.bits - 1);
  const double peak = std::max(static_cast<double>(extent.highest), -static_cast<double>(extent.lowest)) / full_scale;
  const double clipped =
      pcm.samples.empty() ? 0.0 : static_cast<double>(extent.at_ends) / static_cast<double>(pcm.samples.size());
  return {level.active_level_dbov, level.activity_factor, level.rms_dbov, level_dbov(peak * peak), clipped};
}

}  // namespace fairground
