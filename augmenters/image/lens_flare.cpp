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
#include "augmenters/image/parts/lens_ghosts.h"
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
    add_lamp(flare.small, frame, ghosts, {x, y, p.source_light}, kPercent * p.ghosts);
  } else {
    for (float& sample : bright.samples) {
      sample = std::max(sample - static_cast<float>(p.threshold), 0.0F);
    }
    add_mirrored(flare.small, frame, ghosts, bright, kPercent * p.ghosts);
  }
  const std::array<double, 3> mean_light = means(image);
  const std::array<double, 3> mean_flare = means(flare.small);
  std::vector<float> line(static_cast<std::size_t>(image.width));
  const auto kept = static_cast<float>(1.0 - p.veiling);
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      const auto c = static_cast<std::size_t>(channel);
      const auto veil = static_cast<float>(p.veiling * (mean_light[c] + mean_flare[c]));
      enlarge_row(flare, y, channel, 0, line);
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
        .claim = "The veil spreads its share of the light within 1e-6, the ghosts' light lies within 0.5 px of the "
                 "line through the middle, and a declared lamp within 1 px of its place.",
        .limits = "Sizes, places and colours of the ghosts, and how much light a clean or a dirty lens scatters, are "
                  "empirical.",
        .example = "lamp: [{lens.flare: {source_x: 0.15, source_y: 0.1, source_light: 40, ghosts: 8}}]\n"
                   "veil: [{lens.flare: {from: picture, veiling: 0.3, ghosts: 0}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
