// Shadows that something out of the picture casts: the frame of a window, leaves, the brim of a hat.
//
// A light of some size casts shadows with soft edges. The width of that penumbra is a parameter; across it the light
// follows the cubic 3 s^2 - 2 s^3, which is within 0.04 of what an evenly bright disk gives.
//   window   light falls through panes of glass, and between them are bars; around them is wall
//   foliage  leaves along twigs, whose shadows leave spots of light
//   brim     the upper part of a head, at the box labelled `face` or where portraits have it
// Sizes are fractions of the diagonal, so that pictures of every size meet the same shadow. Place and slant are drawn,
// and so are leaves. Figures below are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/normal_field.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Kind { window, foliage, brim };

struct LightShadow {
  Kind kind = Kind::window;
  double depth = 0.7;
  double penumbra = 0.01;
};

const ParameterTable<LightShadow>& table() {
  using P = LightShadow;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("kind", &P::kind,
                           {{"window", Kind::window}, {"foliage", Kind::foliage}, {"brim", Kind::brim}},
                           "What casts it: the bars of a window, leaves, or the brim of a hat.")
          .number("depth", &P::depth, "", {0.0, 1.0}, "Share of the light that full shadow takes away.")
          .number("penumbra", &P::penumbra, "diagonal", {0.0005, 0.2},
                  "Width of the shadow's edges as a fraction of the diagonal.");
  return instance;
}

/// From 0 to 1 where `place`, in penumbras, goes from -1/2 to 1/2.
[[gnu::always_inline]] inline float edge(float place) {
  const float s = std::min(std::max(place + 0.5F, 0.0F), 1.0F);
  return s * s * (3.0F - 2.0F * s);
}

/// A coordinate along a row: start + step * x.
struct Along {
  float start;
  float step;
};

/// How much light comes through `panes` of width `pane` that are `pitch` apart, at `place` from the first. Each edge is
/// softened for itself, so that a bar that is narrower than the penumbra never gets dark.
[[gnu::always_inline]] inline float through_panes(float place, int panes, float pitch, float pane, float inverse) {
  float light = 0.0F;
  for (int i = 0; i < panes; ++i) {
    const float from = place - pitch * static_cast<float>(i);
    light += edge(from * inverse) - edge((from - pane) * inverse);
  }
  return light;
}

constexpr int kPanesAcross = 2;
constexpr int kPanesDown = 3;
constexpr float kPaneWidth = 0.21F;
constexpr float kPaneHeight = 0.20F;
constexpr float kBar = 0.025F;

FAIRGROUND_HOT void window_row(float* light, std::size_t count, Along across, Along down, float inverse) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<float>(static_cast<std::int32_t>(i));
    light[i] = through_panes(across.start + across.step * x, kPanesAcross, kPaneWidth + kBar, kPaneWidth, inverse) *
               through_panes(down.start + down.step * x, kPanesDown, kPaneHeight + kBar, kPaneHeight, inverse);
  }
}

struct Leaf {
  float x;  ///< of its middle, in diagonals from the frame's
  float y;
  float along_x;  ///< its direction over half its length
  float along_y;
  float half_length;
  float far;  ///< how many times as wide as those of near leaves the penumbra is
};

constexpr float kLeafWidth = 0.38F;  // of a leaf over its length

/// Dims `light` by a leaf between `first` and `last`.
FAIRGROUND_HOT void leaf_row(float* light, std::size_t first, std::size_t last, Along along, Along across,
                             float scale) {
  constexpr float kOpaque = 0.92F;  // the rest shines through
  for (std::size_t i = first; i < last; ++i) {
    const auto x = static_cast<float>(static_cast<std::int32_t>(i));
    const float a = along.start + along.step * x;
    const float b = across.start + across.step * x;
    const float inside = (kLeafWidth * (1.0F - a * a) - std::fabs(b)) * scale;
    light[i] *= 1.0F - kOpaque * edge(inside);
  }
}

FAIRGROUND_HOT void brim_row(float* light, std::size_t count, Along across, float v, float slant, float height,
                             float inverse, float fade) {
  for (std::size_t i = 0; i < count; ++i) {
    const float u = across.start + across.step * static_cast<float>(static_cast<std::int32_t>(i));
    const float below = v - height - slant * u + 0.15F * u * u;  // it hangs lowest before the nose
    const float q = u * u + v * v;
    const float on_head = 1.0F - edge((q - 1.0F) * fade - 0.5F);  // fades away beside the head
    light[i] = 1.0F - on_head * edge(-below * inverse);
  }
}

FAIRGROUND_HOT void dim(float* __restrict samples, const float* __restrict light, std::size_t count, float depth) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= 1.0F - depth * (1.0F - light[i]);
  }
}

/// Twigs of leaves all over the frame and its surroundings.
std::vector<Leaf> drawn_leaves(const StepRandom& random) {
  constexpr int kTwigs = 80;
  constexpr int kLeavesPerTwig = 12;
  RandomStream twigs = random.stream("twigs");
  std::vector<Leaf> leaves;
  for (int twig = 0; twig < kTwigs; ++twig) {
    double x = twigs.uniform(-0.6, 0.6);
    double y = twigs.uniform(-0.6, 0.6);
    double turns = twigs.uniform();
    const double bend = twigs.uniform(-0.02, 0.02);
    const double far = twigs.uniform(1.0, 4.0);  // near twigs have sharper shadows
    const double size = twigs.uniform(0.7, 1.5);
    for (int i = 0; i < kLeavesPerTwig; ++i) {
      const double side = i % 2 == 0 ? 1.0 : -1.0;
      const double leaf_turns = turns + side * twigs.uniform(0.03, 0.22);
      const double half_length = size * twigs.uniform(0.015, 0.035);
      const double cosine = plain::cosine_of_turns(leaf_turns);
      const double sine = plain::sine_of_turns(leaf_turns);
      leaves.push_back({static_cast<float>(x + half_length * cosine), static_cast<float>(y + half_length * sine),
                        static_cast<float>(cosine / half_length), static_cast<float>(sine / half_length),
                        static_cast<float>(half_length), static_cast<float>(far)});
      x += 0.02 * size * plain::cosine_of_turns(turns);
      y += 0.02 * size * plain::sine_of_turns(turns);
      turns += bend;
    }
  }
  return leaves;
}

/// The frame in diagonals, from its middle.
struct Frame {
  double unit;  ///< one pixel
  double left;  ///< of the first pixel's middle
  double top;   ///< likewise
};

using Shade = std::function<void(int y, std::vector<float>& light)>;

Shade window(const Frame& frame, float inverse, const StepRandom& random) {
  RandomStream place = random.stream("place");
  const double shift_x = place.uniform(-0.08, 0.08);
  const double shift_y = place.uniform(-0.08, 0.08);
  const double slant = place.uniform(-0.35, 0.35);  // of its uprights, since the sun stands to one side
  const double fall = place.uniform(-0.2, 0.2);     // of its ledges
  constexpr double kHalfWidth = 0.5 * (kPanesAcross * (kPaneWidth + kBar) - kBar);
  constexpr double kHalfHeight = 0.5 * (kPanesDown * (kPaneHeight + kBar) - kBar);
  return [=](int y, std::vector<float>& light) {
    const double down = frame.top + frame.unit * y - shift_y;
    const double right = frame.left - shift_x;
    window_row(light.data(), light.size(),
               {static_cast<float>(right + slant * down + kHalfWidth), static_cast<float>(frame.unit)},
               {static_cast<float>(down + fall * right + kHalfHeight), static_cast<float>(fall * frame.unit)}, inverse);
  };
}

/// The pixels of a row, from `first` to before `last`, in which `along` is within `limit` of 0.
void narrow(Along along, float limit, float& first, float& last) {
  if (std::fabs(along.step) < 1e-9F) {
    last = std::fabs(along.start) > limit ? first : last;
    return;
  }
  const float one = (-limit - along.start) / along.step;
  const float other = (limit - along.start) / along.step;
  first = std::max(first, std::min(one, other));
  last = std::min(last, std::max(one, other) + 1.0F);
}

/// Leaves by the rows that they may touch.
struct Foliage {
  static constexpr int kStrips = 64;
  std::array<std::vector<Leaf>, kStrips> strips;
  double top = 0.0;     ///< of the first strip
  double height = 1.0;  ///< of each

  [[nodiscard]] int strip(double y) const { return std::clamp(static_cast<int>((y - top) / height), 0, kStrips - 1); }
};

Foliage foliage_of(const Frame& frame, float inverse, const StepRandom& random) {
  // What is above or below the frame goes to the outermost strips.
  Foliage foliage{{}, frame.top, std::max(-2.0 * frame.top, frame.unit) / Foliage::kStrips};
  for (const Leaf& leaf : drawn_leaves(random)) {
    const double reach = leaf.half_length + 0.5 * leaf.far / inverse;
    for (int strip = foliage.strip(leaf.y - reach); strip <= foliage.strip(leaf.y + reach); ++strip) {
      foliage.strips[static_cast<std::size_t>(strip)].push_back(leaf);
    }
  }
  return foliage;
}

Shade foliage(const Frame& frame, float inverse, const StepRandom& random) {
  return [frame, inverse, all = foliage_of(frame, inverse, random)](int y, std::vector<float>& light) {
    std::ranges::fill(light, 1.0F);
    const double middle = frame.top + frame.unit * y;
    const auto down = static_cast<float>(middle);
    const auto left = static_cast<float>(frame.left);
    const auto unit = static_cast<float>(frame.unit);
    for (const Leaf& leaf : all.strips[static_cast<std::size_t>(all.strip(middle))]) {
      const float dx = left - leaf.x;
      const float dy = down - leaf.y;
      const Along along{dx * leaf.along_x + dy * leaf.along_y, unit * leaf.along_x};
      const Along across{dy * leaf.along_x - dx * leaf.along_y, -unit * leaf.along_y};
      const float soft = 0.5F * leaf.far / (inverse * leaf.half_length);
      float first = 0.0F;
      auto last = static_cast<float>(light.size());
      // Along the leaf its outline falls below 0 by `soft` where 0.38 (a^2 - 1) = soft.
      narrow(along, std::sqrt(1.0F + soft / kLeafWidth), first, last);
      narrow(across, kLeafWidth + soft, first, last);
      if (first < last) {
        leaf_row(light.data(), static_cast<std::size_t>(first), static_cast<std::size_t>(last), along, across,
                 0.5F / soft);
      }
    }
  };
}

Shade brim(const Shot& shot, double penumbra_px, const StepRandom& random) {
  RandomStream place = random.stream("place");
  const auto height = static_cast<float>(place.uniform(-0.15, 0.25));
  const auto slant = static_cast<float>(place.uniform(-0.12, 0.12));
  const HeadPlace head = head_of(shot);
  const auto inverse = static_cast<float>(head.half_height / penumbra_px);
  // A head that is only supposed to be there must not be outlined by its shadow.
  const float fade = has_face(shot) ? 1.5F : 0.05F;
  return [=](int y, std::vector<float>& light) {
    brim_row(light.data(), light.size(),
             {static_cast<float>((0.5 - head.x) / head.half_width), static_cast<float>(1.0 / head.half_width)},
             static_cast<float>((y + 0.5 - head.y) / head.half_height), slant, height, inverse, fade);
  };
}

RowOperation rows(const Shot& shot, const LightShadow& p, const StepRandom& random) {
  const double diagonal = 2.0 * shot.half_diagonal();
  const Frame frame{1.0 / diagonal, 0.5 * (1.0 - shot.width) / diagonal, 0.5 * (1.0 - shot.height) / diagonal};
  const auto inverse = static_cast<float>(1.0 / p.penumbra);
  const Shade shade = p.kind == Kind::window    ? window(frame, inverse, random)
                      : p.kind == Kind::foliage ? foliage(frame, inverse, random)
                                                : brim(shot, p.penumbra * diagonal, random);
  struct Found {
    std::vector<float> light;
    double sum = 0.0;
  };
  auto found = std::make_shared<Found>(Found{std::vector<float>(static_cast<std::size_t>(shot.width))});
  const auto depth = static_cast<float>(p.depth);
  const double pixels = static_cast<double>(shot.width) * shot.height;
  // Sums of whole numbers do not hang on the order of the rows.
  return {[shade, found, depth](const ImageRow& row) {
            shade(row.y, found->light);
            std::int64_t in_shadow = 0;
            for (const float light : found->light) {
              in_shadow += light < 0.5F ? 1 : 0;
            }
            found->sum += static_cast<double>(in_shadow);
            for (int c = 0; c < row.channels; ++c) {
              dim(row.channel(c).data(), found->light.data(), found->light.size(), depth);
            }
          },
          [found, pixels]() -> std::vector<std::pair<std::string, double>> {
            return {{"shadow_fraction", found->sum / pixels}};
          }};
}

const Registration registration(row_augmenter<LightShadow>(
    {
        .name = "light.shadow",
        .summary = "The shadow of a window's bars, of leaves or of a hat's brim, with a penumbra.",
        .source = "geometry of a penumbra; shapes are empirical",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "kind: window, depth: 0",
        .labels = "keeps all labels",
        .claim = "Shadow takes its depth and full light stays, within 1e-6 (leaves let a twelfth through). Across an "
                 "edge, the steepest slope is within 2 % of the penumbra's, and pictures of every size meet the same "
                 "shadow within 0.001.",
        .limits = "Shapes are empirical. Across a penumbra the light follows a cubic, within 0.04 of what an evenly "
                  "bright disk gives.",
        .example = "window: [{light.shadow: {kind: window}}]\n"
                   "foliage: [{light.shadow: {kind: foliage}}]\n"
                   "brim: [{light.shadow: {kind: brim}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
