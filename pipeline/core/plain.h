// Elementary functions in plain arithmetic. Those of the C library differ between machines in the last bit, and what
// is synthesised from them would differ too. Within 4e-16 relative of the true value, the sine absolute.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace fairground::plain {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kLn2 = 0.69314718055994530942;
inline constexpr double kLn10 = 2.30258509299404568402;

/// sin(2 pi turns). Accurate for up to 2^30 turns, as far as `turns` itself is.
[[nodiscard]] inline double sine_of_turns(double turns) {
  double part = turns - std::floor(turns + 0.5);  // -0.5 to 0.5
  if (part > 0.25) {
    part = 0.5 - part;
  } else if (part < -0.25) {
    part = -0.5 - part;
  }
  const double x = 2.0 * kPi * part;  // at most a quarter of a turn, where these terms suffice
  const double x2 = x * x;
  double sum = 0.0;
  for (int k = 21; k > 1; k -= 2) {
    sum = (1.0 + sum) * -x2 / static_cast<double>(k * (k - 1));
  }
  return x + x * sum;
}

/// cos(2 pi turns).
[[nodiscard]] inline double cosine_of_turns(double turns) { return sine_of_turns(turns + 0.25); }

/// e^x for -700 <= x <= 700.
[[nodiscard]] inline double exp(double x) {
  const double halvings = std::floor(x / kLn2 + 0.5);
  // The logarithm of 2 in two parts, of which the first is short enough for exact products.
  constexpr double kLn2High = 0x1.62e42fee00000p-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  const double rest = (x - halvings * kLn2High) - halvings * kLn2Low;  // at most 0.35
  double sum = 0.0;
  for (int k = 15; k > 0; --k) {
    sum = (1.0 + sum) * rest / static_cast<double>(k);
  }
  // std::ldexp() takes as long as all of the above.
  const auto exponent = static_cast<int>(halvings);
  constexpr int kLeast = -1022;
  return exponent < kLeast || exponent > -kLeast
             ? std::ldexp(1.0 + sum, exponent)
             : (1.0 + sum) * std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
}

/// ln x for a normal x > 0.
[[nodiscard]] inline double log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // 0.5 to 1
  if (mantissa < 0.70710678118654752440) {
    mantissa *= 2.0;
    --exponent;
  }
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double s2 = s * s;
  double sum = 0.0;
  for (int k = 23; k > 0; k -= 2) {
    sum = sum * s2 + 1.0 / static_cast<double>(k);
  }
  return 2.0 * s * sum + static_cast<double>(exponent) * kLn2;
}

/// The real cube root of a normal x or 0.
[[nodiscard]] inline double cube_root(double x) {
  if (x == 0.0) {
    return x;
  }
  int exponent = 0;
  double mantissa = std::frexp(std::fabs(x), &exponent);  // 0.5 to 1
  while (exponent % 3 != 0) {                             // down to 0.125
    mantissa *= 0.5;
    ++exponent;
  }
  double root = 0.4 + 0.6 * mantissa;  // within 12 % of the root; each of Halley's steps cubes the error
  for (int step = 0; step < 3; ++step) {
    const double cube = root * root * root;
    root *= (cube + 2.0 * mantissa) / (2.0 * cube + mantissa);
  }
  root -= (root * root * root - mantissa) / (3.0 * root * root);  // takes off what rounding left
  return std::copysign(std::ldexp(root, exponent / 3), x);
}

/// The angle from the positive x axis to the point (x, y) in radians, above -pi and up to pi; 0 at the origin.
[[nodiscard]] inline double atan2(double y, double x) {
  const double width = std::fabs(x);
  const double height = std::fabs(y);
  if (width == 0.0 && height == 0.0) {
    return 0.0;
  }
  // An eighth of a turn at most, and of that again at most half, where these terms suffice.
  double tangent = height < width ? height / width : width / height;
  constexpr double kTangentOfSixteenth = 0.41421356237309504880;
  const bool is_turned = tangent > kTangentOfSixteenth;
  if (is_turned) {
    const double less = height < width ? height : width;
    const double more = height < width ? width : height;
    tangent = (less - more) / (less + more);
  }
  const double square = tangent * tangent;
  double sum = 0.0;
  for (int k = 41; k > 0; k -= 2) {
    sum = 1.0 / static_cast<double>(k) - square * sum;
  }
  double angle = tangent * sum + (is_turned ? 0.25 * kPi : 0.0);
  if (height >= width) {
    angle = 0.5 * kPi - angle;
  }
  if (x < 0.0) {
    angle = kPi - angle;
  }
  return y < 0.0 ? -angle : angle;
}

[[nodiscard]] inline double amplitude_from_db(double db) { return plain::exp(db * (kLn10 / 20.0)); }
[[nodiscard]] inline double power_from_db(double db) { return plain::exp(db * (kLn10 / 10.0)); }

/// The modified Bessel function of the first kind and order 0, of which Kaiser's window is made, for x from 0 to 100.
[[nodiscard]] inline double bessel_i0(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term > 1e-17 * sum; ++k) {
    const double factor = 0.5 * x / k;
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

}  // namespace fairground::plain
