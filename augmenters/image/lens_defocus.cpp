// A lens that is out of focus spreads each point of light over the image of its aperture: a disk. In linear light, so
// that bright points become bright disks. Its MTF is 2 J1(x) / x with x = 2 pi r f (Goodman, "Introduction to Fourier
// Optics", section 6.4, in the limit of geometrical optics). It is 1/2 at f = 0.3525 / r cycles per pixel.

#include <optional>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/kernel.h"

namespace fairground {
namespace {

struct LensDefocus {
  std::optional<double> radius_px;
  std::optional<double> radius_fraction;
};

const ParameterTable<LensDefocus>& table() {
  using P = LensDefocus;
  static const auto instance =
      ParameterTable<P>()
          .number("radius_px", &P::radius_px, "px", {0.0, 100.0}, "Radius of the disk that a point becomes.")
          .number(
              "radius_fraction", &P::radius_fraction, "of the diagonal", {0.0, 0.02},
              "The same as a fraction of the frame's diagonal, so that large and small pictures meet the same lens.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  return given(0) != given(1) ? "" : "give either `radius_px` or `radius_fraction`";
}

void apply(Picture& picture, const LensDefocus& p, const StepRandom&) {
  const double radius = p.radius_px.value_or(2.0 * picture.shot.half_diagonal() * p.radius_fraction.value_or(0.0));
  spread_light(picture.image, disk_spread(radius));
  picture.measure.values.emplace_back("radius_px", radius);
}

const Registration registration(picture_augmenter<LensDefocus>(
    {
        .name = "lens.defocus",
        .summary = "Blur by a lens that is out of focus: each point of light becomes a disk.",
        .source = "Goodman, Introduction to Fourier Optics, section 6.4",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "radius_px: 0",
        .labels = "keeps all labels",
        .claim = "For radii from 1 to 20 px, the frequency of half the contrast is within 3 % of a disk's, on a "
                 "slanted edge. A point becomes an even disk within 0.5 %, and light is kept within 1e-6.",
        .example = "mild: [{lens.defocus: {radius_px: 2}}]\n"
                   "strong: [{lens.defocus: {radius_px: 6}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
