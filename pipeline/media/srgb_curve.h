// The sRGB transfer function as a polynomial, for loops that encode many samples.
#pragma once

namespace fairground {

/// What is taken from a fourth root of light before srgb_of_root(): the middle of its range, on a grid of 2^-20.
inline constexpr float kSrgbRootCentre = 648293.0F / 1048576.0F;

/// Encoded light, for linear light x from 0.0031308 to 1, of v = x^(1/4) - kSrgbRootCentre.
///
/// With q = x^(1/4), which two square roots give, 1.055 x^(1/2.4) - 0.055 is 1.055 q^(5/3) - 0.055, smooth enough for
/// a polynomial of degree 7 in v. Its coefficients were found by Remez exchange in double precision on q from
/// 0.0031308^(1/4) to 1; they are within 3.3e-7 of the function.
[[nodiscard, gnu::always_inline]] inline float srgb_of_root(float v) {
  float curve = -0.07622299268F;
  curve = curve * v + 0.06489044055F;
  curve = curve * v - 0.04594899597F;
  curve = curve * v + 0.06467673293F;
  curve = curve * v - 0.1238647974F;
  curve = curve * v + 0.6880626644F;
  curve = curve * v + 1.276095534F;
  curve = curve * v + 0.418374175F;
  return curve;
}

}  // namespace fairground
