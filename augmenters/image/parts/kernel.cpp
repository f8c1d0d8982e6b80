#include "augmenters/image/parts/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "pipeline/core/hot.h"
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

/// Taps of one row of the point spread that lie side by side and weigh the same.
struct Run {
  int dy = 0;
  int low = 0;  ///< the least dx
  int high = 0;
  double weight = 0.0;
};

struct Plan {
  std::vector<SpreadTap> taps;  ///< that stand alone
  std::vector<Run> runs;
  int reach = 0;  ///< to the left and the right
  int up = 0;     ///< rows above that are looked at
  int down = 0;   ///< rows below
};

Plan plan_of(PointSpread spread) {
  constexpr int kWorthwhile = 6;  // taps that a run replaces; measured on disks
  std::ranges::sort(spread,
                    [](const SpreadTap& a, const SpreadTap& b) { return a.dy != b.dy ? a.dy < b.dy : a.dx < b.dx; });
  Plan plan;
  for (std::size_t i = 0; i < spread.size();) {
    std::size_t end = i + 1;
    while (end < spread.size() && spread[end].dy == spread[i].dy && spread[end].dx == spread[end - 1].dx + 1 &&
           spread[end].weight == spread[i].weight) {
      ++end;
    }
    if (end - i >= kWorthwhile) {
      plan.runs.push_back({spread[i].dy, spread[i].dx, spread[end - 1].dx, spread[i].weight});
    } else {
      plan.taps.insert(plan.taps.end(), spread.begin() + static_cast<std::ptrdiff_t>(i),
                       spread.begin() + static_cast<std::ptrdiff_t>(end));
    }
    i = end;
  }
  for (const SpreadTap& tap : spread) {
    plan.reach = std::max(plan.reach, std::abs(tap.dx));
    plan.up = std::max(plan.up, tap.dy);
    plan.down = std::max(plan.down, -tap.dy);
  }
  return plan;
}

FAIRGROUND_HOT void add_four_taps(float* __restrict sum, const float* __restrict middle, const float* const* taps,
                                  const float* weights, std::size_t count) {
  const float* a = taps[0];
  const float* b = taps[1];
  const float* c = taps[2];
  const float* d = taps[3];
  FAIRGROUND_INDEPENDENT
  for (std::size_t x = 0; x < count; ++x) {
    const float m = middle[x];
    sum[x] += (weights[0] * (a[x] - m) + weights[1] * (b[x] - m)) + (weights[2] * (c[x] - m) + weights[3] * (d[x] - m));
  }
}

FAIRGROUND_HOT void add_four_runs(double* __restrict sum, const double* const* highs, const double* const* lows,
                                  double weight, std::size_t count) {
  const double* a = highs[0];
  const double* b = highs[1];
  const double* c = highs[2];
  const double* d = highs[3];
  const double* e = lows[0];
  const double* f = lows[1];
  const double* g = lows[2];
  const double* h = lows[3];
  FAIRGROUND_INDEPENDENT
  for (std::size_t x = 0; x < count; ++x) {
    sum[x] += weight * (((a[x] - e[x]) + (b[x] - f[x])) + ((c[x] - g[x]) + (d[x] - h[x])));
  }
}

FAIRGROUND_HOT void add_run(double* __restrict sum, const double* __restrict high, const double* __restrict low,
                            double weight, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    sum[x] += weight * (high[x] - low[x]);
  }
}

FAIRGROUND_HOT void add_tap(double* __restrict sum, const float* __restrict tap, double weight, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    sum[x] += weight * static_cast<double>(tap[x]);
  }
}

/// The rows of one channel that are looked at, with their edges going on to the left and the right.
class Window {
 public:
  Window(const Image& image, int channel, const Plan& plan)
      : image_(image),
        channel_(channel),
        reach_(static_cast<std::size_t>(plan.reach)),
        rows_(plan.up + plan.down + 1),
        stride_(static_cast<std::size_t>(image.width) + 2 * reach_),
        padded_(static_cast<std::size_t>(rows_) * stride_),
        sums_(plan.runs.empty() ? 0 : static_cast<std::size_t>(rows_) * (stride_ + 1)) {}

  /// Makes the rows up to `y` ready, in place of the oldest.
  void read_to(int y) {
    for (; next_ <= std::min(y, image_.height - 1); ++next_) {
      const auto width = static_cast<std::size_t>(image_.width);
      const std::span<const float> row = image_.row(next_).subspan(static_cast<std::size_t>(channel_) * width, width);
      float* padded = padded_.data() + slot(next_) * stride_;
      std::fill_n(padded, reach_, row.front());
      std::ranges::copy(row, padded + reach_);
      std::fill_n(padded + reach_ + width, reach_, row.back());
      if (!sums_.empty()) {
        double* sums = sums_.data() + slot(next_) * (stride_ + 1);
        sums[0] = 0.0;
        for (std::size_t i = 0; i < stride_; ++i) {
          sums[i + 1] = sums[i] + static_cast<double>(padded[i]);
        }
      }
    }
  }

  /// The sample at column 0; those from -reach on may be read.
  [[nodiscard]] const float* row(int y) const { return padded_.data() + slot(inside(y)) * stride_ + reach_; }
  /// The sum of all samples before column 0, likewise.
  [[nodiscard]] const double* sums(int y) const { return sums_.data() + slot(inside(y)) * (stride_ + 1) + reach_; }

 private:
  [[nodiscard]] int inside(int y) const { return std::clamp(y, 0, image_.height - 1); }
  [[nodiscard]] std::size_t slot(int y) const { return static_cast<std::size_t>(y % rows_); }

  const Image& image_;
  int channel_;
  std::size_t reach_;
  int rows_;
  std::size_t stride_;
  std::vector<float> padded_;
  std::vector<double> sums_;
  int next_ = 0;
};

/// By differences from the middle, which are exactly 0 where the picture is flat.
void spread_by_taps(const Window& window, const Plan& plan, int y, std::span<float> out, std::vector<float>& sum) {
  constexpr std::size_t kTaps = 4;
  std::ranges::fill(sum, 0.0F);
  const float* middle = window.row(y);
  for (std::size_t i = 0; i < plan.taps.size(); i += kTaps) {
    std::array<const float*, kTaps> taps{middle, middle, middle, middle};
    std::array<float, kTaps> weights{};
    for (std::size_t k = 0; k < std::min(kTaps, plan.taps.size() - i); ++k) {
      const SpreadTap& tap = plan.taps[i + k];
      taps[k] = window.row(y - tap.dy) - tap.dx;
      weights[k] = static_cast<float>(tap.weight);
    }
    add_four_taps(sum.data(), middle, taps.data(), weights.data(), out.size());
  }
  for (std::size_t x = 0; x < out.size(); ++x) {
    out[x] = middle[x] + sum[x];
  }
}

/// In double precision, from which a flat picture rounds back to itself.
void spread_by_runs(const Window& window, const Plan& plan, int y, std::span<float> out, std::vector<double>& sum) {
  std::ranges::fill(sum, 0.0);
  constexpr std::size_t kRuns = 4;
  std::size_t i = 0;
  while (i < plan.runs.size()) {
    std::array<const double*, kRuns> highs{};
    std::array<const double*, kRuns> lows{};
    std::size_t count = 0;  // of runs that weigh the same
    for (; count < kRuns && i + count < plan.runs.size(); ++count) {
      const Run& run = plan.runs[i + count];
      if (run.weight != plan.runs[i].weight) {
        break;
      }
      const double* sums = window.sums(y - run.dy);
      highs[count] = sums - run.low + 1;
      lows[count] = sums - run.high;
    }
    if (count == kRuns) {
      add_four_runs(sum.data(), highs.data(), lows.data(), plan.runs[i].weight, out.size());
    } else {
      count = 1;
      add_run(sum.data(), highs[0], lows[0], plan.runs[i].weight, out.size());
    }
    i += count;
  }
  for (const SpreadTap& tap : plan.taps) {
    add_tap(sum.data(), window.row(y - tap.dy) - tap.dx, tap.weight, out.size());
  }
  std::ranges::transform(sum, out.begin(), [](double value) { return static_cast<float>(value); });
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

void spread_light(Image& image, const PointSpread& spread) {
  const Plan plan = plan_of(spread);
  if (spread.size() <= 1) {
    return;
  }
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<float> sum(width);
  std::vector<double> exact_sum(width);
  for (int channel = 0; channel < image.channels; ++channel) {
    Window window(image, channel, plan);
    for (int y = 0; y < image.height; ++y) {
      window.read_to(y + plan.down);
      const std::span<float> out = image.row(y).channel(channel);
      if (plan.runs.empty()) {
        spread_by_taps(window, plan, y, out, sum);
      } else {
        spread_by_runs(window, plan, y, out, exact_sum);
      }
    }
  }
}

}  // namespace fairground
