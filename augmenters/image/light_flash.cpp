// The flash of a camera or phone: light from beside the lens, strong near by and weak behind.
//
// It falls off with the square of the distance, so that what is `background_distance` times as far as the subject gets
// the inverse square of its light. Distances come from the labels' depth, whose farthest point stands for
// `background_distance`, or else there is a subject (mask, or head and shoulders) before a wall. The beam is brighter
// in its middle. Gloss reflects the flash straight back where a surface faces the camera, added to the light whatever
// the skin's tone, as the outermost layer of skin reflects the same few percent on everyone: n_z^8, a lobe as broad as
// that of moist skin (empirical). What was there before the flash stays with the share `ambient`; the subject keeps its
// exposure.

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/normal_field.h"
#include "augmenters/image/parts/subject_region.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

struct LightFlash {
  double background_distance = 2.5;
  double ambient = 0.1;
  double hot_centre = 0.3;
  double glare = 0.04;
};

const ParameterTable<LightFlash>& table() {
  using P = LightFlash;
  static const auto instance =
      ParameterTable<P>()
          .number("background_distance", &P::background_distance, "", {1.0, 20.0},
                  "How many times as far from the camera as the subject the farthest things are.")
          .number("ambient", &P::ambient, "", {0.0, 1.0}, "Share of the source's own light in the subject's exposure.")
          .number("hot_centre", &P::hot_centre, "", {0.0, 0.9},
                  "Share of the flash's light that the corners of the frame lack.")
          .number("glare", &P::glare, "linear", {0.0, 0.5},
                  "Light that gloss on the face adds where it faces the camera.");
  return instance;
}

struct Beam {
  float start;  ///< of the place in a row, in half diagonals from the frame's middle
  float step;
  float down_squared;
  float loss;  ///< at the corners
  float flash;
};

/// From the distance over the subject's in `gain` to the gain.
FAIRGROUND_HOT void fall_off(float* __restrict gain, std::size_t count, Beam beam) {
  for (std::size_t i = 0; i < count; ++i) {
    const float across = beam.start + beam.step * static_cast<float>(static_cast<std::int32_t>(i));
    const float bright = 1.0F - beam.loss * (across * across + beam.down_squared);
    gain[i] = 1.0F + beam.flash * (bright / (gain[i] * gain[i]) - 1.0F);
  }
}

/// A row through the head, in its radii.
struct HeadRow {
  float start;
  float step;
  float v;
};

/// From n_z and the subject's weight to the gloss, which is the skin's: it ends with the head.
FAIRGROUND_HOT void reflect(float* __restrict gloss, const float* __restrict z, std::size_t count, HeadRow head,
                            float glare) {
  for (std::size_t i = 0; i < count; ++i) {
    const float u = head.start + head.step * static_cast<float>(static_cast<std::int32_t>(i));
    const float q = u * u + head.v * head.v;
    const float facing = std::max(z[i], 0.0F);
    const float squared = facing * facing;
    const float fourth = squared * squared;
    gloss[i] = glare * gloss[i] * (fourth * fourth) / (1.0F + q * q * q * q);
  }
}

FAIRGROUND_HOT void light_row(float* __restrict samples, const float* __restrict gain, const float* __restrict gloss,
                              std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = samples[i] * gain[i] + gloss[i];
  }
}

/// What depth is as distance over the subject's: offset + slope * depth.
struct Distance {
  float offset = 1.0F;
  float slope = 0.0F;
};

/// The subject's depth is the mean over the head if there is a face, and the nearest otherwise.
Distance distance_of(const Shot& shot, double background) {
  const Image& depth = *shot.labels->depth;
  const auto [nearest, farthest] = std::ranges::minmax(depth.samples);
  double subject = nearest;
  if (has_face(shot)) {
    const HeadPlace head = head_of(shot);
    double sum = 0.0;
    double count = 0.0;
    for (int y = 0; y < depth.height; ++y) {
      const double v = 2.0 * (y + 0.5 - head.y) / head.half_height;  // the inner half, which is all face
      for (int x = 0; x < depth.width && v * v <= 1.0; ++x) {
        const double u = 2.0 * (x + 0.5 - head.x) / head.half_width;
        if (u * u + v * v <= 1.0) {
          sum += depth.row(y)[static_cast<std::size_t>(x)];
          count += 1.0;
        }
      }
    }
    subject = count > 0.0 ? sum / count : subject;
  }
  const double range = farthest - subject;
  const double slope = range > 0.0 ? (background - 1.0) / range : 0.0;
  return {static_cast<float>(1.0 - slope * subject), static_cast<float>(slope)};
}

/// Distances of a row's pixels over the subject's. `weights` says which pixels are the subject.
void distance_row(const Shot& shot, const Distance& distance, int y, double background, std::span<const float> weights,
                  std::span<float> out) {
  constexpr float kNearest = 0.25F;  // so that a hand before the lens does not burn out the picture
  if (shot.labels != nullptr && shot.labels->depth) {
    const std::span<const float> depth = shot.labels->depth->row(y);
    for (std::size_t x = 0; x < out.size(); ++x) {
      out[x] = std::max(distance.offset + distance.slope * depth[x], kNearest);
    }
    return;
  }
  const auto behind = static_cast<float>(background - 1.0);
  for (std::size_t x = 0; x < out.size(); ++x) {
    out[x] = 1.0F + behind * (1.0F - weights[x]);
  }
}

void apply(Picture& picture, const LightFlash& p, const StepRandom&) {
  constexpr double kEdge = 0.02;  // of the subject, in half diagonals; empirical
  const Shot& shot = picture.shot;
  const auto width = static_cast<std::size_t>(shot.width);
  const bool by_depth = shot.labels != nullptr && shot.labels->depth;
  const Distance distance = by_depth ? distance_of(shot, p.background_distance) : Distance{};
  const SubjectRegion region(shot, kEdge * shot.half_diagonal());
  // A flash is used for what is near. If that is nobody, the whole picture is taken for it.
  const bool all_is_near = !by_depth && !region.is_known() && has_nobody(shot);
  const NormalField field(shot, /*depth_unit_px=*/0.0);
  const HeadPlace head = head_of(shot);
  const double unit = 1.0 / shot.half_diagonal();
  std::vector<float> gain(width);
  std::vector<float> gloss(width);
  std::array<std::vector<float>, 3> normal{gain, gain, gain};
  for (int y = 0; y < shot.height; ++y) {
    region.row(y, gloss);
    if (all_is_near) {
      std::ranges::fill(gain, 1.0F);
    } else {
      distance_row(shot, distance, y, p.background_distance, gloss, gain);
    }
    const double down = (y + 0.5 - 0.5 * shot.height) * unit;
    fall_off(gain.data(), width,
             {static_cast<float>(0.5 * (1.0 - shot.width) * unit), static_cast<float>(unit),
              static_cast<float>(down * down), static_cast<float>(p.hot_centre), static_cast<float>(1.0 - p.ambient)});
    field.row(y, {normal[0], normal[1], normal[2]});
    reflect(gloss.data(), normal[2].data(), width,
            {static_cast<float>((0.5 - head.x) / head.half_width), static_cast<float>(1.0 / head.half_width),
             static_cast<float>((y + 0.5 - head.y) / head.half_height)},
            static_cast<float>(p.glare));
    const ImageRow row = picture.image.row(y);
    for (int c = 0; c < row.channels; ++c) {
      light_row(row.channel(c).data(), gain.data(), gloss.data(), width);
    }
  }
  picture.measure.values = {{"depth_known", by_depth ? 1.0 : 0.0}};
}

const Registration registration(picture_augmenter<LightFlash>(
    {
        .name = "light.flash",
        .summary = "The flash of a camera: fall-off with the square of the distance, a hot centre, and glare on skin.",
        .source = "inverse square law; the beam and the gloss are empirical",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "background_distance: 1, hot_centre: 0, glare: 0",
        .labels = "keeps all labels",
        .claim = "On known depth, light falls with the square of the distance within 1e-5, and a face keeps its "
                 "exposure within 0.01. Gloss adds the same light to dark and to light skin, within 1e-5.",
        .limits = "The beam and the gloss are empirical. Without depth there is a subject, by its mask or as a head "
                  "and shoulders, before a wall.",
        .example = "flash: [{light.flash: {}}]\n"
                   "strong: [{light.flash: {background_distance: 8, hot_centre: 0.6, glare: 0.2}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
