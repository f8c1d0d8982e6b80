// A camera that takes the light for warmer or cooler than it is, or for greener.
//
// Errors of a white balance are told in mired (1e6 / K), in which equal steps look about equally large (Judd,
// "Sensibility to color-temperature change as a function of temperature", JOSA 23, 1933). The camera takes light that
// is `shift_mired` warmer for the display's white; the same with `tint_duv` across the locus. The gains are those of
// light.illuminant; a grey card keeps its luminance.

#include <array>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/gain.h"
#include "augmenters/image/parts/illuminant.h"

namespace fairground {
namespace {

struct WhiteBalanceError {
  double shift_mired = 0.0;
  double tint_duv = 0.0;
};

const ParameterTable<WhiteBalanceError>& table() {
  using P = WhiteBalanceError;
  static const auto instance =
      ParameterTable<P>()
          .number("shift_mired", &P::shift_mired, "mired", {-100.0, 90.0},
                  "Error along the daylight locus: above 0 the picture gets warmer, below 0 cooler; phones stay within "
                  "about 30 (empirical).")
          .number("tint_duv", &P::tint_duv, "CIE 1960 uv", {-0.03, 0.03},
                  "Error across the locus: above 0 the picture gets greener, below 0 pinker.");
  return instance;
}

RowOperation rows(const Shot&, const WhiteBalanceError& p, const StepRandom&) {
  constexpr double kWhite = 1e6 / 6504.0;  // the display's white, in mired
  const auto white = [&](double shift_mired, double duv) {
    return picture_white(illuminant(1e6 / (kWhite + shift_mired), duv, Locus::daylight));
  };
  const Rgb taken = white(p.shift_mired, p.tint_duv);
  const Rgb right = white(0.0, 0.0);
  const Rgb gains = with_luminance_one({taken[0] / right[0], taken[1] / right[1], taken[2] / right[2]});
  return {[gains](const ImageRow& row) {
            for (int c = 0; c < row.channels && row.channels == 3; ++c) {  // grey has no colour to change
              multiply_samples(row.channel(c), static_cast<float>(gains[static_cast<std::size_t>(c)]));
            }
          },
          [gains]() -> std::vector<std::pair<std::string, double>> {
            return {{"red_gain", gains[0]}, {"green_gain", gains[1]}, {"blue_gain", gains[2]}};
          }};
}

const Registration registration(row_augmenter<WhiteBalanceError>(
    {
        .name = "processing.white_balance_error",
        .summary = "White balance that is off, in mired along the daylight locus and in Duv across it; grey pictures "
                   "stay.",
        .source = "CIE 15:2004 (daylight); Judd 1933 (mired)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "shift_mired: 0, tint_duv: 0",
        .labels = "keeps all labels",
        .claim = "A grey card moves along the daylight locus within 0.002 in u'v' and across it by the Duv that was "
                 "asked for within 5 %, and keeps its luminance within 0.01 %.",
        .example = "warm: [{processing.white_balance_error: {shift_mired: 60}}]\n"
                   "cool: [{processing.white_balance_error: {shift_mired: -60}}]\n"
                   "green: [{processing.white_balance_error: {tint_duv: 0.02}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
