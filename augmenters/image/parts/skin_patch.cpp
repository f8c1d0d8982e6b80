#include "augmenters/image/parts/skin_patch.h"

#include <algorithm>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

/// Columns and rows from the first to the last one that has any weight.
struct Bounds {
  int left;
  int top;
  int right;
  int bottom;
};

FAIRGROUND_HOT void keep_larger(const float* __restrict in, float* __restrict largest, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    largest[i] = std::max(largest[i], in[i]);
  }
}

Bounds bounds_of(const std::vector<float>& weights, int width, int height) {
  const auto columns = static_cast<std::size_t>(width);
  std::vector<float> largest(columns, 0.0F);
  Bounds bounds{width, height, -1, -1};
  for (int y = 0; y < height; ++y) {
    const std::span<const float> row = std::span(weights).subspan(static_cast<std::size_t>(y) * columns, columns);
    if (std::ranges::any_of(row, [](float weight) { return weight > 0.0F; })) {
      bounds.top = std::min(bounds.top, y);
      bounds.bottom = y;
      keep_larger(row.data(), largest.data(), columns);
    }
  }
  for (int x = 0; x < width; ++x) {
    if (largest[static_cast<std::size_t>(x)] > 0.0F) {
      bounds.left = std::min(bounds.left, x);
      bounds.right = x;
    }
  }
  return bounds;
}

float share_of(std::uint8_t part) {
  switch (static_cast<SkinPart>(part)) {
    case SkinPart::lips:
      return kLipShare;
    case SkinPart::brows:
      return kBrowShare;
    default:
      return 1.0F;
  }
}

/// Lips and brows fade into the face over as much as a mask's own edges do, so that no line is drawn around them.
void share_out(const SkinRegion& region, SkinPatch& patch) {
  const auto has_share = [](std::uint8_t part) { return share_of(part) < 1.0F; };
  if (std::ranges::none_of(patch.parts, has_share)) {
    return;
  }
  constexpr double kFade = 0.006;       // of the face's width; empirical
  constexpr double kFaceOfPatch = 0.7;  // about, where nothing says how wide the face is
  Plane shares(patch.width, patch.height);
  std::ranges::transform(patch.parts, shares.samples.begin(), share_of);
  gaussian_blur(shares, std::max(kFade * region.face_width_px.value_or(kFaceOfPatch * patch.width), 0.7));
  std::ranges::transform(patch.weights.samples, shares.samples, patch.weights.samples.begin(),
                         [](float weight, float share) { return weight * std::min(share, 1.0F); });
}

}  // namespace

SkinPatch cut_skin(const Image& image, const SkinRegion& region, int margin_px) {
  const Bounds bounds = bounds_of(region.weights, image.width, image.height);
  SkinPatch patch;
  patch.left = std::max(bounds.left - margin_px, 0);
  patch.top = std::max(bounds.top - margin_px, 0);
  patch.width = std::min(bounds.right + margin_px + 1, image.width) - patch.left;
  patch.height = std::min(bounds.bottom + margin_px + 1, image.height) - patch.top;
  patch.weights = Plane(patch.width, patch.height);
  patch.parts.resize(patch.weights.samples.size());
  for (Plane& plane : patch.before) {
    plane = Plane(patch.width, patch.height);
  }
  const auto columns = static_cast<std::size_t>(patch.width);
  for (int y = 0; y < patch.height; ++y) {
    const std::size_t from = static_cast<std::size_t>(patch.top + y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(patch.left);
    std::ranges::copy(std::span(region.weights).subspan(from, columns), patch.weights.row(y).begin());
    std::ranges::copy(std::span(region.parts.codes).subspan(from, columns),
                      patch.parts.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * columns));
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t begin = c * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(patch.left);
      std::ranges::copy(image.row(patch.top + y).subspan(begin, columns), patch.before[c].row(y).begin());
    }
  }
  share_out(region, patch);
  return patch;
}

}  // namespace fairground
