// Where a moment of a recording has gone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace fairground {

/// From times of the source to times of what was made of it, in seconds.
class TimeMap {
 public:
  /// A moment before and after.
  struct Moment {
    double from_s = 0.0;
    double to_s = 0.0;
  };

  [[nodiscard]] double operator()(double seconds) const {
    for (const Part& part : parts_) {
      seconds = part.moments.empty() ? seconds * part.factor : interpolated(part.moments, seconds);
    }
    return seconds;
  }
  /// What is there so far now takes `factor` times as long.
  void stretch(double factor) { parts_.push_back({factor, {}}); }
  /// What is there so far goes from moment to moment, in straight lines between them, and on along the outermost ones.
  /// At least two, and both of their times ascend.
  void bend(std::vector<Moment> moments) { parts_.push_back({1.0, std::move(moments)}); }
  /// What is there so far then goes where `later` says.
  void then(const TimeMap& later) { parts_.insert(parts_.end(), later.parts_.begin(), later.parts_.end()); }

 private:
  struct Part {
    double factor = 1.0;
    std::vector<Moment> moments;  ///< used in place of the factor, if there are any
  };

  [[nodiscard]] static double interpolated(const std::vector<Moment>& moments, double seconds) {
    const auto behind = std::ranges::upper_bound(moments, seconds, {}, &Moment::from_s) - moments.begin();
    const auto last = static_cast<std::ptrdiff_t>(moments.size()) - 1;
    const Moment& b = moments[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(behind, 1, last))];
    const Moment& a = *(&b - 1);
    return a.to_s + (seconds - a.from_s) * (b.to_s - a.to_s) / (b.from_s - a.from_s);
  }

  std::vector<Part> parts_;
};

}  // namespace fairground
