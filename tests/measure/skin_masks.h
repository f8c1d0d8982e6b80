// Masks in tests: those drawn by hand, and how far two agree.
#pragma once

#include <filesystem>
#include <string>

#include "pipeline/measure/skin_region.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// Codes that are SkinPart values.
inline MaskCodes part_codes() {
  MaskCodes codes = {};
  for (const SkinPart part : kAllSkinParts) {
    codes[static_cast<std::size_t>(part)] = part;
  }
  return codes;
}

/// Of a sample portrait; samples/SOURCES.md says how it was drawn.
inline Mask hand_mask(const std::string& photo_name) {
  const std::filesystem::path path = std::filesystem::path(FAIRGROUND_SOURCE_DIR "/samples/masks") /
                                     std::filesystem::path(photo_name).replace_extension(".png");
  const Raster raster = decode_image(read_file(path, MediaLimits{}), path, MediaLimits{});
  Mask mask{raster.codes.cols, raster.codes.rows, {}};
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* row = raster.codes.ptr<std::uint8_t>(y);
    mask.codes.insert(mask.codes.end(), row, row + mask.width);
  }
  return mask;
}

/// Intersection over union of what `rule` takes of both.
template <class Rule>
double shared_part(const Mask& a, const Mask& b, Rule rule) {
  double both = 0.0;
  double either = 0.0;
  for (std::size_t i = 0; i < a.codes.size(); ++i) {
    const bool in_a = rule(static_cast<SkinPart>(a.codes[i]));
    const bool in_b = rule(static_cast<SkinPart>(b.codes[i]));
    both += in_a && in_b ? 1.0 : 0.0;
    either += in_a || in_b ? 1.0 : 0.0;
  }
  return either > 0.0 ? both / either : 1.0;
}

inline bool is_any(SkinPart part) { return part != SkinPart::none; }

/// The share of a part of the true mask that the other marks at all.
inline double covered_share(const Mask& truth, const Mask& found, SkinPart part) {
  double area = 0.0;
  double covered = 0.0;
  for (std::size_t i = 0; i < truth.codes.size(); ++i) {
    if (static_cast<SkinPart>(truth.codes[i]) == part) {
      area += 1.0;
      covered += found.codes[i] != 0 ? 1.0 : 0.0;
    }
  }
  return area > 0.0 ? covered / area : 1.0;
}

}  // namespace fairground
