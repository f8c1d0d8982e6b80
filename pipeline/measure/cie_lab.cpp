#include "pipeline/measure/cie_lab.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// From linear light to X, Y, Z (IEC 61966-2-1:1999, section 5.2). The white point is the sum of each row.
constexpr std::array<LinearRgb, 3> kToXyz = {
    {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};

/// X, Y and Z over those of white.
constexpr std::array<LinearRgb, 3> relative_matrix() {
  std::array<LinearRgb, 3> matrix = kToXyz;
  for (LinearRgb& row : matrix) {
    const double white = row[0] + row[1] + row[2];
    for (double& value : row) {
      value /= white;
    }
  }
  return matrix;
}
constexpr std::array<LinearRgb, 3> kRelative = relative_matrix();

constexpr std::array<LinearRgb, 3> inverse(const std::array<LinearRgb, 3>& m) {
  std::array<LinearRgb, 3> out = {};
  const auto minor = [&m](std::size_t r, std::size_t c) {
    const std::size_t r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];  // taken in cyclic order, so it has its sign
  };
  const double determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) {
      out[r][c] = minor(c, r) / determinant;
    }
  }
  return out;
}
constexpr std::array<LinearRgb, 3> kFromRelative = inverse(kRelative);

// The cube root is steep near black, so that CIE 15 goes on with a straight line below (6 / 29)^3.
constexpr double kKnee = 6.0 / 29.0;
constexpr double kSlope = 1.0 / (3.0 * kKnee * kKnee);
constexpr double kOffset = 4.0 / 29.0;

double curve(double t) { return t > kKnee * kKnee * kKnee ? plain::cube_root(t) : kSlope * t + kOffset; }
double inverse_curve(double f) { return f > kKnee ? f * f * f : (f - kOffset) / kSlope; }

double dot(const LinearRgb& row, const LinearRgb& values) {
  return row[0] * values[0] + row[1] * values[1] + row[2] * values[2];
}

constexpr double kDegrees = 180.0 / plain::kPi;

/// The cube root by Halley's steps, each of which cubes the error. A third of the bits of a positive float, taken as an
/// integer, is a third of its logarithm, and with the constant (empirical) that is within 4 % of the root.
[[gnu::always_inline]] inline float fast_curve(float t) {
  const auto bits = static_cast<float>(std::bit_cast<std::int32_t>(t));
  float root = std::bit_cast<float>(static_cast<std::int32_t>(bits * (1.0F / 3.0F)) + 709921077);
  for (int step = 0; step < 2; ++step) {
    const float cube = root * root * root;
    root = root * (cube + 2.0F * t) / (2.0F * cube + t);
  }
  constexpr auto kFastKnee = static_cast<float>(kKnee * kKnee * kKnee);
  return t > kFastKnee ? root : static_cast<float>(kSlope) * t + static_cast<float>(kOffset);
}

FAIRGROUND_HOT void lab_row(const float* red, const float* green, const float* blue, float* lightness, float* a,
                            float* b, std::size_t count) {
  constexpr auto kM = [] {
    std::array<std::array<float, 3>, 3> matrix = {};
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) {
        matrix[r][c] = static_cast<float>(kRelative[r][c]);
      }
    }
    return matrix;
  }();
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    const float r = red[i];
    const float g = green[i];
    const float l = blue[i];
    const float x = fast_curve(kM[0][0] * r + kM[0][1] * g + kM[0][2] * l);
    const float y = fast_curve(kM[1][0] * r + kM[1][1] * g + kM[1][2] * l);
    const float z = fast_curve(kM[2][0] * r + kM[2][1] * g + kM[2][2] * l);
    lightness[i] = 116.0F * y - 16.0F;
    a[i] = 500.0F * (x - y);
    b[i] = 200.0F * (y - z);
  }
}

}  // namespace

CieLab cie_lab(const LinearRgb& rgb) {
  const double x = curve(dot(kRelative[0], rgb));
  const double y = curve(dot(kRelative[1], rgb));
  const double z = curve(dot(kRelative[2], rgb));
  return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

LinearRgb linear_rgb(const CieLab& lab) {
  const double y = (lab.lightness + 16.0) / 116.0;
  const LinearRgb xyz = {inverse_curve(y + lab.a / 500.0), inverse_curve(y), inverse_curve(y - lab.b / 200.0)};
  return {dot(kFromRelative[0], xyz), dot(kFromRelative[1], xyz), dot(kFromRelative[2], xyz)};
}

double lab_chroma(const CieLab& lab) { return std::sqrt(lab.a * lab.a + lab.b * lab.b); }

double lab_hue_deg(const CieLab& lab) { return kDegrees * plain::atan2(lab.b, lab.a); }

double lab_ita_deg(const CieLab& lab) { return kDegrees * plain::atan2(lab.lightness - 50.0, std::max(lab.b, 0.0)); }

void cie_lab_row(const float* red, const float* green, const float* blue, float* lightness, float* a, float* b,
                 std::size_t count) {
  lab_row(red, green, blue, lightness, a, b, count);
}

}  // namespace fairground
