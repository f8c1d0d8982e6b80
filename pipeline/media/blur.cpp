#include "pipeline/media/blur.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr double kLongestTaps = 8.0;  // sigma in pixels up to which a Gaussian is summed tap by tap

/// Row `y`, or the nearest that there is.
std::span<const float> nearest_row(PlaneView plane, int y) { return plane.row(std::clamp(y, 0, plane.height - 1)); }

/// `row` with `margin` copies of its ends on both sides.
template <class Value>
void put_margins(std::span<Value> padded, std::size_t margin) {
  std::ranges::fill(padded.first(margin), padded[margin]);
  std::ranges::fill(padded.last(margin), padded[padded.size() - margin - 1]);
}

FAIRGROUND_HOT void scale(const float* __restrict in, float* __restrict out, std::size_t count, float weight) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = weight * in[i];
  }
}

FAIRGROUND_HOT void add_pair(const float* __restrict a, const float* __restrict b, float* __restrict out,
                             std::size_t count, float weight) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += weight * (a[i] + b[i]);
  }
}

/// The middle tap and those on one side of it.
std::vector<float> gaussian_taps(double sigma) {
  const auto reach = static_cast<std::size_t>(std::ceil(4.0 * sigma));
  std::vector<double> taps(reach + 1);
  double sum = 0.0;
  for (std::size_t k = 0; k <= reach; ++k) {
    const double x = static_cast<double>(k) / sigma;
    taps[k] = plain::exp(-0.5 * x * x);
    sum += k == 0 ? taps[k] : 2.0 * taps[k];
  }
  std::vector<float> weights(taps.size());
  std::ranges::transform(taps, weights.begin(), [&](double tap) { return static_cast<float>(tap / sum); });
  return weights;
}

void blur_rows(PlaneView plane, const std::vector<float>& taps) {
  const std::size_t margin = taps.size() - 1;
  const auto width = static_cast<std::size_t>(plane.width);
  std::vector<float> padded(width + 2 * margin);
  for (int y = 0; y < plane.height; ++y) {
    const std::span<float> row = plane.row(y);
    std::ranges::copy(row, padded.begin() + static_cast<std::ptrdiff_t>(margin));
    put_margins<float>(padded, margin);
    scale(padded.data() + margin, row.data(), width, taps[0]);
    for (std::size_t k = 1; k < taps.size(); ++k) {
      add_pair(padded.data() + margin - k, padded.data() + margin + k, row.data(), width, taps[k]);
    }
  }
}

/// Rows are written over while those below still need them, so that as many as the taps reach are kept.
void blur_columns(PlaneView plane, const std::vector<float>& taps) {
  const int reach = static_cast<int>(taps.size()) - 1;
  const auto width = static_cast<std::size_t>(plane.width);
  Plane kept(plane.width, reach + 1);  // rows y - reach to y as they were, row y at y % (reach + 1)
  const auto before = [&](int y) { return kept.row(std::max(y, 0) % (reach + 1)); };
  for (int y = 0; y < plane.height; ++y) {
    const std::span<float> row = plane.row(y);
    std::ranges::copy(row, before(y).begin());
    scale(before(y).data(), row.data(), width, taps[0]);
    for (int k = 1; k <= reach; ++k) {
      const int below = std::min(y + k, plane.height - 1);
      const float* lower = below == y ? before(y).data() : plane.row(below).data();
      add_pair(before(y - k).data(), lower, row.data(), width, taps[static_cast<std::size_t>(k)]);
    }
  }
}

/// A running mean reaches `whole` pixels to each side, and `part` of the next one.
struct Reach {
  int whole = 0;
  double part = 0.0;

  explicit Reach(double radius) : whole(static_cast<int>(radius)), part(radius - std::floor(radius)) {}
  [[nodiscard]] double length() const { return 2.0 * (whole + part) + 1.0; }
};

FAIRGROUND_HOT void slide(double* __restrict sums, const float* __restrict in, const float* __restrict out,
                          std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] += static_cast<double>(in[i]) - static_cast<double>(out[i]);
  }
}

/// Also sums squares. The square of a float is exact in double.
FAIRGROUND_HOT void slide_with_squares(double* __restrict sums, double* __restrict squares, const float* __restrict in,
                                       const float* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = static_cast<double>(in[i]);
    const auto b = static_cast<double>(out[i]);
    sums[i] += a - b;
    squares[i] += a * a - b * b;
  }
}

/// out[i] is the sum of `in` before i.
void sum_up(const std::vector<double>& in, std::vector<double>& out) {
  double sum = 0.0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    out[i] = sum;
    sum += in[i];
  }
  out[in.size()] = sum;
}

/// Two at once, since each addition waits for the one before it.
void sum_up(const std::vector<double>& in1, const std::vector<double>& in2, std::vector<double>& out1,
            std::vector<double>& out2) {
  double sum1 = 0.0;
  double sum2 = 0.0;
  for (std::size_t i = 0; i < in1.size(); ++i) {
    out1[i] = sum1;
    out2[i] = sum2;
    sum1 += in1[i];
    sum2 += in2[i];
  }
  out1[in1.size()] = sum1;
  out2[in2.size()] = sum2;
}

/// Sums over columns of a window of rows that moves down, with margins of `reach` on both sides for sums over rows.
struct ColumnSums {
  std::size_t margin;
  std::vector<double> sums;
  std::vector<double> up_to;  ///< of each column and those before it

  ColumnSums(int width, int reach)
      : margin(static_cast<std::size_t>(reach)),
        sums(static_cast<std::size_t>(width) + 2 * margin),
        up_to(sums.size() + 1) {}

  [[nodiscard]] double* columns() { return sums.data() + margin; }
};

FAIRGROUND_HOT void mean_of_sums(const double* __restrict up_to, const double* __restrict sums, float* __restrict out,
                                 std::size_t count, std::size_t whole, double part, double scale) {
  const std::size_t length = 2 * whole + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const double inner = up_to[i + 1 + length] - up_to[i + 1];
    out[i] = static_cast<float>((inner + part * (sums[i] + sums[i + length + 1])) * scale);
  }
}

FAIRGROUND_HOT void add_edges(const double* __restrict inner, const float* __restrict above,
                              const float* __restrict below, double* __restrict out, std::size_t count, double part) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = inner[i] + part * (static_cast<double>(above[i]) + static_cast<double>(below[i]));
  }
}

/// Of each pixel, what equation 5 of the guided filter makes of the mean and the variance around it: the factor a and
/// the offset b of q = a I + b.
FAIRGROUND_HOT void fit_lines(const double* __restrict up_to, const double* __restrict squares_up_to,
                              float* __restrict a, float* __restrict b, std::size_t count, std::size_t length,
                              double scale, double noise) {
  for (std::size_t i = 0; i < count; ++i) {
    const double mean = (up_to[i + length] - up_to[i]) * scale;
    const double power = (squares_up_to[i + length] - squares_up_to[i]) * scale;
    const double variance = std::max(power - mean * mean, 0.0);
    const double factor = variance / (variance + noise);
    a[i] = static_cast<float>(factor);
    b[i] = static_cast<float>(mean - factor * mean);
  }
}

FAIRGROUND_HOT void put_lines(const double* __restrict a_up_to, const double* __restrict b_up_to,
                              float* __restrict samples, std::size_t count, std::size_t length, double scale) {
  for (std::size_t i = 0; i < count; ++i) {
    const double a = (a_up_to[i + length] - a_up_to[i]) * scale;
    const double b = (b_up_to[i + length] - b_up_to[i]) * scale;
    samples[i] = static_cast<float>(a * static_cast<double>(samples[i]) + b);
  }
}

}  // namespace

void gaussian_blur(PlaneView plane, double sigma_px) {
  if (sigma_px <= 0.0) {
    return;
  }
  if (sigma_px <= kLongestTaps) {
    const std::vector<float> taps = gaussian_taps(sigma_px);
    blur_rows(plane, taps);
    blur_columns(plane, taps);
    return;
  }
  // The variance of a mean with r whole pixels on each side and the part p of the next is
  // (2 (1^2 + ... + r^2) + 2 p (r + 1)^2) / (2 r + 1 + 2 p), which is solved for p.
  constexpr int kPasses = 4;
  const double variance = sigma_px * sigma_px / kPasses;
  const double whole = std::floor((std::sqrt(12.0 * variance + 1.0) - 1.0) / 2.0);
  const double inner = whole * (whole + 1.0) * (2.0 * whole + 1.0) / 3.0;
  const double edge = (whole + 1.0) * (whole + 1.0);
  const double part = (variance * (2.0 * whole + 1.0) - inner) / (2.0 * (edge - variance));
  for (int pass = 0; pass < kPasses; ++pass) {
    running_mean(plane, whole + part);
  }
}

void running_mean(PlaneView plane, double radius_px) {
  if (radius_px <= 0.0) {
    return;
  }
  const Reach reach(radius_px);
  const auto width = static_cast<std::size_t>(plane.width);
  // Rows that are written over are kept for as long as those below need them.
  const int kept_rows = reach.whole + 2;
  Plane kept(plane.width, kept_rows);
  const auto before = [&](int y) { return kept.row(std::max(y, 0) % kept_rows); };
  std::vector<double> inner(width);
  for (int y = -reach.whole; y <= reach.whole; ++y) {
    const std::span<const float> row = nearest_row(plane, y);
    std::ranges::transform(inner, row, inner.begin(), [](double sum, float sample) { return sum + sample; });
  }
  ColumnSums columns(plane.width, reach.whole + 1);
  const double scale = 1.0 / (reach.length() * reach.length());
  for (int y = 0; y < plane.height; ++y) {
    // The last row goes on below, where it may not be written over.
    const auto below = [&](int distance) {
      return y + 1 < plane.height ? nearest_row(plane, y + distance).data() : before(y).data();
    };
    std::ranges::copy(plane.row(y), before(y).begin());
    if (y > 0) {
      slide(inner.data(), below(reach.whole), before(y - reach.whole - 1).data(), width);
    }
    add_edges(inner.data(), before(y - reach.whole - 1).data(), below(reach.whole + 1), columns.columns(), width,
              reach.part);
    put_margins<double>(columns.sums, columns.margin);
    sum_up(columns.sums, columns.up_to);
    mean_of_sums(columns.up_to.data(), columns.sums.data(), plane.row(y).data(), width,
                 static_cast<std::size_t>(reach.whole), reach.part, scale);
  }
}

void guided_filter(PlaneView plane, int radius_px, double edge) {
  const auto width = static_cast<std::size_t>(plane.width);
  const int bottom = plane.height - 1;
  const std::size_t length = 2 * static_cast<std::size_t>(radius_px) + 1;
  const double scale = 1.0 / (static_cast<double>(length) * static_cast<double>(length));
  ColumnSums means(plane.width, radius_px);
  ColumnSums squares(plane.width, radius_px);
  ColumnSums factors(plane.width, radius_px);
  ColumnSums offsets(plane.width, radius_px);
  const auto sum_rows = [](ColumnSums& first, ColumnSums& second) {
    put_margins<double>(first.sums, first.margin);
    put_margins<double>(second.sums, second.margin);
    sum_up(first.sums, second.sums, first.up_to, second.up_to);
  };

  // Lines q = a I + b are made as many rows ahead as the second mean reaches, and kept for as long as it needs them: a
  // picture's own rows are read ahead of those that are written, and only the last that was written is kept.
  Plane a(plane.width, std::min(2 * radius_px + 2, plane.height));
  Plane b(a.width, a.height);
  const auto a_row = [&](int y) { return a.row(std::clamp(y, 0, bottom) % a.height); };
  const auto b_row = [&](int y) { return b.row(std::clamp(y, 0, bottom) % b.height); };
  const std::vector<float> nothing(width);
  std::vector<float> last(width);
  const auto make_lines = [&](int y) {
    if (y == 0) {
      for (int row = -radius_px; row <= radius_px; ++row) {
        slide_with_squares(means.columns(), squares.columns(), nearest_row(plane, row).data(), nothing.data(), width);
      }
    } else {
      const float* above = y - radius_px - 1 < 0 ? plane.row(0).data() : last.data();
      slide_with_squares(means.columns(), squares.columns(), nearest_row(plane, y + radius_px).data(), above, width);
    }
    sum_rows(means, squares);
    fit_lines(means.up_to.data(), squares.up_to.data(), a_row(y).data(), b_row(y).data(), width, length, scale,
              edge * edge);
  };

  int made = 0;
  for (int y = 0; y < plane.height; ++y) {
    for (; made <= std::min(y + radius_px, bottom); ++made) {
      make_lines(made);
    }
    if (y == 0) {
      for (int row = -radius_px; row <= radius_px; ++row) {
        slide(factors.columns(), a_row(row).data(), nothing.data(), width);
        slide(offsets.columns(), b_row(row).data(), nothing.data(), width);
      }
    } else {
      slide(factors.columns(), a_row(y + radius_px).data(), a_row(y - radius_px - 1).data(), width);
      slide(offsets.columns(), b_row(y + radius_px).data(), b_row(y - radius_px - 1).data(), width);
    }
    sum_rows(factors, offsets);
    std::ranges::copy(plane.row(y), last.begin());
    put_lines(factors.up_to.data(), offsets.up_to.data(), plane.row(y).data(), width, length, scale);
  }
}

GuidedLines fit_guided_lines(const Plane& plane, const std::array<Plane, 3>& guide, double radius_px, double edge) {
  const auto mean_of_product = [&](const Plane& a, const Plane* b) {
    Plane mean = a;
    if (b != nullptr) {
      std::ranges::transform(a.samples, b->samples, mean.samples.begin(), [](float x, float y) { return x * y; });
    }
    running_mean(mean, radius_px);
    return mean;
  };
  const Plane mean = mean_of_product(plane, nullptr);
  std::array<Plane, 3> means;
  std::array<Plane, 3> with_plane;
  std::array<Plane, 6> products;  // 11, 12, 13, 22, 23, 33
  std::size_t next = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    means[i] = mean_of_product(guide[i], nullptr);
    with_plane[i] = mean_of_product(guide[i], &plane);
    for (std::size_t j = i; j < 3; ++j) {
      products[next++] = mean_of_product(guide[i], &guide[j]);
    }
  }
  GuidedLines lines;
  for (Plane& factor : lines.factors) {
    factor = Plane(plane.width, plane.height);
  }
  lines.offset = Plane(plane.width, plane.height);
  const double noise = edge * edge;
  for (std::size_t i = 0; i < plane.samples.size(); ++i) {
    const auto at = [&](const Plane& of) { return static_cast<double>(of.samples[i]); };
    const double m1 = at(means[0]);
    const double m2 = at(means[1]);
    const double m3 = at(means[2]);
    const double c11 = std::max(at(products[0]) - m1 * m1, 0.0) + noise;
    const double c12 = at(products[1]) - m1 * m2;
    const double c13 = at(products[2]) - m1 * m3;
    const double c22 = std::max(at(products[3]) - m2 * m2, 0.0) + noise;
    const double c23 = at(products[4]) - m2 * m3;
    const double c33 = std::max(at(products[5]) - m3 * m3, 0.0) + noise;
    const double b1 = at(with_plane[0]) - m1 * at(mean);
    const double b2 = at(with_plane[1]) - m2 * at(mean);
    const double b3 = at(with_plane[2]) - m3 * at(mean);
    // By Cholesky's factors, whose squares stay above the noise.
    const double l11 = std::sqrt(c11);
    const double l21 = c12 / l11;
    const double l31 = c13 / l11;
    const double l22 = std::sqrt(std::max(c22 - l21 * l21, 0.5 * noise));
    const double l32 = (c23 - l31 * l21) / l22;
    const double l33 = std::sqrt(std::max(c33 - l31 * l31 - l32 * l32, 0.5 * noise));
    const double y1 = b1 / l11;
    const double y2 = (b2 - l21 * y1) / l22;
    const double y3 = (b3 - l31 * y1 - l32 * y2) / l33;
    const double a3 = y3 / l33;
    const double a2 = (y2 - l32 * a3) / l22;
    const double a1 = (y1 - l21 * a2 - l31 * a3) / l11;
    lines.factors[0].samples[i] = static_cast<float>(a1);
    lines.factors[1].samples[i] = static_cast<float>(a2);
    lines.factors[2].samples[i] = static_cast<float>(a3);
    lines.offset.samples[i] = static_cast<float>(at(mean) - a1 * m1 - a2 * m2 - a3 * m3);
  }
  for (Plane& factor : lines.factors) {
    running_mean(factor, radius_px);
  }
  running_mean(lines.offset, radius_px);
  return lines;
}

}  // namespace fairground
