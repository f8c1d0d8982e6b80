// Where a moment of a recording has gone.
#pragma once

namespace fairground {

/// From times of the source to times of what was made of it, in seconds.
class TimeMap {
 public:
  [[nodiscard]] double operator()(double seconds) const { return seconds * stretch_; }
  /// What is there so far now takes `factor` times as long.
  void stretch(double factor) { stretch_ *= factor; }

 private:
  double stretch_ = 1.0;
};

}  // namespace fairground
