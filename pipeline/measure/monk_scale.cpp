#include "pipeline/measure/monk_scale.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "pipeline/core/plain.h"
#include "pipeline/measure/ciede2000.h"

namespace fairground {
namespace {

/// The sRGB transfer function (IEC 61966-2-1) in plain arithmetic.
double linear_light(std::uint32_t code) {
  const double encoded = static_cast<double>(code) / 255.0;
  return encoded <= 0.04045 ? encoded / 12.92 : plain::exp(2.4 * plain::log((encoded + 0.055) / 1.055));
}

std::array<CieLab, kMonkSwatches.size()> all_swatches() {
  std::array<CieLab, kMonkSwatches.size()> labs;
  for (std::size_t i = 0; i < labs.size(); ++i) {
    labs[i] = cie_lab(monk_light(static_cast<int>(i) + 1));
  }
  return labs;
}

}  // namespace

LinearRgb monk_light(int swatch) {
  const std::uint32_t codes = kMonkSwatches[static_cast<std::size_t>(swatch - 1)];
  return {linear_light(codes >> 16U), linear_light((codes >> 8U) & 255U), linear_light(codes & 255U)};
}

CieLab monk_lab(int swatch) {
  static const std::array<CieLab, kMonkSwatches.size()> labs = all_swatches();
  return labs[static_cast<std::size_t>(swatch - 1)];
}

MonkMatch nearest_monk(const CieLab& lab) {
  constexpr double kFar = std::numeric_limits<double>::max();
  MonkMatch match = {.swatch = 0, .runner_up = 0, .difference = kFar, .margin = kFar};
  double second = kFar;
  for (int swatch = 1; swatch <= static_cast<int>(kMonkSwatches.size()); ++swatch) {
    const double difference = ciede2000(lab, monk_lab(swatch));
    if (difference < match.difference) {
      match.runner_up = match.swatch;
      second = match.difference;
      match.swatch = swatch;
      match.difference = difference;
    } else if (difference < second) {
      match.runner_up = swatch;
      second = difference;
    }
  }
  match.margin = second - match.difference;
  return match;
}

}  // namespace fairground
