// The point spread functions of kernel.h.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "augmenters/image/parts/kernel.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

double clamp_overlap(double low, double high) { return std::max(high - low, 0.0); }

/// A large disk, each row of which is a run with a weaker tap at either end: as wide as the disk is on average there.
PointSpread rows_of_disk(double radius) {
  constexpr int kLines = 32;
  const int reach = static_cast<int>(std::floor(radius + 0.5));
  PointSpread taps;
  double sum = 0.0;
  for (int dy = -reach; dy <= reach; ++dy) {
    double half = 0.0;
    for (int line = 0; line < kLines; ++line) {
      const double y = dy - 0.5 + (line + 0.5) / kLines;
      half += std::sqrt(std::max(radius * radius - y * y, 0.0)) / kLines;
    }
    const int last = static_cast<int>(std::floor(half + 0.5));
    for (int dx = -last; dx <= last; ++dx) {
      const double covered = clamp_overlap(std::max(dx - 0.5, -half), std::min(dx + 0.5, half));
      if (covered > 0.0) {
        taps.push_back({dx, dy, covered});
        sum += covered;
      }
    }
  }
  for (SpreadTap& tap : taps) {
    tap.weight /= sum;
  }
  return taps;
}

/// The taps of a disk by the share of each pixel that it covers.
PointSpread covered_by_disk(double radius) {
  constexpr int kLines = 32;  // in each pixel; between them the edge is taken as straight up and down
  const int reach = static_cast<int>(std::floor(radius + 0.5));
  PointSpread taps;
  double sum = 0.0;
  for (int dy = -reach; dy <= reach; ++dy) {
    for (int dx = -reach; dx <= reach; ++dx) {
      double covered = 0.0;
      for (int line = 0; line < kLines; ++line) {
        const double y = dy - 0.5 + (line + 0.5) / kLines;
        const double half = std::sqrt(std::max(radius * radius - y * y, 0.0));
        covered += clamp_overlap(std::max(dx - 0.5, -half), std::min(dx + 0.5, half));
      }
      if (covered > 0.0) {
        taps.push_back({dx, dy, covered});
        sum += covered;
      }
    }
  }
  for (SpreadTap& tap : taps) {
    tap.weight /= sum;
  }
  return taps;
}

/// The contrast that is left of waves of that many cycles per pixel along a direction of length 1.
double contrast_along(const PointSpread& taps, const PathPoint& direction, double frequency) {
  double sum = 0.0;
  for (const SpreadTap& tap : taps) {
    sum += tap.weight * plain::cosine_of_turns(frequency * (tap.dx * direction.x + tap.dy * direction.y));
  }
  return sum;
}

/// The scale from 0 to `most` at which `contrast(scale)`, which falls, is `wanted`.
template <class Contrast>
double scale_of_contrast(double wanted, double most, Contrast contrast) {
  constexpr int kHalvings = 24;
  double low = 0.0;
  double high = most;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (contrast(middle) > wanted ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// 2 J1(x) / x for x from 0 to 4, by its power series.
double contrast_of_disk(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; k <= 16; ++k) {
    term *= -0.25 * x * x / (static_cast<double>(k) * (k + 1));
    sum += term;
  }
  return sum;
}

constexpr double kHighestFrequency = 0.5;  // that pixels hold, in cycles per pixel

/// Each point's share goes to the four pixels around it.
PointSpread along_path(const std::vector<PathPoint>& path, double scale) {
  int reach_x = 0;
  int reach_y = 0;
  for (const PathPoint& point : path) {
    reach_x = std::max(reach_x, static_cast<int>(std::fabs(scale * point.x)) + 1);
    reach_y = std::max(reach_y, static_cast<int>(std::fabs(scale * point.y)) + 1);
  }
  const auto width = static_cast<std::size_t>(2 * reach_x + 2);
  std::vector<double> weights(width * static_cast<std::size_t>(2 * reach_y + 2));
  const double share = 1.0 / static_cast<double>(path.size());
  for (const PathPoint& point : path) {
    const double x = scale * point.x + reach_x;
    const double y = scale * point.y + reach_y;
    const double column = std::floor(x);
    const double row = std::floor(y);
    double* corner = &weights[static_cast<std::size_t>(row) * width + static_cast<std::size_t>(column)];
    corner[0] += share * (1.0 - (x - column)) * (1.0 - (y - row));
    corner[1] += share * (x - column) * (1.0 - (y - row));
    corner[width] += share * (1.0 - (x - column)) * (y - row);
    corner[width + 1] += share * (x - column) * (y - row);
  }
  PointSpread taps;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0.0) {
      taps.push_back({static_cast<int>(i % width) - reach_x, static_cast<int>(i / width) - reach_y, weights[i]});
    }
  }
  return taps;
}

/// Puts the path's mean at (0, 0).
void centre(std::vector<PathPoint>& path) {
  PathPoint mean;
  for (const PathPoint& point : path) {
    mean.x += point.x / static_cast<double>(path.size());
    mean.y += point.y / static_cast<double>(path.size());
  }
  for (PathPoint& point : path) {
    point.x -= mean.x;
    point.y -= mean.y;
  }
}

struct Longest {
  PathPoint direction;  ///< of length 1
  double sigma = 0.0;   ///< in it
};

Longest longest_direction(const std::vector<PathPoint>& path) {
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
  for (const PathPoint& point : path) {
    xx += point.x * point.x;
    xy += point.x * point.y;
    yy += point.y * point.y;
  }
  const double half_difference = 0.5 * (xx - yy);
  const double root = std::sqrt(half_difference * half_difference + xy * xy);
  const double largest = 0.5 * (xx + yy) + root;
  // The matrix less its smaller eigenvalue maps everything to the larger one's direction; the longer column is taken.
  PathPoint direction =
      half_difference >= 0.0 ? PathPoint{half_difference + root, xy} : PathPoint{xy, root - half_difference};
  const double length = std::sqrt(direction.x * direction.x + direction.y * direction.y);
  direction = length > 0.0 ? PathPoint{direction.x / length, direction.y / length} : PathPoint{1.0, 0.0};
  return {direction, std::sqrt(largest / static_cast<double>(path.size()))};
}

}  // namespace

PointSpread disk_spread(double radius_px) {
  constexpr double kLarge = 4.0;
  if (radius_px > kLarge) {
    // A pixel's own width adds 1/12 to a smooth shape's variance, and the disk's is r^2 / 4.
    return rows_of_disk(std::sqrt(radius_px * radius_px - 1.0 / 3.0));
  }
  // Where 2 J1(x) / x is one half.
  constexpr double kHalfContrast = 2.2150894 / (2.0 * plain::kPi);
  const double frequency = std::min(kHalfContrast / std::max(radius_px, 0.01), kHighestFrequency);
  const double wanted = contrast_of_disk(2.0 * plain::kPi * radius_px * frequency);
  return covered_by_disk(scale_of_contrast(wanted, radius_px + 1.0, [&](double radius) {
    return contrast_along(covered_by_disk(radius), {1.0, 0.0}, frequency);
  }));
}

PointSpread path_spread(std::vector<PathPoint> path) {
  centre(path);
  const auto [direction, sigma] = longest_direction(path);
  // A straight path has half of the contrast at 0.6034 cycles in its length, which is the square root of 12 sigmas.
  constexpr double kHalfContrast = 0.6033545 / 3.4641016;
  const double frequency = std::min(kHalfContrast / std::max(sigma, 0.01), kHighestFrequency);
  double wanted = 0.0;
  for (const PathPoint& point : path) {
    wanted += plain::cosine_of_turns(frequency * (point.x * direction.x + point.y * direction.y)) /
              static_cast<double>(path.size());
  }
  const double scale = scale_of_contrast(
      wanted, 1.5, [&, along = direction](double s) { return contrast_along(along_path(path, s), along, frequency); });
  return along_path(path, scale);
}

}  // namespace fairground
