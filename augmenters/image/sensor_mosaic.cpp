// A sensor sees one colour at each place, in Bayer's pattern (red in the upper left corner, then green; below them
// green, then blue), and the other two are made up of its neighbours. So fine patterns get false colours, and noise
// that was independent from pixel to pixel becomes correlated, as it is in all real files. Put it behind
// `sensor.noise`.
//
// `malvar` is the linear method of Malvar, He and Cutler, "High-quality linear interpolation for demosaicing of
// Bayer-patterned color images", ICASSP 2004: bilinear interpolation, corrected by the Laplacian of the colour that is
// known, with the gains 1/2, 5/8 and 3/4. Beyond the picture it is mirrored about its outermost pixels, which keeps the
// pattern.

#include <cstddef>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

enum class Method { malvar, bilinear };

struct SensorMosaic {
  Method method = Method::malvar;
};

const ParameterTable<SensorMosaic>& table() {
  using P = SensorMosaic;
  static const auto instance =
      ParameterTable<P>().choice("method", &P::method, {{"malvar", Method::malvar}, {"bilinear", Method::bilinear}},
                                 "How the missing colours are found. Grey pictures, and those of a single row or "
                                 "column, stay as they are.");
  return instance;
}

constexpr int kMargin = 2;

/// The place of a sample beyond the border, mirrored about the outermost sample.
std::size_t mirrored(int place, int count) {
  const int period = 2 * (count - 1);
  const int inside = (place % period + period) % period;
  return static_cast<std::size_t>(inside < count ? inside : period - inside);
}

/// What the sensor sees, one sample for each pixel, with a margin on all sides.
struct Mosaic {
  std::size_t stride = 0;
  std::vector<float> samples;

  [[nodiscard]] const float* row(int y) const {
    return samples.data() + static_cast<std::size_t>(y + kMargin) * stride + kMargin;
  }
};

Mosaic mosaic_of(const Image& image) {
  Mosaic mosaic{static_cast<std::size_t>(image.width) + 2 * kMargin, {}};
  mosaic.samples.reserve(mosaic.stride * (static_cast<std::size_t>(image.height) + 2 * kMargin));
  for (int y = -kMargin; y < image.height + kMargin; ++y) {
    const std::size_t source_y = mirrored(y, image.height);
    const std::span<const float> row = image.row(static_cast<int>(source_y));
    for (int x = -kMargin; x < image.width + kMargin; ++x) {
      const std::size_t source_x = mirrored(x, image.width);
      const std::size_t colour = source_x % 2 + source_y % 2;  // 0 is red, 1 is green, 2 is blue
      mosaic.samples.push_back(row[colour * static_cast<std::size_t>(image.width) + source_x]);
    }
  }
  return mosaic;
}

/// What is known around one place.
struct Around {
  float middle;
  float left_right;  ///< sums of two, next to it
  float up_down;
  float diagonals;       ///< of four
  float far_left_right;  ///< of two, one farther, in the colour of the middle
  float far_up_down;
};

[[gnu::always_inline]] inline Around around(const float* at, std::ptrdiff_t stride) {
  return {at[0],
          at[-1] + at[1],
          at[-stride] + at[stride],
          (at[-stride - 1] + at[-stride + 1]) + (at[stride - 1] + at[stride + 1]),
          at[-2] + at[2],
          at[-2 * stride] + at[2 * stride]};
}

// Each gives one colour where another one is known.
struct Malvar {
  /// Green, at red or blue.
  static float green(const Around& a) {
    return 0.125F * (4.0F * a.middle + 2.0F * (a.left_right + a.up_down) - (a.far_left_right + a.far_up_down));
  }
  /// At green, the colour that is left and right of it.
  static float beside(const Around& a) {
    return 0.125F * (5.0F * a.middle + 4.0F * a.left_right - a.far_left_right - a.diagonals + 0.5F * a.far_up_down);
  }
  /// At green, the colour that is above and below it.
  static float above(const Around& a) {
    return 0.125F * (5.0F * a.middle + 4.0F * a.up_down - a.far_up_down - a.diagonals + 0.5F * a.far_left_right);
  }
  /// Blue at red, or red at blue.
  static float opposite(const Around& a) {
    return 0.125F * (6.0F * a.middle + 2.0F * a.diagonals - 1.5F * (a.far_left_right + a.far_up_down));
  }
};

struct Bilinear {
  static float green(const Around& a) { return 0.25F * (a.left_right + a.up_down); }
  static float beside(const Around& a) { return 0.5F * a.left_right; }
  static float above(const Around& a) { return 0.5F * a.up_down; }
  static float opposite(const Around& a) { return 0.25F * a.diagonals; }
};

/// One row. `own` is the colour that it shares with green, red in even rows, and `other` the third one.
template <class Interpolate>
[[gnu::always_inline]] inline void demosaic_row(const float* at, std::ptrdiff_t stride, bool begins_with_green,
                                                float* __restrict own, float* __restrict green, float* __restrict other,
                                                std::size_t count) {
  for (std::size_t x = begins_with_green ? 1 : 0; x < count; x += 2) {
    const Around a = around(at + x, stride);
    own[x] = a.middle;
    green[x] = Interpolate::green(a);
    other[x] = Interpolate::opposite(a);
  }
  for (std::size_t x = begins_with_green ? 0 : 1; x < count; x += 2) {
    const Around a = around(at + x, stride);
    own[x] = Interpolate::beside(a);
    green[x] = a.middle;
    other[x] = Interpolate::above(a);
  }
}

// Clones cannot be made of templates.
FAIRGROUND_HOT void malvar_row(const float* at, std::ptrdiff_t stride, bool begins_with_green, float* own, float* green,
                               float* other, std::size_t count) {
  demosaic_row<Malvar>(at, stride, begins_with_green, own, green, other, count);
}
FAIRGROUND_HOT void bilinear_row(const float* at, std::ptrdiff_t stride, bool begins_with_green, float* own,
                                 float* green, float* other, std::size_t count) {
  demosaic_row<Bilinear>(at, stride, begins_with_green, own, green, other, count);
}

void apply(Picture& picture, const SensorMosaic& p, const StepRandom&) {
  Image& image = picture.image;
  if (image.channels == 1 || image.width == 1 || image.height == 1) {
    return;
  }
  const Mosaic mosaic = mosaic_of(image);
  const auto demosaic = p.method == Method::malvar ? malvar_row : bilinear_row;
  for (int y = 0; y < image.height; ++y) {
    const ImageRow row = image.row(y);
    const bool odd = y % 2 == 1;
    demosaic(mosaic.row(y), static_cast<std::ptrdiff_t>(mosaic.stride), odd, row.channel(odd ? 2 : 0).data(),
             row.channel(1).data(), row.channel(odd ? 0 : 2).data(), static_cast<std::size_t>(image.width));
  }
}

const Registration registration(picture_augmenter<SensorMosaic>(
    {
        .name = "sensor.mosaic",
        .summary = "One colour at each place, in Bayer's pattern, and the others made up of their neighbours.",
        .source = "Malvar, He and Cutler 2004",
        .media = Media::image,
        .stage = Stage::sensor,
        .version = 1,
        .identity = "none: two of three colours are made up",
        .labels = "keeps all labels",
        .claim = "What the sensor sees stays to the bit, slopes and flat colours come back within 1e-6, and the "
                 "covariance of noise between neighbours is that of the published filters within 0.012.",
        .example = "malvar: [{sensor.mosaic: {}}]\n"
                   "bilinear: [{sensor.mosaic: {method: bilinear}}]\n"
                   "behind_noise: [{sensor.noise: {iso: 6400}}, {sensor.mosaic: {}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
