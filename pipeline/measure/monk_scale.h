// The Monk Skin Tone scale.
#pragma once

#include <array>
#include <cstdint>

#include "pipeline/measure/cie_lab.h"

namespace fairground {

/// sRGB codes 0xRRGGBB of the ten swatches, 1 to 10, as Ellis Monk and Google published them (skintone.google, 2022;
/// Schumann et al., "Consensus and subjectivity of skin tone annotation for ML fairness", arXiv 2305.09073). Their L*
/// does not fall all the way: swatch 3 is lighter than swatch 2. A colour of a picture is near to a swatch only in the
/// light, camera and processing that it was taken with.
inline constexpr std::array<std::uint32_t, 10> kMonkSwatches = {0xF6EDE4, 0xF3E7DB, 0xF7EAD0, 0xEADABA, 0xD7BD96,
                                                                0xA07E56, 0x825C43, 0x604134, 0x3A312A, 0x292420};

/// `swatch` 1 to 10.
[[nodiscard]] LinearRgb monk_light(int swatch);
[[nodiscard]] CieLab monk_lab(int swatch);

struct MonkMatch {
  int swatch = 0;  ///< the nearest by CIEDE2000, 1 to 10; of two that are as near, the lower number
  int runner_up = 0;
  double difference = 0.0;  ///< CIEDE2000 to the nearest
  double margin = 0.0;      ///< how much farther the runner-up is
};

/// In plain arithmetic.
[[nodiscard]] MonkMatch nearest_monk(const CieLab& lab);

}  // namespace fairground
