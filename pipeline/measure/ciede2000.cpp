// The numbers of equations are those of Sharma, Wu and Dalal (2005). Angles are in degrees.

#include "pipeline/measure/ciede2000.h"

#include <cmath>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

double sine(double degrees) { return plain::sine_of_turns(degrees / 360.0); }
double cosine(double degrees) { return plain::cosine_of_turns(degrees / 360.0); }

/// sqrt(C^7 / (C^7 + 25^7)), which tells colours from greys.
double colourfulness(double chroma) {
  const double square = chroma * chroma;
  const double seventh = square * square * square * chroma;
  constexpr double kSeventhOf25 = 6103515625.0;
  return std::sqrt(seventh / (seventh + kSeventhOf25));
}

/// From 0 up to 360 (equation 7).
double hue(double a, double b) {
  const double degrees = 180.0 / plain::kPi * plain::atan2(b, a);
  return degrees < 0.0 ? degrees + 360.0 : degrees;
}

}  // namespace

double ciede2000(const CieLab& first, const CieLab& second) {
  // Hues that are opposite have two means. Rounding must not choose between them.
  constexpr double kHalfTurn = 180.0 + 1e-9;

  const double grey = 0.5 * (1.0 - colourfulness(0.5 * (lab_chroma(first) + lab_chroma(second))));  // equation 4
  const double a1 = (1.0 + grey) * first.a;
  const double a2 = (1.0 + grey) * second.a;
  const double chroma1 = std::sqrt(a1 * a1 + first.b * first.b);
  const double chroma2 = std::sqrt(a2 * a2 + second.b * second.b);
  const double hue1 = hue(a1, first.b);
  const double hue2 = hue(a2, second.b);
  const bool has_hues = chroma1 * chroma2 > 0.0;
  const bool is_around_zero = has_hues && std::fabs(hue1 - hue2) > kHalfTurn;

  double turn = has_hues ? hue2 - hue1 : 0.0;  // equation 10
  if (is_around_zero) {
    turn += turn > 0.0 ? -360.0 : 360.0;
  }
  double mean_hue = hue1 + hue2;  // equation 14
  if (has_hues) {
    if (is_around_zero) {
      mean_hue += mean_hue < 360.0 ? 360.0 : -360.0;
    }
    mean_hue *= 0.5;
  }
  const double mean_lightness = 0.5 * (first.lightness + second.lightness);
  const double mean_chroma = 0.5 * (chroma1 + chroma2);

  const double t = 1.0 - 0.17 * cosine(mean_hue - 30.0) + 0.24 * cosine(2.0 * mean_hue) +
                   0.32 * cosine(3.0 * mean_hue + 6.0) - 0.20 * cosine(4.0 * mean_hue - 63.0);  // equation 15
  const double from_blue = (mean_hue - 275.0) / 25.0;
  const double rotation = -sine(60.0 * plain::exp(-from_blue * from_blue)) * 2.0 * colourfulness(mean_chroma);
  const double from_middle = (mean_lightness - 50.0) * (mean_lightness - 50.0);

  const double lightness =
      (second.lightness - first.lightness) / (1.0 + 0.015 * from_middle / std::sqrt(20.0 + from_middle));
  const double chroma = (chroma2 - chroma1) / (1.0 + 0.045 * mean_chroma);
  const double hue_part = 2.0 * std::sqrt(chroma1 * chroma2) * sine(0.5 * turn) / (1.0 + 0.015 * mean_chroma * t);
  const double square =
      lightness * lightness + chroma * chroma + hue_part * hue_part + rotation * chroma * hue_part;  // equation 22
  return std::sqrt(square > 0.0 ? square : 0.0);
}

}  // namespace fairground
