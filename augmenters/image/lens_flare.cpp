// Light that the lens scatters and mirrors. Scattered light is spread over the whole frame: the veiling glare index of
// ISO 9358:1994 is its share, 1 to 3 % for a clean phone lens, more for a dirty one (empirical). Mirrored light comes
// from pairs of surfaces: each makes an image of the bright source, out of focus, on the line from the source through
// the middle of the frame (Hullin, Eisemann, Seidel and Lee, "Physically-based real-time lens flare rendering",
// SIGGRAPH 2011), in the colour that the coating of its surfaces mirrors.
//
// `from: picture` takes for the source whatever is brighter than `threshold` in the picture; `from: source` a lamp or
// sun at a declared or drawn place, which may lie outside of the frame. Sizes, places and colours of the ghosts belong
// to the realization, which is a lens; shares are of the source's light.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/soft_copy.h"

namespace fairground {
namespace {

enum class From { picture, source };

struct LensFlare {
  double veiling = 0.02;
  double ghosts = 0.5;
  From from = From::source;
  std::optional<double> source_x;
  std::optional<double> source_y;
  double source_light = 20.0;
  double threshold = 0.9;
};

const ParameterTable<LensFlare>& table() {
  using P = LensFlare;
  static const auto instance =
      ParameterTable<P>()
          .number("veiling", &P::veiling, "", {0.0, 0.5}, "The share of all light that is spread over the frame.")
          .number("ghosts", &P::ghosts, "%", {0.0, 10.0},
                  "How bright the mirrored images are in total, in percent of the source's light.")
          .choice("from", &P::from, {{"source", From::source}, {"picture", From::picture}},
                  "What is mirrored: a lamp that is added to the scene, or the bright parts of the picture.")
          .number("source_x", &P::source_x, "of the width", {-1.0, 2.0},
                  "Where the lamp is: 0 is the left edge and 1 the right one; by default drawn, above the frame and "
                  "near a corner.")
          .number("source_y", &P::source_y, "of the height", {-1.0, 2.0}, "Likewise: 0 is the upper edge.")
          .number("source_light", &P::source_light, "linear", {0.0, 1000.0},
                  "How bright the lamp is, where 1 is white; its glow is seen around it.")
          .number("threshold", &P::threshold, "linear", {0.0, 1.0},
                  "Light above which the picture's own parts are mirrored; used by picture.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  if (given(3) != given(4)) {
    return "give both `source_x` and `source_y`, or neither, which draws a place";
  }
  if (given(3) && std::get<std::string>(settings[2]) == "picture") {
    return "`source_x` and `source_y` belong to `from: source`";
  }
  return {};
}

constexpr std::size_t kGhosts = 6;

struct Ghost {
  double place = 0.0;   ///< along the line through the middle: 1 is where the source is, below 0 beyond the middle
  double radius = 0.0;  ///< of the diagonal
  double share = 0.0;   ///< of the light of all of them
  std::array<double, 3> colour{};
};

std::array<Ghost, kGhosts> draw_ghosts(const StepRandom& random) {
  RandomStream stream = random.stream("ghosts");
  std::array<Ghost, kGhosts> ghosts;
  double sum = 0.0;
  for (Ghost& ghost : ghosts) {
    ghost.place = stream.uniform(-1.3, 0.75);
    ghost.radius = 0.015 + 0.075 * stream.uniform() * stream.uniform();
    // The same light is fainter in a larger ghost.
    ghost.share = stream.uniform(0.3, 1.0) * 0.015 / ghost.radius;
    sum += ghost.share;
    // Coatings mirror green, violet or amber most; no channel is without light.
    for (double& part : ghost.colour) {
      part = stream.uniform(0.25, 1.0);
    }
  }
  for (Ghost& ghost : ghosts) {
    ghost.share /= sum;
  }
  return ghosts;
}

/// How much of a channel's light a ghost keeps. Grey pictures see its mean.
double colour_of(const Ghost& ghost, int channel, int channels) {
  return channels == 3 ? ghost.colour[static_cast<std::size_t>(channel)]
                       : (ghost.colour[0] + ghost.colour[1] + ghost.colour[2]) / 3.0;
}

/// A disk with a soft edge and a slightly brighter rim, as ghosts have; 1 inside. Distances are in radii.
float ghost_shape(double distance, double softness) {
  const double inside = std::clamp((1.0 - distance) / softness + 0.5, 0.0, 1.0);
  return static_cast<float>(inside * inside * (3.0 - 2.0 * inside) * (0.75 + 0.25 * std::min(distance, 1.0)));
}

/// Places in a copy, from its middle.
struct Frame {
  double middle_x = 0.0;
  double middle_y = 0.0;
  double diagonal = 0.0;
};

Frame frame_of(const SoftCopy& copy) {
  const double width = static_cast<double>(copy.full_width) / copy.step;
  const double height = static_cast<double>(copy.full_height) / copy.step;
  return {0.5 * width, 0.5 * height, std::sqrt(width * width + height * height)};
}

/// Adds the ghosts of a lamp and the glow around it.
void add_lamp(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, double source_x,
              double source_y, double source_light, double ghost_light) {
  // The glow falls with the square of the distance, as that of dust and scratches does: a narrow one and a wide one.
  // Radii are of the diagonal, and glows of the lamp's light; all are empirical.
  constexpr double kLampRadius = 0.012;
  constexpr double kNarrowRadius = 0.02;
  constexpr double kNarrowGlow = 0.04;
  constexpr double kWideRadius = 0.1;
  constexpr double kWideGlow = 0.012;
  for (int y = 0; y < flare.height; ++y) {
    for (int x = 0; x < flare.width; ++x) {
      const double right = (x + 0.5 - frame.middle_x) / frame.diagonal;
      const double down = (y + 0.5 - frame.middle_y) / frame.diagonal;
      const auto distance2 = [&](double place) {
        const double dx = right - place * source_x;
        const double dy = down - place * source_y;
        return dx * dx + dy * dy;
      };
      const double far2 = distance2(1.0);
      const double core = std::max(1.0 - far2 / (kLampRadius * kLampRadius), 0.0);
      const double glow = kNarrowGlow / (1.0 + far2 / (kNarrowRadius * kNarrowRadius)) +
                          kWideGlow / (1.0 + far2 / (kWideRadius * kWideRadius));
      const auto lamp = static_cast<float>(source_light * (core * core + glow));
      for (int channel = 0; channel < flare.channels; ++channel) {
        float& sample = flare.row(y).channel(channel)[static_cast<std::size_t>(x)];
        sample += lamp;
        for (const Ghost& ghost : ghosts) {
          const double distance = std::sqrt(distance2(ghost.place)) / ghost.radius;
          const double softness = 0.3 + 3.0 / (ghost.radius * frame.diagonal);
          sample += static_cast<float>(ghost_light * ghost.share * colour_of(ghost, channel, flare.channels)) *
                    ghost_shape(distance, softness);
        }
      }
    }
  }
}

/// A sample of one channel between its neighbours; black beyond the picture.
float between(const Image& image, double x, double y, int channel) {
  const double before_x = std::floor(x - 0.5);
  const double before_y = std::floor(y - 0.5);
  const auto right = static_cast<float>(x - 0.5 - before_x);
  const auto down = static_cast<float>(y - 0.5 - before_y);
  const auto sample = [&](double column, double row) {
    if (column < 0.0 || row < 0.0 || column >= image.width || row >= image.height) {
      return 0.0F;
    }
    return image.row(static_cast<int>(row))[static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width) +
                                            static_cast<std::size_t>(column)];
  };
  const float above = sample(before_x, before_y) * (1.0F - right) + sample(before_x + 1.0, before_y) * right;
  const float below =
      sample(before_x, before_y + 1.0) * (1.0F - right) + sample(before_x + 1.0, before_y + 1.0) * right;
  return above * (1.0F - down) + below * down;
}

/// Adds what each ghost makes of the picture's bright parts: a blurred copy of them, about the middle.
void add_mirrored(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, Image bright,
                  double ghost_share) {
  for (const Ghost& ghost : ghosts) {
    Image mirrored = bright;
    // In the copy's scale, before the ghost makes it smaller or larger.
    const double size = std::max(std::fabs(ghost.place), 0.1) * (ghost.place < 0.0 ? -1.0 : 1.0);
    soften(mirrored, 0.5 * ghost.radius * frame.diagonal / std::fabs(size));
    for (int y = 0; y < flare.height; ++y) {
      const double from_y = frame.middle_y + (y + 0.5 - frame.middle_y) / size;
      for (int x = 0; x < flare.width; ++x) {
        const double from_x = frame.middle_x + (x + 0.5 - frame.middle_x) / size;
        for (int channel = 0; channel < flare.channels; ++channel) {
          const double share = ghost_share * ghost.share * colour_of(ghost, channel, flare.channels);
          flare.row(y).channel(channel)[static_cast<std::size_t>(x)] +=
              static_cast<float>(share) * between(mirrored, from_x, from_y, channel);
        }
      }
    }
  }
}

/// The mean of each channel.
std::array<double, 3> means(const Image& image) {
  std::array<double, 3> sums{};
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      const auto width = static_cast<std::size_t>(image.width);
      for (const float sample : image.row(y).subspan(static_cast<std::size_t>(channel) * width, width)) {
        sums[static_cast<std::size_t>(channel)] += static_cast<double>(sample);
      }
    }
  }
  for (double& sum : sums) {
    sum /= static_cast<double>(image.width) * static_cast<double>(image.height);
  }
  return sums;
}

void apply(Picture& picture, const LensFlare& p, const StepRandom& random) {
  constexpr double kPercent = 0.01;
  if (p.veiling == 0.0 && p.ghosts == 0.0 && (p.from == From::picture || p.source_light == 0.0)) {
    return;
  }
  Image& image = picture.image;
  const std::array<Ghost, kGhosts> ghosts = draw_ghosts(random);
  SoftCopy flare = soft_copy(image);
  const Frame frame = frame_of(flare);
  Image bright = flare.small;
  std::ranges::fill(flare.small.samples, 0.0F);
  if (p.from == From::source) {
    // Above the frame, so that no lamp hangs where the scene has none, and left or right.
    RandomStream place = random.stream("source");
    const double left = place.uniform(-0.1, 0.3);
    const double drawn_x = place.bernoulli(0.5) ? left : 1.0 - left;
    const double drawn_y = place.uniform(-0.12, -0.04);
    const double x = 2.0 * (p.source_x.value_or(drawn_x) - 0.5) * frame.middle_x / frame.diagonal;
    const double y = 2.0 * (p.source_y.value_or(drawn_y) - 0.5) * frame.middle_y / frame.diagonal;
    add_lamp(flare.small, frame, ghosts, x, y, p.source_light, kPercent * p.ghosts * p.source_light);
  } else {
    for (float& sample : bright.samples) {
      sample = std::max(sample - static_cast<float>(p.threshold), 0.0F);
    }
    add_mirrored(flare.small, frame, ghosts, std::move(bright), kPercent * p.ghosts);
  }
  const std::array<double, 3> mean_light = means(image);
  const std::array<double, 3> mean_flare = means(flare.small);
  std::vector<float> line(static_cast<std::size_t>(image.width));
  const auto kept = static_cast<float>(1.0 - p.veiling);
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      const auto c = static_cast<std::size_t>(channel);
      const auto veil = static_cast<float>(p.veiling * (mean_light[c] + mean_flare[c]));
      enlarge_row(flare, y, channel, line);
      const std::span<float> samples = image.row(y).channel(channel);
      for (std::size_t x = 0; x < samples.size(); ++x) {
        samples[x] = kept * (samples[x] + line[x]) + veil;
      }
    }
  }
}

const Registration registration(picture_augmenter<LensFlare>(
    {
        .name = "lens.flare",
        .summary = "Veiling glare and ghosts, from a lamp or from what is bright in the picture.",
        .source = "ISO 9358:1994 (veiling glare); Hullin et al. 2011 (ghosts); the rest empirical",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "veiling: 0, ghosts: 0, from: picture",
        .labels = "keeps all labels",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
