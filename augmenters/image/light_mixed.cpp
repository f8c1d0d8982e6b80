// Two lights of different colour, each on its side of the scene, and a camera that can balance only one of them.
//
// Light adds up, so the white at each place is a mixture of the two lights' linear whites; both give the same
// luminance. Where one passes into the other, its share follows the cubic 3 s^2 - 2 s^3. A white balance divides by one
// white everywhere, here to the power of `awb`, so that casts remain whichever it chooses.

#include <algorithm>
#include <array>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/illuminant.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Balance { mean, first, second };

struct LightMixed {
  double first_cct_kelvin = 2900.0;
  double first_duv = 0.0;
  double second_cct_kelvin = 6500.0;
  double second_duv = 0.0;
  double angle_deg = 0.0;
  double position = 0.0;
  double width = 0.4;
  Balance balanced_for = Balance::mean;
  double awb = 0.9;
};

const ParameterTable<LightMixed>& table() {
  using P = LightMixed;
  constexpr ParameterTable<P>::Interval kKelvin{kLowestCct, kHighestCct};
  constexpr ParameterTable<P>::Interval kDuv{-kLargestDuv, kLargestDuv};
  static const auto instance =
      ParameterTable<P>()
          .number("first_cct_kelvin", &P::first_cct_kelvin, "K", kKelvin, "Colour temperature of the first light.")
          .number("first_duv", &P::first_duv, "CIE 1960 uv", kDuv, "How far it is off the locus, greater is greener.")
          .number("second_cct_kelvin", &P::second_cct_kelvin, "K", kKelvin, "Colour temperature of the second light.")
          .number("second_duv", &P::second_duv, "CIE 1960 uv", kDuv, "How far it is off the locus, greater is greener.")
          .number("angle_deg", &P::angle_deg, "deg", {-180.0, 180.0},
                  "Where the second light comes from: 0 is the right of the picture, 90 its lower edge.")
          .number("position", &P::position, "", {-1.0, 1.0},
                  "Where both are equally strong, in half diagonals from the middle towards the second light.")
          .number("width", &P::width, "", {0.0, 4.0},
                  "How far one reaches into the other, in half diagonals; 0 is a sharp edge.")
          .choice("balanced_for", &P::balanced_for,
                  {{"mean", Balance::mean}, {"first", Balance::first}, {"second", Balance::second}},
                  "What the camera takes for white: either light, or the mean of both.")
          .number("awb", &P::awb, "", {0.0, 1.0},
                  "Share of that white's cast that the camera takes back, in logarithms of the channels' gains.");
  return instance;
}

/// A row's place along the direction of the second light, from its first pixel on.
struct Line {
  float start;
  float step;
  float inverse_width;
};

FAIRGROUND_HOT void mix(float* samples, std::size_t count, Line line, float first, float change) {
  for (std::size_t i = 0; i < count; ++i) {
    const float along = line.start + line.step * static_cast<float>(static_cast<std::int32_t>(i));
    const float s = std::min(std::max(along * line.inverse_width + 0.5F, 0.0F), 1.0F);
    samples[i] *= first + change * (s * s * (3.0F - 2.0F * s));
  }
}

RowOperation rows(const Shot& shot, const LightMixed& p, const StepRandom&) {
  const Rgb first = picture_white(illuminant(p.first_cct_kelvin, p.first_duv, Locus::automatic));
  const Rgb second = picture_white(illuminant(p.second_cct_kelvin, p.second_duv, Locus::automatic));
  const Rgb mean{0.5 * (first[0] + second[0]), 0.5 * (first[1] + second[1]), 0.5 * (first[2] + second[2])};
  const Rgb& chosen = p.balanced_for == Balance::mean ? mean : p.balanced_for == Balance::first ? first : second;
  // What the balance makes of its own white is what light.illuminant makes of it.
  const Rgb left = part_of_cast(chosen, 1.0 - p.awb);
  std::array<float, 3> from{};
  std::array<float, 3> change{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double gain = left[c] / chosen[c];
    from[c] = static_cast<float>(first[c] * gain);
    change[c] = static_cast<float>((second[c] - first[c]) * gain);
  }
  constexpr double kSharp = 1e-6;  // of the half diagonal, less than a pixel of any picture
  const double unit = 1.0 / shot.half_diagonal();
  const double across = plain::cosine_of_turns(p.angle_deg / 360.0) * unit;
  const double down = plain::sine_of_turns(p.angle_deg / 360.0) * unit;
  const double origin = 0.5 * (1.0 - shot.width) * across + 0.5 * (1.0 - shot.height) * down - p.position;
  const auto inverse_width = static_cast<float>(1.0 / std::max(p.width, kSharp));
  return [=](const ImageRow& row) {
    const Line line{static_cast<float>(origin + row.y * down), static_cast<float>(across), inverse_width};
    for (int c = 0; c < row.channels && row.channels == 3; ++c) {  // grey has no colour to change
      const auto at = static_cast<std::size_t>(c);
      mix(row.channel(c).data(), static_cast<std::size_t>(row.width), line, from[at], change[at]);
    }
  };
}

const Registration registration(row_augmenter<LightMixed>(
    {
        .name = "light.mixed",
        .summary = "Two lights of different colour, one on either side of the scene; grey pictures stay.",
        .source = "CIE 15:2004 (loci); additive mixture, von Kries 1902",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "none: two lights leave a cast wherever the camera balances for the other",
        .labels = "keeps all labels",
        .claim = "Each side has the colour of its light within 1e-5 and the middle the mean of both, and one passes "
                 "into the other by its cubic within 3e-5. What the camera balances for comes out neutral.",
        .limits = "A white balance divides by one white everywhere, so that casts remain whichever it chooses.",
        .example = "lamp_and_window: [{light.mixed: {awb: 0.7}}]\n"
                   "balanced_for_the_lamp: [{light.mixed: {balanced_for: first, awb: 1}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
