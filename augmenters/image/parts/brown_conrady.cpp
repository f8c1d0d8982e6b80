#include "augmenters/image/parts/brown_conrady.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

double length(const PixelPoint& point) { return std::sqrt(point.x * point.x + point.y * point.y); }

PixelPoint polynomial(const BrownConrady& lens, const PixelPoint& p) {
  const double r2 = p.x * p.x + p.y * p.y;
  const double radial = 1.0 + r2 * (lens.k1 + r2 * (lens.k2 + r2 * lens.k3));
  return {p.x * radial + 2.0 * lens.p1 * p.x * p.y + lens.p2 * (r2 + 2.0 * p.x * p.x),
          p.y * radial + lens.p1 * (r2 + 2.0 * p.y * p.y) + 2.0 * lens.p2 * p.x * p.y};
}

/// The polynomial's derivative, which is symmetric.
struct Derivative {
  double xx;
  double xy;
  double yy;
};

Derivative derivative(const BrownConrady& lens, const PixelPoint& p) {
  const double r2 = p.x * p.x + p.y * p.y;
  const double radial = 1.0 + r2 * (lens.k1 + r2 * (lens.k2 + r2 * lens.k3));
  const double slope = 2.0 * (lens.k1 + r2 * (2.0 * lens.k2 + 3.0 * r2 * lens.k3));  // of `radial`, over r
  return {radial + p.x * p.x * slope + 2.0 * lens.p1 * p.y + 6.0 * lens.p2 * p.x,
          p.x * p.y * slope + 2.0 * lens.p1 * p.x + 2.0 * lens.p2 * p.y,
          radial + p.y * p.y * slope + 6.0 * lens.p1 * p.y + 2.0 * lens.p2 * p.x};
}

constexpr double kSolved = 1e-12;  // in half diagonals

/// By Newton's method within kReach. True if that found it.
bool solve_inside(const BrownConrady& lens, const PixelPoint& distorted, PixelPoint& p) {
  constexpr int kSteps = 40;
  constexpr int kPatience = 6;  // steps that may lead beyond kReach before the place is taken to be there
  int outside = 0;
  for (int step = 0; step < kSteps; ++step) {
    const PixelPoint now = polynomial(lens, p);
    const double ex = distorted.x - now.x;
    const double ey = distorted.y - now.y;
    if (std::fabs(ex) + std::fabs(ey) < kSolved) {
      return length(p) <= BrownConrady::kReach;
    }
    const Derivative d = derivative(lens, p);
    const double determinant = d.xx * d.yy - d.xy * d.xy;
    p = {p.x + (d.yy * ex - d.xy * ey) / determinant, p.y + (d.xx * ey - d.xy * ex) / determinant};
    // Outside, the polynomial may turn back.
    const double r = length(p);
    if (r > BrownConrady::kReach * 1.0001) {
      if (++outside > kPatience) {
        return false;
      }
      p = {p.x * BrownConrady::kReach / r, p.y * BrownConrady::kReach / r};
    }
  }
  return false;
}

/// Beyond kReach, where the place is on a ray from the point at kReach in the same direction.
PixelPoint solve_outside(const BrownConrady& lens, const PixelPoint& distorted) {
  constexpr int kSteps = 60;
  PixelPoint direction{distorted.x / length(distorted), distorted.y / length(distorted)};
  double beyond = 0.0;
  for (int step = 0; step < kSteps; ++step) {
    const PixelPoint edge = polynomial(lens, {BrownConrady::kReach * direction.x, BrownConrady::kReach * direction.y});
    const double outwards = edge.x * direction.x + edge.y * direction.y;
    beyond = (distorted.x - edge.x) * direction.x + (distorted.y - edge.y) * direction.y;
    // What is left without the part of the edge that is not along the ray points along it.
    const PixelPoint along{distorted.x - (edge.x - outwards * direction.x),
                           distorted.y - (edge.y - outwards * direction.y)};
    direction = {along.x / length(along), along.y / length(along)};
  }
  const double r = BrownConrady::kReach + beyond;
  return {r * direction.x, r * direction.y};
}

}  // namespace

PixelPoint BrownConrady::distort(PixelPoint ideal) const {
  const double r = length(ideal);
  if (r <= kReach) {
    return polynomial(*this, ideal);
  }
  const PixelPoint direction{ideal.x / r, ideal.y / r};
  const PixelPoint edge = polynomial(*this, {kReach * direction.x, kReach * direction.y});
  return {edge.x + (r - kReach) * direction.x, edge.y + (r - kReach) * direction.y};
}

PixelPoint BrownConrady::undistort(PixelPoint distorted, PixelPoint guess) const {
  if (is_identity()) {
    return distorted;
  }
  const double r = length(guess);
  PixelPoint p = r <= kReach ? guess : PixelPoint{guess.x * kReach / r, guess.y * kReach / r};
  return solve_inside(*this, distorted, p) ? p : solve_outside(*this, distorted);
}

double BrownConrady::least_stretch() const {
  constexpr int kDistances = 24;
  constexpr int kDirections = 36;
  double least = 1.0;  // in the middle
  for (int i = 1; i <= kDistances; ++i) {
    const double r = kReach * i / kDistances;
    for (int k = 0; k < kDirections; ++k) {
      const double turns = static_cast<double>(k) / kDirections;
      const Derivative d = derivative(*this, {r * plain::cosine_of_turns(turns), r * plain::sine_of_turns(turns)});
      const double half = 0.5 * (d.xx - d.yy);
      least = std::min(least, 0.5 * (d.xx + d.yy) - std::sqrt(half * half + d.xy * d.xy));
    }
  }
  return least;
}

}  // namespace fairground
