// Unsharp masking as cameras do it, on encoded luma: what a Gaussian blur takes away is added again,
//   Y'' = Y' + amount t(Y' - G Y'),
// where t leaves out what is below the threshold (soft, so that it starts at 0), which spares noise. All channels get
// what luma gets, so that edges have no coloured seams. Along strong edges this makes the light and dark seams (halos)
// that phones are known for. A Gaussian of sigma px has the response exp(-2 pi^2 sigma^2 f^2) at f cycles per pixel, so
// a sine that passes the threshold whole is scaled by 1 + amount (1 - exp(-2 pi^2 sigma^2 f^2)).
//
// Constants of the defaults are empirical: phones are between 1 and 2 px, with amounts of 0.5 to 1.5.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/media/blur.h"
#include "augmenters/image/parts/encoded_light.h"
#include "augmenters/image/parts/luma.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

struct Sharpen {
  double amount = 0.0;
  double radius_px = 1.2;
  double threshold = 0.01;
  double halo_limit = 0.25;
};

const ParameterTable<Sharpen>& table() {
  using P = Sharpen;
  static const auto instance =
      ParameterTable<P>()
          .required_number("amount", &P::amount, "", {0.0, 5.0},
                           "How much of the detail is added once more; phones have 0.5 to 1.5.")
          .number("radius_px", &P::radius_px, "px", {0.3, 10.0},
                  "Standard deviation of the blur that detail is measured against, in pixels of the picture.")
          .number("threshold", &P::threshold, "of encoded white", {0.0, 0.1},
                  "Detail below it is not added, and what is above only by what it exceeds it.")
          .number("halo_limit", &P::halo_limit, "of encoded white", {0.01, 1.0},
                  "The most that is added or taken away anywhere.");
  return instance;
}

/// `blurred` becomes what is to be added.
FAIRGROUND_HOT void find_detail(const float* __restrict luma, float* __restrict blurred, std::size_t count,
                                float amount, float threshold, float limit) {
  for (std::size_t i = 0; i < count; ++i) {
    const float detail = luma[i] - blurred[i];
    const float above = std::max(std::fabs(detail) - threshold, 0.0F) * amount;
    blurred[i] = std::copysign(std::min(above, limit), detail);
  }
}

FAIRGROUND_HOT void add_squares(const float* __restrict samples, double* __restrict sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] += static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
  }
}

void apply(Picture& picture, const Sharpen& p, const StepRandom&) {
  if (p.amount == 0.0) {
    return;
  }
  Image& image = picture.image;
  encode_light(image.samples);
  const Plane luma = luma_plane(image);
  Plane detail = luma;
  gaussian_blur(detail, p.radius_px);
  find_detail(luma.samples.data(), detail.samples.data(), luma.samples.size(), static_cast<float>(p.amount),
              static_cast<float>(p.threshold), static_cast<float>(p.halo_limit));
  std::vector<double> squares(static_cast<std::size_t>(image.width));
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      add(detail.row(y), image.row(y).channel(channel));
    }
    add_squares(detail.row(y).data(), squares.data(), squares.size());
  }
  decode_light(image.samples);
  const double added = std::accumulate(squares.begin(), squares.end(), 0.0);
  picture.measure.values = {{"added_detail_rms", std::sqrt(added / static_cast<double>(luma.samples.size()))}};
}

const Registration registration(picture_augmenter<Sharpen>(
    {
        .name = "processing.sharpen",
        .summary = "Unsharp masking of encoded luma, with the halos that phones make.",
        .source = "unsharp masking with a Gaussian; IEC 61966-2-1 (encoding)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "amount: 0",
        .labels = "keeps all labels",
        .claim = "Sines are amplified as the formula says within 1e-4 of encoded white, the halo beside a step is "
                 "right within 3e-6 up to its limit, and detail below the threshold stays.",
        .limits = "The constants of the defaults are empirical.",
        .example = "phone: [{processing.sharpen: {amount: 1.2}}]\n"
                   "strong: [{processing.sharpen: {amount: 3}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
