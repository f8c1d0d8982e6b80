// Masks in tests: those drawn by hand, and how far two agree.
#pragma once

#include <algorithm>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

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

/// The parts of a mask, of which lips and brows belong to the face, each grown over all that is nearest to it.
inline std::vector<SkinPart> zones_of(const Mask& mask) {
  std::vector<SkinPart> zones;
  std::deque<int> next;
  for (const std::uint8_t code : mask.codes) {
    const auto part = static_cast<SkinPart>(code);
    if (part != SkinPart::none) {
      next.push_back(static_cast<int>(zones.size()));
    }
    zones.push_back(part == SkinPart::lips || part == SkinPart::brows ? SkinPart::face : part);
  }
  while (!next.empty()) {
    const int x = next.front() % mask.width;
    const int y = next.front() / mask.width;
    const SkinPart zone = zones[static_cast<std::size_t>(next.front())];
    next.pop_front();
    for (int v = std::max(y - 1, 0); v <= std::min(y + 1, mask.height - 1); ++v) {
      for (int u = std::max(x - 1, 0); u <= std::min(x + 1, mask.width - 1); ++u) {
        SkinPart& neighbour = zones[static_cast<std::size_t>(v * mask.width + u)];
        if (neighbour == SkinPart::none) {
          neighbour = zone;
          next.push_back(v * mask.width + u);
        }
      }
    }
  }
  return zones;
}

/// Intersection over union of two masks where the part of the true one is nearest. So it tells whether the skin of an
/// ear is there and nothing beside it, and not where somebody ended the ear and began the cheek.
inline double shared_zone(const Mask& truth, const Mask& found, const std::vector<SkinPart>& zones, SkinPart part) {
  double both = 0.0;
  double either = 0.0;
  for (std::size_t i = 0; i < truth.codes.size(); ++i) {
    if (zones[i] == part) {
      both += truth.codes[i] != 0 && found.codes[i] != 0 ? 1.0 : 0.0;
      either += truth.codes[i] != 0 || found.codes[i] != 0 ? 1.0 : 0.0;
    }
  }
  return either > 0.0 ? both / either : 1.0;
}

}  // namespace fairground
