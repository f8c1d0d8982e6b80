#include "augmenters/audio/parts/materials.h"

#include <algorithm>
#include <array>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// Absorption coefficients from 125 Hz to 8 kHz: Vorlaender, "Auralization", Springer, 2008, annex, as the
/// documentation of pyroomacoustics has them. Where they end at 4 kHz, that value goes on; 16 kHz is as 8 kHz.
std::array<double, 7> absorption(Material material) {
  switch (material) {
    case Material::brick:  // rendered brickwork
      return {0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04};
    case Material::concrete:  // smooth, unpainted
      return {0.01, 0.01, 0.02, 0.02, 0.02, 0.05, 0.05};
    case Material::tiles:  // ceramic, with a smooth surface
      return {0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.02};
    case Material::plasterboard:  // two layers on a steel frame, mineral wool behind
      return {0.15, 0.10, 0.06, 0.04, 0.04, 0.05, 0.05};
    case Material::wood:  // 16 mm on studs
      return {0.18, 0.12, 0.10, 0.09, 0.08, 0.07, 0.07};
    case Material::glass:  // window
      return {0.10, 0.05, 0.04, 0.03, 0.03, 0.03, 0.03};
    case Material::linoleum:  // on concrete
      return {0.02, 0.03, 0.03, 0.03, 0.03, 0.02, 0.02};
    case Material::carpet:  // 6 mm pile on closed-cell foam
      return {0.03, 0.09, 0.25, 0.31, 0.33, 0.44, 0.44};
    case Material::curtains:  // cotton, draped, 130 mm from the wall
      return {0.30, 0.45, 0.65, 0.56, 0.59, 0.71, 0.71};
    case Material::acoustic_tiles:  // fissured tiles of a ceiling
      return {0.49, 0.53, 0.53, 0.75, 0.92, 0.99, 0.99};
    case Material::fabric_panels:  // rockwool of 8 pounds per cubic foot under fabric; 1 would absorb for ever
      return {0.21, 0.66, 0.99, 0.99, 0.97, 0.98, 0.98};
  }
  return {};
}

}  // namespace

const std::vector<std::pair<std::string, Material>>& material_names() {
  static const std::vector<std::pair<std::string, Material>> names{
      {"brick", Material::brick},
      {"concrete", Material::concrete},
      {"tiles", Material::tiles},
      {"plasterboard", Material::plasterboard},
      {"wood", Material::wood},
      {"glass", Material::glass},
      {"linoleum", Material::linoleum},
      {"carpet", Material::carpet},
      {"curtains", Material::curtains},
      {"acoustic_tiles", Material::acoustic_tiles},
      {"fabric_panels", Material::fabric_panels},
  };
  return names;
}

RoomBands wall_nepers(Material material) {
  const std::array<double, 7> coefficients = absorption(material);
  RoomBands nepers;
  for (std::size_t b = 0; b < nepers.size(); ++b) {
    nepers[b] = -plain::log(1.0 - coefficients[std::min(b, coefficients.size() - 1)]);
  }
  return nepers;
}

}  // namespace fairground
