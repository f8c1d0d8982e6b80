// A sensor with fewer pixels, or a digital zoom: each of its pixels gathers the light of its whole area, and what is
// between them is interpolated. The picture keeps its size and loses its detail.
//
// Both happen in linear light, where a sensor works. The interpolation is bilinear unless told otherwise: in linear
// light, kernels with negative lobes draw black rims around bright things.

#include <algorithm>
#include <cmath>
#include <utility>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/resize.h"

namespace fairground {
namespace {

struct SensorResolution {
  double scale = 1.0;
  ResizeKernel interpolation = ResizeKernel::bilinear;
};

const ParameterTable<SensorResolution>& table() {
  using P = SensorResolution;
  static const auto instance =
      ParameterTable<P>()
          .required_number("scale", &P::scale, "", {0.05, 1.0},
                           "Pixels of the sensor for each of the picture, along a side; at least one in all.")
          .choice("interpolation", &P::interpolation,
                  {{"bilinear", ResizeKernel::bilinear},
                   {"bicubic", ResizeKernel::bicubic},
                   {"lanczos3", ResizeKernel::lanczos3}},
                  "How it is brought back to its size.");
  return instance;
}

int fewer(int pixels, double scale) { return std::max(static_cast<int>(std::floor(pixels * scale + 0.5)), 1); }

void apply(Picture& picture, const SensorResolution& p, const StepRandom&) {
  Image& image = picture.image;
  const int width = fewer(image.width, p.scale);
  const int height = fewer(image.height, p.scale);
  if (width == image.width && height == image.height) {
    return;
  }
  std::vector<std::uint16_t> alpha = std::exchange(image.alpha, {});  // which nothing moves
  const Image coarse = resize_image(image, width, height, ResizeKernel::area);
  image = resize_image(coarse, image.width, image.height, p.interpolation);
  image.alpha = std::move(alpha);
}

const Registration registration(picture_augmenter<SensorResolution>(
    {
        .name = "sensor.resolution",
        .summary = "A sensor with fewer pixels, or a digital zoom: detail is lost in linear light, the size stays.",
        .source = "mean over the area of a pixel; Keys 1981 (bicubic)",
        .media = Media::image,
        .stage = Stage::sensor,
        .version = 1,
        .identity = "scale: 1",
        .labels = "keeps all labels",
        .claim = "A block of pixels gets exactly the mean of its light (1e-6), and contrast falls with the frequency "
                 "as three sincs do, within 0.01.",
        .example = "quarter: [{sensor.resolution: {scale: 0.25}}]\n"
                   "eighth: [{sensor.resolution: {scale: 0.125}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
