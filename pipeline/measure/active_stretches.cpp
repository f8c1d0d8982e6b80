#include "pipeline/measure/active_stretches.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/plain.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"

namespace fairground {
namespace {

// Of the Recommendation, as in audio_level.cpp.
constexpr double kTimeConstantS = 0.03;
constexpr double kHangoverS = 0.2;
constexpr double kMarginDb = 15.9;
constexpr std::size_t kBlock = 16;

// Two smoothings, each of which delays by its time constant.
constexpr double kLagS = 2.0 * kTimeConstantS;

}  // namespace

std::vector<Stretch> active_stretches(std::span<const float> samples, int sample_rate) {
  // Stretches decide which samples are played, so the last bits of the C library must not decide them.
  const double level_db = rounded_db(measure_speech_level(samples, sample_rate).active_level_dbov);
  if (level_db <= kSilenceDbov) {
    return {};
  }
  const double threshold = plain::amplitude_from_db(level_db - kMarginDb);
  const auto frames = [sample_rate](double seconds) {
    return static_cast<std::size_t>(std::floor(seconds * sample_rate + 0.5));
  };
  const std::size_t hangover = frames(kHangoverS);
  const std::size_t lag = frames(kLagS);
  const double decay = plain::exp(-static_cast<double>(kBlock) / (kTimeConstantS * sample_rate));
  double smoothed = 0.0;
  double envelope = 0.0;
  std::vector<Stretch> stretches;  // not yet moved
  for (std::size_t first = 0; first < samples.size(); first += kBlock) {
    const std::span<const float> block = samples.subspan(first, std::min(kBlock, samples.size() - first));
    double sum = 0.0;
    for (const float sample : block) {
      sum += std::abs(sample);
    }
    smoothed = decay * smoothed + (1.0 - decay) * (sum / static_cast<double>(block.size()));
    envelope = decay * envelope + (1.0 - decay) * smoothed;
    if (envelope < threshold) {
      continue;
    }
    const std::size_t end = first + block.size() + hangover;
    if (stretches.empty() || first > stretches.back().end) {
      stretches.push_back({first, end});
    } else {
      stretches.back().end = end;
    }
  }
  if (stretches.empty()) {
    return {{0, samples.size()}};
  }
  for (Stretch& stretch : stretches) {
    stretch.begin -= std::min(lag, stretch.begin);
    stretch.end = std::min(stretch.end - lag, samples.size());
  }
  return stretches;
}

}  // namespace fairground
