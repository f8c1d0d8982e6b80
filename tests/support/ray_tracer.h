// A small ray tracer: matt surfaces under a cap of bright sky and light from everywhere, with or without the shadows
// that they cast on each other. It shares no code and no formula with the augmenters: what reaches a surface is a sum
// over directions.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

#include "pipeline/media/picture_labels.h"

namespace fairground {

struct Vec {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
  friend Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vec operator*(double s, Vec a) { return {s * a.x, s * a.y, s * a.z}; }
};
inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec cross(Vec a, Vec b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline Vec unit(Vec a) { return (1.0 / std::sqrt(dot(a, a))) * a; }

/// An ellipsoid with axes along the coordinates: x to the right, y down, z towards the camera, all in pixels.
struct Ellipsoid {
  Vec centre;
  Vec radii;
  double albedo = 1.0;
};

/// In front of a wall at `wall_z`.
struct Scene {
  std::vector<Ellipsoid> bodies;
  double wall_z = 0.0;
  double wall_albedo = 1.0;
};

struct Hit {
  double distance;
  Vec point;
  Vec normal;
  double albedo;
};

inline std::optional<Hit> trace(const Scene& scene, Vec from, Vec direction) {
  std::optional<Hit> nearest;
  const auto offer = [&](double distance, Vec normal, double albedo) {
    constexpr double kSelf = 1e-6;
    if (distance > kSelf && (!nearest || distance < nearest->distance)) {
      nearest = Hit{distance, from + distance * direction, unit(normal), albedo};
    }
  };
  for (const Ellipsoid& body : scene.bodies) {
    const auto scaled = [&](Vec v) { return Vec{v.x / body.radii.x, v.y / body.radii.y, v.z / body.radii.z}; };
    const Vec o = scaled(from - body.centre);
    const Vec d = scaled(direction);
    const double a = dot(d, d);
    const double b = dot(o, d);
    const double discriminant = b * b - a * (dot(o, o) - 1.0);
    if (discriminant > 0.0) {
      for (const double sign : {-1.0, 1.0}) {
        const double t = (-b + sign * std::sqrt(discriminant)) / a;
        const Vec p = o + t * d;
        offer(t, {p.x / body.radii.x, p.y / body.radii.y, p.z / body.radii.z}, body.albedo);
      }
    }
  }
  if (direction.z < 0.0) {
    offer((scene.wall_z - from.z) / direction.z, {0.0, 0.0, 1.0}, scene.wall_albedo);
  }
  return nearest;
}

/// Light from `towards`, out of a cap of half angle `half_angle_deg`, beside an ambient share.
struct TracedLight {
  Vec towards;
  double half_angle_deg = 0.0;
  double ambient = 0.0;
  bool casts_shadows = false;
};

/// Directions that are spread evenly over the cap.
inline std::vector<Vec> directions_of(const TracedLight& light) {
  const Vec axis = unit(light.towards);
  const Vec side = unit(cross(axis, std::abs(axis.x) < 0.9 ? Vec{1, 0, 0} : Vec{0, 1, 0}));
  const Vec other = cross(axis, side);
  const int count = light.half_angle_deg > 0.0 ? 400 : 1;
  const double lowest = std::cos(light.half_angle_deg * std::numbers::pi / 180.0);
  std::vector<Vec> directions;
  for (int i = 0; i < count; ++i) {  // a spiral by the golden angle
    const double cosine = 1.0 - (1.0 - lowest) * (i + 0.5) / count;
    const double sine = std::sqrt(1.0 - cosine * cosine);
    const double turn = i * std::numbers::pi * (3.0 - std::sqrt(5.0));
    directions.push_back(count == 1 ? axis
                                    : cosine * axis + sine * std::cos(turn) * side + sine * std::sin(turn) * other);
  }
  return directions;
}

/// A picture of the scene, seen straight from the front, and what is known of it.
struct TracedPicture {
  Image image;
  Image depth;  ///< in pixels, greater is farther
  Image normals;
};

inline TracedPicture photograph(const Scene& scene, const TracedLight& light, int width, int height) {
  TracedPicture taken{{width, height, 1, 16, {}, {}}, {width, height, 1, 16, {}, {}}, {width, height, 3, 16, {}, {}}};
  taken.image.samples.resize(taken.image.row_size() * static_cast<std::size_t>(height));
  taken.depth.samples = taken.image.samples;
  taken.normals.samples.resize(taken.normals.row_size() * static_cast<std::size_t>(height));
  const std::vector<Vec> directions = directions_of(light);
  double straight = 0.0;  // on a surface that faces the light
  for (const Vec& direction : directions) {
    straight += std::max(dot(direction, unit(light.towards)), 0.0);
  }
  constexpr double kCamera = 1e5;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Hit hit = *trace(scene, {x + 0.5, y + 0.5, kCamera}, {0, 0, -1});
      double received = 0.0;
      for (const Vec& direction : directions) {
        const double cosine = dot(direction, hit.normal);
        if (cosine > 0.0 &&
            !(light.casts_shadows && trace(scene, hit.point + 1e-3 * hit.normal, direction).has_value())) {
          received += cosine;
        }
      }
      const auto at = static_cast<std::size_t>(x);
      taken.image.row(y).samples[at] =
          static_cast<float>(hit.albedo * (light.ambient + (1.0 - light.ambient) * received / straight));
      taken.depth.row(y).samples[at] = static_cast<float>(-hit.point.z);
      taken.normals.row(y).channel(0)[at] = static_cast<float>(hit.normal.x);
      taken.normals.row(y).channel(1)[at] = static_cast<float>(hit.normal.y);
      taken.normals.row(y).channel(2)[at] = static_cast<float>(hit.normal.z);
    }
  }
  return taken;
}

}  // namespace fairground
