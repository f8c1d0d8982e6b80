#include "augmenters/audio/parts/microphone_unit.h"

#include <algorithm>
#include <array>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// For each dB of `spread_db`: standard deviations in octaves and dB.
constexpr double kLowCutOctaves = 0.25;
constexpr double kResonanceOctaves = 0.15;
constexpr double kResonanceDb = 2.0;
// By how much later a table's reflection comes: of 3 to 14 cm.
constexpr double kNearestS = 0.0001;
constexpr double kFarthestS = 0.0004;
constexpr double kResponseS = 0.064;  // a low cut of 20 Hz has died away by then

/// The model's curve with the low cut and the resonance that the unit has.
class ModelCurve {
 public:
  ModelCurve(const MicrophoneModel& model, const StepRandom& random) : model_(model) {
    std::array<float, 3> draws;
    random.stream("parts").normals(0, draws);
    const auto moved = [&](double value, double octaves, float draw) {
      return value * plain::exp(plain::kLn2 * octaves * model.spread_db.value * static_cast<double>(draw));
    };
    low_cut_hz_ = moved(model.low_cut_hz.value, kLowCutOctaves, draws[0]);
    resonance_hz_ = moved(model.resonance_hz.value, kResonanceOctaves, draws[1]);
    resonance_db_ = model.resonance_db.value + kResonanceDb * model.spread_db.value * static_cast<double>(draws[2]);
  }

  [[nodiscard]] double operator()(double hz) const {
    const double cut_db = low_cut_gain_db(hz, low_cut_hz_, static_cast<int>(model_.low_cut_order.value));
    const double peak_db = resonance_hz_ > 0.0 ? resonance_gain_db(hz, resonance_hz_, resonance_db_) : 0.0;
    return interpolated_db(model_.shape, hz) + cut_db + peak_db;
  }

 private:
  const MicrophoneModel& model_;
  double low_cut_hz_ = 0.0;
  double resonance_hz_ = 0.0;
  double resonance_db_ = 0.0;
};

}  // namespace

DeviceFilter microphone_unit(const MicrophoneModel& model, const std::vector<UserResponse>& own, Held held,
                             int sample_rate, const StepRandom& random) {
  const UserResponse* const response = own.empty() ? nullptr : &own[random.stream("file").below(own.size())];
  const bool has_impulse = response != nullptr && response->curve.empty();
  const ModelCurve model_curve(model, random);
  const auto curve_db = [&](double hz) {
    if (response == nullptr) {
      return model_curve(hz);
    }
    return has_impulse ? 0.0 : interpolated_db(response->curve, hz);
  };
  const double reference_db = curve_db(1000.0);
  const DrawnCurve deviation = DrawnCurve::normal(model.spread_db.value, random.stream("response"));
  const double reflection_s = random.stream("reflection").uniform(kNearestS, kFarthestS);
  const auto gain_db = [&](double hz) {
    return curve_db(hz) - reference_db + deviation(hz) + held_gain_db(held, reflection_s, hz);
  };
  const auto count = std::min(ShortFilter::kMostTaps, static_cast<std::size_t>(kResponseS * sample_rate));
  std::vector<float> taps = minimum_phase_taps(sample_rate, gain_db, count);
  return has_impulse ? DeviceFilter(one_after_the_other(response->impulse, taps), response->delay)
                     : DeviceFilter(std::move(taps), /*delay=*/0);
}

}  // namespace fairground
