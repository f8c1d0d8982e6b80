// What masks of skin tell apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fairground {

/// What a pixel of a subject belongs to. The values are the codes in masks of such parts.
enum class SkinPart : std::uint8_t { none = 0, face = 1, ears = 2, neck = 3, hands = 4, lips = 5, brows = 6 };
inline constexpr std::array kAllSkinParts = {SkinPart::face,  SkinPart::ears, SkinPart::neck,
                                             SkinPart::hands, SkinPart::lips, SkinPart::brows};

[[nodiscard]] constexpr const char* to_string(SkinPart part) {
  constexpr std::array<const char*, 7> kNames = {"none", "face", "ears", "neck", "hands", "lips", "brows"};
  return kNames[static_cast<std::size_t>(part)];
}

/// Whether it is bare skin, whose tone is measured: neither lips nor brows.
[[nodiscard]] constexpr bool is_skin(SkinPart part) { return part >= SkinPart::face && part <= SkinPart::hands; }

/// Which part each code of somebody's mask stands for.
using MaskCodes = std::array<SkinPart, 256>;

/// Of a mask that only tells skin from all else: every code but 0 is skin, and nothing is known of parts.
[[nodiscard]] constexpr MaskCodes plain_mask_codes() {
  MaskCodes codes = {};
  for (std::size_t code = 1; code < codes.size(); ++code) {
    codes[code] = SkinPart::face;
  }
  return codes;
}

}  // namespace fairground
