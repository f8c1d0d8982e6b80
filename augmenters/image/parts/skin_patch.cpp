#include "augmenters/image/parts/skin_patch.h"

#include <algorithm>
#include <vector>

namespace fairground {
namespace {

/// Columns and rows from the first to the last one that has any weight.
struct Bounds {
  int left;
  int top;
  int right;
  int bottom;
};

/// The first and the last column of a row that has weight.
ColumnSpan span_of(std::span<const float> weights) {
  constexpr std::size_t kBlock = 16;  // looked at together, which is fast
  const auto has_weight = [&](std::size_t begin, std::size_t count) {
    float most = 0.0F;
    for (std::size_t i = begin; i < begin + count; ++i) {
      most = std::max(most, weights[i]);
    }
    return most > 0.0F;
  };
  std::size_t begin = 0;
  while (begin + kBlock <= weights.size() && !has_weight(begin, kBlock)) {
    begin += kBlock;
  }
  while (begin < weights.size() && !has_weight(begin, 1)) {
    ++begin;
  }
  std::size_t end = weights.size();
  while (end >= begin + kBlock && !has_weight(end - kBlock, kBlock)) {
    end -= kBlock;
  }
  while (end > begin && !has_weight(end - 1, 1)) {
    --end;
  }
  return {begin, end};
}

/// Of each row of the picture.
std::vector<ColumnSpan> spans_of(const std::vector<float>& weights, int width, int height) {
  const auto columns = static_cast<std::size_t>(width);
  std::vector<ColumnSpan> spans;
  for (int y = 0; y < height; ++y) {
    spans.push_back(span_of(std::span(weights).subspan(static_cast<std::size_t>(y) * columns, columns)));
  }
  return spans;
}

Bounds bounds_of(const std::vector<ColumnSpan>& spans, int width, int height) {
  Bounds bounds{width, height, -1, -1};
  for (int y = 0; y < height; ++y) {
    const ColumnSpan& span = spans[static_cast<std::size_t>(y)];
    if (span.size() > 0) {
      bounds.top = std::min(bounds.top, y);
      bounds.bottom = y;
      bounds.left = std::min(bounds.left, static_cast<int>(span.begin));
      bounds.right = std::max(bounds.right, static_cast<int>(span.end) - 1);
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
  constexpr double kFade = 0.006;       // of the face's width; empirical
  constexpr double kFaceOfPatch = 0.7;  // about, where nothing says how wide the face is
  const double sigma = std::max(kFade * region.face_width_px.value_or(kFaceOfPatch * patch.width), 0.7);
  const int reach = static_cast<int>(4.0 * sigma) + 1;
  const auto has_share = [](std::uint8_t part) { return share_of(part) < 1.0F; };
  Bounds bounds{patch.width, patch.height, -1, -1};
  for (int y = 0; y < patch.height; ++y) {
    const std::span<const std::uint8_t> parts = patch.parts_row(y);
    const auto first = std::ranges::find_if(parts, has_share);
    if (first == parts.end()) {
      continue;
    }
    bounds.top = std::min(bounds.top, y);
    bounds.bottom = y;
    bounds.left = std::min(bounds.left, static_cast<int>(first - parts.begin()));
    for (int x = patch.width - 1; x > bounds.right; --x) {
      if (has_share(parts[static_cast<std::size_t>(x)])) {
        bounds.right = x;
      }
    }
  }
  if (bounds.right < 0) {
    return;
  }
  const int left = std::max(bounds.left - reach, 0);
  const int top = std::max(bounds.top - reach, 0);
  Plane shares(std::min(bounds.right + reach + 1, patch.width) - left,
               std::min(bounds.bottom + reach + 1, patch.height) - top);
  const auto count = static_cast<std::size_t>(shares.width);
  for (int y = 0; y < shares.height; ++y) {
    std::ranges::transform(patch.parts_row(top + y).subspan(static_cast<std::size_t>(left), count),
                           shares.row(y).begin(), share_of);
  }
  gaussian_blur(shares, sigma);
  for (int y = 0; y < shares.height; ++y) {
    const std::span<float> weights = patch.weights.row(top + y).subspan(static_cast<std::size_t>(left), count);
    std::ranges::transform(weights, shares.row(y), weights.begin(),
                           [](float weight, float share) { return weight * std::min(share, 1.0F); });
  }
}

}  // namespace

SkinPatch cut_skin(const Image& image, const SkinRegion& region, int margin_px) {
  const std::vector<ColumnSpan> spans = spans_of(region.weights, image.width, image.height);
  const Bounds bounds = bounds_of(spans, image.width, image.height);
  SkinPatch patch;
  patch.left = std::max(bounds.left - margin_px, 0);
  patch.top = std::max(bounds.top - margin_px, 0);
  patch.width = std::min(bounds.right + margin_px + 1, image.width) - patch.left;
  patch.height = std::min(bounds.bottom + margin_px + 1, image.height) - patch.top;
  patch.weights = Plane(patch.width, patch.height);
  patch.parts.resize(patch.weights.samples.size());
  patch.spans.resize(static_cast<std::size_t>(patch.height));
  for (Plane& plane : patch.before) {
    plane = Plane(patch.width, patch.height);
  }
  const auto columns = static_cast<std::size_t>(patch.width);
  for (int y = 0; y < patch.height; ++y) {
    const std::size_t from = static_cast<std::size_t>(patch.top + y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(patch.left);
    const ColumnSpan& span = spans[static_cast<std::size_t>(patch.top + y)];
    if (span.size() > 0) {
      const auto left = static_cast<std::size_t>(patch.left);
      patch.spans[static_cast<std::size_t>(y)] = {span.begin - left, span.end - left};
    }
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
