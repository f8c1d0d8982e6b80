#include "augmenters/image/parts/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

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
