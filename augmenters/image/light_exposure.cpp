// More or less light on the whole scene, in stops (EV): linear light times 2^EV. Light that would pass the
// display's white rolls off along a named curve instead of being cut.
//
// The shoulder is the extended operator of Reinhard, Stark, Shirley and Ferwerda, "Photographic tone
// reproduction for digital images" (SIGGRAPH 2002), equation 4, moved above a knee: with t = (x - k) / (1 - k) and w
// the same of the brightened white,
//   y = k + (1 - k) t (1 + t / w^2) / (1 + t).
// It starts with slope 1, sends the old white to the new one, and is the identity at 0 EV, so that the
// picture changes smoothly with the exposure.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/gain.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Highlights { shoulder, clip };

struct LightExposure {
  double ev = 0.0;
  Highlights highlights = Highlights::shoulder;
  double knee = 0.8;
};

const ParameterTable<LightExposure>& table() {
  using P = LightExposure;
  static const auto instance =
      ParameterTable<P>()
          .required_number("ev", &P::ev, "EV", {-10.0, 10.0},
                           "Stops of light added; each doubles the linear luminance.")
          .choice("highlights", &P::highlights, {{"shoulder", Highlights::shoulder}, {"clip", Highlights::clip}},
                  "What happens near white: an extended Reinhard shoulder above the knee, or a cut at white.")
          .number("knee", &P::knee, "linear", {0.0, 0.95},
                  "Linear level below which exposure is exact; used by the shoulder where light is added.");
  return instance;
}

FAIRGROUND_HOT void scale_with_shoulder(float* samples, std::size_t count, float gain, float knee) {
  // Most of a picture lies below the knee, and there the division, which is most of the time, is not needed.
  constexpr std::size_t kBlock = 32;
  const float span = 1.0F - knee;
  const float inverse_span = 1.0F / span;
  const float white = (gain - knee) * inverse_span;
  const float inverse_white_squared = 1.0F / (white * white);
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    float* block = samples + begin;
    const std::size_t length = std::min(kBlock, count - begin);
    std::uint32_t above = 0;
    for (std::size_t i = 0; i < length; ++i) {
      block[i] *= gain;
      above |= static_cast<std::uint32_t>(block[i] > knee);
    }
    if (above == 0) {
      continue;
    }
    for (std::size_t i = 0; i < length; ++i) {
      const float x = block[i];
      const float t = std::max(x - knee, 0.0F) * inverse_span;
      const float y = knee + span * t * (1.0F + t * inverse_white_squared) / (1.0F + t);
      block[i] = x > knee ? y : x;
    }
  }
}

RowOperation rows(const Shot&, const LightExposure& p, const StepRandom&) {
  // Whole stops are exact.
  const double stops = std::floor(p.ev);
  const auto gain = static_cast<float>(std::ldexp(plain::exp((p.ev - stops) * plain::kLn2), static_cast<int>(stops)));
  if (p.highlights == Highlights::shoulder && p.ev > 0.0) {
    return [gain, knee = static_cast<float>(p.knee)](const ImageRow& row) {
      scale_with_shoulder(row.samples.data(), row.samples.size(), gain, knee);
    };
  }
  return [gain](const ImageRow& row) { multiply_samples(row.samples, gain); };
}

const Registration registration(row_augmenter<LightExposure>(
    {
        .name = "light.exposure",
        .summary = "More or less light on the whole scene, in stops, in linear light.",
        .source = "Reinhard et al. 2002, equation 4 (shoulder)",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "ev: 0",
        .labels = "keeps all labels",
        .claim = "A stop doubles or halves linear light exactly, and within 0.5 % in a PNG of 16 bits. The shoulder "
                 "keeps white and the order of levels, and starts without a corner.",
        .example = "ev_minus_3: [{light.exposure: {ev: -3}}]\n"
                   "ev_2: [{light.exposure: {ev: 2}}]\n"
                   "ev_2_clipped: [{light.exposure: {ev: 2, highlights: clip}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
