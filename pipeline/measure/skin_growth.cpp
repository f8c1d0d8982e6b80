// A face is outlined, and the colours of its core tell what else is skin: a cut between these and all other colours,
// within bounds around the head. All sizes are in widths of the face; they and the other figures are empirical, found
// on two portraits.
#include "pipeline/measure/skin_growth.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/plain.h"
#include "pipeline/measure/skin_cut.h"

namespace fairground {
namespace {

constexpr double kFieldFaceWidth = 200.0;  // pixels of the field

// The field reaches so far from the face's outline: to the sides and up, and down from the chin.
constexpr double kMargin = 0.4;
constexpr double kBelow = 1.1;

// Bounds of the skin.
constexpr double kEarBound = 0.24;     // from the brow to the mouth
constexpr double kSideBound = 0.12;    // below
constexpr double kTopBound = 0.3;      // over the forehead's middle
constexpr double kTempleBound = 0.05;  // at its sides
constexpr double kForehead = 0.3;      // half its width
constexpr double kTemple = 0.48;
constexpr double kNeckBound = 0.9;  // below the chin
constexpr double kNeckHalfWidth = 0.5;

constexpr double kNeckSample = 0.3;  // half the width of what is looked at below the chin

constexpr double kLeastDeviation = 0.02;
// Squared distances from the law of the core's colours.
constexpr double kSure = 9.0;
constexpr double kSureAbove = 5.0;  // over the brows, where hair may be of skin's colour
constexpr double kShaded = 25.0;    // within the face's outline
constexpr double kPlausible = 14.0;
constexpr double kHairChroma = 8.0;
// Nats from the core's luminance.
constexpr double kDarkest = -2.4;
constexpr double kLightest = 1.0;
constexpr double kLightestBelow = 0.5;  // in the shadow of chin and hair
constexpr double kHairLight = -0.75;

constexpr double kFarthest = 400.0;  // a squared distance beyond which one colour is as different as another
constexpr double kOuterFrom = 0.02;  // of the band that is compared with skin, outside it
constexpr double kOuterTo = 0.05;
constexpr double kOpening = 0.012;     // half the width of what is too thin to be skin
constexpr double kSampleShare = 0.15;  // of a place, that must look like skin for a law of its own
constexpr double kNeckWeight = 0.3;    // of a law, to those of the face
constexpr double kEarWeight = 0.1;
constexpr double kReflectedDarker = 1.0;  // nats
constexpr double kReflectedWider = 3.0;   // in variance
constexpr double kReflectedWeight = 0.05;
constexpr double kEyeRim = 0.012;  // lids' edges with their lashes
constexpr float kTrust = 3.0F;
constexpr std::size_t kSkinLaws = 3;
constexpr double kShade = 0.35;  // of log luminance, beyond what the face itself shows

std::vector<PixelPoint> in_field(const ColourField& field, const std::vector<PixelPoint>& points) {
  std::vector<PixelPoint> result;
  result.reserve(points.size());
  for (const PixelPoint& point : points) {
    result.push_back(field.from_picture(point));
  }
  return result;
}

Shape polygon(const ColourField& field, const std::vector<PixelPoint>& points) {
  Shape shape(field.width, field.height);
  add_polygon(shape, in_field(field, points));
  return shape;
}

Shape polygons(const ColourField& field, const std::vector<std::vector<PixelPoint>>& all) {
  Shape shape(field.width, field.height);
  for (const auto& points : all) {
    shape = either(shape, polygon(field, points));
  }
  return shape;
}

std::vector<LogColour> colours_in(const ColourField& field, const Shape& shape) {
  std::vector<LogColour> colours;
  for (std::size_t i = 0; i < shape.pixels.size(); ++i) {
    if (shape.pixels[i] != 0) {
      colours.push_back(field.colours[i]);
    }
  }
  return colours;
}

/// How much the luminance's logarithm differs from that of its neighbours.
std::vector<float> roughness(const ColourField& field) {
  std::vector<float> rough(field.colours.size());
  for (int y = 0; y < field.height; ++y) {
    for (int x = 0; x < field.width; ++x) {
      const auto light = [&](int dx, int dy) {
        const int to_x = std::clamp(x + dx, 0, field.width - 1);
        const int to_y = std::clamp(y + dy, 0, field.height - 1);
        return field.colours[static_cast<std::size_t>(to_y * field.width + to_x)][0];
      };
      const float across = std::fabs(light(-1, 0) - 2.0F * light(0, 0) + light(1, 0));
      const float down = std::fabs(light(0, -1) - 2.0F * light(0, 0) + light(0, 1));
      rough[static_cast<std::size_t>(y * field.width + x)] = across + down;
    }
  }
  return rough;
}

double quantile(std::vector<float> values, double part) {
  if (values.empty()) {
    return 0.0;
  }
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + place);
  return static_cast<double>(values[static_cast<std::size_t>(place)]);
}

/// In the folds of an ear and between fingers, light has been reflected by skin twice, which doubles its chroma.
ColourLaw reflected_twice(const ColourLaw& law) {
  ColourLaw twice = law;
  twice.mean = {law.mean[0] - kReflectedDarker, 2.0 * law.mean[1], 2.0 * law.mean[2]};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      twice.covariance[i][j] *= kReflectedWider;
      twice.inverse[i][j] /= kReflectedWider;
    }
  }
  twice.log_determinant += 3.0 * plain::log(kReflectedWider);
  return twice;
}

/// Places in the face's own axes, for each pixel of the field.
class Places {
 public:
  Places(const ColourField& field, const FaceOutline& outline) : field_(field), outline_(outline) {}
  [[nodiscard]] PixelPoint operator()(std::size_t i) const {
    const auto width = static_cast<std::size_t>(field_.width);
    const double x = static_cast<double>(i % width) + 0.5;
    const double y = static_cast<double>(i / width) + 0.5;
    return outline_.in_face({field_.left + x * field_.scale, field_.top + y * field_.scale});
  }

 private:
  const ColourField& field_;
  const FaceOutline& outline_;
};

/// How much of the skin's edge lies at the bounds though its colours go on outside, and how much they differ elsewhere.
void judge_edge(const ColourField& field, const Shape& skin, const Shape& bounds, const Shape& openings, double unit,
                GrownSkin& judged) {
  const Shape ring = without(grown(skin, 1.0), skin);
  const Shape outer = without(grown(skin, kOuterTo * unit), grown(skin, kOuterFrom * unit));
  double edge = 0.0;
  double leaking = 0.0;
  double differing = 0.0;
  double compared = 0.0;
  for (std::size_t i = 0; i < ring.pixels.size(); ++i) {
    const double far = judged.law.distance(field.colours[i]);
    if (ring.pixels[i] != 0) {
      edge += 1.0;
      leaking += bounds.pixels[i] == 0 && far < kPlausible ? 1.0 : 0.0;
    }
    if (outer.pixels[i] != 0 && openings.pixels[i] == 0) {
      differing += std::sqrt(std::min(far, kFarthest));
      compared += 1.0;
    }
  }
  judged.leak = edge > 0.0 ? leaking / edge : 0.0;
  judged.separation = compared > 0.0 ? differing / compared : 0.0;
}

}  // namespace

ColourField field_around(const Image& image, const FaceOutline& outline) {
  double left = outline.oval[0].x;
  double right = left;
  double top = outline.oval[0].y;
  double bottom = top;
  const auto include = [&](PixelPoint point) {
    left = std::min(left, point.x);
    right = std::max(right, point.x);
    top = std::min(top, point.y);
    bottom = std::max(bottom, point.y);
  };
  for (const PixelPoint& point : outline.oval) {
    include(point);
  }
  left -= kMargin * outline.width;
  right += kMargin * outline.width;
  top -= kMargin * outline.width;
  bottom += kMargin * outline.width;
  const double neck = (outline.chin_level + kBelow) * outline.width;
  for (const double side : {-kNeckHalfWidth - kMargin, kNeckHalfWidth + kMargin}) {
    include({outline.middle.x + side * outline.width * outline.across.x + neck * outline.down.x,
             outline.middle.y + side * outline.width * outline.across.y + neck * outline.down.y});
  }
  const auto inside = [](double value, int length) {
    return static_cast<int>(std::clamp(std::floor(value), 0.0, static_cast<double>(length)));
  };
  const Window window{inside(left, image.width), inside(top, image.height), inside(right + 1.0, image.width),
                      inside(bottom + 1.0, image.height)};
  if (window.empty()) {
    return {};
  }
  return colour_field(image, window, std::max(1.0, outline.width / kFieldFaceWidth));
}

Shape face_core(const ColourField& field, const FaceOutline& outline) {
  const double unit = outline.width / field.scale;
  Shape others = grown(polygon(field, outline.lips), 0.03 * unit);
  others = either(others, grown(polygons(field, outline.eyes), 0.04 * unit));
  others = either(others, grown(polygons(field, outline.brows), 0.03 * unit));
  return shrunk(without(polygon(field, outline.oval), others), 0.05 * unit);
}

GrownSkin grow_skin(const ColourField& field, const FaceOutline& outline) {
  const double unit = outline.width / field.scale;
  const Places place(field, outline);
  const Shape oval = polygon(field, outline.oval);
  const Shape eyes = grown(polygons(field, outline.eyes), kEyeRim * unit);
  const Shape mouth = polygon(field, outline.mouth);
  const Shape lips = polygon(field, outline.lips);
  const Shape brows = polygons(field, outline.brows);
  const Shape core = face_core(field, outline);
  GrownSkin grown_skin;
  grown_skin.law = fit_most_colours(colours_in(field, core), kLeastDeviation, kSure);
  const ColourLaw& law = grown_skin.law;

  const std::vector<float> to_oval = squared_distances(oval);
  const std::vector<float> rough = roughness(field);
  std::vector<float> core_rough;
  for (std::size_t i = 0; i < core.pixels.size(); ++i) {
    if (core.pixels[i] != 0) {
      core_rough.push_back(rough[i]);
    }
  }
  const double smooth = 2.0 * quantile(core_rough, 0.9);
  const Shape inner = without(shrunk(oval, 0.03 * unit), either(either(eyes, lips), brows));
  std::vector<LogColour> sure;
  std::vector<float> trust(field.colours.size());
  Shape bounds(field.width, field.height);
  std::vector<Guess> guesses(field.colours.size(), Guess::surely_not);
  for (std::size_t i = 0; i < guesses.size(); ++i) {
    const PixelPoint at = place(i);
    const double from_oval = std::sqrt(static_cast<double>(to_oval[i])) / unit;
    const bool above = at.y < outline.brow_level;
    // Over the temples, where hair begins, the bound comes down.
    const double temple = std::clamp((std::fabs(at.x) - kForehead) / (kTemple - kForehead), 0.0, 1.0);
    const double bound = above                        ? kTopBound + temple * (kTempleBound - kTopBound)
                         : at.y < outline.mouth_level ? kEarBound
                                                      : kSideBound;
    const bool beside = from_oval <= bound && at.y < outline.chin_level;
    const bool neck =
        at.y >= outline.mouth_level && at.y <= outline.chin_level + kNeckBound && std::fabs(at.x) <= kNeckHalfWidth;
    if (!beside && !neck) {
      continue;
    }
    bounds.pixels[i] = 1;
    // Hair may fall over the temples too.
    const bool trusted = !above && (at.y > outline.eye_level || std::fabs(at.x) < kForehead);
    const double light = static_cast<double>(field.colours[i][0]) - law.mean[0];
    const double far = law.chroma_distance(field.colours[i]);
    const bool hair = above && (far > kHairChroma || light < kHairLight || static_cast<double>(rough[i]) > smooth);
    guesses[i] = far < kPlausible && light > kDarkest && light < kLightest && !hair ? Guess::probably : Guess::hardly;
    if (core.pixels[i] != 0 && law.distance(field.colours[i]) < (above ? kSureAbove : kSure) && !hair) {
      guesses[i] = Guess::surely;
    }
    if (inner.pixels[i] != 0 &&
        (!trusted ? !hair && law.distance(field.colours[i]) < kSure : law.distance(field.colours[i]) < kShaded)) {
      sure.push_back(field.colours[i]);
    }
    if (inner.pixels[i] != 0 && trusted) {
      trust[i] = kTrust;
    }
    if (lips.pixels[i] != 0) {
      trust[i] = 2.0F * kTrust;
      guesses[i] = std::max(guesses[i], Guess::probably);
    }
  }
  // The neck lies in the chin's shadow and ears in that of hair, where light that skin has reflected makes them more
  // saturated, never less.
  std::vector<LogColour> neck;
  std::vector<LogColour> ears;
  double neck_place = 0.0;
  double ear_place = 0.0;
  for (std::size_t i = 0; i < guesses.size(); ++i) {
    const PixelPoint at = place(i);
    const bool below =
        std::fabs(at.x) < kNeckSample && at.y > outline.chin_level + 0.02 && at.y < outline.chin_level + 0.4;
    const bool aside = std::fabs(at.x) > 0.46 && std::fabs(at.x) < 0.62 && at.y > outline.eye_level &&
                       at.y < outline.mouth_level - 0.1;
    if (!below && !aside) {
      continue;
    }
    (below ? neck_place : ear_place) += 1.0;
    const LogColour& colour = field.colours[i];
    const double light = static_cast<double>(colour[0]) - law.mean[0];
    const bool paler = static_cast<double>(colour[1]) < law.mean[1] - std::sqrt(law.covariance[1][1]) ||
                       static_cast<double>(colour[2]) > law.mean[2] + std::sqrt(law.covariance[2][2]);
    if (law.chroma_distance(colour) < kPlausible && light > kDarkest && light < kLightestBelow && !paler) {
      (below ? neck : ears).push_back(colour);
    }
  }
  if (sure.empty()) {
    return grown_skin;
  }
  ColourMixture skin_law(sure, kSkinLaws, kLeastDeviation);
  skin_law.widen_light(kShade);
  if (static_cast<double>(neck.size()) > kSampleShare * neck_place) {
    skin_law.add(fit_most_colours(neck, kLeastDeviation, kSure), kNeckWeight * skin_law.weight());
  }
  if (static_cast<double>(ears.size()) > kSampleShare * ear_place) {
    skin_law.add(fit_most_colours(ears, kLeastDeviation, kSure), kEarWeight * skin_law.weight());
  }
  skin_law.add(reflected_twice(law), kReflectedWeight * skin_law.weight());
  Shape skin = both(cut_skin(field, guesses, skin_law, trust), bounds);
  skin = either(touching(skin, core), lips);
  skin = opened(filled(skin), kOpening * unit);
  skin = touching(skin, core);
  skin = without(without(skin, eyes), mouth);
  const Shape openings = either(eyes, mouth);
  const Shape outlined = without(oval, openings);
  grown_skin.oval_share = static_cast<double>(both(skin, outlined).count()) /
                          static_cast<double>(std::max<std::size_t>(outlined.count(), 1));
  judge_edge(field, skin, bounds, openings, unit, grown_skin);
  grown_skin.skin = std::move(skin);
  return grown_skin;
}

}  // namespace fairground
