// How lenses bend straight lines.
#pragma once

#include <span>

#include "pipeline/media/point_map.h"

namespace fairground {

/// Brown, "Close-range camera calibration", Photogrammetric Engineering 37(8), 1971, after Conrady 1919, with the names
/// of OpenCV: from the place (x, y) that an ideal lens would give, to the one that the lens gives,
///   x' = x (1 + k1 r^2 + k2 r^4 + k3 r^6) + 2 p1 x y + p2 (r^2 + 2 x^2),
///   y' = y (1 + k1 r^2 + k2 r^4 + k3 r^6) + p1 (r^2 + 2 y^2) + 2 p2 x y.
/// Places are relative to the middle, in half diagonals of the frame. Beyond kReach the distance grows as it would
/// without a lens, so that the map has an inverse everywhere.
struct BrownConrady {
  double k1 = 0.0;
  double k2 = 0.0;
  double k3 = 0.0;
  double p1 = 0.0;
  double p2 = 0.0;

  static constexpr double kReach = 1.05;  ///< a little beyond the corners, which are at 1

  [[nodiscard]] bool is_identity() const { return k1 == 0.0 && k2 == 0.0 && k3 == 0.0 && p1 == 0.0 && p2 == 0.0; }

  [[nodiscard]] PixelPoint distort(PixelPoint ideal) const;
  /// Its inverse, within 1e-11.
  [[nodiscard]] PixelPoint undistort(PixelPoint distorted) const;
  /// The same within 1e-9 of many places side by side, (distorted_x[i], distorted_y). What is in `x` and `y` is a
  /// guess, and becomes the result.
  void undistort_row(std::span<const double> distorted_x, double distorted_y, std::span<double> x,
                     std::span<double> y) const;

  /// The least stretch anywhere within kReach. Where it is above 0 the map is one to one: its derivative is symmetric,
  /// so that it is then positive definite on a convex area.
  [[nodiscard]] double least_stretch() const;
};

}  // namespace fairground
