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
#include <cstring>

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

// Of whole runs of kLanes. The sums of squares wait for each other, so that the rest costs no time of its own.
FAIRGROUND_HOT void add_scaled(const float* __restrict samples, std::size_t count, float gain, float* __restrict target,
                               Lanes& energy) {
  Lanes lanes = energy;
  for (std::size_t i = 0; i < count; i += kLanes) {
    std::array<float, kLanes> scaled;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      scaled[lane] = samples[i + lane] * gain;
      target[i + lane] += scaled[lane];
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double sample = scaled[lane];
      lanes[lane] += sample * sample;
    }
  }
  energy = lanes;
}

// Where the envelope of a channel stands.
struct Envelope {
  double smoothed = 0.0;
  double value = 0.0;
};

// Far below any threshold; it keeps a long silence from ending in denormal numbers, which are slow.
constexpr double kFloor = 1e-30;

void follow(Envelope& envelope, double magnitude, double decay) {
  const double gain = 1.0 - decay;
  envelope.smoothed = decay * envelope.smoothed + gain * (magnitude + kFloor);
  envelope.value = decay * envelope.value + gain * envelope.smoothed;
}

using FourSums [[gnu::vector_size(16)]] = float;

// The sums of the magnitudes of a block's samples, each of every fourth sample.
[[gnu::always_inline]] inline void sum_magnitudes(const float* block, FourSums& sums) {
  static_assert(kBlock == 16);
  using Loaded [[gnu::vector_size(64), gnu::aligned(4), gnu::may_alias]] = float;
  using Floats [[gnu::vector_size(64)]] = float;
  using Bits [[gnu::vector_size(64)]] = std::int32_t;
  const Floats samples = *reinterpret_cast<const Loaded*>(block);
  const Floats x = reinterpret_cast<Floats>(reinterpret_cast<Bits>(samples) & 0x7FFFFFFF);
  const auto eight = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  sums = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
}

[[gnu::always_inline]] inline void add_squares_of_block(const float* block, Lanes& lanes) {
  for (std::size_t i = 0; i < kBlock; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double sample = block[i + lane];
      lanes[lane] += sample * sample;
    }
  }
}

// Adds the energy of blocks, and reads the envelope behind each. Every addition to either waits for the one before it,
// so that both are made in one loop, where one waits while the other works.
FAIRGROUND_HOT void read_blocks(const float* samples, std::size_t blocks, double decay, Lanes& energy,
                                Envelope& envelope, double* readings) {
  using FourDoubles [[gnu::vector_size(32)]] = double;
  constexpr auto kSize = static_cast<float>(kBlock);
  Lanes lanes = energy;
  Envelope now = envelope;
  std::size_t i = 0;
  for (; i + 4 <= blocks; i += 4) {
    FourSums a, b, c, d;
    const float* from = samples + i * kBlock;
    for (FourSums* sums : {&a, &b, &c, &d}) {
      add_squares_of_block(from, lanes);
      sum_magnitudes(from, *sums);
      from += kBlock;
    }
    // Of each block the first sum and the third, and the second and the fourth; and then both.
    const FourSums of_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const FourSums of_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const FourSums means =
        (__builtin_shufflevector(of_ab, of_cd, 0, 1, 4, 5) + __builtin_shufflevector(of_ab, of_cd, 2, 3, 6, 7)) / kSize;
    const auto magnitudes = __builtin_convertvector(means, FourDoubles);
    for (std::size_t k = 0; k < 4; ++k) {
      follow(now, magnitudes[k], decay);
      readings[i + k] = now.value;
    }
  }
  for (; i < blocks; ++i) {
    FourSums sums;
    add_squares_of_block(samples + i * kBlock, lanes);
    sum_magnitudes(samples + i * kBlock, sums);
    follow(now, ((sums[0] + sums[2]) + (sums[1] + sums[3])) / kSize, decay);
    readings[i] = now.value;
  }
  energy = lanes;
  envelope = now;
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

constexpr std::size_t kReadings = kChunk / kBlock;  // of the envelope in a chunk

// How many thresholds each reading passes: they are powers of two, so that its exponent alone tells.
FAIRGROUND_HOT void count_passed(const double* readings, std::size_t count, std::int8_t* passed) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t exponent = (std::bit_cast<std::int64_t>(readings[i]) >> 52) - 1023;
    passed[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(exponent - kLowestExponent + 1, 0, kThresholds));
  }
}

// The same of readings times a gain.
FAIRGROUND_HOT void count_passed(const float* readings, std::size_t count, float gain, std::int8_t* passed) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t exponent = (std::bit_cast<std::int32_t>(readings[i] * gain) >> 23) - 127;
    passed[i] = static_cast<std::int8_t>(std::clamp(exponent - kLowestExponent + 1, 0, kThresholds));
  }
}

// Tells the counters of readings, a block of samples apart, the first at sample `at`. As long as nothing changes, eight
// are looked at together.
void count_activity(std::span<const std::int8_t> passed, std::int64_t at, ActivityCounters& activity) {
  constexpr std::size_t kTogether = sizeof(std::uint64_t);
  constexpr std::uint64_t kEach = 0x0101010101010101;
  std::size_t i = 0;
  while (i < passed.size()) {
    const auto now = static_cast<std::uint64_t>(activity.passed());
    if (passed.size() - i >= kTogether) {
      std::uint64_t next;
      std::memcpy(&next, passed.data() + i, kTogether);
      if (next == now * kEach) {
        i += kTogether;
        continue;
      }
    }
    for (const std::size_t end = std::min(i + kTogether, passed.size()); i < end; ++i) {
      if (passed[i] != activity.passed()) {
        activity.change_to(passed[i], at + static_cast<std::int64_t>(i * kBlock));
      }
    }
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
    std::array<double, kReadings> readings;
    std::array<std::int8_t, kReadings> passed;
    while (samples.size() >= kBlock) {
      const std::size_t blocks = std::min(samples.size() / kBlock, kReadings);
      read_blocks(samples.data(), blocks, block_decay_, energy_, envelope_, readings.data());
      count_passed(readings.data(), blocks, passed.data());
      count_activity(std::span(passed).first(blocks), frames_, activity_);
      keep(std::span(readings).first(blocks));
      frames_ += static_cast<std::int64_t>(blocks * kBlock);
      samples = samples.subspan(blocks * kBlock);
    }
    if (!samples.empty()) {
      add_squares(samples.data(), samples.size(), energy_);
      float sum = 0.0F;
      for (const float sample : samples) {
        sum += std::abs(sample);
      }
      const auto count = static_cast<float>(samples.size());
      follow(envelope_, sum / count, std::exp(-count / time_constant_));
      count_passed(&envelope_.value, 1, passed.data());
      count_activity(std::span(passed).first(1), frames_, activity_);
      keep({&envelope_.value, 1});
      frames_ += static_cast<std::int64_t>(samples.size());
    }
  }

  [[nodiscard]] double energy() const { return sum_of(energy_); }
  [[nodiscard]] std::int64_t frames() const { return frames_; }
  void add_to(Powers& powers) const { powers.add(energy(), frames_, activity_); }

 private:
  void keep(std::span<const double> readings) {
    if (readings_ != nullptr) {
      const std::size_t before = readings_->size();
      readings_->resize(before + readings.size());
      std::ranges::transform(readings, readings_->data() + before, [](double r) { return static_cast<float>(r); });
    }
  }

  double time_constant_;  // in samples
  double block_decay_;
  Envelope envelope_;
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
    std::array<std::int8_t, kReadings> passed;
    for (std::size_t begin = 0; begin < channel.envelope.size(); begin += kReadings) {
      const std::size_t count = std::min(kReadings, channel.envelope.size() - begin);
      count_passed(channel.envelope.data() + begin, count, gain, passed.data());
      count_activity(std::span(passed).first(count), static_cast<std::int64_t>(begin * kBlock), activity);
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
  const std::size_t whole = samples.size() - samples.size() % kLanes;
  add_scaled(samples.data(), whole, gain, target.data(), energy);
  std::array<float, kLanes> rest;
  for (std::size_t i = whole; i < samples.size(); ++i) {
    rest[i - whole] = samples[i] * gain;
    target[i] += rest[i - whole];
  }
  add_squares(rest.data(), samples.size() - whole, energy);
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
