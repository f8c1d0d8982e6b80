// Between codes and linear light, by the sRGB transfer function of IEC 61966-2-1:1999, sections 5.2 and 5.3.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "pipeline/core/hot.h"
#include "pipeline/media/code_table.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/srgb_curve.h"

namespace fairground {
namespace {

/// Linear light of every code.
template <std::size_t kCodes>
const std::array<float, kCodes>& linear_table() {
  static const std::array<float, kCodes> table = [] {
    std::array<float, kCodes> values{};
    for (std::size_t code = 0; code < kCodes; ++code) {
      const double encoded = static_cast<double>(code) / static_cast<double>(kCodes - 1);
      const double linear = encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
      values[code] = static_cast<float>(linear);
    }
    return values;
  }();
  return table;
}

/// The linear light of every `stride`-th code.
template <typename Code, std::size_t kCodes>
void decode_channel(const Code* in, std::size_t stride, const std::array<float, kCodes>& table, std::span<float> out) {
  constexpr std::size_t kTogether = 8;  // in one turn of the loop, which would take longer than the look-ups
  std::size_t x = 0;
  for (; x + kTogether <= out.size(); x += kTogether) {
    for (std::size_t k = 0; k < kTogether; ++k) out[x + k] = table[in[(x + k) * stride]];
  }
  for (; x < out.size(); ++x) out[x] = table[in[x * stride]];
}

template <typename Code>
void decode_rows(const cv::Mat& codes, Image& image) {
  const auto& table = linear_table<std::size_t{1} << (8 * sizeof(Code))>();
  const auto width = static_cast<std::size_t>(image.width);
  const auto stride = static_cast<std::size_t>(codes.channels());
  const auto channels = static_cast<std::size_t>(image.channels);
  // Row by row into memory that is not cleared first.
  std::vector<float> row(image.row_size());
  image.samples.reserve(image.row_size() * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    const Code* in = codes.ptr<Code>(y);
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t from = channels - 1 - c;  // OpenCV has blue first.
      decode_channel(in + from, stride, table, std::span(row).subspan(c * width, width));
    }
    image.samples.insert(image.samples.end(), row.begin(), row.end());
    if (!image.alpha.empty()) {
      std::uint16_t* alpha = image.alpha.data() + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) alpha[x] = in[x * stride + 3];
    }
  }
}

/// sRGB-encodes linear light and rounds it to codes.
///
/// The fourth root q is first rounded to multiples of 2^-20, which the addition of 12 does, since floats between 8 and
/// 16 are that far apart. From one multiple to the next the polynomial rises by more than its rounding errors, so that
/// brighter light never gets a lower code. The largest distance from the exact function, measured and with rounding
/// included, is 0.5003 codes at 8 bits and 0.58 at 16.
template <typename Code>
[[gnu::always_inline]] inline void encode_samples(const float* __restrict in, Code* __restrict out, std::size_t count) {
  constexpr float kHighestCode = sizeof(Code) == 1 ? 255.0F : 65535.0F;
  constexpr float kGrid = 12.0F;
  for (std::size_t i = 0; i < count; ++i) {
    float linear = in[i];
    linear = linear > 0.0F ? linear : 0.0F;
    linear = linear < 1.0F ? linear : 1.0F;
    const float v = (std::sqrt(std::sqrt(linear)) + kGrid) - (kGrid + kSrgbRootCentre);
    const float curve = srgb_of_root(v);
    const float encoded = linear < 0.0031308F ? 12.92F * linear : curve;
    const float rounded = encoded * kHighestCode + 0.5F;  // never negative; lround would leave the vector registers
    out[i] = static_cast<Code>(static_cast<std::int32_t>(rounded));
  }
}

// Clones cannot be made of templates.
FAIRGROUND_HOT void encode_8(const float* __restrict in, std::uint8_t* __restrict out, std::size_t count) {
  encode_samples(in, out, count);
}
FAIRGROUND_HOT void encode_16(const float* __restrict in, std::uint16_t* __restrict out, std::size_t count) {
  encode_samples(in, out, count);
}

/// How rows become codes of 8 bits.
struct ByTables {
  const CodeTables& tables;

  void operator()(int channel, std::span<const float> light, std::uint8_t* codes) const {
    const std::size_t index = tables.size() == 1 ? 0 : static_cast<std::size_t>(channel);
    tables[index].look_up(light, {codes, light.size()});
  }
};

/// How rows become codes of 16 bits.
struct ByFormula {
  void operator()(int, std::span<const float> light, std::uint16_t* codes) const {
    encode_16(light.data(), codes, light.size());
  }
};

template <typename Code>
void interleave(const Code* __restrict red, const Code* __restrict green, const Code* __restrict blue,
                Code* __restrict out, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    out[3 * x] = blue[x];
    out[3 * x + 1] = green[x];
    out[3 * x + 2] = red[x];
  }
}

/// Beside an alpha channel, which stays as it is.
template <typename Code>
void interleave_beside_alpha(const Code* __restrict red, const Code* __restrict green, const Code* __restrict blue,
                             Code* __restrict out, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    out[4 * x] = blue[x];
    out[4 * x + 1] = green[x];
    out[4 * x + 2] = red[x];
  }
}

template <typename Code, typename Encode>
void encode_row(const ImageRow& row, Code* out, int raster_channels, const Encode& encode) {
  if (raster_channels == 1) return encode(0, row.samples, out);
  constexpr std::size_t kBlock = 1024;  // small enough for the first-level cache
  std::array<std::array<Code, kBlock>, 3> planes;
  const auto width = static_cast<std::size_t>(row.width);
  const auto stride = static_cast<std::size_t>(raster_channels);
  for (std::size_t begin = 0; begin < width; begin += kBlock) {
    const std::size_t count = std::min(kBlock, width - begin);
    for (int c = 0; c < row.channels; ++c) {
      encode(c, row.channel(c).subspan(begin, count), planes[static_cast<std::size_t>(c)].data());
    }
    const Code* red = planes[0].data();
    const Code* green = row.channels == 3 ? planes[1].data() : red;
    const Code* blue = row.channels == 3 ? planes[2].data() : red;
    if (raster_channels == 3) interleave(red, green, blue, out + begin * stride, count);
    if (raster_channels == 4) interleave_beside_alpha(red, green, blue, out + begin * stride, count);
  }
}

/// A code of 8 or 16 bits at another depth. 65535 / 255 is 257.
std::uint16_t convert_code(std::uint16_t code, int from_bits, int to_bits) {
  if (from_bits == to_bits) return code;
  return static_cast<std::uint16_t>(to_bits == 16 ? code * 257 : (code + 128) / 257);
}

template <typename Code>
void copy_alpha(const Image& image, int bits, cv::Mat& codes) {
  const auto width = static_cast<std::size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    const std::uint16_t* alpha = image.alpha.data() + static_cast<std::size_t>(y) * width;
    Code* out = codes.ptr<Code>(y);
    for (std::size_t x = 0; x < width; ++x) {
      out[4 * x + 3] = static_cast<Code>(convert_code(alpha[x], image.bits, bits));
    }
  }
}

}  // namespace

Image to_linear(const Raster& raster) {
  Image image;
  image.width = raster.codes.cols;
  image.height = raster.codes.rows;
  image.channels = raster.codes.channels() == 1 ? 1 : 3;
  image.bits = raster.bits();
  if (raster.codes.channels() == 4) image.alpha.resize(raster.codes.total());
  if (image.bits == 16) {
    decode_rows<std::uint16_t>(raster.codes, image);
  } else {
    decode_rows<std::uint8_t>(raster.codes, image);
  }
  return image;
}

Raster make_raster(const Image& image, int bits) {
  const int channels = image.alpha.empty() ? image.channels : 4;
  Raster raster{cv::Mat(image.height, image.width, CV_MAKETYPE(bits == 16 ? CV_16U : CV_8U, channels))};
  if (image.alpha.empty()) return raster;
  if (bits == 16) {
    copy_alpha<std::uint16_t>(image, bits, raster.codes);
  } else {
    copy_alpha<std::uint8_t>(image, bits, raster.codes);
  }
  return raster;
}

void encode_codes(std::span<const float> light, std::span<std::uint8_t> codes) {
  encode_8(light.data(), codes.data(), light.size());
}

void put_row(const ImageRow& row, Raster& raster) {
  if (raster.bits() == 16) {
    return encode_row(row, raster.codes.ptr<std::uint16_t>(row.y), raster.codes.channels(), ByFormula{});
  }
  static const CodeTables plain{CodeTable::behind([](std::span<float>) {}).value()};
  put_row(row, raster, plain);
}

void put_row(const ImageRow& row, Raster& raster, const CodeTables& tables) {
  encode_row(row, raster.codes.ptr<std::uint8_t>(row.y), raster.codes.channels(), ByTables{tables});
}

}  // namespace fairground
