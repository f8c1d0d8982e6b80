// Straight lines become bent, by the model of Brown and Conrady (parts/brown_conrady.h), about the middle of the frame
// and in half diagonals, so that a lens does the same to pictures of all sizes. k1 below 0 makes barrels, as wide
// lenses do, and above 0 pincushions.
//
// `fit: fill` scales the result so that the source just fills the frame; `keep` leaves the middle at its size, and what
// would come from beyond the source is black. Both are found from the frame's shape alone.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/brown_conrady.h"
#include "augmenters/image/parts/warp.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

enum class Fit { fill, keep };

struct LensDistortion {
  double k1 = 0.0;
  double k2 = 0.0;
  double k3 = 0.0;
  double p1 = 0.0;
  double p2 = 0.0;
  Fit fit = Fit::fill;
};

const ParameterTable<LensDistortion>& table() {
  using P = LensDistortion;
  static const auto instance =
      ParameterTable<P>()
          .number("k1", &P::k1, "", {-0.5, 0.5},
                  "Radial, of r^2, where r is 1 in the corners: below 0 a barrel, above 0 a pincushion.")
          .number("k2", &P::k2, "", {-0.5, 0.5}, "Radial coefficient of r^4.")
          .number("k3", &P::k3, "", {-0.5, 0.5}, "Radial coefficient of r^6.")
          .number("p1", &P::p1, "", {-0.1, 0.1}, "Tangential, up and down.")
          .number("p2", &P::p2, "", {-0.1, 0.1}, "Tangential, left and right.")
          .choice("fit", &P::fit, {{"fill", Fit::fill}, {"keep", Fit::keep}},
                  "Scaled so that the source just fills the frame, or with the middle at its size and black beyond the "
                  "source.");
  return instance;
}

// Of a drawn range the ends are tried in every combination. The least stretch of what lies between is no less than the
// least of these, as the derivative is linear in the coefficients.
std::string check(const std::vector<Setting>& settings) {
  constexpr double kLeastStretch = 0.1;
  constexpr std::size_t kCoefficients = 5;
  for (unsigned ends = 0; ends < 1U << kCoefficients; ++ends) {
    std::array<double, kCoefficients> k{};
    for (std::size_t i = 0; i < kCoefficients; ++i) {
      const auto* range = std::get_if<Range>(&settings[i]);
      k[i] = range == nullptr ? std::get<double>(settings[i]) : (ends >> i & 1U) != 0 ? range->high : range->low;
    }
    const double stretch = BrownConrady{k[0], k[1], k[2], k[3], k[4]}.least_stretch();
    if (stretch < kLeastStretch) {
      return "these coefficients fold the picture or crush it: somewhere in it, lengths become " + shortest(stretch) +
             " of what they were, and at least 0.1 is allowed; take smaller ones";
    }
  }
  return {};
}

/// From a picture to the distorted one of the same size, and back, in pixels.
struct FrameMap {
  BrownConrady lens;
  PixelPoint middle;
  double unit = 1.0;   ///< a half diagonal, in pixels
  double scale = 1.0;  ///< of the result

  [[nodiscard]] PixelPoint forward(PixelPoint point) const {
    const PixelPoint moved = lens.distort({(point.x - middle.x) / unit, (point.y - middle.y) / unit});
    return {middle.x + moved.x * scale * unit, middle.y + moved.y * scale * unit};
  }
  [[nodiscard]] PixelPoint to_lens(PixelPoint point) const {
    return {(point.x - middle.x) / (scale * unit), (point.y - middle.y) / (scale * unit)};
  }
  [[nodiscard]] PixelPoint to_source(PixelPoint ideal) const {
    return {middle.x + ideal.x * unit, middle.y + ideal.y * unit};
  }
  [[nodiscard]] PixelPoint backward(PixelPoint point) const { return to_source(lens.undistort(to_lens(point))); }
};

/// The largest frame of the same shape that lies inside the source's distorted border, next to the frame itself.
double largest_frame(const FrameMap& map, double width, double height) {
  constexpr int kSteps = 256;  // along each side
  double least = 4.0;
  const auto try_point = [&](double x, double y) {
    const PixelPoint moved = map.forward({x, y});
    least = std::min(least, std::max(std::fabs(moved.x - map.middle.x) / map.middle.x,
                                     std::fabs(moved.y - map.middle.y) / map.middle.y));
  };
  for (int i = 0; i <= kSteps; ++i) {
    const double part = static_cast<double>(i) / kSteps;
    try_point(part * width, 0.0);
    try_point(part * width, height);
    try_point(0.0, part * height);
    try_point(width, part * height);
  }
  return least;
}

/// Where each row's pixels come from. Those of the row before are the first guess.
RowSource row_source(const FrameMap& map, int width) {
  const auto count = static_cast<std::size_t>(width);
  std::vector<double> lens_x(count);
  for (std::size_t i = 0; i < count; ++i) {
    lens_x[i] = map.to_lens({static_cast<double>(i) + 0.5, 0.0}).x;
  }
  std::vector<double> x = lens_x;
  std::vector<double> y(count, map.to_lens({0.0, 0.5}).y);
  return [=](int row, std::span<float> source_x, std::span<float> source_y) mutable {
    map.lens.undistort_row(lens_x, map.to_lens({0.0, row + 0.5}).y, x, y);
    for (std::size_t i = 0; i < source_x.size(); ++i) {
      const PixelPoint source = map.to_source({x[i], y[i]});
      source_x[i] = static_cast<float>(source.x);
      source_y[i] = static_cast<float>(source.y);
    }
  };
}

void apply(Picture& picture, const LensDistortion& p, const StepRandom&) {
  const BrownConrady lens{p.k1, p.k2, p.k3, p.p1, p.p2};
  if (lens.is_identity()) {
    picture.measure.values = {{"scale", 1.0}};
    return;
  }
  const Shot& shot = picture.shot;
  FrameMap map{lens, {0.5 * shot.width, 0.5 * shot.height}, shot.half_diagonal()};
  if (p.fit == Fit::fill) {
    map.scale = 1.0 / largest_frame(map, shot.width, shot.height);
  }
  picture.image = warp(picture.image, shot.width, shot.height, Beyond::black, row_source(map, shot.width));
  picture.point_map = PointMap([map](PixelPoint point) { return map.forward(point); },
                               [map](PixelPoint point) { return map.backward(point); });
  picture.measure.values = {{"scale", map.scale}};
}

const Registration registration(picture_augmenter<LensDistortion>(
    {
        .name = "lens.distortion",
        .summary = "Bent lines: the radial and tangential distortion of a lens.",
        .source = "Brown 1971, after Conrady 1919",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "k1: 0, k2: 0, k3: 0, p1: 0, p2: 0",
        .labels = "moves boxes, key points and masks",
        .claim = "Dots in the picture, and key points, land within 0.1 px of the closed form. The map has its inverse "
                 "within 1e-6 px, and `fit: fill` fills the frame within 0.01 px.",
        .example = "barrel: [{lens.distortion: {k1: -0.3, k2: 0.08}}]\n"
                   "pincushion: [{lens.distortion: {k1: 0.5}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
