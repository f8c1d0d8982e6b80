#include "pipeline/media/icc_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <type_traits>
#include <vector>

#include "pipeline/core/plain.h"
#include "pipeline/media/icc_curve.h"
#include "pipeline/media/icc_fault.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/limits.h"

namespace fairground {
namespace {

struct ContextDeleter {
  void operator()(cmsContext context) const noexcept { cmsDeleteContext(context); }
};
struct ProfileDeleter {
  void operator()(cmsHPROFILE profile) const noexcept { cmsCloseProfile(profile); }
};
struct TransformDeleter {
  void operator()(cmsHTRANSFORM transform) const noexcept { cmsDeleteTransform(transform); }
};
struct CurveDeleter {
  void operator()(cmsToneCurve* curve) const noexcept { cmsFreeToneCurve(curve); }
};
using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, ContextDeleter>;
using Profile = std::unique_ptr<void, ProfileDeleter>;
using Transform = std::unique_ptr<void, TransformDeleter>;
using Curve = std::unique_ptr<cmsToneCurve, CurveDeleter>;

// What a profile says.

Profile open_profile(const Context& context, std::span<const std::byte> bytes, bool is_grey) {
  Profile profile(
      bytes.size() < kIccHeaderBytes
          ? nullptr
          : cmsOpenProfileFromMemTHR(context.get(), bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
  if (!profile) {
    require_memory(kDecoderBytes);
    refuse_profile("is damaged");
  }
  switch (cmsGetDeviceClass(profile.get())) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass:
      break;
    default:
      refuse_profile("is of the class '" + signature_text(cmsGetDeviceClass(profile.get())) +
                     "', which says nothing of a picture's light");
  }
  const cmsColorSpaceSignature space = cmsGetColorSpace(profile.get());
  const cmsColorSpaceSignature expected = is_grey ? cmsSigGrayData : cmsSigRgbData;
  if (space != expected) {
    refuse_profile("is for '" + signature_text(space) + "' and the picture is " + (is_grey ? "grey" : "RGB"));
  }
  return profile;
}

/// sRGB's primaries and light without an encoding.
Profile linear_srgb(const Context& context) {
  constexpr cmsCIExyY kD65{0.3127, 0.3290, 1.0};
  constexpr cmsCIExyYTRIPLE kPrimaries{{0.64, 0.33, 1.0}, {0.30, 0.60, 1.0}, {0.15, 0.06, 1.0}};
  const Curve straight(cmsBuildGamma(context.get(), 1.0));
  cmsToneCurve* const curves[3] = {straight.get(), straight.get(), straight.get()};
  return Profile(cmsCreateRGBProfileTHR(context.get(), &kD65, &kPrimaries, curves));
}

/// In floats from 0 to 1, so that nothing is cut on the way.
Transform to_linear_srgb(const Context& context, const Profile& profile, const Profile& target, bool is_grey) {
  Transform transform(cmsCreateTransformTHR(context.get(), profile.get(), is_grey ? TYPE_GRAY_FLT : TYPE_RGB_FLT,
                                            target.get(), TYPE_RGB_FLT, INTENT_RELATIVE_COLORIMETRIC,
                                            cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE));
  if (!transform) {
    refuse_profile("leads to no linear light");
  }
  return transform;
}

void run(const Transform& transform, const std::vector<float>& in, std::vector<float>& out, std::size_t pixels) {
  cmsDoTransform(transform.get(), in.data(), out.data(), static_cast<cmsUInt32Number>(pixels));
  require_light(out);
}

/// IEC 61966-2-1:1999, continued below 0.
double srgb_encoded(double linear) {
  const double x = std::abs(linear);
  const double encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * plain::exp(plain::log(x) / 2.4) - 0.055;
  return linear < 0.0 ? -encoded : encoded;
}

/// Profiles of sRGB round its primaries, in several ways, which moves the weak channels of strong colours by up to one
/// code; a plain power of 2.2 in place of sRGB's curve moves dark colours by seven.
bool is_same_code(double encoded, double linear) {
  constexpr double kWithin = 2.0 / 255.0;
  return std::abs(srgb_encoded(linear) - encoded) <= kWithin;
}

/// `to_light(in, out, pixels)` gives the light of codes from 0 to 1.
template <typename ToLight>
bool is_srgb(const ToLight& to_light) {
  constexpr int kSteps = 15;  // divides 255
  std::vector<float> in;
  for (int r = 0; r <= kSteps; ++r) {
    for (int g = 0; g <= kSteps; ++g) {
      for (int b = 0; b <= kSteps; ++b) {
        for (const int step : {r, g, b}) {
          in.push_back(static_cast<float>(step) / kSteps);
        }
      }
    }
  }
  for (int code = 0; code < 256; ++code) {
    in.insert(in.end(), 3, static_cast<float>(code) / 255.0F);
  }
  std::vector<float> out(in.size());
  to_light(in, out, in.size() / 3);
  return std::ranges::equal(in, out, is_same_code);
}

// Pixels.

Image empty_image(const Raster& raster) {
  Image image{raster.codes.cols, raster.codes.rows, raster.codes.channels() == 1 ? 1 : 3, raster.bits(), {}, {}};
  image.samples.resize(image.row_size() * static_cast<std::size_t>(image.height));
  return image;
}

/// Calls `convert(codes, row)` for each row, whose codes are in OpenCV's order, and keeps transparency.
template <typename Code, typename Convert>
Image for_each_row(const Raster& raster, const Convert& convert) {
  Image image = empty_image(raster);
  const auto width = static_cast<std::size_t>(image.width);
  const bool has_alpha = raster.codes.channels() == 4;
  image.alpha.resize(has_alpha ? raster.codes.total() : 0);
  for (int y = 0; y < image.height; ++y) {
    const Code* codes = raster.codes.ptr<Code>(y);
    convert(codes, image.row(y));
    for (std::size_t x = 0; has_alpha && x < width; ++x) {
      image.alpha[static_cast<std::size_t>(y) * width + x] = codes[4 * x + 3];
    }
  }
  return image;
}

/// Light of each code of a curve, or of a grey profile.
using Table = std::vector<float>;

template <typename Code>
constexpr std::size_t kCodes = std::size_t{1} << (8U * sizeof(Code));

template <typename Code>
std::vector<float> all_codes() {
  std::vector<float> in(kCodes<Code>);
  for (std::size_t code = 0; code < in.size(); ++code) {
    in[code] = static_cast<float>(static_cast<double>(code) / static_cast<double>(in.size() - 1));
  }
  return in;
}

/// Whether these curves say it all: other forms, if there are any, go before them.
bool has_curves(const Profile& profile, std::span<const cmsTagSignature> curves) {
  constexpr std::array kOtherForms = {cmsSigDToB1Tag, cmsSigAToB1Tag, cmsSigAToB0Tag};
  const auto has = [&](cmsTagSignature tag) { return cmsIsTag(profile.get(), tag) != 0; };
  return cmsGetPCS(profile.get()) == cmsSigXYZData && std::ranges::none_of(kOtherForms, has) &&
         std::ranges::all_of(curves, has);
}

Table grey_light(const Profile& profile, std::span<const std::byte> bytes, const Transform& transform,
                 const std::vector<float>& codes) {
  constexpr std::array kCurve = {cmsSigGrayTRCTag};
  if (has_curves(profile, kCurve)) {
    return light_of_curve(bytes, kCurve[0], codes);
  }
  std::vector<float> out(3 * codes.size());
  run(transform, codes, out, codes.size());
  Table light(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    // The three are alike but for rounding.
    light[i] = 0.2126F * out[3 * i] + 0.7152F * out[3 * i + 1] + 0.0722F * out[3 * i + 2];
  }
  return light;
}

/// `in` are all codes.
template <typename Code>
Image grey_to_linear(const Raster& raster, const std::vector<float>& in, const Table& light) {
  if (std::ranges::equal(in, light, is_same_code)) {
    return to_linear(raster);
  }
  const auto stride = static_cast<std::size_t>(raster.codes.channels());
  return for_each_row<Code>(raster, [&](const Code* codes, const ImageRow& row) {
    for (int c = 0; c < row.channels; ++c) {
      const std::span<float> plane = row.channel(c);
      for (std::size_t x = 0; x < plane.size(); ++x) {
        plane[x] = light[codes[x * stride]];
      }
    }
  });
}

// Three curves and a matrix: ICC.1:2022, annex F.

using Matrix = std::array<std::array<float, 3>, 3>;

/// From XYZ with the white of ICC's connection space (D50) to linear sRGB: the inverse of IEC 61966-2-1's primaries and
/// D65, adapted by Bradford's matrix (ICC.1:2022, annex E).
constexpr std::array<std::array<double, 3>, 3> kSrgbFromXyz = {
    {{3.1341863642368204, -1.6172089589982754, -0.49069406400638405},
     {-0.97874850419069392, 1.9161300967735855, 0.033433399159995519},
     {0.071963927802246766, -0.22899387345320313, 1.4057537328964438}}};

constexpr std::array kCurves = {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};

/// From the light of the profile's primaries to that of sRGB's. Nothing where the profile has another form.
std::optional<Matrix> as_matrix(const Profile& profile) {
  constexpr std::array kPrimaries = {cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
  if (!has_curves(profile, kCurves)) {
    return std::nullopt;
  }
  Matrix matrix;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto* primary = static_cast<const cmsCIEXYZ*>(cmsReadTag(profile.get(), kPrimaries[c]));
    if (primary == nullptr) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& row = kSrgbFromXyz[i];
      matrix[i][c] = static_cast<float>(row[0] * primary->X + row[1] * primary->Y + row[2] * primary->Z);
    }
  }
  return matrix;
}

std::array<Table, 3> curve_tables(std::span<const std::byte> profile, const std::vector<float>& codes) {
  return {light_of_curve(profile, kCurves[0], codes), light_of_curve(profile, kCurves[1], codes),
          light_of_curve(profile, kCurves[2], codes)};
}

bool is_srgb_matrix(std::span<const std::byte> profile, const Matrix& matrix) {
  const std::array<Table, 3> light = curve_tables(profile, all_codes<std::uint8_t>());
  return is_srgb([&](const std::vector<float>& in, std::vector<float>& out, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i) {
      std::array<float, 3> of;
      for (std::size_t c = 0; c < 3; ++c) {
        of[c] = light[c][static_cast<std::size_t>(in[3 * i + c] * 255.0F + 0.5F)];
      }
      for (std::size_t c = 0; c < 3; ++c) {
        out[3 * i + c] = matrix[c][0] * of[0] + matrix[c][1] * of[1] + matrix[c][2] * of[2];
      }
    }
    require_light(out);
  });
}

template <typename Code>
Image matrix_to_linear(const Raster& raster, const std::array<Table, 3>& light, const Matrix& matrix) {
  const auto stride = static_cast<std::size_t>(raster.codes.channels());
  return for_each_row<Code>(raster, [&](const Code* codes, const ImageRow& row) {
    const std::array<std::span<float>, 3> planes = {row.channel(0), row.channel(1), row.channel(2)};
    for (std::size_t x = 0; x < planes[0].size(); ++x) {
      const Code* pixel = codes + x * stride;
      const float red = light[0][pixel[2]];
      const float green = light[1][pixel[1]];
      const float blue = light[2][pixel[0]];
      for (std::size_t c = 0; c < 3; ++c) {
        planes[c][x] = matrix[c][0] * red + matrix[c][1] * green + matrix[c][2] * blue;
      }
    }
  });
}

template <typename Code>
Image table_to_linear(const Raster& raster, const Transform& transform) {
  const auto stride = static_cast<std::size_t>(raster.codes.channels());
  const auto width = static_cast<std::size_t>(raster.codes.cols);
  std::vector<float> in(3 * width);
  std::vector<float> out(3 * width);
  return for_each_row<Code>(raster, [&](const Code* codes, const ImageRow& row) {
    constexpr auto kHighest = static_cast<float>(kCodes<Code> - 1);
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        in[3 * x + c] = static_cast<float>(codes[x * stride + 2 - c]) / kHighest;
      }
    }
    run(transform, in, out, width);
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        row.channel(static_cast<int>(c))[x] = out[3 * x + c];
      }
    }
  });
}

template <typename Code>
Image convert(const Raster& raster, std::span<const std::byte> bytes, bool is_grey) {
  const Context context(cmsCreateContext(nullptr, nullptr));
  const Profile profile = open_profile(context, bytes, is_grey);
  const Profile target = linear_srgb(context);
  const Transform transform = to_linear_srgb(context, profile, target, is_grey);
  // What was decoded need not be what the file says of itself: OpenCV takes an RGB BMP whose palette is grey as grey.
  const int channels = raster.codes.channels();
  if (is_grey) {
    if (channels == 3) {
      refuse_profile("is for 'GRAY' and the picture decodes to RGB");
    }
    const std::vector<float> codes = all_codes<Code>();
    return grey_to_linear<Code>(raster, codes, grey_light(profile, bytes, transform, codes));
  }
  const auto matrix = as_matrix(profile);
  const auto by_library = [&](const auto& in, auto& out, std::size_t pixels) { run(transform, in, out, pixels); };
  if (matrix ? is_srgb_matrix(bytes, *matrix) : is_srgb(by_library)) {
    return to_linear(raster);
  }
  if (channels == 1) {
    refuse_profile("is for 'RGB' and the picture decodes to grey");
  }
  return matrix ? matrix_to_linear<Code>(raster, curve_tables(bytes, all_codes<Code>()), *matrix)
                : table_to_linear<Code>(raster, transform);
}

}  // namespace

void check_icc_profile(std::span<const std::byte> profile, bool is_grey) {
  const Context context(cmsCreateContext(nullptr, nullptr));
  static_cast<void>(open_profile(context, profile, is_grey));
}

Image to_linear(const Raster& raster, std::span<const std::byte> profile, bool is_grey) {
  return raster.bits() == 16 ? convert<std::uint16_t>(raster, profile, is_grey)
                             : convert<std::uint8_t>(raster, profile, is_grey);
}

}  // namespace fairground
