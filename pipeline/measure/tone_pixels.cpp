#include "pipeline/measure/tone_pixels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/measure/cie_lab.h"
#include "pipeline/media/srgb_curve.h"

namespace fairground {
namespace {

// Of a Gaussian of sigma 1 px that ends at 4 px, as in the paper: the middle tap and those on one side.
constexpr int kReach = 4;
constexpr int kTaps = 2 * kReach + 1;
using Taps = std::array<float, kReach + 1>;

FAIRGROUND_HOT std::uint32_t count_skin(const std::uint8_t* parts, std::size_t count) {
  std::uint32_t pixels = 0;
  for (std::size_t i = 0; i < count; ++i) {
    pixels += is_skin(static_cast<SkinPart>(parts[i])) ? 1U : 0U;
  }
  return pixels;
}

Taps gaussian_taps() {
  std::array<double, kReach + 1> taps = {};
  double sum = 0.0;
  for (std::size_t k = 0; k < taps.size(); ++k) {
    taps[k] = plain::exp(-0.5 * static_cast<double>(k * k));
    sum += k == 0 ? taps[k] : 2.0 * taps[k];
  }
  Taps weights = {};
  std::ranges::transform(taps, weights.begin(), [&](double tap) { return static_cast<float>(tap / sum); });
  return weights;
}

/// sRGB-encodes light, cut to 0 to 1, within 4e-7 of the curve.
FAIRGROUND_HOT void encode(const float* __restrict in, float* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    float light = in[i];
    light = light > 0.0F ? light : 0.0F;
    light = light < 1.0F ? light : 1.0F;
    const float v = std::sqrt(std::sqrt(light)) - kSrgbRootCentre;
    const float curve = srgb_of_root(v);
    out[i] = light < 0.0031308F ? 12.92F * light : curve;
  }
}

/// The light of encoded values from 0 to 1, in place. The polynomial was found by Remez exchange for 0.04 to 1 and is
/// within 2e-6 of the curve.
FAIRGROUND_HOT void decode(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float v = values[i] - 0.5F;
    float curve = 0.06241495336F;
    curve = curve * v - 0.06006177203F;
    curve = curve * v + 0.03786382942F;
    curve = curve * v - 0.07143929234F;
    curve = curve * v + 0.2808610138F;
    curve = curve * v + 1.167185368F;
    curve = curve * v + 0.9255750535F;
    curve = curve * v + 0.2140427831F;
    values[i] = values[i] <= 0.04045F ? values[i] * (1.0F / 12.92F) : curve;
  }
}

using Rows = std::array<const float*, kTaps>;

FAIRGROUND_HOT void blur_down(const Rows& rows, const Taps& taps, float* __restrict out, std::size_t count) {
  const float* __restrict r0 = rows[0];
  const float* __restrict r1 = rows[1];
  const float* __restrict r2 = rows[2];
  const float* __restrict r3 = rows[3];
  const float* __restrict r4 = rows[4];
  const float* __restrict r5 = rows[5];
  const float* __restrict r6 = rows[6];
  const float* __restrict r7 = rows[7];
  const float* __restrict r8 = rows[8];
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = taps[0] * r4[i] + taps[1] * (r3[i] + r5[i]) + taps[2] * (r2[i] + r6[i]) + taps[3] * (r1[i] + r7[i]) +
             taps[4] * (r0[i] + r8[i]);
  }
}

/// `in` begins kReach samples before the first that comes out.
FAIRGROUND_HOT void blur_across(const float* __restrict in, const Taps& taps, float* __restrict out,
                                std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = taps[0] * in[i + 4] + taps[1] * (in[i + 3] + in[i + 5]) + taps[2] * (in[i + 2] + in[i + 6]) +
             taps[3] * (in[i + 1] + in[i + 7]) + taps[4] * (in[i] + in[i + 8]);
  }
}

/// One channel of the picture behind the blur, row by row from the region's top to its bottom, as wide as the region.
class SmoothedChannel {
 public:
  SmoothedChannel(const Image& image, std::size_t channel, const MarkedRegion& region)
      : image_(image),
        channel_(channel),
        region_(region),
        width_(static_cast<std::size_t>(region.right - region.left)),
        rows_(kTaps * padded()),
        down_(padded()) {
    for (int y = region.top - kReach; y < region.top + kReach; ++y) {
      take_row(y);
    }
  }

  void smooth_row(int y, const Taps& taps, float* out) {
    take_row(y + kReach);
    Rows rows = {};
    for (int k = 0; k < kTaps; ++k) {
      rows[static_cast<std::size_t>(k)] = row(y - kReach + k);
    }
    blur_down(rows, taps, down_.data(), padded());
    blur_across(down_.data(), taps, out, width_);
  }

 private:
  [[nodiscard]] std::size_t padded() const { return width_ + kTaps - 1; }

  float* row(int y) { return rows_.data() + static_cast<std::size_t>((y + kTaps) % kTaps) * padded(); }

  /// Beyond its edges the picture goes on with the values there.
  void take_row(int y) {
    const auto image_width = static_cast<std::size_t>(image_.width);
    const float* in = image_.row(std::clamp(y, 0, image_.height - 1)).data() + channel_ * image_width;
    const int first = std::max(region_.left - kReach, 0);
    const int last = std::min(region_.right + kReach, image_.width);
    const auto before = static_cast<std::size_t>(first - (region_.left - kReach));
    const auto count = static_cast<std::size_t>(last - first);
    float* out = row(y);
    encode(in + first, out + before, count);
    std::fill_n(out, before, out[before]);
    std::fill(out + before + count, out + padded(), out[before + count - 1]);
  }

  const Image& image_;
  std::size_t channel_;
  MarkedRegion region_;
  std::size_t width_;
  std::vector<float> rows_;  // the last kTaps, encoded; row y at y % kTaps
  std::vector<float> down_;
};

/// Hue angles in degrees and chroma of a* and b*, which hue and chroma replace. The arctangent is the polynomial 4.4.49
/// of Abramowitz and Stegun, "Handbook of mathematical functions" (1964), good to 2e-8.
FAIRGROUND_HOT void hue_and_chroma(float* __restrict a_hue, float* __restrict b_chroma, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float a = a_hue[i];
    const float b = b_chroma[i];
    const float width = std::fabs(a);
    const float height = std::fabs(b);
    const float less = width < height ? width : height;
    const float more = width < height ? height : width;
    const float tangent = less / (more > 1e-9F ? more : 1e-9F);
    const float square = tangent * tangent;
    float sum = 0.0028662257F;
    sum = sum * square - 0.0161657367F;
    sum = sum * square + 0.0429096138F;
    sum = sum * square - 0.0752896400F;
    sum = sum * square + 0.1065626393F;
    sum = sum * square - 0.1420889944F;
    sum = sum * square + 0.1999355085F;
    sum = sum * square - 0.3333314528F;
    float angle = static_cast<float>(180.0 / plain::kPi) * (tangent + tangent * square * sum);
    angle = height > width ? 90.0F - angle : angle;
    angle = a < 0.0F ? 180.0F - angle : angle;
    a_hue[i] = b < 0.0F ? -angle : angle;
    b_chroma[i] = std::sqrt(a * a + b * b);
  }
}

}  // namespace

MarkedRegion find_marked_region(const Mask& parts) {
  const auto is_marked = [](std::uint8_t code) { return is_skin(static_cast<SkinPart>(code)); };
  MarkedRegion region{.left = parts.width, .top = parts.height};
  for (int y = 0; y < parts.height; ++y) {
    const std::span<const std::uint8_t> row = mask_row(parts, y);
    const std::uint32_t pixels = count_skin(row.data(), row.size());
    if (pixels == 0) {
      continue;
    }
    region.pixels += pixels;
    region.top = std::min(region.top, y);
    region.bottom = y + 1;
    const auto first = std::ranges::find_if(row, is_marked) - row.begin();
    const auto last = row.rend() - std::find_if(row.rbegin(), row.rend(), is_marked);
    region.left = std::min(region.left, static_cast<int>(first));
    region.right = std::max(region.right, static_cast<int>(last));
  }
  return region;
}

std::span<const std::uint8_t> mask_row(const Mask& mask, int y) {
  return std::span(mask.codes)
      .subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width),
               static_cast<std::size_t>(mask.width));
}

TonePixels smoothed_pixels(const Image& image, const Mask& parts, const MarkedRegion& region) {
  static const Taps taps = gaussian_taps();
  const auto width = static_cast<std::size_t>(region.right - region.left);
  // A pixel is written before it is known to be skin, so that there is one place too many.
  TonePixels pixels = {std::vector<float>(region.pixels + 1), std::vector<float>(region.pixels + 1),
                       std::vector<float>(region.pixels + 1)};
  std::array<SmoothedChannel, 3> channels = {SmoothedChannel(image, 0, region), SmoothedChannel(image, 1, region),
                                             SmoothedChannel(image, 2, region)};
  std::array<std::vector<float>, 3> row = {std::vector<float>(width), std::vector<float>(width),
                                           std::vector<float>(width)};
  std::size_t found = 0;
  for (int y = region.top; y < region.bottom; ++y) {
    for (std::size_t c = 0; c < channels.size(); ++c) {
      channels[c].smooth_row(y, taps, row[c].data());
    }
    const std::uint8_t* marks = mask_row(parts, y).data() + region.left;
    float* red = pixels.lightness.data();
    float* green = pixels.hue.data();
    float* blue = pixels.chroma.data();
    const std::size_t first = found;
    for (std::size_t x = 0; x < width; ++x) {
      red[found] = row[0][x];
      green[found] = row[1][x];
      blue[found] = row[2][x];
      found += is_skin(static_cast<SkinPart>(marks[x])) ? 1U : 0U;
    }
    const std::size_t count = found - first;
    for (float* values : {red, green, blue}) {
      decode(values + first, count);
    }
    cie_lab_row(red + first, green + first, blue + first, red + first, green + first, blue + first, count);
    hue_and_chroma(green + first, blue + first, count);
  }
  for (std::vector<float>* values : {&pixels.lightness, &pixels.hue, &pixels.chroma}) {
    values->pop_back();
  }
  return pixels;
}

}  // namespace fairground
