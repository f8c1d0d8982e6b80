// A suppressor of steady noise, as phones have it: gains on the short-time spectrum, and what they leave behind.
//
// The noise of each bin is that of minimum statistics (parts/noise_floor.h). The SNR of a bin is found
// decision-directed, as by Ephraim and Malah (IEEE Transactions on Acoustics, Speech and Signal Processing 32, 1984),
// from the noise over-subtracted as by Berouti, Schwartz and Makhoul (ICASSP 1979), and its gain is Wiener's (Scalart
// and Vieira Filho, ICASSP 1996), above a floor. How much the frame before counts for leads from noise that only got
// weaker to musical noise, tones that come and go where single bins pass for speech (Cappe, IEEE Transactions on Speech
// and Audio Processing 2, 1994).
//
// The suppressor hears the start of the clip, as long as its window, twice: a phone has met the noise before. Frames
// are of 16 to 32 ms, and nothing is delayed.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "augmenters/audio/parts/frame_filter.h"
#include "augmenters/audio/parts/noise_floor.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

struct ProcessingNoiseSuppression {
  double suppression_db = 12.0;
  double smoothing = 0.5;
  double over_subtraction = 4.0;
  double adaptation_s = 1.5;
};

const ParameterTable<ProcessingNoiseSuppression>& table() {
  using P = ProcessingNoiseSuppression;
  static const auto instance =
      ParameterTable<P>()
          .number("suppression_db", &P::suppression_db, "dB", {0.0, 30.0},
                  "By how much noise is turned down: WebRTC's levels are 6, 12 and 18.")
          .number(
              "smoothing", &P::smoothing, "", {0.0, 0.98},
              "Weight of the frame before in the decision-directed SNR: 0.98 leaves the noise weaker but as it was, 0 "
              "leaves the most musical noise.")
          .number(
              "over_subtraction", &P::over_subtraction, "", {1.0, 6.0},
              "How many times the noise is taken off in frames that hold nothing else; once, where speech stands 20 "
              "dB over it.")
          .number("adaptation_s", &P::adaptation_s, "s", {0.5, 10.0},
                  "Time whose minimum stands for the noise: so long it takes to follow noise that gets louder.");
  return instance;
}

constexpr double kLongestFrameS = 0.032;
constexpr double kFullSnrDb = 20.0;  // Berouti et al.: from here on, nothing is over-subtracted
constexpr float kLeast = 1e-15F;     // so that silence has an SNR

/// `clean` is the SNR that the frame before was left with, and becomes that of this one.
FAIRGROUND_HOT void decide(const float* power, const float* noise, float* clean, float* gains, std::size_t bins,
                           float over, float smoothing, float floor) {
  for (std::size_t k = 0; k < bins; ++k) {
    const float snr = power[k] / (noise[k] + kLeast);
    const float excess = snr / over - 1.0F;
    const float prior = smoothing * clean[k] + (1.0F - smoothing) * (excess > 0.0F ? excess : 0.0F);
    const float wiener = prior / (1.0F + prior);
    gains[k] = wiener > floor ? wiener : floor;
    clean[k] = gains[k] * gains[k] * snr;
  }
}

/// In eight parts, whatever the CPU.
FAIRGROUND_HOT double sum(const float* values, std::size_t count) {
  std::array<float, 8> parts{};
  const std::size_t whole = count - count % parts.size();
  for (std::size_t i = 0; i < whole; i += parts.size()) {
    for (std::size_t j = 0; j < parts.size(); ++j) {
      parts[j] += values[i + j];
    }
  }
  double total = 0.0;
  for (const float part : parts) {
    total += static_cast<double>(part);
  }
  for (std::size_t i = whole; i < count; ++i) {
    total += static_cast<double>(values[i]);
  }
  return total;
}

double db_of(double power) { return plain::log(power + 1e-20) * (10.0 / plain::kLn10); }

void apply(AudioSignal& signal, const ProcessingNoiseSuppression& p, const StepRandom& /*random*/) {
  Audio& audio = signal.audio;
  if (p.suppression_db == 0.0 || audio.frames() == 0) {
    return;
  }
  const std::size_t size = std::bit_floor(static_cast<std::size_t>(kLongestFrameS * audio.sample_rate));
  const FrameFilter filter(audio, size);
  NoiseFloor floor(filter.bins(), 0.5 * static_cast<double>(size) / audio.sample_rate, p.adaptation_s);
  const auto take = [&](std::size_t frame, std::span<const float> power) {
    if (filter.is_whole(frame)) {
      floor.take(power);
    }
  };
  filter.see(floor.window_frames() + 1, take);

  std::vector<float> noise(filter.bins());
  std::vector<float> clean(filter.bins());
  const auto least = static_cast<float>(plain::amplitude_from_db(-p.suppression_db));
  double noise_power = 0.0;
  Audio out = filter.apply([&](std::size_t frame, std::span<const float> power, std::span<float> gains) {
    take(frame, power);
    floor.write(noise);
    const double noise_sum = sum(noise.data(), noise.size());
    noise_power += noise_sum / static_cast<double>(filter.frames());
    const double snr_db = db_of(sum(power.data(), power.size())) - db_of(noise_sum);
    const double quiet = std::clamp(1.0 - snr_db / kFullSnrDb, 0.0, 1.0);
    const double over = 1.0 + (p.over_subtraction - 1.0) * quiet;
    decide(power.data(), noise.data(), clean.data(), gains.data(), noise.size(), static_cast<float>(over),
           static_cast<float>(p.smoothing), least);
  });
  audio = std::move(out);
  // A bin holds half as much as the frame has samples, as the squares of the window have the mean 1/2.
  const double per_bin = 2.0 / static_cast<double>(size * filter.bins());
  signal.measure.values = {{"noise_dbov", std::max(db_of(noise_power * per_bin), kSilenceDbov)}};
}

const Registration registration(signal_augmenter<ProcessingNoiseSuppression>(
    {
        .name = "processing.noise_suppression",
        .summary =
            "Turns down steady noise by gains on the short-time spectrum, with as much musical noise as is asked "
            "for.",
        .source =
            "Martin 2001 (noise, simplified); Ephraim and Malah 1984; Berouti et al. 1979; Scalart and Vieira Filho "
            "1996",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 1,
        .identity = "suppression_db: 0",
        .labels = "keeps all labels",
        .claim = "White noise falls by what was asked within 1.5 dB. Speech at an SNR of 35 dB keeps its active level "
                 "within 0.5 dB, at 5 and 10 dB the SNR rises by more than 3 dB, and the less smoothing, the more "
                 "musical is what is left (by its kurtosis).",
        .limits = "The suppressor hears the start of the clip twice, as a phone has met the noise before.",
        .example = "noisy: [{noise.coloured: {colour: pink, snr_db: 10}}]\n"
                   "suppressed: [{noise.coloured: {colour: pink, snr_db: 10}}, "
                   "{processing.noise_suppression: {suppression_db: 18, smoothing: 0.98}}]\n"
                   "musical: [{noise.coloured: {colour: pink, snr_db: 10}}, {processing.noise_suppression: "
                   "{suppression_db: 18, smoothing: 0}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
