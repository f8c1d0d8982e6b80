// What the walls of rooms are made of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "augmenters/audio/parts/shoebox_room.h"

namespace fairground {

enum class Material {
  brick,
  concrete,
  tiles,
  plasterboard,
  wood,
  glass,
  linoleum,
  carpet,
  curtains,
  acoustic_tiles,
  fabric_panels,
};

/// Their names in the config.
[[nodiscard]] const std::vector<std::pair<std::string, Material>>& material_names();

/// -ln(1 - absorption coefficient) in each octave.
[[nodiscard]] RoomBands wall_nepers(Material material);

}  // namespace fairground
