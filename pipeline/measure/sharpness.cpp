// The gradient at the middle of an edge of blur s, smoothed with a Gaussian of sigma p, is A / sqrt(2 pi (s^2 + p^2)).
// Of two smoothings the ratio of gradients therefore tells s, whatever the height A of the edge (Zhuo and Sim, "Defocus
// map estimation from a single image", Pattern Recognition 44(9), 2011). Here the ratio is taken of the sums over the
// strongest edges of the picture, which noise hardly touches.

#include "pipeline/measure/sharpness.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// Smoothing with [1 4 6 4 1] / 16 adds a variance of 1, and the difference over two pixels one of 1/3.
constexpr int kFineRounds = 1;
constexpr int kCoarseRounds = 4;
constexpr double kDifference = 1.0 / 3.0;
constexpr double kFine = kFineRounds + kDifference;
constexpr double kCoarse = kCoarseRounds + kDifference;

// A place needs this many pixels around it: two for each smoothing, one for the difference, one to compare with.
constexpr int kMargin = 2 * kCoarseRounds + 2;
constexpr int kSmallest = 32;

// Of all pixels, those that lie on the strongest edges. Empirical: 0.3 to 3 % change sigma by less than 0.3 pixels.
constexpr double kShare = 0.01;
constexpr std::size_t kFewest = 10;  // pixels, in small pictures

// An edge between two areas has at most kCoarse / kFine, a line of one pixel up to the power 3/2 of it, and white noise
// the power 2. What lies above is no edge.
const double kEdgeRatio = std::pow(kCoarse / kFine, 1.5);

constexpr int kStrip = 64;  // rows that are worked on together, so that memory does not grow with the picture

// In pixels; the contrast of a Gaussian blur, exp(-2 (pi f sigma)^2), is one half at f = kHalfContrast / sigma.
const double kHalfContrast = std::sqrt(std::numbers::ln2 / 2.0) / std::numbers::pi;

struct Plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<float> samples;

  Plane(std::size_t columns, std::size_t rows) : width(columns), height(rows), samples(columns * rows) {}
  [[nodiscard]] float* row(std::size_t y) { return samples.data() + y * width; }
  [[nodiscard]] const float* row(std::size_t y) const { return samples.data() + y * width; }
};

FAIRGROUND_HOT void luminance_row(const float* red, const float* green, const float* blue, std::size_t width,
                                  float* out) {
  for (std::size_t x = 0; x < width; ++x) {
    out[x] = 0.2126F * red[x] + 0.7152F * green[x] + 0.0722F * blue[x];  // Rec. 709
  }
}

FAIRGROUND_HOT void smooth_down(const float* const* rows, std::size_t width, float* out) {
  for (std::size_t x = 0; x < width; ++x) {
    out[x] = 0.0625F * (rows[0][x] + rows[4][x]) + 0.25F * (rows[1][x] + rows[3][x]) + 0.375F * rows[2][x];
  }
}

FAIRGROUND_HOT void smooth_across(const float* row, std::size_t width, float* out) {
  for (std::size_t x = 2; x + 2 < width; ++x) {
    out[x] = 0.0625F * (row[x - 2] + row[x + 2]) + 0.25F * (row[x - 1] + row[x + 1]) + 0.375F * row[x];
  }
}

// Two pixels more at every side hold nothing of use after each round.
void smooth(Plane& plane, Plane& scratch) {
  for (std::size_t y = 2; y + 2 < plane.height; ++y) {
    const float* rows[] = {plane.row(y - 2), plane.row(y - 1), plane.row(y), plane.row(y + 1), plane.row(y + 2)};
    smooth_down(rows, plane.width, scratch.row(y));
  }
  for (std::size_t y = 2; y + 2 < plane.height; ++y) {
    smooth_across(scratch.row(y), plane.width, plane.row(y));
  }
}

FAIRGROUND_HOT void gradient_row(const float* above, const float* row, const float* below, std::size_t width,
                                 float* across, float* down, float* square) {
  for (std::size_t x = 1; x + 1 < width; ++x) {
    const float dx = 0.5F * (row[x + 1] - row[x - 1]);
    const float dy = 0.5F * (below[x] - above[x]);
    across[x] = dx;
    down[x] = dy;
    square[x] = dx * dx + dy * dy;
  }
}

struct Gradient {
  Plane across;
  Plane down;
  Plane square;

  Gradient(std::size_t columns, std::size_t rows) : across(columns, rows), down(columns, rows), square(columns, rows) {}

  void take(const Plane& plane) {
    for (std::size_t y = 1; y + 1 < plane.height; ++y) {
      gradient_row(plane.row(y - 1), plane.row(y), plane.row(y + 1), plane.width, across.row(y), down.row(y),
                   square.row(y));
    }
  }
};

// Squared gradients after the coarse and the fine smoothing.
using Edge = std::pair<float, float>;

// The places of rows [first, end) where the coarse gradient is greatest along its direction, of which there are four
// (Canny, "A computational approach to edge detection", IEEE PAMI 8(6), 1986).
void add_edges(const Gradient& coarse, const Gradient& fine, std::size_t first, std::size_t end,
               std::vector<Edge>& edges) {
  constexpr float kHalfOctant = 0.41421356F;  // the tangent of 22.5 degrees
  const std::size_t width = coarse.square.width;
  for (std::size_t y = first; y < end; ++y) {
    const float* above = coarse.square.row(y - 1);
    const float* row = coarse.square.row(y);
    const float* below = coarse.square.row(y + 1);
    for (std::size_t x = kMargin; x + kMargin < width; ++x) {
      const float dx = coarse.across.row(y)[x];
      const float dy = coarse.down.row(y)[x];
      float before = row[x - 1];
      float after = row[x + 1];
      if (std::abs(dx) < kHalfOctant * std::abs(dy)) {
        before = above[x];
        after = below[x];
      } else if (std::abs(dy) >= kHalfOctant * std::abs(dx)) {
        const bool falls = (dx < 0.0F) == (dy < 0.0F);
        before = falls ? above[x - 1] : above[x + 1];
        after = falls ? below[x + 1] : below[x - 1];
      }
      if (row[x] > before && row[x] >= after) {
        edges.emplace_back(row[x], fine.square.row(y)[x]);
      }
    }
  }
}

std::vector<Edge> find_edges(const Image& image) {
  const auto width = static_cast<std::size_t>(image.width);
  const std::size_t rows = kStrip + 2 * kMargin;
  Plane plane(width, rows);
  Plane scratch(width, rows);
  Gradient fine(width, rows);
  Gradient coarse(width, rows);
  std::vector<Edge> edges;
  for (int top = 0; top + 2 * kMargin < image.height; top += kStrip) {
    const auto here = static_cast<std::size_t>(std::min(image.height - top, static_cast<int>(rows)));
    for (std::size_t y = 0; y < here; ++y) {
      const float* row = image.row(top + static_cast<int>(y)).data();
      if (image.channels == 1) {
        std::copy_n(row, width, plane.row(y));
      } else {
        luminance_row(row, row + width, row + 2 * width, width, plane.row(y));
      }
    }
    for (int round = 0; round < kCoarseRounds; ++round) {
      smooth(plane, scratch);
      if (round + 1 == kFineRounds) {
        fine.take(plane);
      }
    }
    coarse.take(plane);
    add_edges(coarse, fine, kMargin, here - kMargin, edges);
  }
  return edges;
}

}  // namespace

double measure_sharpness(const Image& image) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (image.width < kSmallest || image.height < kSmallest) {
    return kUnknown;
  }
  std::vector<Edge> edges = find_edges(image);
  const double pixels = static_cast<double>(image.width) * image.height;
  const std::size_t count = std::min(std::max(static_cast<std::size_t>(kShare * pixels), kFewest), edges.size());
  std::partial_sort(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(count), edges.end(), std::greater<>());
  double coarse = 0.0;
  double fine = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    coarse += edges[i].first;
    fine += edges[i].second;
  }
  if (count < kFewest || coarse <= 0.0 || fine > kEdgeRatio * coarse) {
    return kUnknown;
  }
  const double ratio = fine / coarse;
  // Fine smoothing leaves more of any gradient but of rounding; a ratio of 1 is an edge without an end.
  if (ratio <= 1.0) {
    return 0.0;
  }
  const double variance = (kCoarse - ratio * kFine) / (ratio - 1.0);
  const double sharpest = kHalfContrast / kHighestSharpness;
  return kHalfContrast / std::sqrt(std::max(variance, sharpest * sharpest));
}

}  // namespace fairground
