// Pictures that lie, are broken, or would be misread.
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "pipeline/core/random.h"
#include "pipeline/media/image_header.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

const MediaLimits kLimits;
constexpr int kQuality = 92;

struct Sample {
  const char* name;
  Bytes bytes;
};

std::vector<Sample> samples() {
  const Raster raster{slope_picture(40, 30, CV_8UC3)};
  return {{"a.jpg", jpeg_with_exif(encode_image(raster, ImageContainer::jpeg, kQuality), exif_block(6, true))},
          {"a.png", png_with_chunk(encode_image(raster, ImageContainer::png, kQuality), "eXIf", exif_block(3, false))},
          {"a.webp", webp_with_exif(encode_image(raster, ImageContainer::webp, kQuality), 40, 30, exif_block(8, true))},
          {"a.tiff", encode_image(raster, ImageContainer::tiff, kQuality)},
          {"a.bmp", crafted_bmp(raster.codes)}};
}

TEST(BrokenImage, IsNoImageAtAll) {
  for (const std::string& text : {std::string(), std::string("\xFF"), std::string("GIF89a, which is not read"),
                                  std::string("#?RADIANCE"), std::string(1000, '\0')}) {
    EXPECT_ITEM_ERROR(decode_image(Crafted().text(text).bytes, "a", kLimits), "no JPEG, PNG, WebP, TIFF or BMP");
  }
}

TEST(BrokenImage, IsCutAnywhere) {
  for (const Sample& sample : samples()) {
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      // Each length near the ends, and every 7th between.
      if (length > 100 && length + 100 < sample.bytes.size() && length % 7 != 0) continue;
      EXPECT_NE(item_error([&] { return decode_image(first_bytes(sample.bytes, length), sample.name, kLimits); }), "")
          << sample.name << " of " << length << " bytes";
    }
  }
}

TEST(BrokenImage, SaysThatItIsCutShort) {
  for (const Sample& sample : samples()) {
    const Bytes half = first_bytes(sample.bytes, sample.bytes.size() / 2);
    EXPECT_ITEM_ERROR(decode_image(half, sample.name, kLimits), "cut short");
  }
}

TEST(BrokenImage, MayBeFollowedByOtherData) {
  for (Sample& sample : samples()) {
    const Bytes whole = Crafted().append(sample.bytes).text("what a camera appends").bytes;
    EXPECT_TRUE(same_codes(decode_image(whole, sample.name, kLimits).codes,
                           decode_image(sample.bytes, sample.name, kLimits).codes))
        << sample.name;
  }
}

// 60000 x 60000 pixels are 10.8 GB: these files are complete as far as their structure goes, and only the limit
// stands between them and the decoder.
TEST(BrokenImage, ClaimsAHugeSize) {
  constexpr std::uint64_t kSide = 60000;
  Crafted png;
  png.text("\x89PNG\r\n\x1A\n");
  png.append(png_chunk("IHDR", Crafted().big(kSide, 4).big(kSide, 4).big(8, 1).big(2, 1).big(0, 3).bytes));
  png.append(png_chunk("IDAT", Bytes(10))).append(png_chunk("IEND", {}));

  Crafted jpeg;
  jpeg.text("\xFF\xD8\xFF\xC0").big(17, 2).big(8, 1).big(kSide, 2).big(kSide, 2).big(3, 1).big(0, 9);
  jpeg.text("\xFF\xD9");

  Crafted webp;
  webp.text("RIFF").little(22, 4).text("WEBPVP8X").little(10, 4).little(0, 4).little(kSide - 1, 3).little(kSide - 1, 3);

  const Bytes tiff = crafted_tiff(
      {{256, kSide}, {257, kSide}, {258, 8}, {259, 1}, {262, 1}, {273, 0}, {277, 1}, {278, kSide}, {279, 4}}, Bytes(4));
  for (const Bytes& bomb : {png.bytes, jpeg.bytes, webp.bytes, tiff}) {
    EXPECT_ITEM_ERROR(decode_image(bomb, "a", kLimits), "60000 x 60000 pixels, more than limits.image_megapixels");
  }

  Crafted bmp;
  bmp.text("BM").little(1000, 4).little(0, 4).little(54, 4).little(40, 4).little(0x7FFFFFFF, 4).little(0x80000000, 4);
  bmp.little(1, 2).little(32, 2).little(0, 24).append(Bytes(100));
  EXPECT_ITEM_ERROR(decode_image(bmp.bytes, "a", kLimits), "cut short");
}

// Within limits.image_megapixels, but no such file can hold so much of a photograph.
TEST(BrokenImage, CannotBlowUpInMemory) {
  constexpr std::uint64_t kSide = 9000;
  Crafted png;
  png.text("\x89PNG\r\n\x1A\n");
  png.append(png_chunk("IHDR", Crafted().big(kSide, 4).big(kSide, 4).big(16, 1).big(2, 1).big(0, 3).bytes));
  png.append(png_chunk("IDAT", Bytes(10))).append(png_chunk("IEND", {}));
  EXPECT_ITEM_ERROR(decode_picture(png.bytes, "a.png", kLimits),
                    "it has 9000 x 9000 pixels in a file of 67 bytes, more than limits.expansion allows (400 times");

  const Bytes small = encode_image({slope_picture(100, 100, CV_8UC1)}, ImageContainer::png, kQuality);
  MediaLimits limits;
  limits.expansion = 0.05;  // 50,000 bytes: a code and a float for each pixel
  EXPECT_EQ(decode_picture(small, "a.png", limits).width, 100);
  limits.expansion = 0.0499;
  EXPECT_ITEM_ERROR(decode_picture(small, "a.png", limits), "limits.expansion");
  EXPECT_EQ(decode_image(small, "a.png", limits).codes.cols, 100) << "without light there is only the code";
  limits.expansion = 0.0099;
  EXPECT_ITEM_ERROR(decode_image(small, "a.png", limits), "limits.expansion");
}

/// Peak resident memory in megabytes since the last call.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  double megabytes = 0.0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) megabytes = std::stod(line.substr(6)) / 1e3;
  }
  std::ofstream("/proc/self/clear_refs") << 5;
  return megabytes;
}

// Each chunk of eight kilobytes is one of eight megabytes to libpng, which keeps up to a thousand of them.
TEST(BrokenImage, TextsOfAPngAreNotReadAtAll) {
  std::vector<unsigned char> packed(100000);
  uLongf size = packed.size();
  const std::vector<unsigned char> text_of_one_letter(7900000, 'a');
  ASSERT_EQ(::compress2(packed.data(), &size, text_of_one_letter.data(), text_of_one_letter.size(), /*level=*/9), Z_OK);
  Crafted text;
  text.text("key").little(0, 2);
  for (std::size_t i = 0; i < size; ++i) text.little(packed[i], 1);
  const cv::Mat codes = slope_picture(40, 30, CV_8UC3);
  Bytes png = encode_image({codes}, ImageContainer::png, kQuality);
  for (int i = 0; i < 100; ++i) png = png_with_chunk(png, "zTXt", text.bytes);
  ASSERT_LT(png.size(), 1000000U);
  (void)peak_megabytes();
  const double before = peak_megabytes();
  EXPECT_TRUE(same_codes(decode_image(png, "a.png", kLimits).codes, codes));
  EXPECT_LT(peak_megabytes(), before + 20.0);
}

TEST(BrokenImage, NeedsItsCriticalChunks) {
  const Bytes png = encode_image({slope_picture(40, 30, CV_8UC3)}, ImageContainer::png, kQuality);
  EXPECT_EQ(decode_image(png_with_chunk(png, "abCd", Bytes(9)), "a.png", kLimits).codes.cols, 40);
  EXPECT_ITEM_ERROR(decode_image(png_with_chunk(png, "ABCD", Bytes(9)), "a.png", kLimits), "damaged");
}

TEST(RefusedImage, IsATiffOfRareOrHugeParts) {
  const auto tiff = [](std::uint64_t compression, std::uint64_t rows_per_strip, std::uint64_t tile_side) {
    std::vector<TiffTag> tags{{256, 16}, {257, 16}, {258, 8}, {259, compression},
                              {262, 1},  {273, 0},  {277, 1}, {278, rows_per_strip},
                              {279, 256}};
    if (tile_side != 0) tags.insert(tags.end(), {{322, tile_side}, {323, tile_side}});
    return item_error([&] { return decode_image(crafted_tiff(tags, Bytes(256)), "a.tif", kLimits); });
  };
  EXPECT_EQ(tiff(1, 16, 0), "");
  EXPECT_EQ(tiff(1, 0xFFFFFFFF, 0), "") << "all rows in one strip";
  EXPECT_TRUE(says(tiff(1, 2000000, 0), "parts of 16 x 2000000 pixels are larger than the picture"));
  EXPECT_TRUE(says(tiff(1, 16, 16384), "parts of 16384 x 16384 pixels"));
  for (const std::uint64_t rare : {6U, 34661U, 34676U, 34887U, 34925U, 50000U, 50001U, 50002U}) {
    EXPECT_TRUE(says(tiff(rare, 16, 0), "compression " + std::to_string(rare) + ", which is not read")) << rare;
  }
}

TEST(BrokenImage, SaysAnotherSizeThanItHolds) {
  Bytes jpeg = encode_image({slope_picture(40, 30, CV_8UC1)}, ImageContainer::jpeg, kQuality);
  // A second frame header, larger than the one that was checked, must not get through.
  Crafted frame;
  frame.text("\xFF\xC0").big(11, 2).big(8, 1).big(8, 2).big(8, 2).big(1, 1).big(0x011100, 3);
  const Bytes lie =
      Crafted().append(first_bytes(jpeg, 2)).append(frame.bytes).append({jpeg.begin() + 2, jpeg.end()}).bytes;
  EXPECT_EQ(read_image_header(lie).width, 8);
  EXPECT_NE(item_error([&] { return decode_image(lie, "a.jpg", kLimits); }), "");
}

TEST(BrokenImage, HasDamagedPixels) {
  Bytes png = encode_image({slope_picture(40, 30, CV_8UC3)}, ImageContainer::png, kQuality);
  png[kPngHeaderEnd + 20] ^= std::byte{0x55};
  EXPECT_ITEM_ERROR(decode_image(png, "a.png", kLimits), "damaged");
}

TEST(RefusedImage, IsCmyk) {
  Crafted jpeg;
  jpeg.text("\xFF\xD8\xFF\xC0").big(20, 2).big(8, 1).big(16, 2).big(16, 2).big(4, 1).big(0, 12).text("\xFF\xD9");
  EXPECT_ITEM_ERROR(decode_image(jpeg.bytes, "a.jpg", kLimits), "it is CMYK");
  const std::vector<TiffTag> tags{{256, 16}, {257, 16}, {258, 8},  {259, 1},   {262, 5},
                                  {273, 0},  {277, 4},  {278, 16}, {279, 1024}};
  EXPECT_ITEM_ERROR(decode_image(crafted_tiff(tags, Bytes(1024)), "a.tif", kLimits), "it is CMYK");
}

TEST(RefusedImage, IsATiffThatOpenCvWouldMisread) {
  const auto tiff = [](std::uint64_t bits, std::uint64_t photometric, std::uint64_t channels, std::uint64_t extra,
                       std::uint64_t sample_format) {
    const std::uint64_t size = 16 * 16 * channels * bits / 8;
    return crafted_tiff({{256, 16},
                         {257, 16},
                         {258, bits},
                         {259, 1},
                         {262, photometric},
                         {273, 0},
                         {277, channels},
                         {278, 16},
                         {279, size},
                         {338, extra},
                         {339, sample_format}},
                        Bytes(static_cast<std::size_t>(size)));
  };
  const auto message = [&](const Bytes& bytes) {
    return item_error([&] { return decode_image(bytes, "a.tif", kLimits); });
  };
  EXPECT_EQ(message(tiff(8, 1, 1, 0, 1)), "");
  EXPECT_TRUE(says(message(tiff(32, 1, 1, 0, 3)), "floating-point"));
  EXPECT_TRUE(says(message(tiff(16, 1, 1, 0, 2)), "signed"));
  EXPECT_TRUE(says(message(tiff(32, 1, 1, 0, 1)), "32 bits"));
  EXPECT_TRUE(says(message(tiff(16, 0, 1, 0, 1)), "photometric interpretation 0"));
  EXPECT_TRUE(says(message(tiff(8, 8, 3, 0, 1)), "photometric interpretation 8"));
  EXPECT_TRUE(says(message(tiff(16, 1, 2, 2, 1)), "2 channels"));
  EXPECT_TRUE(says(message(tiff(16, 2, 1, 0, 1)), "photometric interpretation 2 has no 1 channel"));
  EXPECT_TRUE(says(message(tiff(8, 6, 1, 0, 1)), "photometric interpretation 6 has no 1 channel"));
  EXPECT_TRUE(says(message(tiff(8, 1, 3, 0, 1)), "photometric interpretation 1 has no 3 channels"));
  EXPECT_TRUE(says(message(tiff(16, 1, 4, 0, 1)), "photometric interpretation 1 has no 4 channels"));
  EXPECT_TRUE(says(message(tiff(8, 2, 4, 2, 1)), "transparency"));
  EXPECT_TRUE(says(message(tiff(16, 2, 4, 1, 1)), "transparency"));
}

TEST(RefusedImage, IsAnAnimationOrHasATransparentShade) {
  const Bytes png = encode_image({slope_picture(16, 16, CV_8UC1)}, ImageContainer::png, kQuality);
  EXPECT_ITEM_ERROR(decode_image(png_with_chunk(png, "acTL", Bytes(8)), "a.png", kLimits), "animation");
  EXPECT_ITEM_ERROR(decode_image(png_with_chunk(png, "tRNS", Bytes(2)), "a.png", kLimits), "transparent shade");
  // In colour, OpenCV makes an alpha channel of it.
  const Bytes colour = encode_image({slope_picture(16, 16, CV_8UC3)}, ImageContainer::png, kQuality);
  EXPECT_EQ(decode_image(png_with_chunk(colour, "tRNS", Bytes(6)), "a.png", kLimits).codes.channels(), 4);
}

TEST(BrokenImage, NeverCrashesTheReader) {
  constexpr int kRounds = 2000;
  RandomStream random(/*key=*/3, /*realization=*/0, "mutations");
  for (const Sample& sample : samples()) {
    int refused = 0;
    for (int round = 0; round < kRounds; ++round) {
      Bytes file = sample.bytes;
      for (std::uint64_t changes = 1 + random.below(8); changes > 0; --changes) {
        // Half of the changes hit the header, where the structure is.
        const std::uint64_t range = random.bernoulli(0.5) ? 100 : file.size();
        file[random.below(range)] = static_cast<std::byte>(random.below(256));
      }
      if (!item_error([&] { return decode_image(file, "a", kLimits); }).empty()) ++refused;
    }
    EXPECT_GT(refused, kRounds / 10) << sample.name;
  }
}

}  // namespace
}  // namespace fairground
