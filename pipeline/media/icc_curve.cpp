#include "pipeline/media/icc_curve.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "pipeline/core/plain.h"
#include "pipeline/media/byte_view.h"
#include "pipeline/media/icc_fault.h"

namespace fairground {
namespace {

double s15_fixed_16(const ByteView& view, std::uint64_t at) {
  return static_cast<double>(static_cast<std::int32_t>(view.u32(at))) / 65536.0;
}

/// ICC.1:2022, 7.3: the first tag of that name.
ByteView find_tag(std::span<const std::byte> profile, std::uint32_t signature) {
  constexpr std::uint64_t kEntry = 12;
  const ByteView file(profile, std::endian::big);
  const std::uint64_t count = file.u32(kIccHeaderBytes);
  for (std::uint64_t at = kIccHeaderBytes + 4; at < kIccHeaderBytes + 4 + count * kEntry; at += kEntry) {
    if (file.u32(at) == signature) {
      return {file.part(file.u32(at + 4), file.u32(at + 8)), std::endian::big};
    }
  }
  refuse_profile("is damaged: it lacks '" + signature_text(signature) + "'");
}

double power(double base, double exponent) {
  constexpr double kFarthest = 80.0;  // e to it is far beyond any light, and still a float
  if (base <= 0.0) {
    return 0.0;
  }
  if (exponent == 1.0) {
    return base;
  }
  const double logarithm = exponent * plain::log(base);
  return logarithm < -kFarthest ? 0.0 : plain::exp(std::min(logarithm, kFarthest));
}

/// ICC.1:2022, 10.18, table 68. Parameters that a type does not have are 0.
struct ParametricCurve {
  unsigned type = 0;
  double g = 1.0, a = 1.0, b = 0.0, c = 0.0, d = 0.0, e = 0.0, f = 0.0;

  [[nodiscard]] double operator()(double x) const {
    const double base = a * x + b;
    switch (type) {
      case 0:
        return power(x, g);
      case 1:
      case 2:
        return power(base, g) + c;  // below -b / a the base is negative and only c is left
      default:
        return x >= d ? power(base, g) + e : c * x + f;
    }
  }
};

ParametricCurve parametric_curve(const ByteView& tag) {
  constexpr std::uint64_t kParameters = 12;
  constexpr std::array<std::size_t, 5> kCounts = {1, 3, 4, 5, 7};
  ParametricCurve curve;
  curve.type = tag.u16(8);
  if (curve.type >= kCounts.size()) {
    refuse_profile("has a curve of type " + std::to_string(curve.type) + ", of which nothing is known");
  }
  const std::array<double*, 7> parameters = {&curve.g, &curve.a, &curve.b, &curve.c, &curve.d, &curve.e, &curve.f};
  for (std::size_t i = 0; i < kCounts[curve.type]; ++i) {
    *parameters[i] = s15_fixed_16(tag, kParameters + 4 * i);
  }
  return curve;
}

/// ICC.1:2022, 10.6: light at codes that are evenly spaced, straight in between.
double sampled_curve(const ByteView& tag, std::uint64_t count, double x) {
  constexpr std::uint64_t kValues = 12;
  const double place = x * static_cast<double>(count - 1);
  const auto below = std::min(static_cast<std::uint64_t>(place), count - 2);
  const double low = tag.u16(kValues + 2 * below);
  const double high = tag.u16(kValues + 2 * below + 2);
  return (low + (high - low) * (place - static_cast<double>(below))) / 65535.0;
}

}  // namespace

std::vector<float> light_of_curve(std::span<const std::byte> profile, std::uint32_t signature,
                                  const std::vector<float>& codes) {
  const ByteView tag = find_tag(profile, signature);
  std::vector<float> light(codes.size());
  const auto fill = [&](const auto& curve) {
    std::ranges::transform(codes, light.begin(), [&](float code) { return static_cast<float>(curve(code)); });
  };
  const bool is_parametric = tag.matches(0, "para");
  if (!is_parametric && !tag.matches(0, "curv")) {
    refuse_profile("has a curve in a form of which nothing is known");
  }
  const std::uint64_t count = is_parametric ? 0 : tag.u32(8);
  if (is_parametric) {
    fill(parametric_curve(tag));
  } else if (count == 0) {
    light = codes;
  } else if (count == 1) {
    fill(ParametricCurve{.g = tag.u16(12) / 256.0});
  } else {
    fill([&](float code) { return sampled_curve(tag, count, code); });
  }
  require_light(light);
  return light;
}

}  // namespace fairground
