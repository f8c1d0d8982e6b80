// Brightness, contrast, elastic, pixels and JPEG; and the planes that all corruptions work on.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "augmenters/image/parts/corruptions.h"
#include "augmenters/image/parts/planes.h"
#include "augmenters/image/parts/resize.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/jpeg_codec.h"

namespace fairground {
namespace {

/// The planes in OpenCV's order of channels.
template <class Planes>
auto in_order(Planes& picture) {
  std::vector<decltype(picture.alpha.data())> planes;
  for (auto plane = picture.colour.rbegin(); plane != picture.colour.rend(); ++plane) {
    planes.push_back(plane->data());
  }
  if (!picture.alpha.empty()) {
    planes.push_back(picture.alpha.data());
  }
  return planes;
}

/// Without transparency.
void replace_colour(CodePlanes& picture, const cv::Mat& codes) { picture.colour = to_planes({codes}).colour; }

Raster colour_codes(const CodePlanes& picture) {
  CodePlanes colour{picture.width, picture.height, picture.colour, {}, {}};
  return from_planes(colour);
}

/// x' = xx x + xy y + x0, and y' alike.
struct Affine {
  double xx = 1.0;
  double xy = 0.0;
  double x0 = 0.0;
  double yx = 0.0;
  double yy = 1.0;
  double y0 = 0.0;

  [[nodiscard]] double determinant() const { return xx * yy - xy * yx; }
  [[nodiscard]] PixelPoint operator()(PixelPoint p) const {
    return {xx * p.x + xy * p.y + x0, yx * p.x + yy * p.y + y0};
  }
  [[nodiscard]] Affine inverse() const {
    const double d = determinant();
    Affine back{yy / d, -xy / d, 0.0, -yx / d, xx / d, 0.0};
    const PixelPoint moved = back({x0, y0});
    back.x0 = -moved.x;
    back.y0 = -moved.y;
    return back;
  }
};

/// What takes three corners of a square in the middle, a third of the shorter side away from it along both axes, to
/// places that are up to `jitter` off. Where corners would nearly meet on a line, they are drawn anew; where the square
/// is too small for that ever to end, nothing is moved.
Affine drawn_affine(int width, int height, double jitter, RandomStream stream) {
  constexpr int kAttempts = 32;
  constexpr double kFlattest = 0.1;
  const double square = std::min(width, height) / 3;  // whole
  const double x = width / 2;
  const double y = height / 2;
  for (int i = 0; i < kAttempts && square > 0.0; ++i) {
    std::array<double, 6> moved{x + square, y + square, x + square, y - square, x - square, y - square};
    for (double& coordinate : moved) {
      coordinate += stream.uniform(-jitter, jitter);
    }
    Affine affine{(moved[2] - moved[4]) / (2.0 * square), (moved[0] - moved[2]) / (2.0 * square), 0.0,
                  (moved[3] - moved[5]) / (2.0 * square), (moved[1] - moved[3]) / (2.0 * square), 0.0};
    const PixelPoint corner = affine({x + square, y - square});
    affine.x0 = moved[2] - corner.x;
    affine.y0 = moved[3] - corner.y;
    if (affine.determinant() > kFlattest) {
      return affine;
    }
  }
  return {};
}

/// Uniform noise under a wide Gaussian, times `gain`. Where the Gaussian is wide, the noise is drawn and blurred on a
/// grid of `step` pixels, with the variance that its mean over such cells has, and read between: what is left out are
/// waves that the Gaussian would not have let through.
class Bend {
 public:
  Bend(int width, int height, double gain, double sigma, const RandomStream& stream)
      : step_(std::max(static_cast<int>(sigma / 6.0), 1)),
        width_((width + step_ - 1) / step_),
        height_((height + step_ - 1) / step_),
        plane_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {
    constexpr double kTruncate = 3.0;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const std::uint32_t word =
            stream.word_at((static_cast<std::uint64_t>(y) << 20U) + static_cast<std::uint64_t>(x));
        const double uniform = (word + 0.5) / 2147483648.0 - 1.0;
        plane_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)] =
            static_cast<float>(uniform * gain / step_);
      }
    }
    blur_plane(plane_, width_, height_, gaussian_kernel(sigma / step_, kTruncate), Border::reflect);
  }

  [[nodiscard]] double at(PixelPoint p) const {
    return bilinear_at(plane_, width_, height_, (p.x + 0.5) / step_ - 0.5, (p.y + 0.5) / step_ - 0.5, Border::nearest);
  }

 private:
  int step_;
  int width_;
  int height_;
  std::vector<float> plane_;
};

struct Elastic {
  Affine affine;
  Affine affine_back;
  Bend across;
  Bend down;

  [[nodiscard]] PixelPoint bent(PixelPoint p) const { return {p.x + across.at(p), p.y + down.at(p)}; }
};

/// Of places as labels have them, where pixel 0 has its middle at 0.5. What was at A^-1(q + d(q)) is now at q.
PointMap elastic_points(std::shared_ptr<const Elastic> elastic, bool with_bend) {
  return {[elastic, with_bend](PixelPoint point) {
            const PixelPoint goal = elastic->affine({point.x - 0.5, point.y - 0.5});
            PixelPoint q = goal;
            // The bend changes by less than half a pixel from one pixel to the next, so that each turn halves the
            // error.
            constexpr int kTurns = 40;
            for (int i = 0; i < kTurns && with_bend; ++i) {
              const PixelPoint there = elastic->bent(q);
              q = {q.x + goal.x - there.x, q.y + goal.y - there.y};
            }
            return PixelPoint{q.x + 0.5, q.y + 0.5};
          },
          [elastic, with_bend](PixelPoint point) {
            const PixelPoint q{point.x - 0.5, point.y - 0.5};
            const PixelPoint source = elastic->affine_back(with_bend ? elastic->bent(q) : q);
            return PixelPoint{source.x + 0.5, source.y + 0.5};
          }};
}

void warp(std::vector<float>& plane, int width, int height, const Elastic& elastic) {
  std::vector<float> moved(plane.size());
  std::size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const PixelPoint from = elastic.affine_back({static_cast<double>(x), static_cast<double>(y)});
      moved[i++] = bilinear_at(plane, width, height, from.x, from.y, Border::reflect_101);
    }
  }
  i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const PixelPoint from = elastic.bent({static_cast<double>(x), static_cast<double>(y)});
      plane[i++] = bilinear_at(moved, width, height, from.x, from.y, Border::reflect);
    }
  }
}

}  // namespace

CodePlanes to_planes(const Raster& raster) {
  const cv::Mat& codes = raster.codes;
  const auto channels = static_cast<std::size_t>(codes.channels());
  CodePlanes picture{codes.cols, codes.rows, {}, {}, {}};
  picture.colour.assign(channels == 1 ? 1 : 3, std::vector<float>(picture.area()));
  picture.alpha.resize(channels == 4 ? picture.area() : 0);
  const auto planes = in_order(picture);
  const auto width = static_cast<std::size_t>(codes.cols);
  for (int y = 0; y < codes.rows; ++y) {
    const auto* row = codes.ptr<std::uint8_t>(y);
    for (std::size_t c = 0; c < channels; ++c) {
      float* out = planes[c] + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) {
        out[x] = static_cast<float>(row[x * channels + c]) / 255.0F;
      }
    }
  }
  return picture;
}

Raster from_planes(const CodePlanes& picture) {
  const auto planes = in_order(picture);
  const std::size_t channels = planes.size();
  Raster raster{cv::Mat(picture.height, picture.width, CV_MAKETYPE(CV_8U, static_cast<int>(channels)))};
  const auto width = static_cast<std::size_t>(picture.width);
  for (int y = 0; y < picture.height; ++y) {
    auto* row = raster.codes.ptr<std::uint8_t>(y);
    for (std::size_t c = 0; c < channels; ++c) {
      const float* in = planes[c] + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) {
        row[x * channels + c] = static_cast<std::uint8_t>(255.0F * std::clamp(in[x], 0.0F, 1.0F) + 0.5F);
      }
    }
  }
  return raster;
}

/// More of the value of HSV at the same hue and saturation, which is all three colours in proportion; black has neither
/// and becomes grey.
void brightness(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kAdded{0.1F, 0.2F, 0.3F, 0.4F, 0.5F};
  const float added = kAdded[setting.severity];
  for (std::size_t i = 0; i < picture.area(); ++i) {
    float value = 0.0F;
    for (const std::vector<float>& plane : picture.colour) {
      value = std::max(value, plane[i]);
    }
    const float brighter = std::min(value + added, 1.0F);
    for (std::vector<float>& plane : picture.colour) {
      plane[i] = value > 0.0F ? plane[i] * (brighter / value) : brighter;
    }
  }
}

/// Towards each channel's own mean.
void contrast(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kLeft{0.4F, 0.3F, 0.2F, 0.1F, 0.05F};
  for (std::vector<float>& plane : picture.colour) {
    double sum = 0.0;
    for (const float value : plane) {
      sum += value;
    }
    const auto mean = static_cast<float>(sum / static_cast<double>(plane.size()));
    std::ranges::transform(plane, plane.begin(), [mean, left = kLeft[setting.severity]](float value) {
      return (value - mean) * left + mean;
    });
  }
}

/// An affine of three corners that are moved, and a smooth bend. 244 is what the published code has, for 224.
void elastic_transform(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Stretch {
    double gain;
    double sigma;
    double jitter;
  };
  constexpr double kSize = 244.0;
  constexpr std::array kStretches{Stretch{2, 0.7, 0.1}, Stretch{2, 0.08, 0.2}, Stretch{0.05, 0.01, 0.02},
                                  Stretch{0.07, 0.01, 0.02}, Stretch{0.12, 0.01, 0.02}};
  const Stretch& stretch = kStretches[setting.severity];
  const double size = kSize * setting.scale;
  const Affine affine =
      drawn_affine(picture.width, picture.height, stretch.jitter * size, setting.random.stream("corners"));
  const auto bend = [&](const char* name) {
    // The noise has a draw for each pixel, so that blur by a scaled sigma leaves its power over the scale: the gain
    // takes that back, and the bend grows with the picture.
    return Bend(picture.width, picture.height, stretch.gain * size * setting.scale, stretch.sigma * size,
                setting.random.stream(name));
  };
  const auto elastic = std::make_shared<const Elastic>(Elastic{affine, affine.inverse(), bend("across"), bend("down")});
  for (std::vector<float>& plane : picture.colour) {
    warp(plane, picture.width, picture.height, *elastic);
  }
  if (!picture.alpha.empty()) {
    warp(picture.alpha, picture.width, picture.height, *elastic);
  }
  // The fine bends of the three higher severities fold, and are no map. Without them the map is off by
  // gain / (2 sqrt(3 pi) sigma) along each axis, 0.81, 1.14 and 1.95 px RMS, and by up to five times that, as measured;
  // all times the scale.
  picture.point_map = elastic_points(elastic, /*with_bend=*/stretch.sigma > 0.05);
}

/// Means over blocks, and back.
void pixelate(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kScale{0.6, 0.5, 0.4, 0.3, 0.25};
  const double scale = kScale[setting.severity] / setting.scale;
  const auto fewer = [scale](int side) { return std::clamp(static_cast<int>(side * scale), 1, side); };
  const cv::Mat small =
      resize_codes(colour_codes(picture).codes, fewer(picture.width), fewer(picture.height), ResizeKernel::box);
  replace_colour(picture, resize_codes(small, picture.width, picture.height, ResizeKernel::box));
}

void jpeg_compression(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kQuality{25, 18, 15, 10, 7};
  const Bytes bytes = encode_jpeg(colour_codes(picture), kQuality[setting.severity], JpegSubsampling::s420);
  replace_colour(picture, decode_own_image(bytes).codes);
}

}  // namespace fairground
