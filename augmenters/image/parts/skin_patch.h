// The part of a picture around its subject's skin, as it was before its tone is moved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/measure/skin_region.h"
#include "pipeline/media/blur.h"
#include "pipeline/media/image.h"

namespace fairground {

/// Columns of a row from `begin` to before `end`.
struct ColumnSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// A rectangle of the picture, with all of the region and some of what is around it.
struct SkinPatch {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  std::array<Plane, 3> before = {};  ///< red, green and blue in linear light
  Plane weights = {};                ///< how much of the shift each pixel gets: its part's share of the region's weight
  std::vector<std::uint8_t> parts = {};  ///< a SkinPart for each pixel
  std::vector<ColumnSpan> spans = {};    ///< of each row, all that has weight; empty where nothing has

  /// Where the rectangle's row `y` begins in the picture's row.
  [[nodiscard]] std::span<float> row_of(Image& image, int channel, int y) const {
    return image.row(top + y).channel(channel).subspan(static_cast<std::size_t>(left), static_cast<std::size_t>(width));
  }
  [[nodiscard]] std::span<const std::uint8_t> parts_row(int y) const {
    return std::span(parts).subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
                                    static_cast<std::size_t>(width));
  }
};

/// Lips and brows get a share of the shift of their own, as pigment is not all that gives them their colour.
inline constexpr float kLipShare = 0.55F;
inline constexpr float kBrowShare = 0.8F;

/// The region with `margin_px` around it, as far as the picture reaches. The region has a pixel of some weight.
[[nodiscard]] SkinPatch cut_skin(const Image& image, const SkinRegion& region, int margin_px);

}  // namespace fairground
