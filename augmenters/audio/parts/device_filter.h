// What a device does to a spectrum: filters that are made of curves of gain, and how a unit differs from the next one
// of its model.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/core/short_filter.h"
#include "pipeline/media/audio.h"

namespace fairground {

/// Gain in dB by frequency in Hz, above 0 and up to half the rate. To keep the bits equal on every machine, it uses
/// plain arithmetic or pipeline/core/plain.h.
using GainCurve = std::function<double(double hz)>;

/// The filter of minimum phase with these gains, as a body or a capsule has that stores no more energy than it must:
/// `count` taps, of which the last eighth fades out. Gains below -120 dB are taken for -120. Oppenheim and Schafer,
/// "Discrete-time signal processing", 3rd edition, chapter 13 (by the cepstrum).
[[nodiscard]] std::vector<float> minimum_phase_taps(int sample_rate, const GainCurve& gain_db, std::size_t count);

/// The filter without phase, symmetric about its tap number `reach`: 2 * reach + 1 taps. What the curve does within
/// less than about 1 / (reach / sample_rate) Hz is smoothed.
[[nodiscard]] std::vector<float> zero_phase_taps(int sample_rate, const GainCurve& gain_db, std::size_t reach);

/// A filter for every clip that meets it.
class DeviceFilter {
 public:
  /// At most ShortFilter::kMostTaps taps; the output is early by `delay` samples, which takes the filter's own out.
  DeviceFilter(std::vector<float> taps, std::size_t delay);

  /// Filters every channel in place. Beyond the clip there is silence.
  void apply(Audio& audio) const;

 private:
  ShortFilter filter_;
  std::size_t delay_;
};

/// A drawn curve, smooth over half octaves.
class DrawnCurve {
 public:
  /// 0 dB at 1 kHz. Standard deviation `spread_db` an octave from there and more, up to 4 kHz; from 8 kHz on nearly
  /// three times as much.
  [[nodiscard]] static DrawnCurve normal(double spread_db, const RandomStream& stream);
  /// Nowhere beyond -tolerance_db to tolerance_db.
  [[nodiscard]] static DrawnCurve within(double tolerance_db, RandomStream stream);

  [[nodiscard]] double operator()(double hz) const;

 private:
  static constexpr std::size_t kPoints = 22;  ///< half octaves from 20 Hz to 29 kHz
  std::array<double, kPoints> db_{};
};

}  // namespace fairground
