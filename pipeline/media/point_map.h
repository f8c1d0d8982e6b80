// What becomes of places in a picture.
#pragma once

#include <functional>
#include <utility>

namespace fairground {

/// A place in a picture, in pixels from its upper left corner: the pixel in column x and row y covers x to x + 1 and
/// y to y + 1, and its middle is at x + 0.5, y + 0.5.
struct PixelPoint {
  double x = 0.0;
  double y = 0.0;
  bool operator==(const PixelPoint&) const = default;
};

/// Where a point of one picture lies in another that was made of it, and back. Both ways are one to one and continuous
/// as far as the pictures reach, and tell something sensible of what lies outside.
class PointMap {
 public:
  using Move = std::function<PixelPoint(PixelPoint)>;

  /// Everything stays where it is.
  PointMap() = default;
  PointMap(Move forward, Move backward) : forward_(std::move(forward)), backward_(std::move(backward)) {}

  [[nodiscard]] bool is_identity() const { return !forward_; }

  [[nodiscard]] PixelPoint operator()(PixelPoint point) const { return forward_ ? forward_(point) : point; }
  /// Where what is now at `point` was before.
  [[nodiscard]] PixelPoint back(PixelPoint point) const { return backward_ ? backward_(point) : point; }

  /// First what this map does, then what `later` does.
  void then(const PointMap& later) {
    if (later.is_identity()) {
      return;
    }
    if (is_identity()) {
      *this = later;
      return;
    }
    *this = PointMap([first = forward_, second = later.forward_](PixelPoint point) { return second(first(point)); },
                     [first = backward_, second = later.backward_](PixelPoint point) { return first(second(point)); });
  }

 private:
  Move forward_;
  Move backward_;
};

}  // namespace fairground
