#include "augmenters/image/parts/brown_conrady.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipeline/core/hot.h"
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

/// Two steps of Newton's method, wherever they lead.
FAIRGROUND_HOT void newton_steps(const BrownConrady& lens, const double* __restrict wanted_x, double wanted_y,
                                 double* __restrict px, double* __restrict py, std::size_t count) {
  const double k1 = lens.k1;
  const double k2 = lens.k2;
  const double k3 = lens.k3;
  const double p1 = lens.p1;
  const double p2 = lens.p2;
  for (std::size_t i = 0; i < count; ++i) {
    double x = px[i];
    double y = py[i];
    for (int step = 0; step < 2; ++step) {
      const double x2 = x * x;
      const double y2 = y * y;
      const double r2 = x2 + y2;
      const double radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
      const double slope = 2.0 * (k1 + r2 * (2.0 * k2 + 3.0 * r2 * k3));
      const double ex = wanted_x[i] - (x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x2));
      const double ey = wanted_y - (y * radial + p1 * (r2 + 2.0 * y2) + 2.0 * p2 * x * y);
      const double xx = radial + x2 * slope + 2.0 * p1 * y + 6.0 * p2 * x;
      const double xy = x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y;
      const double yy = radial + y2 * slope + 6.0 * p1 * y + 2.0 * p2 * x;
      const double inverse = 1.0 / (xx * yy - xy * xy);
      x += (yy * ex - xy * ey) * inverse;
      y += (xx * ey - xy * ex) * inverse;
    }
    px[i] = x;
    py[i] = y;
  }
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

PixelPoint BrownConrady::undistort(PixelPoint distorted) const {
  if (is_identity()) {
    return distorted;
  }
  const double r = length(distorted);
  PixelPoint p = r <= kReach ? distorted : PixelPoint{distorted.x * kReach / r, distorted.y * kReach / r};
  return solve_inside(*this, distorted, p) ? p : solve_outside(*this, distorted);
}

void BrownConrady::undistort_row(std::span<const double> distorted_x, double distorted_y, std::span<double> x,
                                 std::span<double> y) const {
  constexpr double kNear = 1e-9;
  newton_steps(*this, distorted_x.data(), distorted_y, x.data(), y.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const PixelPoint wanted{distorted_x[i], distorted_y};
    const PixelPoint now = polynomial(*this, {x[i], y[i]});
    const bool solved = std::fabs(wanted.x - now.x) + std::fabs(wanted.y - now.y) < kNear;
    if (!solved || x[i] * x[i] + y[i] * y[i] > kReach * kReach) {
      const PixelPoint ideal = undistort(wanted);
      x[i] = ideal.x;
      y[i] = ideal.y;
    }
  }
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
