// Light of another colour, and a camera that balances it only in part.
//
// The source counts as balanced. The light's white point comes from its correlated colour temperature (CIE 15:2004) and
// its distance from the locus (ANSI C78.377: Duv). Linear sRGB is multiplied by the white's red, green and blue, as von
// Kries (1902) has it, in the channels in which the display and nearly every camera's file are, so that white surfaces
// come out exact and saturated ones nearly. A sharpened matrix (Bradford, CAT16) would serve the eye's adaptation,
// which is not what happens here: no eye adapts, a camera does not.
//
// Of the cast's gains, in logarithms, a camera leaves 1 - awb; a grey card keeps its luminance.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/illuminant.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

struct LightIlluminant {
  double cct_kelvin = 6504.0;
  double duv = 0.0;
  Locus locus = Locus::automatic;
  double awb = 0.8;
};

const ParameterTable<LightIlluminant>& table() {
  using P = LightIlluminant;
  static const auto instance =
      ParameterTable<P>()
          .required_number("cct_kelvin", &P::cct_kelvin, "K", {kLowestCct, kHighestCct},
                           "Correlated colour temperature of the light; 6504 K is the display's white.")
          .number("duv", &P::duv, "CIE 1960 uv", {-kLargestDuv, kLargestDuv},
                  "How far the light is off the locus, greater is greener and less is pinker.")
          .choice("locus", &P::locus, locus_names(),
                  "Colours that the temperature stands for: of glowing bodies, of daylight, or glowing ones up to "
                  "4000 K, daylight from 5000 K and a mixture in between.")
          .number("awb", &P::awb, "", {0.0, 1.0},
                  "Share of the cast that the camera's white balance takes back, in logarithms of the channels' gains; "
                  "1 leaves the picture as it is.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) { return check_locus(settings[0], settings[2]); }

/// Multiplies, and counts the pixels that have left what a file holds.
FAIRGROUND_HOT std::uint32_t scale_pixels(float* __restrict red, float* __restrict green, float* __restrict blue,
                                          std::size_t count, const std::array<float, 3>& gains) {
  const float r = gains[0];
  const float g = gains[1];
  const float b = gains[2];
  std::uint32_t outside = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = red[i] * r;
    const float y = green[i] * g;
    const float z = blue[i] * b;
    red[i] = x;
    green[i] = y;
    blue[i] = z;
    const float least = std::min(x, std::min(y, z));
    const float most = std::max(x, std::max(y, z));
    outside += static_cast<std::uint32_t>(least < 0.0F) | static_cast<std::uint32_t>(most > 1.0F);
  }
  return outside;
}

RowOperation rows(const Shot& shot, const LightIlluminant& p, const StepRandom&) {
  const Rgb cast = part_of_cast(picture_white(illuminant(p.cct_kelvin, p.duv, p.locus)), 1.0 - p.awb);
  const std::array<float, 3> gains{static_cast<float>(cast[0]), static_cast<float>(cast[1]),
                                   static_cast<float>(cast[2])};
  auto outside = std::make_shared<std::uint64_t>(0);
  const double pixels = static_cast<double>(shot.width) * shot.height;
  return {[gains, outside](const ImageRow& row) {
            if (row.channels == 3) {  // grey has no colour to change, and its luminance is kept
              *outside += scale_pixels(row.channel(0).data(), row.channel(1).data(), row.channel(2).data(),
                                       static_cast<std::size_t>(row.width), gains);
            }
          },
          [gains, outside, pixels]() -> std::vector<std::pair<std::string, double>> {
            return {{"red_gain", gains[0]},
                    {"green_gain", gains[1]},
                    {"blue_gain", gains[2]},
                    {"out_of_gamut_fraction", static_cast<double>(*outside) / pixels}};
          }};
}

const Registration registration(row_augmenter<LightIlluminant>(
    {
        .name = "light.illuminant",
        .summary = "Light of another colour temperature, which the camera balances in part; grey pictures stay.",
        .source = "CIE 15:2004 (loci); ANSI C78.377 (Duv); von Kries 1902",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "cct_kelvin: 2700, awb: 1",
        .labels = "keeps all labels",
        .claim = "A grey card gets the light's colour within 0.002 in u'v' and keeps its luminance within 0.01 %. Of "
                 "the cast, in logarithms of the channels' ratios, 1 - awb is left within 1e-5.",
        .limits = "White surfaces come out exact and saturated ones nearly. What leaves the gamut is counted in the "
                  "record.",
        .example = "lamp: [{light.illuminant: {cct_kelvin: 2700, awb: 0.5}}]\n"
                   "shade: [{light.illuminant: {cct_kelvin: 10000, awb: 0.2}}]\n"
                   "greenish_tube: [{light.illuminant: {cct_kelvin: 4200, duv: 0.02, awb: 0.2}}]\n",
        .check = check,
    },
    table(), rows));

}  // namespace
}  // namespace fairground
