// The fifteen corruptions of ImageNet-C (Hendrycks and Dietterich, ICLR 2019), so that results can be set beside
// published ones. They are not physical: they change gamma-encoded codes in units of their own, noise is the same on
// every skin, and no camera makes most of them. For a fairness audit take the steps of light, lens and sensor.
//
// What differs from the published code is said here. Random draws are of this project. Pictures keep their size, where
// the benchmark cuts out 224 x 224; so what it states in pixels stays as it is, or with `reference_px` is scaled to the
// picture. Codes are rounded, where it cuts them, and are not saved as a JPEG of quality 85, which file.jpeg can do.
// Frost is made and not photographed. Corners that elastic_transform would nearly bring onto one line are drawn anew.
// Labels do not follow its fine bends at severities 3 to 5, which fold.

#include <algorithm>
#include <optional>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/corruptions.h"
#include "augmenters/image/parts/file_codes.h"

namespace fairground {
namespace {

struct BenchmarkImagenetC {
  Corruption corruption = gaussian_noise;
  std::int64_t severity = 3;
  std::optional<double> reference_px;
};

const ParameterTable<BenchmarkImagenetC>& table() {
  using P = BenchmarkImagenetC;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("corruption", &P::corruption,
                           {{"gaussian_noise", gaussian_noise},
                            {"shot_noise", shot_noise},
                            {"impulse_noise", impulse_noise},
                            {"defocus_blur", defocus_blur},
                            {"glass_blur", glass_blur},
                            {"motion_blur", motion_blur},
                            {"zoom_blur", zoom_blur},
                            {"snow", snow},
                            {"frost", frost},
                            {"fog", fog},
                            {"brightness", brightness},
                            {"contrast", contrast},
                            {"elastic_transform", elastic_transform},
                            {"pixelate", pixelate},
                            {"jpeg_compression", jpeg_compression}},
                           "Which of the fifteen, by its published name.")
          .integer("severity", &P::severity, "", {1.0, 5.0}, "How strong, as published.")
          .number("reference_px", &P::reference_px, "px", {32.0, 16000.0},
                  "Shorter side for which the published pixels hold, 224 in the benchmark: they are scaled by the "
                  "picture's over this one. Left out, they are pixels of the picture, whatever its size.");
  return instance;
}

void apply(PictureFile& file, const BenchmarkImagenetC& p, const StepRandom& random) {
  CodePlanes picture = to_planes(to_eight_bits(std::move(file.raster)));
  const double scale = p.reference_px ? std::min(picture.width, picture.height) / *p.reference_px : 1.0;
  p.corruption(picture, {static_cast<std::size_t>(p.severity - 1), scale, random});
  file.raster = from_planes(picture);
  file.point_map = picture.point_map;
}

const Registration registration(file_augmenter<BenchmarkImagenetC>(
    {
        .name = "benchmark.imagenet_c",
        .summary =
            "The fifteen corruptions of ImageNet-C at severities 1 to 5, for comparability: not physical, and the "
            "same noise on every skin; frost is made and not the benchmark's photographs.",
        .source = "Hendrycks and Dietterich, ICLR 2019, and their make_imagenet_c.py",
        .media = Media::image,
        .stage = Stage::file,
        .version = 1,
        .identity = "none: severity 1 is the weakest",
        .labels =
            "moves boxes, key points and masks with elastic_transform, at severities 3 to 5 by its affine part alone, "
            "and not by its fine bend of 0.81, 1.14 and 1.95 px RMS along each axis (up to five times that, and scaled "
            "with `reference_px`); keeps all labels with the other corruptions",
        .claim = "Defocus, motion, glass, brightness, contrast, pixelate and frost are within a code of what another "
                 "computation gives, noise has its variance within 4 %, and JPEG is that of the published quality to "
                 "the bit. Zoom, snow, fog and elastic are held to their figures.",
        .limits = "It is not physical: it changes encoded codes, and noise is the same on every skin. Draws are of "
                  "this project, pictures keep their size, frost is made, and labels do not follow the fine bends of "
                  "elastic_transform at severities 3 to 5.",
        .example = "gaussian_noise: [{benchmark.imagenet_c: {corruption: gaussian_noise, severity: 3}}]\n"
                   "glass_blur: [{benchmark.imagenet_c: {corruption: glass_blur, severity: 3}}]\n"
                   "frost: [{benchmark.imagenet_c: {corruption: frost, severity: 3}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
