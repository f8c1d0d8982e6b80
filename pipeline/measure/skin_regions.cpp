#include "pipeline/measure/skin_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "pipeline/measure/missed_skin.h"
#include "pipeline/measure/skin_edges.h"
#include "pipeline/measure/skin_growth.h"
#include "pipeline/measure/skin_hands.h"

namespace fairground {
namespace {

// In widths of the face; empirical. One radius for both fails: a halo on the jaw, or a fringe that looks cut out.
constexpr double kSharpRadius = 0.012;
constexpr double kSoftRadius = 0.035;
constexpr double kLeastRadius = 1.2;  // pixels

// Of the filter's result: what counts as none of a part, and as all of it.
constexpr float kNothing = 0.3F;
constexpr float kAll = 0.75F;

// Ears lie beside the oval, from a little above the eyes to the mouth; in widths of the face.
constexpr double kEarInside = 0.46;
constexpr double kEarOutside = 0.04;  // beyond the oval

Shape whole_polygon(int width, int height, int left, int top, const std::vector<std::vector<PixelPoint>>& polygons) {
  Shape shape(width, height);
  for (std::vector<PixelPoint> points : polygons) {
    for (PixelPoint& point : points) {
      point.x -= left;
      point.y -= top;
    }
    add_polygon(shape, points);
  }
  return shape;
}

/// Tells the parts of skin apart by their places in the face.
class PartPlaces {
 public:
  PartPlaces(const FaceOutline& outline) : outline_(outline), oval_(reach_of_oval(outline)), skin_{} {}

  /// Skin at this place: what sticks out beside the face, there are ears.
  void see(PixelPoint at) { widen(skin_, at); }

  [[nodiscard]] SkinPart part(PixelPoint at, bool in_oval) const {
    const double lobe = outline_.mouth_level - 0.04;
    const bool level = at.y > outline_.brow_level - 0.05 && at.y < lobe;
    if (level && std::fabs(at.x) > kEarInside) {
      const auto [side, bin] = place(at);
      if (skin_[side][bin] > oval_[side][bin] + kEarOutside) {
        return SkinPart::ears;
      }
    }
    return in_oval || at.y < lobe ? SkinPart::face : SkinPart::neck;
  }

 private:
  static constexpr std::size_t kBins = 100;                // over two widths of the face, from one above its middle
  using Reach = std::array<std::array<double, kBins>, 2>;  // of both sides, at each level

  static std::pair<std::size_t, std::size_t> place(PixelPoint at) {
    const double bin = std::clamp((at.y + 1.0) * (kBins / 2.0), 0.0, kBins - 1.0);
    return {at.x < 0.0 ? 0 : 1, static_cast<std::size_t>(bin)};
  }
  static void widen(Reach& reach, PixelPoint at) {
    const auto [side, bin] = place(at);
    reach[side][bin] = std::max(reach[side][bin], std::fabs(at.x));
  }
  static Reach reach_of_oval(const FaceOutline& outline) {
    Reach reach{};
    for (std::size_t i = 0; i < outline.oval.size(); ++i) {
      const PixelPoint from = outline.in_face(outline.oval[i]);
      const PixelPoint to = outline.in_face(outline.oval[(i + 1) % outline.oval.size()]);
      constexpr int kSteps = 50;
      for (int step = 0; step < kSteps; ++step) {
        const double part = static_cast<double>(step) / kSteps;
        widen(reach, {from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)});
      }
    }
    return reach;
  }

  const FaceOutline& outline_;
  Reach oval_;
  Reach skin_;
};

/// What is not the head's already.
void add_hand(const Image& image, const Hand& hand, const FaceOutline& outline, SkinRegion& region) {
  Plane shares(hand.field.width, hand.field.height);
  std::ranges::copy(hand.skin.pixels, shares.samples.begin());
  const Plane weights = follow_edges(image, hand.field, shares, std::max(kSharpRadius * outline.width, kLeastRadius));
  for (int y = 0; y < weights.height; ++y) {
    const std::size_t first = static_cast<std::size_t>(hand.field.top + y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(hand.field.left);
    for (std::size_t x = 0; x < static_cast<std::size_t>(weights.width); ++x) {
      const float weight = ramp(weights.row(y)[x], kNothing, kAll);
      if (weight > 0.0F && region.parts.codes[first + x] == 0) {
        region.parts.codes[first + x] = static_cast<std::uint8_t>(SkinPart::hands);
        region.weights[first + x] = weight;
      }
    }
  }
}

}  // namespace

GrownRegion grown_region(const Image& image, const FaceOutline& outline, const std::vector<Box>& others) {
  GrownRegion result;
  SkinRegion& region = result.region;
  const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  region.parts = {image.width, image.height, std::vector<std::uint8_t>(pixels)};
  region.weights.resize(pixels);
  region.face_width_px = outline.width;
  const ColourField field = field_around(image, outline);
  if (field.colours.empty()) {
    return result;
  }
  const GrownSkin skin = grow_skin(field, outline);
  result.quality.oval_share = skin.oval_share;
  result.quality.leak = skin.leak;
  result.quality.separation = skin.separation;
  if (skin.skin.pixels.empty()) {
    return result;
  }

  Plane shares(field.width, field.height);
  std::ranges::copy(skin.skin.pixels, shares.samples.begin());
  const Plane sharp = follow_edges(image, field, shares, std::max(kSharpRadius * outline.width, kLeastRadius));
  const Plane soft = follow_edges(image, field, shares, std::max(kSoftRadius * outline.width, kLeastRadius));
  const int left = static_cast<int>(field.left);
  const int top = static_cast<int>(field.top);
  const auto within = [&](const std::vector<std::vector<PixelPoint>>& polygons) {
    return whole_polygon(sharp.width, sharp.height, left, top, polygons);
  };
  const Shape oval = within({outline.oval});
  const Shape lips = within({outline.lips});
  const Shape brows = within(outline.brows);
  PartPlaces places(outline);
  for (int y = 0; y < field.height; ++y) {
    for (int x = 0; x < field.width; ++x) {
      if (skin.skin.has(x, y)) {
        places.see(outline.in_face({field.left + (x + 0.5) * field.scale, field.top + (y + 0.5) * field.scale}));
      }
    }
  }
  double right_ear = 0.0;
  double left_ear = 0.0;
  for (int y = 0; y < sharp.height; ++y) {
    for (int x = 0; x < sharp.width; ++x) {
      const std::size_t i = oval.at(x, y);
      if (soft.samples[i] <= kNothing && sharp.samples[i] <= kNothing) {
        continue;
      }
      const PixelPoint at = outline.in_face({left + x + 0.5, top + y + 0.5});
      // Hair begins softly, jaw and neck do not.
      const float hair = 1.0F - ramp(static_cast<float>(at.y), static_cast<float>(outline.brow_level),
                                     static_cast<float>(outline.eye_level + 0.1));
      const float share = sharp.samples[i] + hair * (soft.samples[i] - sharp.samples[i]);
      const float weight = ramp(share, kNothing, kAll);
      if (weight <= 0.0F) {
        continue;
      }
      SkinPart part = SkinPart::face;
      if (lips.pixels[i] != 0) {
        part = SkinPart::lips;
      } else if (brows.pixels[i] != 0) {
        part = SkinPart::brows;
      } else {
        part = places.part(at, oval.pixels[i] != 0);
      }
      if (part == SkinPart::ears) {
        (at.x < 0.0 ? right_ear : left_ear) += 1.0;
      }
      const std::size_t to = static_cast<std::size_t>(top + y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(left + x);
      region.parts.codes[to] = static_cast<std::uint8_t>(part);
      region.weights[to] = weight;
    }
  }
  const Hands hands = find_hands(image, outline, skin.law, region.parts, others);
  for (const Hand& hand : hands.sure) {
    add_hand(image, hand, outline, region);
  }
  result.quality.doubtful_hands = hands.doubtful;
  const double ears = right_ear + left_ear;
  result.quality.ear_asymmetry = ears > 0.0 ? std::fabs(right_ear - left_ear) / ears : 0.0;
  result.quality.missed = missed_skin_fraction(image, region);
  return result;
}

std::optional<Mask> core_mask(const Image& image, const FaceOutline& outline) {
  const ColourField field = field_around(image, outline);
  if (field.colours.empty()) {
    return std::nullopt;
  }
  const Shape core = face_core(field, outline);
  if (core.count() == 0) {
    return std::nullopt;
  }
  Mask mask{image.width, image.height,
            std::vector<std::uint8_t>(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height))};
  const auto cell = [&](int at, double first, int count) {
    return std::clamp(static_cast<int>(std::floor((at + 0.5 - first) / field.scale)), -1, count);
  };
  for (int y = static_cast<int>(field.top); y < image.height; ++y) {
    const int row = cell(y, field.top, field.height);
    for (int x = static_cast<int>(field.left); x < image.width && row < field.height; ++x) {
      if (core.has(cell(x, field.left, field.width), row)) {
        mask.codes[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)] =
            static_cast<std::uint8_t>(SkinPart::face);
      }
    }
  }
  return mask;
}

}  // namespace fairground
