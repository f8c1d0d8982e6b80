#include "augmenters/image/parts/encoded_light.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr double kLinearKnee = 0.0031308;
constexpr double kEncodedKnee = 0.04045;
constexpr double kSlopeAtWhite = 1.055 / 2.4;  // of the encoding

/// As the renderer's own encoding (pipeline/media/image_light.cpp), a polynomial in the fourth root, of degree 8 since
/// here nothing is rounded to codes: by Remez exchange, within 1.1e-7 with the coefficients as floats.
FAIRGROUND_HOT void encode(float* samples, std::size_t count) {
  constexpr float kCentre = 0.6182725F;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = samples[i];
    const float size = std::fabs(x);
    const float inside = size < 1.0F ? size : 1.0F;
    const float v = std::sqrt(std::sqrt(inside)) - kCentre;
    float curve = 0.0918004215F;
    curve = curve * v - 0.071975477F;
    curve = curve * v + 0.0381201692F;
    curve = curve * v - 0.0470266975F;
    curve = curve * v + 0.0671126023F;
    curve = curve * v - 0.123782851F;
    curve = curve * v + 0.68798703F;
    curve = curve * v + 1.27611089F;
    curve = curve * v + 0.418390006F;
    const float encoded = size < static_cast<float>(kLinearKnee)
                              ? 12.92F * size
                              : curve + static_cast<float>(kSlopeAtWhite) * (size - inside);
    samples[i] = std::copysign(encoded, x);
  }
}

/// u^2.4 with u = (e + 0.055) / 1.055 is s^4.8 of its square root s, smooth enough for a polynomial of degree 7: by
/// Remez exchange weighted with the slope of the encoding, within 9e-8 of encoded values.
FAIRGROUND_HOT void decode(float* samples, std::size_t count) {
  constexpr float kCentre = 0.65039444F;
  for (std::size_t i = 0; i < count; ++i) {
    const float e = samples[i];
    const float size = std::fabs(e);
    const float inside = size < 1.0F ? size : 1.0F;
    const float v = std::sqrt((inside + 0.055F) * (1.0F / 1.055F)) - kCentre;
    float curve = 0.0110989604F;
    curve = curve * v - 0.0350361355F;
    curve = curve * v + 0.66757095F;
    curve = curve * v + 2.71514177F;
    curve = curve * v + 3.92420769F;
    curve = curve * v + 2.73457527F;
    curve = curve * v + 0.936080158F;
    curve = curve * v + 0.126837805F;
    const float linear = size < static_cast<float>(kEncodedKnee)
                             ? size * (1.0F / 12.92F)
                             : curve + static_cast<float>(1.0 / kSlopeAtWhite) * (size - inside);
    samples[i] = std::copysign(linear, e);
  }
}

/// Written so that equal channels give exactly their value.
FAIRGROUND_HOT void weigh(const float* red, const float* green, const float* blue, float* luma, std::size_t count) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    luma[i] = green[i] + (kLumaRed * (red[i] - green[i]) + kLumaBlue * (blue[i] - green[i]));
  }
}

}  // namespace

void encode_light(std::span<float> samples) { encode(samples.data(), samples.size()); }

void decode_light(std::span<float> samples) { decode(samples.data(), samples.size()); }

double encoded_light(double linear) {
  const double size = std::fabs(linear);
  const double inside = std::min(size, 1.0);
  const double encoded = size <= kLinearKnee
                             ? 12.92 * size
                             : 1.055 * plain::exp(plain::log(inside) / 2.4) - 0.055 + kSlopeAtWhite * (size - inside);
  return std::copysign(encoded, linear);
}

double decoded_light(double encoded) {
  const double size = std::fabs(encoded);
  const double inside = std::min(size, 1.0);
  const double linear = size <= kEncodedKnee
                            ? size / 12.92
                            : plain::exp(plain::log((inside + 0.055) / 1.055) * 2.4) + (size - inside) / kSlopeAtWhite;
  return std::copysign(linear, encoded);
}

void luma_of(std::span<const float> red, std::span<const float> green, std::span<const float> blue,
             std::span<float> luma) {
  weigh(red.data(), green.data(), blue.data(), luma.data(), luma.size());
}

}  // namespace fairground
