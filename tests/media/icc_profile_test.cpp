// Profiles that Little CMS writes, in every container, against the definitions of the colour spaces.
#include "pipeline/media/icc_profile.h"

#include <lcms2.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>

#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

using Row = std::array<double, 3>;
using Matrix = std::array<Row, 3>;

struct Primaries {
  double red_x, red_y, green_x, green_y, blue_x, blue_y;
};
constexpr Primaries kSrgb{0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
constexpr Primaries kP3{0.680, 0.320, 0.265, 0.690, 0.150, 0.060};  // SMPTE EG 432-1
constexpr Primaries kAdobe{0.64, 0.33, 0.21, 0.71, 0.15, 0.06};     // Adobe RGB (1998), 4.3.1
constexpr Primaries kProPhoto{0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001};
constexpr std::array<double, 2> kD65{0.3127, 0.3290};

double srgb_curve(double code) { return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4); }

Bytes saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  EXPECT_TRUE(cmsSaveProfileToMem(profile, nullptr, &size));
  Bytes bytes(size);
  EXPECT_TRUE(cmsSaveProfileToMem(profile, bytes.data(), &size));
  cmsCloseProfile(profile);
  return bytes;
}

cmsToneCurve* srgb_tone() {
  const std::array<double, 5> parameters{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return cmsBuildParametricToneCurve(nullptr, 4, parameters.data());
}

cmsHPROFILE rgb_profile(const Primaries& p, cmsToneCurve* curve) {
  const cmsCIExyY white{kD65[0], kD65[1], 1.0};
  const cmsCIExyYTRIPLE primaries{{p.red_x, p.red_y, 1}, {p.green_x, p.green_y, 1}, {p.blue_x, p.blue_y, 1}};
  const std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves.data());
  cmsFreeToneCurve(curve);
  return profile;
}

Bytes p3_profile() { return saved(rgb_profile(kP3, srgb_tone())); }

Bytes grey_profile(double gamma) {
  const cmsCIExyY white{kD65[0], kD65[1], 1.0};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  cmsHPROFILE profile = cmsCreateGrayProfile(&white, curve);
  cmsFreeToneCurve(curve);
  return saved(profile);
}

Matrix inverse(const Matrix& m) {
  Matrix result;
  const double determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                             m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                             m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      result[i][j] = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) / determinant;
    }
  }
  return result;
}

Row times(const Matrix& m, const Row& v) {
  Row result{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      result[i] += m[i][j] * v[j];
    }
  }
  return result;
}

/// From linear light of these primaries to XYZ, both with the white D65: SMPTE RP 177.
Matrix to_xyz(const Primaries& p) {
  const std::array<std::array<double, 2>, 3> xy{{{p.red_x, p.red_y}, {p.green_x, p.green_y}, {p.blue_x, p.blue_y}}};
  Matrix m;
  for (std::size_t c = 0; c < 3; ++c) {
    m[0][c] = xy[c][0] / xy[c][1];
    m[1][c] = 1.0;
    m[2][c] = (1.0 - xy[c][0] - xy[c][1]) / xy[c][1];
  }
  const Row white = times(inverse(m), {kD65[0] / kD65[1], 1.0, (1.0 - kD65[0] - kD65[1]) / kD65[1]});
  for (Row& row : m) {
    for (std::size_t c = 0; c < 3; ++c) {
      row[c] *= white[c];
    }
  }
  return m;
}

Row to_srgb(const Primaries& from, const Row& linear) {
  return times(inverse(to_xyz(kSrgb)), times(to_xyz(from), linear));
}

/// Every combination of some codes, in blocks of 8 x 8 pixels, so that lossy formats keep them.
cv::Mat colours(int depth) {
  constexpr int kBlock = 8;
  const std::array<int, 4> levels{0, 60, 130, 255};
  cv::Mat codes(4 * kBlock, 16 * kBlock, CV_MAKETYPE(depth, 3));
  for (int y = 0; y < codes.rows; ++y) {
    for (int x = 0; x < codes.cols; ++x) {
      const std::array<int, 3> bgr{levels[static_cast<std::size_t>(y / kBlock)],
                                   levels[static_cast<std::size_t>(x / kBlock / 4)],
                                   levels[static_cast<std::size_t>(x / kBlock % 4)]};
      for (int c = 0; c < 3; ++c) {
        if (depth == CV_16U) {
          codes.ptr<std::uint16_t>(y)[3 * x + c] = static_cast<std::uint16_t>(bgr[static_cast<std::size_t>(c)] * 257);
        } else {
          codes.ptr<std::uint8_t>(y)[3 * x + c] = static_cast<std::uint8_t>(bgr[static_cast<std::size_t>(c)]);
        }
      }
    }
  }
  return codes;
}

Bytes encoded(const cv::Mat& codes, ImageContainer container) {
  return encode_image({codes}, container, /*quality=*/100);
}

/// The file with a profile in as many segments as are asked for, the last one first.
Bytes jpeg_with_profile(const Bytes& jpeg, const Bytes& profile, std::size_t segments = 1) {
  Crafted file;
  file.append(first_bytes(jpeg, 2));
  for (std::size_t i = segments; i > 0; --i) {
    const std::size_t begin = profile.size() * (i - 1) / segments;
    const std::size_t end = profile.size() * i / segments;
    file.text("\xFF\xE2").big(end - begin + 16, 2).text(std::string_view("ICC_PROFILE\0", 12));
    file.big(i, 1)
        .big(segments, 1)
        .append(
            {profile.begin() + static_cast<std::ptrdiff_t>(begin), profile.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  return file.append({jpeg.begin() + 2, jpeg.end()}).bytes;
}

Bytes compressed(const Bytes& bytes) {
  Bytes out(compressBound(bytes.size()));
  uLongf size = out.size();
  EXPECT_EQ(
      compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()),
      Z_OK);
  out.resize(size);
  return out;
}

Bytes png_with_profile(const Bytes& png, const Bytes& profile) {
  return png_with_chunk(png, "iCCP",
                        Crafted().text(std::string_view("some name\0\0", 11)).append(compressed(profile)).bytes);
}

Bytes webp_with_profile(const Bytes& webp, int width, int height, const Bytes& profile) {
  constexpr int kHasProfile = 32;
  Crafted chunks;
  chunks.text("VP8X").little(10, 4).little(kHasProfile, 4);
  chunks.little(static_cast<std::uint64_t>(width - 1), 3).little(static_cast<std::uint64_t>(height - 1), 3);
  chunks.text("ICCP").little(profile.size(), 4).append(profile).little(0, static_cast<int>(profile.size() % 2));
  chunks.append({webp.begin() + 12, webp.end()});
  return Crafted().text("RIFF").little(chunks.bytes.size() + 4, 4).text("WEBP").append(chunks.bytes).bytes;
}

/// Uncompressed, in colour, with the profile behind the picture.
Bytes tiff_with_profile(const cv::Mat& colour, const Bytes& profile) {
  Crafted pixels;
  for (int y = 0; y < colour.rows; ++y) {
    for (int x = 0; x < colour.cols; ++x) {
      for (int c = 2; c >= 0; --c) pixels.little(colour.ptr<std::uint8_t>(y)[3 * x + c], 1);
    }
  }
  struct Entry {
    std::uint16_t number, type;
    std::uint64_t count, value;
  };
  constexpr std::uint16_t kShort = 3, kLong = 4, kUndefined = 7;
  constexpr std::uint64_t kEntries = 12;
  constexpr std::uint64_t kBitsAt = 8 + 2 + 12 * kEntries + 4;
  const std::uint64_t pixels_at = kBitsAt + 6;
  const auto width = static_cast<std::uint64_t>(colour.cols);
  const auto height = static_cast<std::uint64_t>(colour.rows);
  const std::array<Entry, kEntries> entries{{{256, kLong, 1, width},
                                             {257, kLong, 1, height},
                                             {258, kShort, 3, kBitsAt},
                                             {259, kShort, 1, 1},
                                             {262, kShort, 1, 2},
                                             {273, kLong, 1, pixels_at},
                                             {274, kShort, 1, 1},
                                             {277, kShort, 1, 3},
                                             {278, kLong, 1, height},
                                             {279, kLong, 1, pixels.bytes.size()},
                                             {284, kShort, 1, 1},
                                             {34675, kUndefined, profile.size(), pixels_at + pixels.bytes.size()}}};
  Crafted file;
  file.text("II").little(42, 2).little(8, 4).little(kEntries, 2);
  for (const Entry& entry : entries) {
    file.little(entry.number, 2).little(entry.type, 2).little(entry.count, 4).little(entry.value, 4);
  }
  file.little(0, 4).little(8, 2).little(8, 2).little(8, 2);
  return file.append(pixels.bytes).append(profile).bytes;
}

/// The BMP of 24 bits with a header of the fifth version.
Bytes bmp_with_profile(const cv::Mat& colour, const Bytes& profile) {
  const Bytes plain = crafted_bmp(colour);
  const Bytes pixels(plain.begin() + 54, plain.end());
  Crafted file;
  file.text("BM").little(138 + pixels.size() + profile.size(), 4).little(0, 4).little(138, 4);
  file.little(124, 4).append({plain.begin() + 18, plain.begin() + 54});
  file.little(0, 16).text("DEBM").little(0, 48).little(0, 4);
  file.little(124 + pixels.size(), 4).little(profile.size(), 4).little(0, 4);
  return file.append(pixels).append(profile).bytes;
}

/// A BMP of 8 bits whose palette has only greys, with a header of the fifth version: RGB by its account, and grey to
/// OpenCV.
Bytes grey_palette_bmp(const cv::Mat& grey, const Bytes& profile) {
  constexpr std::uint64_t kColours = 256;
  constexpr std::uint64_t kPixelsAt = 14 + 124 + 4 * kColours;
  const auto width = static_cast<std::uint64_t>(grey.cols);  // a multiple of 4, as rows have no padding here
  const auto height = static_cast<std::uint64_t>(grey.rows);
  const std::uint64_t pixels = width * height;
  Crafted file;
  file.text("BM").little(kPixelsAt + pixels + profile.size(), 4).little(0, 4).little(kPixelsAt, 4);
  file.little(124, 4).little(width, 4).little(height, 4).little(1, 2).little(8, 2).little(0, 4).little(pixels, 4);
  file.little(0, 8).little(kColours, 4).little(0, 4);
  file.little(0, 16).text("DEBM").little(0, 48).little(0, 4);
  file.little(kPixelsAt - 14 + pixels, 4).little(profile.size(), 4).little(0, 4);
  for (std::uint64_t code = 0; code < kColours; ++code) {
    file.little(code, 1).little(code, 1).little(code, 1).little(0, 1);
  }
  for (int y = grey.rows - 1; y >= 0; --y) {
    for (int x = 0; x < grey.cols; ++x) file.little(grey.ptr<std::uint8_t>(y)[x], 1);
  }
  return file.append(profile).bytes;
}

Row pixel(const Image& image, int x, int y) {
  const std::span<const float> row = image.row(y);
  Row value{};
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t channel = image.channels == 3 ? c : 0;
    value[c] = row[channel * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)];
  }
  return value;
}

/// The largest difference to the definition of the colour space.
double error_of(const Image& image, const cv::Mat& codes, const Primaries& primaries,
                const std::function<double(double)>& curve) {
  double largest = 0.0;
  for (int y = 0; y < codes.rows; ++y) {
    for (int x = 0; x < codes.cols; ++x) {
      Row linear;
      for (int c = 0; c < 3; ++c) {
        const double code = codes.depth() == CV_16U ? codes.ptr<std::uint16_t>(y)[3 * x + 2 - c] / 65535.0
                                                    : codes.ptr<std::uint8_t>(y)[3 * x + 2 - c] / 255.0;
        linear[static_cast<std::size_t>(c)] = curve(code);
      }
      const Row expected = to_srgb(primaries, linear);
      const Row found = pixel(image, x, y);
      for (std::size_t c = 0; c < 3; ++c) {
        largest = std::max(largest, std::abs(found[c] - expected[c]));
      }
    }
  }
  return largest;
}

// Profiles hold primaries to 1/65536, of which a matrix's inverse makes up to some 5/65536.
constexpr double kRounding = 1.5e-4;

TEST(IccProfile, OfDisplayP3IsAppliedInEveryContainer) {
  const cv::Mat codes = colours(CV_8U);
  const Bytes profile = p3_profile();
  const Bytes jpeg = encoded(codes, ImageContainer::jpeg);
  const cv::Mat jpeg_codes = decode_image(jpeg, "a.jpg", {}).codes;
  const Bytes webp = encoded(codes, ImageContainer::webp);
  const cv::Mat webp_codes = decode_image(webp, "a.webp", {}).codes;
  struct Embedded {
    const char* name;
    Bytes file;
    cv::Mat codes;
  };
  const std::vector<Embedded> files = {{"a.png", png_with_profile(encoded(codes, ImageContainer::png), profile), codes},
                                       {"a.jpg", jpeg_with_profile(jpeg, profile), jpeg_codes},
                                       {"b.jpg", jpeg_with_profile(jpeg, profile, /*segments=*/3), jpeg_codes},
                                       {"a.webp", webp_with_profile(webp, codes.cols, codes.rows, profile), webp_codes},
                                       {"a.tiff", tiff_with_profile(codes, profile), codes},
                                       {"a.bmp", bmp_with_profile(codes, profile), codes}};
  for (const auto& [name, file, decoded] : files) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(same_codes(decode_image(file, name, {}).codes, decoded));
    const Image image = decode_picture(file, name, {});
    EXPECT_LT(error_of(image, decoded, kP3, srgb_curve), kRounding);
  }
  // Its strongest red is more than sRGB has, and is kept: 1.2249, -0.0420, -0.0196.
  const Row red = pixel(decode_picture(files[0].file, "a.png", {}), codes.cols / 4 - 1, 0);
  EXPECT_NEAR(red[0], 1.2249, 2e-4);
  EXPECT_NEAR(red[1], -0.0420, 2e-4);
  EXPECT_NEAR(red[2], -0.0196, 2e-4);
}

TEST(IccProfile, OfSixteenBitsIsApplied) {
  const cv::Mat codes = colours(CV_16U);
  constexpr double kAdobeGamma = 563.0 / 256.0;  // Adobe RGB (1998), 4.3.4.2
  const struct {
    const char* name;
    Primaries primaries;
    double gamma;
  } spaces[] = {{"Adobe RGB", kAdobe, kAdobeGamma}, {"ProPhoto's primaries", kProPhoto, 1.8}};
  for (const auto& [name, primaries, gamma] : spaces) {
    SCOPED_TRACE(name);
    const Bytes profile = saved(rgb_profile(primaries, cmsBuildGamma(nullptr, gamma)));
    const Image image = decode_picture(png_with_profile(encoded(codes, ImageContainer::png), profile), "a.png", {});
    EXPECT_EQ(image.bits, 16);
    // A gamma has 8 bits behind the point in version 2 and 16 in version 4.
    EXPECT_LT(error_of(image, codes, primaries, [g = gamma](double code) { return std::pow(code, g); }), 3e-4);
  }
}

/// The profile with curves of no values, which are straight, in place of powers.
Bytes with_curve_count_of_none(Bytes profile) {
  const Bytes one = Crafted().text("curv").big(0, 4).big(1, 4).bytes;
  const Bytes none = Crafted().text("curv").big(0, 4).big(0, 4).bytes;
  int found = 0;
  for (auto at = profile.begin();; ++found) {
    at = std::search(at, profile.end(), one.begin(), one.end());
    if (at == profile.end()) break;
    at = std::copy(none.begin(), none.end(), at);
  }
  EXPECT_GE(found, 1);
  return profile;
}

cmsHPROFILE of_version(cmsHPROFILE profile, double version) {
  cmsSetProfileVersion(profile, version);
  return profile;
}

cmsToneCurve* parametric(int icc_type, const std::vector<double>& parameters) {
  return cmsBuildParametricToneCurve(nullptr, icc_type + 1, parameters.data());
}

// ICC.1:2022, 10.6 and 10.18. The matrix takes neutral colours to neutral ones but for its rounding, which the light of
// the highest code shares.
TEST(IccProfile, HasTheCurvesOfEveryForm) {
  using Formula = std::function<double(double)>;
  const struct {
    const char* name;
    cmsToneCurve* curve;
    double version;
    Formula light;
  } forms[] = {
      {"type 0", parametric(0, {1.75}), 4.3, [](double x) { return std::pow(x, 1.75); }},
      {"type 1", parametric(1, {1.5, 1.25, -0.25}), 4.3,
       [](double x) { return x >= 0.2 ? std::pow(1.25 * x - 0.25, 1.5) : 0.0; }},
      {"type 2", parametric(2, {1.5, 1.25, -0.25, 0.0625}), 4.3,
       [](double x) { return (x >= 0.2 ? std::pow(1.25 * x - 0.25, 1.5) : 0.0) + 0.0625; }},
      {"type 3", parametric(3, {3.0, 0.875, 0.125, 0.25, 0.375}), 4.3,
       [](double x) { return x >= 0.375 ? std::pow(0.875 * x + 0.125, 3.0) : 0.25 * x; }},
      {"type 4", parametric(4, {3.0, 0.75, 0.125, 0.25, 0.375, 0.0625, 0.03125}), 4.3,
       [](double x) { return x >= 0.375 ? std::pow(0.75 * x + 0.125, 3.0) + 0.0625 : 0.25 * x + 0.03125; }},
      {"a power of 8 bits", cmsBuildGamma(nullptr, 1.75), 2.1, [](double x) { return std::pow(x, 1.75); }},
      {"samples", cmsBuildTabulatedToneCurve16(nullptr, 3, std::array<cmsUInt16Number, 3>{0, 1001, 65535}.data()), 2.1,
       [](double x) { return (x < 0.5 ? 2 * x * 1001 : 1001 + (2 * x - 1) * (65535 - 1001)) / 65535; }},
  };
  constexpr double kFloat = 1e-6;  // a few roundings to 24 bits; a table of 16 bits would leave 8e-6
  const auto expect = [&](const Bytes& profile, const cv::Mat& codes, const Formula& light) {
    const Image image = decode_picture(png_with_profile(encoded(codes, ImageContainer::png), profile), "a.png", {});
    const double white = pixel(image, codes.cols - 1, 0)[1] / light(1.0);
    ASSERT_NEAR(white, 1.0, kRounding);
    for (int x = 0; x < codes.cols; ++x) {
      EXPECT_NEAR(pixel(image, x, 3)[1], white * light(x / 255.0), kFloat) << x;
    }
  };
  cv::Mat grey(8, 256, CV_8UC1);
  for (int x = 0; x < grey.cols; ++x) {
    grey.col(x).setTo(x);
  }
  cv::Mat neutral;
  cv::merge(std::vector<cv::Mat>(3, grey), neutral);
  const cmsCIExyY white{kD65[0], kD65[1], 1.0};
  for (const auto& [name, curve, version, light] : forms) {
    SCOPED_TRACE(name);
    expect(saved(of_version(cmsCreateGrayProfile(&white, curve), version)), grey, light);
    expect(saved(of_version(rgb_profile(kP3, curve), version)), neutral, light);
  }
  const Formula straight = [](double x) { return x; };
  expect(with_curve_count_of_none(saved(of_version(rgb_profile(kP3, cmsBuildGamma(nullptr, 1.5)), 2.1))), neutral,
         straight);
}

TEST(IccProfile, OfGreyGivesTheLuminance) {
  for (const int type : {CV_8UC1, CV_16UC1}) {
    const cv::Mat codes = slope_picture(40, 30, type);
    for (const double gamma : {1.0, 1.8, 2.2}) {
      const Bytes file = png_with_profile(encoded(codes, ImageContainer::png), grey_profile(gamma));
      const Image image = decode_picture(file, "a.png", {});
      ASSERT_EQ(image.channels, 1);
      for (int x = 0; x < codes.cols; ++x) {
        const double code =
            type == CV_16UC1 ? codes.at<std::uint16_t>(7, x) / 65535.0 : codes.at<std::uint8_t>(7, x) / 255.0;
        EXPECT_NEAR(pixel(image, x, 7)[0], std::pow(code, gamma), 1e-4) << gamma << " at " << code;
      }
    }
  }
}

TEST(IccProfile, ThatIsSrgbInEffectKeepsEveryCode) {
  // As tools write it: Little CMS's own, with primaries as the sRGB profile of 1998 rounds them, and with a table of
  // 1024 entries in place of the curve.
  std::vector<float> table(1024);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<float>(srgb_curve(static_cast<double>(i) / 1023.0));
  }
  cmsHPROFILE rounded = rgb_profile(kSrgb, cmsBuildTabulatedToneCurveFloat(nullptr, 1024, table.data()));
  const std::array<std::pair<cmsTagSignature, cmsCIEXYZ>, 3> primaries{
      {{cmsSigRedColorantTag, {0.43607, 0.22249, 0.01392}},
       {cmsSigGreenColorantTag, {0.38515, 0.71687, 0.09708}},
       {cmsSigBlueColorantTag, {0.14307, 0.06061, 0.71410}}}};
  for (const auto& [tag, xyz] : primaries) {
    ASSERT_TRUE(cmsWriteTag(rounded, tag, &xyz));
  }
  cmsSetProfileVersion(rounded, 2.1);
  const std::vector<Bytes> profiles = {saved(cmsCreate_sRGBProfile()), saved(rounded)};
  for (const int type : {CV_8UC3, CV_8UC4, CV_16UC3}) {
    const Bytes png = encoded(slope_picture(256, 20, type), ImageContainer::png);
    for (const Bytes& profile : profiles) {
      const Image with = decode_picture(png_with_profile(png, profile), "a.png", {});
      const Image without = decode_picture(png, "a.png", {});
      EXPECT_EQ(with.samples, without.samples);
      EXPECT_EQ(with.alpha, without.alpha);
    }
  }
  const Bytes grey = encoded(slope_picture(256, 20, CV_8UC1), ImageContainer::png);
  const cmsCIExyY white{kD65[0], kD65[1], 1.0};
  cmsToneCurve* curve = srgb_tone();
  const Bytes plain = saved(cmsCreateGrayProfile(&white, curve));
  cmsFreeToneCurve(curve);
  EXPECT_EQ(decode_picture(png_with_profile(grey, plain), "a.png", {}).samples,
            decode_picture(grey, "a.png", {}).samples);
}

// A gamma of 2.2 is often taken for sRGB, and is not.
TEST(IccProfile, ThatOnlyResemblesSrgbIsApplied) {
  const cv::Mat codes = colours(CV_8U);
  const Bytes profile = saved(rgb_profile(kSrgb, cmsBuildGamma(nullptr, 2.2)));
  const Image image = decode_picture(png_with_profile(encoded(codes, ImageContainer::png), profile), "a.png", {});
  EXPECT_LT(error_of(image, codes, kSrgb, [](double code) { return std::pow(code, 2.2); }), 3e-4);
}

TEST(IccProfile, LeavesTransparencyAlone) {
  const cv::Mat codes = slope_picture(30, 20, CV_8UC4);
  const Image image = decode_picture(png_with_profile(encoded(codes, ImageContainer::png), p3_profile()), "a.png", {});
  const Image plain = decode_picture(encoded(codes, ImageContainer::png), "a.png", {});
  EXPECT_EQ(image.alpha, plain.alpha);
  EXPECT_NE(image.samples, plain.samples);
}

/// Tables in place of curves and a matrix, as scanners have: Display P3 through a grid of Lab.
Bytes table_profile() {
  constexpr cmsUInt32Number kGrid = 33;
  cmsHPROFILE p3 = rgb_profile(kP3, srgb_tone());
  cmsHPROFILE lab = cmsCreateLab4Profile(nullptr);
  cmsHTRANSFORM transform =
      cmsCreateTransform(p3, TYPE_RGB_16, lab, TYPE_LabV2_16, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 3, 3);
  cmsStage* grid = cmsStageAllocCLut16bit(nullptr, kGrid, 3, 3, nullptr);
  const auto sample = [](const cmsUInt16Number in[], cmsUInt16Number out[], void* cargo) -> cmsInt32Number {
    cmsDoTransform(cargo, in, out, 1);
    return 1;
  };
  EXPECT_TRUE(cmsStageSampleCLut16bit(grid, sample, transform, 0));
  EXPECT_TRUE(cmsPipelineInsertStage(pipeline, cmsAT_END, grid));
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 2.4);
  cmsSetDeviceClass(profile, cmsSigInputClass);
  cmsSetColorSpace(profile, cmsSigRgbData);
  cmsSetPCS(profile, cmsSigLabData);
  EXPECT_TRUE(cmsWriteTag(profile, cmsSigAToB0Tag, pipeline));
  cmsPipelineFree(pipeline);
  cmsDeleteTransform(transform);
  cmsCloseProfile(p3);
  cmsCloseProfile(lab);
  return saved(profile);
}

TEST(IccProfile, OfTablesIsApplied) {
  const cv::Mat codes = colours(CV_8U);
  const Image image =
      decode_picture(png_with_profile(encoded(codes, ImageContainer::png), table_profile()), "a.png", {});
  // What 33 steps of a code leave between their points, in light up to 1.22.
  EXPECT_LT(error_of(image, codes, kP3, srgb_curve), 0.01);
}

TEST(IccProfile, IsRefusedWhereItCannotBeApplied) {
  const Bytes colour = encoded(slope_picture(20, 16, CV_8UC3), ImageContainer::png);
  const Bytes grey = encoded(slope_picture(20, 16, CV_8UC1), ImageContainer::png);
  const auto reason = [](const Bytes& png, const Bytes& profile) {
    return item_error([&] { return decode_picture(png_with_profile(png, profile), "a.png", {}); });
  };
  EXPECT_EQ(reason(grey, p3_profile()),
            "its ICC profile is for 'RGB' and the picture is grey; convert the picture to sRGB");
  EXPECT_TRUE(says(reason(colour, grey_profile(2.2)), "is for 'GRAY' and the picture is RGB"));

  cmsHPROFILE cmyk = cmsCreateProfilePlaceholder(nullptr);
  cmsSetDeviceClass(cmyk, cmsSigOutputClass);
  cmsSetColorSpace(cmyk, cmsSigCmykData);
  cmsSetPCS(cmyk, cmsSigLabData);
  EXPECT_TRUE(says(reason(colour, saved(cmyk)), "is for 'CMYK' and the picture is RGB"));

  cmsHPROFILE link = cmsCreateProfilePlaceholder(nullptr);
  cmsSetDeviceClass(link, cmsSigNamedColorClass);
  cmsSetColorSpace(link, cmsSigRgbData);
  cmsSetPCS(link, cmsSigLabData);
  EXPECT_TRUE(says(reason(colour, saved(link)), "is of the class 'nmcl', which says nothing of a picture's light"));

  cmsHPROFILE empty = cmsCreateProfilePlaceholder(nullptr);
  cmsSetDeviceClass(empty, cmsSigDisplayClass);
  cmsSetColorSpace(empty, cmsSigRgbData);
  cmsSetPCS(empty, cmsSigXYZData);
  EXPECT_TRUE(says(reason(colour, saved(empty)), "leads to no linear light"));

  EXPECT_TRUE(says(reason(colour, Bytes(200)), "is damaged"));
  EXPECT_TRUE(says(reason(colour, first_bytes(p3_profile(), 100)), "is damaged"));
  Bytes huge = p3_profile();
  huge.resize((std::size_t{4} << 20U) + 1);
  EXPECT_TRUE(says(reason(colour, huge), "has more than 4 MiB"));
  const Bytes garbage = png_with_chunk(colour, "iCCP", Crafted().text(std::string_view("n\0\0none", 7)).bytes);
  EXPECT_ITEM_ERROR(decode_picture(garbage, "a.png", {}), "cannot be decompressed");
  EXPECT_ITEM_ERROR(decode_picture(png_with_chunk(colour, "iCCP", Crafted().text("name").bytes), "a.png", {}),
                    "its ICC profile is damaged");
}

// A file's account of its channels and what it decodes to may differ; planes are only those of what was decoded.
TEST(IccProfile, IsRefusedWhereTheDecodedPictureHasOtherChannels) {
  constexpr const char* kDecodesToGrey =
      "its ICC profile is for 'RGB' and the picture decodes to grey; convert the picture to sRGB";
  const cv::Mat grey = slope_picture(40, 24, CV_8UC1);
  for (const Bytes& profile : {p3_profile(), table_profile()}) {
    const Bytes bmp = grey_palette_bmp(grey, profile);
    ASSERT_TRUE(same_codes(decode_image(bmp, "a.bmp", {}).codes, grey));
    EXPECT_EQ(item_error([&] { return decode_picture(bmp, "a.bmp", {}); }), kDecodesToGrey);
    for (const int type : {CV_8UC1, CV_16UC1}) {
      const Raster raster{slope_picture(40, 24, type)};
      EXPECT_EQ(item_error([&] { return to_linear(raster, profile, /*is_grey=*/false); }), kDecodesToGrey);
    }
  }
  // sRGB needs no profile, and grey codes mean the same in it.
  const Bytes srgb = grey_palette_bmp(grey, saved(cmsCreate_sRGBProfile()));
  EXPECT_EQ(decode_picture(srgb, "a.bmp", {}).samples, to_linear({grey}).samples);
  for (const int type : {CV_8UC3, CV_16UC3}) {
    const Raster raster{slope_picture(40, 24, type)};
    EXPECT_TRUE(says(item_error([&] { return to_linear(raster, grey_profile(1.8), /*is_grey=*/true); }),
                     "is for 'GRAY' and the picture decodes to RGB"));
  }
}

TEST(IccProfile, NeedsAllSegmentsOfAJpeg) {
  const Bytes jpeg = encoded(slope_picture(20, 16, CV_8UC3), ImageContainer::jpeg);
  const Bytes profile = p3_profile();
  const Bytes whole = jpeg_with_profile(jpeg, profile, /*segments=*/2);
  const auto segment = [](std::uint64_t number, std::uint64_t count) {
    return Crafted()
        .text("\xFF\xE2")
        .big(20, 2)
        .text(std::string_view("ICC_PROFILE\0", 12))
        .big(number, 1)
        .big(count, 1)
        .big(0, 4)
        .bytes;
  };
  const auto with = [&](const std::vector<Bytes>& segments) {
    Crafted file;
    file.append(first_bytes(jpeg, 2));
    for (const Bytes& one : segments) file.append(one);
    return file.append({jpeg.begin() + 2, jpeg.end()}).bytes;
  };
  EXPECT_NO_THROW((void)decode_picture(whole, "a.jpg", {}));
  EXPECT_ITEM_ERROR(decode_picture(with({segment(1, 2)}), "a.jpg", {}), "one of its 2 segments is missing");
  EXPECT_ITEM_ERROR(decode_picture(with({segment(1, 2), segment(1, 2)}), "a.jpg", {}), "contradict each other");
  EXPECT_ITEM_ERROR(decode_picture(with({segment(1, 2), segment(2, 3)}), "a.jpg", {}), "contradict each other");
  EXPECT_ITEM_ERROR(decode_picture(with({segment(0, 1)}), "a.jpg", {}), "contradict each other");
}

// Whatever a stranger writes there, it is applied or refused; the sanitizers see the rest.
TEST(IccProfile, SurvivesEveryDamage) {
  const Bytes png = encoded(slope_picture(9, 8, CV_8UC3), ImageContainer::png);
  const Raster raster = decode_image(png, "a.png", {});
  for (const Bytes& profile : {p3_profile(), first_bytes(table_profile(), 4000)}) {
    for (std::size_t i = 0; i < std::min<std::size_t>(profile.size(), 800); ++i) {
      for (const int flip : {0x80, 0xFF}) {
        Bytes damaged = profile;
        damaged[i] ^= static_cast<std::byte>(flip);
        try {
          const Image image = to_linear(raster, damaged, /*is_grey=*/false);
          EXPECT_TRUE(std::ranges::all_of(image.samples, [](float sample) { return std::isfinite(sample); })) << i;
        } catch (const ItemError&) {
          continue;
        }
      }
    }
  }
}

}  // namespace
}  // namespace fairground
