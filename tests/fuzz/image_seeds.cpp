#include <lcms2.h>
#include <zlib.h>

#include <array>
#include <opencv2/imgcodecs.hpp>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/media_seeds.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

constexpr int kWidth = 24;
constexpr int kHeight = 16;

Bytes encoded(const char* suffix, int type, const std::vector<int>& parameters) {
  std::vector<unsigned char> file;
  require(cv::imencode(suffix, slope_picture(kWidth, kHeight, type), file, parameters), "OpenCV writes a seed");
  const auto bytes = std::as_bytes(std::span(file));
  return {bytes.begin(), bytes.end()};
}

Bytes deflated(const Bytes& content) {
  uLongf size = compressBound(static_cast<uLong>(content.size()));
  Bytes packed(size);
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
           static_cast<uLong>(content.size()));
  packed.resize(size);
  return packed;
}

/// Palettes and interlaced pictures, which OpenCV does not write.
Bytes crafted_png(int bits, int colour_type, int interlace) {
  Crafted file;
  file.text("\x89PNG\r\n\x1A\n");
  file.append(png_chunk("IHDR", Crafted()
                                    .big(kWidth, 4)
                                    .big(kHeight, 4)
                                    .big(static_cast<std::uint64_t>(bits), 1)
                                    .big(static_cast<std::uint64_t>(colour_type), 1)
                                    .big(0, 2)
                                    .big(static_cast<std::uint64_t>(interlace), 1)
                                    .bytes));
  constexpr int kPalette = 3;
  if (colour_type == kPalette) {
    file.append(png_chunk("PLTE", Crafted().text("\x10\x20\x30\xF0\xE0\xD0\x80\x90\xA0\x01\xFF\x7F").bytes));
    file.append(png_chunk("tRNS", Crafted().text("\xFF\x80\x40\x01").bytes));
  }
  Crafted rows;
  if (interlace == 0) {
    for (int y = 0; y < kHeight; ++y) {
      rows.big(0, 1);
      for (int i = 0; i < kWidth * bits / 8; ++i) {
        rows.big(static_cast<std::uint64_t>(bits == 2 ? 0x1B : i * 10 % 4), 1);
      }
    }
  } else {
    // Adam7's seven passes, all of filter 0 and of zeros.
    constexpr std::array<std::array<int, 4>, 7> kPasses = {
        {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
    for (const auto& [x, y, dx, dy] : kPasses) {
      const int across = (kWidth - x + dx - 1) / dx;
      for (int row = y; row < kHeight; row += dy) {
        rows.big(0, 1 + (across * bits + 7) / 8);
      }
    }
  }
  file.append(png_chunk("IDAT", deflated(rows.bytes))).append(png_chunk("IEND", {}));
  return file.bytes;
}

Bytes saved(cmsHPROFILE profile) {
  // The time of making stands in a profile's header.
  cmsUInt32Number size = 0;
  require(cmsSaveProfileToMem(profile, nullptr, &size) != 0, "Little CMS writes a profile");
  Bytes bytes(size);
  require(cmsSaveProfileToMem(profile, bytes.data(), &size) != 0, "Little CMS writes a profile");
  cmsCloseProfile(profile);
  constexpr std::ptrdiff_t kTime = 24;  // ICC.1:2022, 7.2: twelve bytes
  std::fill_n(bytes.begin() + kTime, 12, std::byte{1});
  return bytes;
}

cmsHPROFILE curves_profile(cmsToneCurve* curve) {
  const cmsCIExyY white{0.3127, 0.3290, 1.0};
  const cmsCIExyYTRIPLE primaries{{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
  const std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves.data());
  cmsFreeToneCurve(curve);
  return profile;
}

cmsHPROFILE grey_profile(cmsToneCurve* curve) {
  const cmsCIExyY white{0.3127, 0.3290, 1.0};
  cmsHPROFILE profile = cmsCreateGrayProfile(&white, curve);
  cmsFreeToneCurve(curve);
  return profile;
}

cmsToneCurve* sampled() {
  constexpr std::array<cmsUInt16Number, 5> kLight = {0, 3000, 14000, 34000, 65535};
  return cmsBuildTabulatedToneCurve16(nullptr, static_cast<cmsUInt32Number>(kLight.size()), kLight.data());
}

cmsToneCurve* parametric(int type) {
  constexpr std::array<double, 7> kParameters = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0};
  return cmsBuildParametricToneCurve(nullptr, type, kParameters.data());
}

/// Of tables, as scanners and printers have: eight corners of a cube, in Lab.
cmsHPROFILE table_profile() {
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  cmsHPROFILE lab = cmsCreateLab4Profile(nullptr);
  cmsHTRANSFORM transform = cmsCreateTransform(srgb, TYPE_RGB_16, lab, TYPE_Lab_16, INTENT_RELATIVE_COLORIMETRIC,
                                               cmsFLAGS_GRIDPOINTS(2) | cmsFLAGS_FORCE_CLUT);
  cmsHPROFILE link = cmsTransform2DeviceLink(transform, 4.3, cmsFLAGS_GUESSDEVICECLASS | cmsFLAGS_GRIDPOINTS(2));
  cmsDeleteTransform(transform);
  cmsCloseProfile(srgb);
  cmsCloseProfile(lab);
  cmsSetDeviceClass(link, cmsSigInputClass);
  return link;
}

struct Profile {
  const char* name;
  Bytes bytes;
  bool is_grey = false;
};

std::vector<Profile> profiles() {
  return {{"srgb", saved(cmsCreate_sRGBProfile())},
          {"gamma", saved(curves_profile(cmsBuildGamma(nullptr, 2.2)))},
          {"sampled", saved(curves_profile(sampled()))},
          {"parametric-1", saved(curves_profile(parametric(1)))},
          {"parametric-2", saved(curves_profile(parametric(2)))},
          {"parametric-3", saved(curves_profile(parametric(3)))},
          {"parametric-4", saved(curves_profile(parametric(4)))},
          {"parametric-5", saved(curves_profile(parametric(5)))},
          {"tables", saved(table_profile())},
          {"xyz", saved(cmsCreateXYZProfile())},
          {"lab", saved(cmsCreateLab4Profile(nullptr))},
          {"grey", saved(grey_profile(cmsBuildGamma(nullptr, 1.8))), true},
          {"grey-sampled", saved(grey_profile(sampled())), true}};
}

/// As ICC.1:2022, annex B.4 has it: in a JPEG's APP2.
Bytes jpeg_with_profile(const Bytes& jpeg, const Bytes& profile) {
  Crafted file;
  file.append(first_bytes(jpeg, 2)).text("\xFF\xE2").big(profile.size() + 16, 2);
  file.text(std::string_view("ICC_PROFILE\0\x01\x01", 14)).append(profile).append({jpeg.begin() + 2, jpeg.end()});
  return file.bytes;
}

Bytes png_with_profile(const Bytes& png, const Bytes& profile) {
  return png_with_chunk(png, "iCCP", Crafted().text(std::string_view("p\0\0", 3)).append(deflated(profile)).bytes);
}

/// In the extended form, where the profile comes first.
Bytes webp_with_profile(const Bytes& webp, const Bytes& profile) {
  Crafted chunks;
  chunks.text("VP8X").little(10, 4).little(0x20, 4).little(kWidth - 1, 3).little(kHeight - 1, 3);
  chunks.text("ICCP").little(profile.size(), 4).append(profile).little(0, static_cast<int>(profile.size() % 2));
  chunks.append({webp.begin() + 12, webp.end()});
  return Crafted().text("RIFF").little(chunks.bytes.size() + 4, 4).text("WEBP").append(chunks.bytes).bytes;
}

}  // namespace

std::vector<SeedFile> image_seeds() {
  using namespace cv;
  const Bytes jpeg = encoded(".jpg", CV_8UC3, {});
  const Bytes png = encoded(".png", CV_8UC3, {});
  const Bytes webp = encoded(".webp", CV_8UC3, {IMWRITE_WEBP_QUALITY, 80});
  const auto tiff = [](int type, int compression) {
    return encoded(".tiff", type, {IMWRITE_TIFF_COMPRESSION, compression});
  };
  std::vector<SeedFile> seeds = {
      {"plain.jpg", jpeg},
      {"progressive.jpg", encoded(".jpg", CV_8UC3, {IMWRITE_JPEG_PROGRESSIVE, 1})},
      {"restart.jpg", encoded(".jpg", CV_8UC3, {IMWRITE_JPEG_RST_INTERVAL, 2})},
      {"grey.jpg", encoded(".jpg", CV_8UC1, {})},
      {"turned.jpg", jpeg_with_exif(jpeg, exif_block(6, true))},
      {"plain.png", png},
      {"grey.png", encoded(".png", CV_8UC1, {})},
      {"alpha.png", encoded(".png", CV_8UC4, {})},
      {"16.png", encoded(".png", CV_16UC3, {})},
      {"grey-16.png", encoded(".png", CV_16UC1, {})},
      {"alpha-16.png", encoded(".png", CV_16UC4, {})},
      {"bits.png", encoded(".png", CV_8UC1, {IMWRITE_PNG_BILEVEL, 1})},
      {"palette.png", crafted_png(8, 3, 0)},
      {"palette-2.png", crafted_png(2, 3, 0)},
      {"interlaced.png", crafted_png(8, 0, 1)},
      {"interlaced-palette.png", crafted_png(8, 3, 1)},
      {"turned.png", png_with_chunk(png, "eXIf", exif_block(3, false))},
      {"plain.webp", webp},
      {"lossless.webp", encoded(".webp", CV_8UC3, {IMWRITE_WEBP_QUALITY, 101})},
      {"alpha.webp", encoded(".webp", CV_8UC4, {IMWRITE_WEBP_QUALITY, 80})},
      {"turned.webp", webp_with_exif(webp, kWidth, kHeight, exif_block(8, true))},
      {"raw.tiff", tiff(CV_8UC3, 1)},
      {"lzw.tiff", tiff(CV_8UC3, 5)},
      {"jpeg.tiff", tiff(CV_8UC3, 7)},
      {"deflate.tiff", tiff(CV_8UC3, 8)},
      {"packbits.tiff", tiff(CV_8UC3, 32773)},
      {"grey.tiff", tiff(CV_8UC1, 5)},
      {"16.tiff", tiff(CV_16UC3, 5)},
      {"grey-16.tiff", tiff(CV_16UC1, 1)},
      {"alpha.tiff", tiff(CV_8UC4, 5)},
      {"turned.tiff", oriented_tiff(slope_picture(kWidth, kHeight, CV_8UC1), 6)},
      {"plain.bmp", crafted_bmp(slope_picture(kWidth, kHeight, CV_8UC3))},
      {"grey.bmp", encoded(".bmp", CV_8UC1, {})},
      {"alpha.bmp", encoded(".bmp", CV_8UC4, {})},
  };
  for (const Profile& profile : profiles()) {
    const int type = profile.is_grey ? CV_8UC1 : CV_8UC3;
    const std::string name = profile.name;
    seeds.push_back({name + ".jpg", jpeg_with_profile(encoded(".jpg", type, {}), profile.bytes)});
    if (name == "gamma" || name == "tables" || name == "grey") {
      seeds.push_back({name + ".png", png_with_profile(encoded(".png", type, {}), profile.bytes)});
      seeds.push_back({name + ".webp", webp_with_profile(webp, profile.bytes)});
    }
  }
  return seeds;
}

std::vector<SeedFile> icc_seeds() {
  std::vector<SeedFile> seeds;
  for (const Profile& profile : profiles()) {
    for (const unsigned wide : {0U, 2U}) {
      const std::uint64_t kind = wide + (profile.is_grey ? 1U : 0U);
      seeds.push_back({std::string(profile.name) + (wide != 0 ? "-16" : "-8"),
                       Crafted().little(kind, 1).append(profile.bytes).bytes});
    }
  }
  return seeds;
}

}  // namespace fairground
