// A compressor of the dynamic range: what is louder than a threshold is lowered by a ratio.
//
// Giannoulis, Massberg and Reiss, "Digital dynamic range compressor design - a tutorial and analysis" (Journal of the
// Audio Engineering Society 60, 2012): feed-forward, all in dB, the gain computer with a quadratic knee first, then the
// smooth decoupled peak detector on the reduction that it asks for:
//   held = max(asked, release held + (1 - release) asked), reduction = attack reduction + (1 - attack) held.
// What is asked for is held over 5 ms, or the release would run towards the troughs between the peaks of a wave: on a
// tone it took 23 % less than was set. As all these times add up on the way back, the detector's own release is shorter
// by the others. Times are those to 63 % of the way in dB. The level is that of the loudest channel at each sample,
// since peaks are what is held, and all channels have one gain.

#include <algorithm>
#include <array>
#include <optional>

#include "augmenters/audio/parts/decibel_rows.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct ProcessingCompressor {
  double threshold_dbov = -30.0;
  double ratio = 4.0;
  double knee_db = 6.0;
  double attack_ms = 5.0;
  double release_ms = 100.0;
  std::optional<double> makeup_db;
};

const ParameterTable<ProcessingCompressor>& table() {
  using P = ProcessingCompressor;
  static const auto instance =
      ParameterTable<P>()
          .number("threshold_dbov", &P::threshold_dbov, "dBov", {-80.0, 0.0},
                  "Peaks beyond this level are lowered; those of a tone stand 3 dB over its level.")
          .number("ratio", &P::ratio, "", {1.0, 100.0},
                  "So many dB more at the input are one more at the output; 100 is a limiter, 1 does nothing.")
          .number("knee_db", &P::knee_db, "dB", {0.0, 40.0}, "Width of the bend around the threshold; 0 is a corner.")
          .number("attack_ms", &P::attack_ms, "ms", {0.1, 50.0},
                  "Time in which the reduction makes 63 % of its way in dB when the sound gets louder at once.")
          .number("release_ms", &P::release_ms, "ms", {60.0, 5000.0},
                  "Time in which the reduction makes 63 % of its way in dB when the sound gets weaker at once.")
          .number("makeup_db", &P::makeup_db, "dB", {0.0, 60.0},
                  "Gain behind all this; by default half of what full scale is lowered by.");
  return instance;
}

/// The curve at rest.
struct Curve {
  float threshold_db, half_knee_db, per_knee, slope;

  explicit Curve(const ProcessingCompressor& p)
      : threshold_db(static_cast<float>(p.threshold_dbov)),
        half_knee_db(static_cast<float>(0.5 * p.knee_db)),
        per_knee(p.knee_db > 0.0 ? static_cast<float>(0.5 / p.knee_db) : 0.0F),
        slope(static_cast<float>(1.0 - 1.0 / p.ratio)) {}
};

/// Each level becomes the reduction in dB that is asked for.
FAIRGROUND_HOT void ask(const Curve& curve, float* row, std::size_t count) {
  const float knee = 2.0F * curve.half_knee_db;
  for (std::size_t i = 0; i < count; ++i) {
    const float over = row[i] - curve.threshold_db;
    const float above = over - curve.half_knee_db > 0.0F ? over - curve.half_knee_db : 0.0F;
    const float into = over + curve.half_knee_db > 0.0F ? over + curve.half_knee_db : 0.0F;
    const float inside = into < knee ? into : knee;
    row[i] = curve.slope * (above + inside * inside * curve.per_knee);
  }
}

/// Finds the gain from what is asked for, sample after sample.
class Detector {
 public:
  Detector(const ProcessingCompressor& p, int sample_rate)
      : block_(static_cast<std::size_t>((sample_rate + 999) / 1000)),
        attack_(decay(sample_rate, p.attack_ms)),
        release_(decay(sample_rate, p.release_ms - p.attack_ms - kHeldMs + 0.5)) {}

  /// Each asked reduction becomes the gain in dB.
  void smooth(std::span<float> row, double makeup_db) {
    for (float& value : row) {
      newest_ = std::max(newest_, value);
      const double asked = std::max(newest_, peak_);
      held_ = std::max(asked, asked + (held_ - asked) * release_);
      reduction_ = held_ + (reduction_ - held_) * attack_;
      sum_ += reduction_;
      value = static_cast<float>(makeup_db - reduction_);
      if (++in_block_ == block_) {
        std::rotate(blocks_.begin(), blocks_.begin() + 1, blocks_.end());
        blocks_.back() = newest_;
        peak_ = std::ranges::max(blocks_);
        newest_ = 0.0F;
        in_block_ = 0;
      }
    }
  }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  static constexpr int kHeldMs = 5;  // from peak to peak of a tone of 100 Hz

  static double decay(int sample_rate, double ms) { return ms > 0.0 ? plain::exp(-1000.0 / (ms * sample_rate)) : 0.0; }

  std::size_t block_;
  double attack_, release_;
  std::array<float, kHeldMs> blocks_{};  // the greatest of each millisecond
  float peak_ = 0.0F, newest_ = 0.0F;    // of them, and of the one that goes on
  std::size_t in_block_ = 0;
  double held_ = 0.0, reduction_ = 0.0;
  double sum_ = 0.0;  // of all reductions
};

void apply(AudioSignal& signal, const ProcessingCompressor& p, const StepRandom& /*random*/) {
  Audio& audio = signal.audio;
  const Curve curve(p);
  float at_full_scale = 0.0F;
  ask(curve, &at_full_scale, 1);
  const double makeup_db = p.makeup_db.value_or(0.5 * static_cast<double>(at_full_scale));
  Detector detector(p, audio.sample_rate);
  std::array<float, 2048> rows;  // stays in the first-level cache
  for (std::size_t first = 0; first < audio.frames(); first += rows.size()) {
    const std::span row = std::span(rows).first(std::min(rows.size(), audio.frames() - first));
    largest_magnitudes(audio, first, row);
    magnitudes_to_db(row);
    ask(curve, row.data(), row.size());
    detector.smooth(row, makeup_db);
    db_to_amplitudes(row);
    multiply(audio, first, row);
  }
  signal.measure.values = {
      {"mean_reduction_db", detector.sum() / static_cast<double>(std::max<std::size_t>(audio.frames(), 1))},
      {"makeup_db", makeup_db},
  };
}

const Registration registration(signal_augmenter<ProcessingCompressor>(
    {
        .name = "processing.compressor",
        .summary = "Lowers what is louder than a threshold by a ratio, with a knee, an attack and a release.",
        .source = "Giannoulis, Massberg and Reiss 2012",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 1,
        .identity = "ratio: 1",
        .labels = "keeps all labels",
        .claim = "At rest, the gain is within 0.01 dB of the published curve, and attack and release are within 10 % "
                 "of what was set.",
        .example = "mild: [{processing.compressor: {}}]\n"
                   "strong: [{processing.compressor: {threshold_dbov: -60, ratio: 20, release_ms: 60}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
