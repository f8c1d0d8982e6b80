#include "pipeline/measure/skin_edges.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

/// Steps of the fourth root of light that count as edges: skin's own texture lies below. Empirical.
constexpr double kEdge = 0.03;

/// A row between two of a plane.
void blend_rows(const Plane& plane, int upper, int lower, float part, std::vector<float>& out) {
  const std::span<const float> a = plane.row(upper);
  const std::span<const float> b = plane.row(lower);
  for (std::size_t x = 0; x < out.size(); ++x) {
    out[x] = a[x] + part * (b[x] - a[x]);
  }
}

/// Which of the field's columns lie on both sides of each of the picture's, and how near it is to the right one.
struct Columns {
  std::vector<int> left;
  std::vector<int> right;
  std::vector<float> part;
};

Columns columns_of(const ColourField& field, int width) {
  Columns columns;
  for (int x = 0; x < width; ++x) {
    const double at = std::clamp((x + 0.5) / field.scale - 0.5, 0.0, field.width - 1.0);
    const int left = static_cast<int>(at);
    columns.left.push_back(left);
    columns.right.push_back(std::min(left + 1, field.width - 1));
    columns.part.push_back(static_cast<float>(at - left));
  }
  return columns;
}

FAIRGROUND_HOT void fourth_roots(const float* __restrict in, float* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float low = in[i] > 0.0F ? in[i] : 0.0F;
    out[i] = std::sqrt(std::sqrt(low < 1.0F ? low : 1.0F));
  }
}

}  // namespace

Plane follow_edges(const Image& image, const ColourField& field, const Plane& shares, double radius_px) {
  const double radius = radius_px / field.scale;
  const GuidedLines lines = fit_guided_lines(shares, field.roots, radius, kEdge);
  // Both means of the filter together reach twice its radius.
  Plane around = shares;
  running_mean(around, 2.0 * radius + 1.0);

  const int left = static_cast<int>(field.left);
  const int top = static_cast<int>(field.top);
  const int width = std::min(image.width - left, static_cast<int>(std::ceil(field.width * field.scale)));
  const int height = std::min(image.height - top, static_cast<int>(std::ceil(field.height * field.scale)));
  Plane result(width, height);
  const Columns columns = columns_of(field, width);
  std::array<std::vector<float>, 5> rows;
  for (std::vector<float>& row : rows) {
    row.resize(static_cast<std::size_t>(field.width));
  }
  std::array<std::vector<float>, 3> roots;
  for (std::vector<float>& row : roots) {
    row.resize(static_cast<std::size_t>(width));
  }
  for (int y = 0; y < height; ++y) {
    const double at = std::clamp((y + 0.5) / field.scale - 0.5, 0.0, field.height - 1.0);
    const int upper = static_cast<int>(at);
    const int lower = std::min(upper + 1, field.height - 1);
    const auto part = static_cast<float>(at - upper);
    blend_rows(around, upper, lower, part, rows[4]);
    std::span<float> out = result.row(y);
    constexpr float kAlmost = 1e-4F;
    if (std::ranges::none_of(rows[4], [](float share) { return share > kAlmost; })) {
      continue;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      blend_rows(lines.factors[c], upper, lower, part, rows[c]);
      const float* from = image.row(top + y).data() + c * static_cast<std::size_t>(image.width);
      fourth_roots(from + left, roots[c].data(), static_cast<std::size_t>(width));
    }
    blend_rows(lines.offset, upper, lower, part, rows[3]);
    for (int x = 0; x < width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const auto a = static_cast<std::size_t>(columns.left[i]);
      const auto b = static_cast<std::size_t>(columns.right[i]);
      const float near = columns.part[i];
      const auto between = [&](const std::vector<float>& row) { return row[a] + near * (row[b] - row[a]); };
      const float share = between(rows[4]);
      if (share <= kAlmost || share >= 1.0F - kAlmost) {
        out[i] = share <= kAlmost ? 0.0F : 1.0F;
      } else {
        out[i] = between(rows[0]) * roots[0][i] + between(rows[1]) * roots[1][i] + between(rows[2]) * roots[2][i] +
                 between(rows[3]);
      }
    }
  }
  return result;
}

}  // namespace fairground
