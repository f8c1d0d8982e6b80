// A tone of known frequency in a signal, and what is beside it.
#pragma once

#include <cmath>
#include <span>

#include "pipeline/core/units.h"
#include "tests/measure/signals.h"

namespace fairground {

struct FittedTone {
  double amplitude = 0.0;
  double turns = 0.0;    ///< its phase as that of a sine that begins with the signal
  double rest_db = 0.0;  ///< power of what is beside it, over its own
};

/// By least squares, without the first and last `margin` samples.
[[nodiscard]] inline FittedTone fit_tone(std::span<const float> signal, double hz, int rate, std::size_t margin) {
  double ss = 0.0, sc = 0.0, cc = 0.0, sy = 0.0, cy = 0.0;
  const double step = kTwoPi * hz / rate;
  for (std::size_t i = margin; i + margin < signal.size(); ++i) {
    const double s = std::sin(step * static_cast<double>(i));
    const double c = std::cos(step * static_cast<double>(i));
    const auto y = static_cast<double>(signal[i]);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    sy += s * y;
    cy += c * y;
  }
  const double determinant = ss * cc - sc * sc;
  const double a = (sy * cc - cy * sc) / determinant;
  const double b = (cy * ss - sy * sc) / determinant;
  double rest = 0.0;
  double power = 0.0;
  for (std::size_t i = margin; i + margin < signal.size(); ++i) {
    const double tone = a * std::sin(step * static_cast<double>(i)) + b * std::cos(step * static_cast<double>(i));
    rest += (signal[i] - tone) * (signal[i] - tone);
    power += tone * tone;
  }
  return {std::hypot(a, b), std::atan2(b, a) / kTwoPi, db_from_power(rest / power)};
}

}  // namespace fairground
