// Pictures and readings that the tests of light share.
#pragma once

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "pipeline/media/image.h"
#include "tests/support/apply.h"

namespace fairground {

inline Image flat(int width, int height, float level, int channels = 3) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), level);
  return image;
}

inline double sample(const Image& image, int x, int y, int channel = 0) {
  return image.row(y)[static_cast<std::size_t>(channel * image.width + x)];
}

/// What the step says of it.
inline double found(const Picture& picture, const std::string& name) {
  for (const auto& [key, value] : picture.measure.values) {
    if (key == name) {
      return value;
    }
  }
  throw std::logic_error("nothing is said of " + name);
}

struct Colour {
  double u = 0.0;  ///< u' of CIE 1976
  double v = 0.0;  ///< v' likewise
  double y = 0.0;  ///< luminance
};

/// By the matrix of IEC 61966-2-1 from linear sRGB to XYZ.
inline Colour colour_of(const Image& image, int x = 0, int y = 0) {
  const double r = sample(image, x, y, 0);
  const double g = sample(image, x, y, 1);
  const double b = sample(image, x, y, 2);
  const double cx = 0.4124564 * r + 0.3575761 * g + 0.1804375 * b;
  const double cy = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
  const double cz = 0.0193339 * r + 0.1191920 * g + 0.9503041 * b;
  const double scale = cx + 15.0 * cy + 3.0 * cz;
  return {4.0 * cx / scale, 9.0 * cy / scale, cy};
}

inline Colour from_xy(double x, double y) {
  const double scale = -2.0 * x + 12.0 * y + 3.0;
  return {4.0 * x / scale, 9.0 * y / scale, 1.0};
}

/// A glowing body by the rational fit of Krystek ("An algorithm to calculate correlated colour temperature", Color
/// Research and Application 10, 1985), within 9e-5 in u and v of CIE 1960 from 1000 to 15000 K.
inline Colour glowing(double t) {
  const double u =
      (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t * t);
  const double v =
      (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t * t);
  return {u, 1.5 * v, 1.0};
}

/// Daylight by CIE 15:2004.
inline Colour daylight_at(double t) {
  const double x = t <= 7000.0 ? -4.6070e9 / (t * t * t) + 2.9678e6 / (t * t) + 0.09911e3 / t + 0.244063
                               : -2.0064e9 / (t * t * t) + 1.9018e6 / (t * t) + 0.24748e3 / t + 0.237040;
  return from_xy(x, -3.000 * x * x + 2.870 * x - 0.275);
}

inline double distance(const Colour& a, const Colour& b) { return std::hypot(a.u - b.u, a.v - b.v); }

}  // namespace fairground
