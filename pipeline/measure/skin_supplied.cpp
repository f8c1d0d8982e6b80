#include <algorithm>
#include <cmath>

#include "pipeline/measure/skin_edges.h"
#include "pipeline/measure/skin_regions.h"

namespace fairground {
namespace {

/// The filter's radius, in widths of the face or of the region where no face is known; empirical.
constexpr double kRadius = 0.012;
constexpr double kLeastRadius = 1.5;  // pixels: an edge cannot be told more closely

constexpr double kFieldSize = 200.0;  // pixels of the field to a face, or to a region

// Where the picture has no edge, the filter gives a half at the mask's border and almost 1 at twice its radius inside.
constexpr float kNothing = 0.4F;
constexpr float kAll = 0.9F;

Window window_of(const Mask& parts, int margin) {
  Window window{parts.width, parts.height, 0, 0};
  for (int y = 0; y < parts.height; ++y) {
    const std::uint8_t* row = parts.codes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(parts.width);
    for (int x = 0; x < parts.width; ++x) {
      if (row[x] != 0) {
        window.left = std::min(window.left, x);
        window.right = std::max(window.right, x + 1);
        window.top = std::min(window.top, y);
        window.bottom = std::max(window.bottom, y + 1);
      }
    }
  }
  return {std::max(window.left - margin, 0), std::max(window.top - margin, 0),
          std::min(window.right + margin, parts.width), std::min(window.bottom + margin, parts.height)};
}

/// How wide the face is, ears apart: from the first hundredth of its pixels to the last, whatever lies off the rest.
std::optional<double> face_width(const Mask& parts) {
  std::vector<std::size_t> columns(static_cast<std::size_t>(parts.width));
  std::size_t total = 0;
  for (std::size_t i = 0; i < parts.codes.size(); ++i) {
    const auto part = static_cast<SkinPart>(parts.codes[i]);
    if (part == SkinPart::face || part == SkinPart::lips || part == SkinPart::brows) {
      ++columns[i % columns.size()];
      ++total;
    }
  }
  if (total == 0) {
    return std::nullopt;
  }
  constexpr std::size_t kOff = 400;  // one in so many pixels may stick out at each side
  const auto from = [&](auto begin, auto end) {
    std::size_t sum = 0;
    return std::find_if(begin, end, [&](std::size_t count) { return (sum += count) * kOff > total; }) - begin;
  };
  const auto left = from(columns.begin(), columns.end());
  const auto right = from(columns.rbegin(), columns.rend());
  return static_cast<double>(static_cast<std::ptrdiff_t>(columns.size()) - left - right);
}

std::optional<double> known_face_width(const Mask& parts, const MaskCodes& codes, const std::vector<Box>& boxes) {
  if (codes != plain_mask_codes()) {
    return face_width(parts);
  }
  const Box* face = nullptr;
  for (const Box& box : boxes) {
    if (box.label == "face") {
      if (face != nullptr) {
        return std::nullopt;
      }
      face = &box;
    }
  }
  return face != nullptr && face->width > 0.0 ? std::optional(face->width) : std::nullopt;
}

}  // namespace

std::optional<SkinRegion> supplied_region(const Image& image, const PictureLabels& labels, const MaskCodes& codes) {
  SkinRegion region;
  region.parts = labels.mask.value();
  std::size_t area = 0;
  bool has_skin = false;
  for (std::uint8_t& code : region.parts.codes) {
    const SkinPart part = codes[code];
    code = static_cast<std::uint8_t>(part);
    area += part != SkinPart::none ? 1 : 0;
    has_skin = has_skin || is_skin(part);
  }
  if (!has_skin) {
    return std::nullopt;
  }
  region.source = MaskSource::supplied;
  region.face_width_px = known_face_width(region.parts, codes, labels.boxes);
  const double size = region.face_width_px.value_or(std::sqrt(static_cast<double>(area)));
  const double radius = std::max(kRadius * size, kLeastRadius);
  const double scale = std::max(1.0, size / kFieldSize);

  const Window window = window_of(region.parts, static_cast<int>(std::ceil(4.0 * radius)) + 1);
  const ColourField field = colour_field(image, window, scale);
  Plane shares(field.width, field.height);
  shares.samples = coarser_marks(field, region.parts.codes, image.width, image.height);
  const Plane weights = follow_edges(image, field, shares, radius);
  region.weights.resize(region.parts.codes.size());
  for (int y = 0; y < weights.height; ++y) {
    const std::size_t first = static_cast<std::size_t>(window.top + y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(window.left);
    for (std::size_t x = 0; x < static_cast<std::size_t>(weights.width); ++x) {
      if (region.parts.codes[first + x] != 0) {
        region.weights[first + x] = ramp(weights.row(y)[x], kNothing, kAll);
      }
    }
  }
  return region;
}

}  // namespace fairground
