// A signal that is louder than what carries it: samples beyond a threshold stay at it.
//
// `hard` is what a converter or an integer format does. `soft` is the cubic of Smith, "Physical Audio Signal
// Processing" (2010), "Cubic Soft Clipper", x - x^3 / 3 up to 1 and 2/3 beyond, as a preamplifier bends before it gives
// in; its slope is 1 at small levels, and the threshold is where it becomes flat, 3.5 dB over the flat part.
//
// How much is clipped is set by the drive, as a gain before a threshold at full scale, or by the share of the samples
// that end at the threshold, which an order statistic of their magnitudes gives exactly: then every voice is clipped as
// often, whatever its crest factor. Nothing is oversampled, on purpose: a device clips at its own rate, and the
// products above half of it alias there too.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Shape { hard, soft };
enum class Level { restored, driven };

struct ProcessingClipping {
  Shape shape = Shape::hard;
  std::optional<double> drive_db;
  std::optional<double> fraction;
  Level level = Level::restored;
};

const ParameterTable<ProcessingClipping>& table() {
  using P = ProcessingClipping;
  static const auto instance =
      ParameterTable<P>()
          .choice("shape", &P::shape, {{"hard", Shape::hard}, {"soft", Shape::soft}},
                  "Samples beyond the threshold are cut off, or bent towards it by a cubic.")
          .number("drive_db", &P::drive_db, "dB", {0.0, 60.0},
                  "Gain before a threshold at full scale; this or `fraction` is given.")
          .number("fraction", &P::fraction, "", {0.0, 0.9},
                  "Share of all samples, over all channels, that are beyond the threshold, which is set by it.")
          .choice(
              "level", &P::level, {{"restored", Level::restored}, {"driven", Level::driven}},
              "What becomes of the drive behind the threshold: it is taken back, or the sound stays as loud, its top "
              "0.1 dB below full scale so that it is not taken for clipping in the file.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto is_given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  const bool drive = is_given(1);
  const bool fraction = is_given(2);
  if (!drive && !fraction) {
    return "say how much is clipped: by `drive_db`, or by the `fraction` of the samples";
  }
  if (drive && fraction) {
    return "`drive_db` and `fraction` both say how much is clipped; keep one";
  }
  if (fraction && std::get<std::string>(settings[3]) != "restored") {
    return "`level: driven` goes with `drive_db`; by `fraction` nothing is driven";
  }
  return "";
}

// A file's samples at full scale count as clipped in the gate of a run, and these are clipped on purpose.
constexpr double kTopOfDriven = 0.98855309465694;  // -0.1 dB
constexpr float kThird = 1.0F / 3.0F;

/// The magnitude that `count` of all samples exceed; fewer where several are equal.
float exceeded_by(const std::vector<float>& samples, std::size_t count) {
  std::vector<float> magnitudes(samples.size());
  std::ranges::transform(samples, magnitudes.begin(), [](float x) { return std::fabs(x); });
  const auto at = magnitudes.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::nth_element(magnitudes, at, std::ranges::greater());
  return *at;
}

/// Gives how many samples were beyond the threshold.
FAIRGROUND_HOT std::size_t clip_hard(float* x, std::size_t count, float threshold, float gain) {
  int beyond = 0;
  for (std::size_t i = 0; i < count; ++i) {
    beyond += static_cast<int>(std::fabs(x[i]) > threshold);
    const float below = x[i] < threshold ? x[i] : threshold;
    x[i] = (below > -threshold ? below : -threshold) * gain;
  }
  return static_cast<std::size_t>(beyond);
}

FAIRGROUND_HOT std::size_t clip_soft(float* x, std::size_t count, float threshold, float gain) {
  const float scale = threshold > 0.0F ? 1.0F / threshold : 0.0F;
  const float top = threshold * gain;
  int beyond = 0;
  for (std::size_t i = 0; i < count; ++i) {
    beyond += static_cast<int>(std::fabs(x[i]) > threshold);
    const float below = x[i] * scale < 1.0F ? x[i] * scale : 1.0F;
    const float u = below > -1.0F ? below : -1.0F;
    x[i] = top * (u - u * u * u * kThird);
  }
  return static_cast<std::size_t>(beyond);
}

void apply(AudioSignal& signal, const ProcessingClipping& p, const StepRandom& /*random*/) {
  std::vector<float>& samples = signal.audio.samples;
  double threshold = 0.0;
  double gain = 1.0;
  if (p.drive_db) {
    // The flat part of the soft curve, too, is to end at full scale after the drive.
    const double flat = p.shape == Shape::soft ? 1.5 : 1.0;
    threshold = flat * plain::amplitude_from_db(-*p.drive_db);
    gain = p.level == Level::driven ? kTopOfDriven * plain::amplitude_from_db(*p.drive_db) : 1.0;
  } else {
    // As the fraction is below 1, this is less than all of them.
    const auto count = static_cast<std::size_t>(p.fraction.value_or(0.0) * static_cast<double>(samples.size()));
    if (count == 0) {
      signal.measure.values = {{"clipped_fraction", 0.0}};
      return;
    }
    threshold = exceeded_by(samples, count);
    if (threshold == 0.0) {
      throw GateError("processing.clipping: fewer samples than the `fraction` that is to be clipped are not zero");
    }
  }
  constexpr std::size_t kChunk = std::size_t{1} << 30U;  // what a counter of 32 bits holds
  std::size_t beyond = 0;
  for (std::size_t first = 0; first < samples.size(); first += kChunk) {
    beyond += (p.shape == Shape::hard ? clip_hard : clip_soft)(samples.data() + first,
                                                               std::min(kChunk, samples.size() - first),
                                                               static_cast<float>(threshold), static_cast<float>(gain));
  }
  const auto all = static_cast<double>(std::max<std::size_t>(samples.size(), 1));
  signal.measure.values = {
      {"clipped_fraction", static_cast<double>(beyond) / all},
      {"threshold_dbov", plain::log(std::max(threshold, 1e-5)) * (20.0 / plain::kLn10)},
  };
}

const Registration registration(signal_augmenter<ProcessingClipping>(
    {
        .name = "processing.clipping",
        .summary = "Samples beyond a threshold are cut off or bent, by a drive or for a share of the samples.",
        .source = "saturation as in integer formats (hard); Smith 2010, cubic soft clipper (soft)",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 1,
        .identity = "fraction: 0",
        .labels = "keeps all labels",
        .claim = "Exactly as many samples are clipped as were asked for, and what is not beyond the threshold stays to "
                 "the bit. The first and third harmonic of the cubic are within 1e-6 of its formula.",
        .limits = "Nothing is oversampled, on purpose: what lies above half of the rate aliases, as it does in a "
                  "device.",
        .example = "hard: [{processing.clipping: {fraction: 0.3}}]\n"
                   "soft: [{processing.clipping: {shape: soft, drive_db: 40}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
