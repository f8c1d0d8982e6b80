// Grease or a fingerprint on the lens. It lies so near to the aperture that it is never sharp itself: within a soft
// patch, a share of the light is scattered. Most of it lands nearby, some far away, which veils the patch, and what was
// wiped leaves fine grooves, across which light is drawn out into streaks. All in linear light, so that it is
// highlights that streak. Light is only moved: a flat picture stays flat.
//
// Shares and widths are empirical, chosen by eye after photographs through touched phone lenses. Where the patch lies,
// how it is turned and what its grooves are belongs to the realization, and is relative to the frame.

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/kernel.h"
#include "augmenters/image/parts/soft_copy.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct LensSmudge {
  double strength = 0.7;
  double size = 0.3;
  double streak = 0.15;
};

const ParameterTable<LensSmudge>& table() {
  using P = LensSmudge;
  static const auto instance =
      ParameterTable<P>()
          .number("strength", &P::strength, "", {0.0, 1.0}, "The largest share of the light that is scattered.")
          .number("size", &P::size, "of the diagonal", {0.05, 1.0},
                  "Length of the patch, which is two thirds as wide, as a fraction of the frame's diagonal.")
          .number("streak", &P::streak, "of the diagonal", {0.0, 0.5},
                  "Length of the streaks, as a fraction of the frame's diagonal.");
  return instance;
}

constexpr std::size_t kGrooves = 64;

/// Where the patch is, in terms of the frame's diagonal, and what it looks like.
struct Patch {
  double x = 0.0;  ///< from the middle of the frame
  double y = 0.0;
  double along_x = 1.0;  ///< the direction in which it was wiped
  double along_y = 0.0;
  std::array<float, kGrooves> grooves{};  ///< how deep each is, from 0 to 1
};

Patch draw_patch(const Shot& shot, const StepRandom& random) {
  constexpr double kMiddlePart = 0.6;  // of the frame, where the patch's middle may be
  RandomStream place = random.stream("place");
  Patch patch;
  const double diagonal = 2.0 * shot.half_diagonal();
  patch.x = kMiddlePart * (place.uniform() - 0.5) * shot.width / diagonal;
  patch.y = kMiddlePart * (place.uniform() - 0.5) * shot.height / diagonal;
  const double turns = place.uniform();
  patch.along_x = plain::cosine_of_turns(turns);
  patch.along_y = plain::sine_of_turns(turns);
  RandomStream depth = random.stream("grooves");
  for (float& groove : patch.grooves) {
    groove = static_cast<float>(depth.uniform());
  }
  return patch;
}

/// The share of the light that is scattered at each pixel of a row.
class Scatter {
 public:
  Scatter(const Patch& patch, const Shot& shot, const LensSmudge& p)
      : patch_(patch), strength_(static_cast<float>(p.strength)) {
    const double diagonal = 2.0 * shot.half_diagonal();
    unit_ = 1.0 / diagonal;
    left_ = 0.5 - 0.5 * shot.width - patch.x * diagonal;
    top_ = 0.5 - 0.5 * shot.height - patch.y * diagonal;
    half_length_ = 0.5 * p.size;
    half_width_ = p.size / 3.0;
  }

  /// The columns that the patch may reach, first and behind the last, in a picture of that width.
  [[nodiscard]] std::pair<int, int> columns(int width) const {
    const double reach = std::max(half_length_, half_width_) / unit_ + 1.0;
    const auto inside = [&](double x) { return static_cast<int>(std::clamp<double>(x, 0.0, width)); };
    return {inside(-left_ - reach), inside(-left_ + reach + 1.0)};
  }

  /// From column `first` on.
  void fill(int y, int first, std::span<float> shares) const {
    const double down = (y + top_) * unit_;
    for (std::size_t x = 0; x < shares.size(); ++x) {
      const double right = (first + static_cast<double>(x) + left_) * unit_;
      const double along = right * patch_.along_x + down * patch_.along_y;
      const double across = down * patch_.along_x - right * patch_.along_y;
      const double u = along / half_length_;
      const double v = across / half_width_;
      shares[x] = strength_ * edge(u * u + v * v) * texture(across);
    }
  }

 private:
  /// 1 in the middle of the patch, softly falling to 0 at a squared distance of 1.
  static float edge(double distance2) {
    const auto inside = static_cast<float>(std::max(1.0 - distance2, 0.0));
    return inside * inside * (3.0F - 2.0F * inside);
  }

  /// Grooves run along the patch, and are some 1.2 % of the diagonal apart.
  [[nodiscard]] float texture(double across) const {
    constexpr double kApart = 0.012;
    constexpr float kShallowest = 0.45F;
    const double place = across / kApart + 4096.0 * kGrooves;  // never below 0
    const double before = std::floor(place);
    const auto index = static_cast<std::size_t>(before);
    const auto part = static_cast<float>(place - before);
    const float smooth = part * part * (3.0F - 2.0F * part);
    const float a = patch_.grooves[index % kGrooves];
    const float b = patch_.grooves[(index + 1) % kGrooves];
    return kShallowest + (1.0F - kShallowest) * (a + smooth * (b - a));
  }

  Patch patch_;
  float strength_;
  double unit_ = 1.0;
  double left_ = 0.0;
  double top_ = 0.0;
  double half_length_ = 1.0;
  double half_width_ = 1.0;
};

/// What scattered light looks like: shares of what is near, of streaks and of what is far.
SoftCopy scattered_light(const Picture& picture, const Patch& patch, double streak) {
  constexpr float kNear = 0.55F;
  constexpr float kStreaks = 0.25F;
  constexpr float kFar = 0.20F;
  constexpr double kNearSigma = 0.006;  // of the diagonal
  constexpr double kFarSigma = 0.08;
  SoftCopy near = soft_copy(picture.image);
  const double diagonal = 2.0 * picture.shot.half_diagonal() / near.step;
  Image far = near.small;
  soften(far, kFarSigma * diagonal);
  soften(near.small, kNearSigma * diagonal);
  Image streaks = near.small;
  const double length = streak * diagonal;
  std::vector<PathPoint> path(static_cast<std::size_t>(4.0 * length) + 1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const double place = length * ((static_cast<double>(i) + 0.5) / static_cast<double>(path.size()) - 0.5);
    path[i] = {-place * patch.along_y, place * patch.along_x};  // across the grooves
  }
  spread_light(streaks, path_spread(std::move(path)));
  for (std::size_t i = 0; i < near.small.samples.size(); ++i) {
    const float sample = near.small.samples[i];
    // By differences, so that what is flat stays so.
    near.small.samples[i] = sample + kStreaks * (streaks.samples[i] - sample) + kFar * (far.samples[i] - sample);
  }
  static_assert(kNear + kStreaks + kFar == 1.0F);
  return near;
}

FAIRGROUND_HOT void mix(float* __restrict samples, const float* __restrict scattered, const float* __restrict shares,
                        std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] += shares[i] * (scattered[i] - samples[i]);
  }
}

void apply(Picture& picture, const LensSmudge& p, const StepRandom& random) {
  if (p.strength == 0.0) {
    return;
  }
  Image& image = picture.image;
  const Patch patch = draw_patch(picture.shot, random);
  const SoftCopy scattered = scattered_light(picture, patch, p.streak);
  const Scatter scatter(patch, picture.shot, p);
  const auto [first, end] = scatter.columns(image.width);
  std::vector<float> shares(static_cast<std::size_t>(end - first));
  std::vector<float> light(shares.size());
  double covered = 0.0;
  for (int y = 0; y < image.height; ++y) {
    scatter.fill(y, first, shares);
    for (int channel = 0; channel < image.channels; ++channel) {
      enlarge_row(scattered, y, channel, first, light);
      mix(image.row(y).channel(channel).data() + first, light.data(), shares.data(), shares.size());
    }
    for (const float share : shares) {
      covered += static_cast<double>(share);
    }
  }
  picture.measure.values = {
      {"scattered_fraction", covered / (static_cast<double>(image.width) * static_cast<double>(image.height))}};
}

const Registration registration(picture_augmenter<LensSmudge>(
    {
        .name = "lens.smudge",
        .summary = "Grease on the lens: a soft patch that is veiled and blurred, with streaks at highlights.",
        .source = "empirical",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "strength: 0",
        .labels = "keeps all labels",
        .claim = "Flat pictures stay to the bit, contrast is taken within a patch of no more than the area asked for, "
                 "and a highlight is more than four times as bright along its streaks as across them.",
        .limits = "Shares and widths are empirical, chosen by eye after photographs through touched phone lenses.",
        .example = "fingerprint: [{lens.smudge: {strength: 1, size: 0.6}}]\n"
                   "wiped: [{lens.smudge: {strength: 1, size: 1, streak: 0.4}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
