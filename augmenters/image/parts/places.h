// The light of places that everyone knows.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairground {

struct Place {
  const char* name;  ///< as in the config
  double lux;        ///< on a face
  double cct_kelvin;
  double duv;             ///< in CIE 1960 uv
  double azimuth_deg;     ///< the light comes from anywhere between this to the left and to the right
  double elevation_deg;   ///< as in light.direction
  double softness;        ///< likewise
  double ambient;         ///< likewise
  double flicker_depth;   ///< as in light.flicker, at 100 Hz; 0 where the light is steady
  const char* described;  ///< for the help
};

[[nodiscard]] std::span<const Place> places();

/// `name` must be that of a place.
[[nodiscard]] const Place& place_of(const std::string& name);

}  // namespace fairground
