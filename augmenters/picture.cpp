#include "augmenters/picture.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/plain.h"

namespace fairground {

Exposure expose(double illuminance_lux, const ExposureProgramme& programme) {
  constexpr double kIncidentConstant = 250.0;  // in lx s, for a flat receptor
  const double needed = programme.f_number * programme.f_number * kIncidentConstant / illuminance_lux;  // t S
  Exposure exposure{illuminance_lux};
  exposure.time_s = std::min(needed / programme.lowest_iso, programme.longest_time_s);
  exposure.iso = std::clamp(needed / exposure.time_s, programme.lowest_iso, programme.highest_iso);
  exposure.ev = std::min(plain::log(exposure.time_s * exposure.iso / needed) / plain::kLn2, 0.0);
  return exposure;
}

double Shot::half_diagonal() const {
  const double w = width;
  const double h = height;
  return 0.5 * std::sqrt(w * w + h * h);
}

}  // namespace fairground
