#include "augmenters/audio/parts/pitch_repetition.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace fairground {
namespace {

constexpr double kHighestHz = 200.0;
constexpr double kLongestS = 0.015;
constexpr double kWindowS = 0.02;
constexpr double kStepS = 0.01;  // in which the gain falls, and periods are added
constexpr double kFallPerStep = 0.2;
constexpr double kFadeInPerStepS = 0.004;
constexpr double kLongestFadeInS = 0.01;
constexpr int kMostPeriods = 3;
constexpr int kCoarseRate = 4000;  // the search looks at so many samples a second, and then at all near the best
/// Energy of a sample below which nothing is like anything: 250 over 80 samples of 16 bits, as the recommendation has
/// it.
constexpr double kFloor = 250.0 / 80.0 / (32768.0 * 32768.0);

std::size_t samples(double seconds, int sample_rate) {
  return static_cast<std::size_t>(std::floor(seconds * sample_rate + 0.5));
}

/// The last samples before a gap, and zeros where the clip has not begun.
std::vector<float> history_of(std::span<const float> signal, std::size_t end, std::size_t length) {
  std::vector<float> history(length);
  const std::size_t known = std::min(length, end);
  std::ranges::copy(signal.subspan(end - known, known), history.end() - static_cast<std::ptrdiff_t>(known));
  return history;
}

/// How like the end of each history is to what lies `lag` before, over `window` samples, of which every `step`-th
/// counts.
double likeness(const std::vector<std::vector<float>>& histories, std::size_t lag, std::size_t window,
                std::size_t step) {
  double correlation = 0.0;
  double energy = 0.0;
  const std::size_t looked_at = window / step;
  for (const std::vector<float>& history : histories) {
    const float* now = history.data() + history.size() - window;
    for (std::size_t i = 0; i < window; i += step) {
      const auto before = static_cast<double>((now - lag)[i]);
      correlation += static_cast<double>(now[i]) * before;
      energy += before * before;
    }
  }
  return correlation / std::sqrt(std::max(energy, kFloor * static_cast<double>(looked_at)));
}

std::size_t find_period(const std::vector<std::vector<float>>& histories, int sample_rate) {
  const auto shortest = std::max<std::size_t>(4, samples(1.0 / kHighestHz, sample_rate));
  const auto longest = std::max(shortest, samples(kLongestS, sample_rate));
  const std::size_t window = samples(kWindowS, sample_rate);
  const auto step = static_cast<std::size_t>(std::max(1, sample_rate / kCoarseRate));
  std::size_t best = longest;
  double most = likeness(histories, longest, window, step);
  const auto look = [&](std::size_t lag, std::size_t every) {
    const double found = likeness(histories, lag, window, every);
    if (found > most) {
      most = found;
      best = lag;
    }
  };
  for (std::size_t lag = longest; lag >= shortest + step;) {
    lag -= step;
    look(lag, step);
  }
  const std::size_t low = std::max(shortest, best - std::min(best, step - 1));
  const std::size_t high = std::min(longest, best + step - 1);
  most = likeness(histories, best, window, 1);
  for (std::size_t lag = low; lag <= high; ++lag) {
    look(lag, 1);
  }
  return best;
}

/// The last periods of a history, to be played in a ring: their end leads to their beginning.
std::vector<float> ring_of(const std::vector<float>& history, std::size_t length, std::size_t overlap) {
  std::vector<float> ring(history.end() - static_cast<std::ptrdiff_t>(length), history.end());
  const float* const ahead = history.data() + history.size() - length - overlap;
  for (std::size_t i = 0; i < overlap; ++i) {
    const float share = static_cast<float>(i + 1) / static_cast<float>(overlap + 1);
    float& sample = ring[length - overlap + i];
    sample += share * (ahead[i] - sample);
  }
  return ring;
}

/// How loud the repetition is after so many seconds.
double gain_after(double seconds) { return std::clamp(1.0 - kFallPerStep * (seconds / kStepS - 1.0), 0.0, 1.0); }

}  // namespace

void repeat_pitch(Audio& audio, const LostFrames& gap) {
  const int rate = audio.sample_rate;
  const std::size_t longest = std::max<std::size_t>(4, samples(kLongestS, rate));
  const std::size_t length = std::max(kMostPeriods * longest + longest / 4, longest + samples(kWindowS, rate)) + 1;
  std::vector<std::vector<float>> histories;
  histories.reserve(static_cast<std::size_t>(audio.channels));
  for (int channel = 0; channel < audio.channels; ++channel) {
    histories.push_back(history_of(audio.channel(channel), gap.begin, length));
  }
  const std::size_t period = find_period(histories, rate);
  const std::size_t overlap = period / 4;
  const std::size_t step = std::max<std::size_t>(1, samples(kStepS, rate));
  const std::size_t lost = gap.end - gap.begin;
  const std::size_t steps_lost = (lost + step - 1) / step;
  const std::size_t fade_in =
      std::min(overlap + (steps_lost - 1) * samples(kFadeInPerStepS, rate), samples(kLongestFadeInS, rate));

  for (int channel = 0; channel < audio.channels; ++channel) {
    const std::vector<float>& history = histories[static_cast<std::size_t>(channel)];
    const std::span<float> out = audio.channel(channel);
    std::vector<std::vector<float>> rings;
    rings.reserve(kMostPeriods);
    for (std::size_t periods = 1; periods <= kMostPeriods; ++periods) {
      rings.push_back(ring_of(history, periods * period, overlap));
    }
    // The smoothed end of the first ring is what was heard before the gap.
    const std::size_t before = std::min(overlap, gap.begin);
    std::copy_n(rings[0].end() - static_cast<std::ptrdiff_t>(before), before,
                out.begin() + static_cast<std::ptrdiff_t>(gap.begin - before));

    // All rings begin at a whole number of periods before the gap, so that they run in step.
    const auto repeated = [&](std::size_t i) {
      const auto part = [&](std::size_t ring) { return rings[ring][i % rings[ring].size()]; };
      const std::size_t ring = std::min<std::size_t>(i / step, kMostPeriods - 1);
      if (ring == 0) {
        return part(0);
      }
      // From one ring to the next in a quarter of a period.
      const std::size_t since = i - ring * step;
      if (since >= overlap) {
        return part(ring);
      }
      const float share = static_cast<float>(since + 1) / static_cast<float>(overlap + 1);
      return part(ring - 1) + share * (part(ring) - part(ring - 1));
    };
    const auto gain = [&](std::size_t i) { return static_cast<float>(gain_after(static_cast<double>(i) / rate)); };
    for (std::size_t i = 0; i < lost && gain(i) > 0.0F; ++i) {
      out[gap.begin + i] = gain(i) * repeated(i);
    }
    const float held = gain(lost);
    const std::size_t behind = std::min(fade_in, out.size() - gap.end);
    for (std::size_t i = 0; i < behind; ++i) {
      const float share = static_cast<float>(i + 1) / static_cast<float>(fade_in + 1);
      float& sample = out[gap.end + i];
      const float faded = held * repeated(lost + i);
      sample = faded + share * (sample - faded);
    }
  }
}

}  // namespace fairground
