// A file says that it was altered, and holds the same pixels or samples as before, and all else that it held.
#include "pipeline/media/digital_source_type.h"

#include <gmock/gmock.h>
#include <sndfile.h>

#include <algorithm>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <string_view>

#include "pipeline/media/icc_profile.h"
#include "pipeline/media/image_header.h"
#include "pipeline/media/jpeg_codec.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

using testing::HasSubstr;

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// How often `part` stands in the bytes.
int count_of(const Bytes& bytes, const std::string& part) {
  const std::string text = text_of(bytes);
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// What stands in `more` and not in `file`, if it is one piece; empty otherwise.
std::string inserted(const Bytes& file, const Bytes& more) {
  const auto front = std::ranges::mismatch(file, more).in1 - file.begin();
  const auto added = static_cast<std::ptrdiff_t>(more.size() - file.size());
  const bool is_rest = std::equal(file.begin() + front, file.end(), more.begin() + front + added, more.end());
  return is_rest ? text_of(Bytes(more.begin() + front, more.begin() + front + added)) : std::string();
}

const char* name_of(ImageContainer container) {
  switch (container) {
    case ImageContainer::png:
      return "a.png";
    case ImageContainer::jpeg:
      return "a.jpg";
    case ImageContainer::webp:
      return "a.webp";
    default:
      return "a.tiff";
  }
}

constexpr ImageContainer kAll[] = {ImageContainer::png, ImageContainer::jpeg, ImageContainer::webp,
                                   ImageContainer::tiff};

/// Both readers find the same pixels, and the packet is there once.
void expect_same_picture(const Bytes& file, const Bytes& altered, ImageContainer container, const std::string& what) {
  SCOPED_TRACE(what + " in " + name_of(container));
  EXPECT_EQ(count_of(file, kDigitalSourceType), 0);
  EXPECT_EQ(count_of(altered, altered_packet()), 1);
  EXPECT_TRUE(same_codes(decode_own_image(file).codes, decode_own_image(altered).codes));
  EXPECT_TRUE(same_codes(decode_image(file, name_of(container), {}).codes,
                         decode_image(altered, name_of(container), {}).codes));
  const ImageHeader before = read_image_header(file);
  const ImageHeader after = read_image_header(altered);
  EXPECT_EQ(before.width, after.width);
  EXPECT_EQ(before.height, after.height);
  EXPECT_EQ(before.orientation, after.orientation);
  EXPECT_EQ(read_icc_profile(before), read_icc_profile(after));
}

TEST(DigitalSourceType, LeavesEveryPixelAsItIs) {
  for (const ImageContainer container : kAll) {
    for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3}) {
      const bool is_lossy = container == ImageContainer::jpeg || container == ImageContainer::webp;
      if ((is_lossy && CV_MAT_DEPTH(type) == CV_16U) || (container == ImageContainer::jpeg && type == CV_8UC4)) {
        continue;
      }
      for (const auto& [width, height] : {std::pair(8, 8), {33, 17}, {640, 479}}) {
        cv::Mat codes = slope_picture(width, height, type);
        if (codes.channels() == 4) {
          codes.at<cv::Vec4b>(3, 2)[3] = 7;
        }
        for (const int quality : {30, 92}) {
          const Bytes file = encode_image({codes}, container, quality);
          expect_same_picture(file, with_digital_source_type(file, container), container,
                              std::to_string(type) + ", " + std::to_string(width));
        }
      }
    }
  }
}

TEST(DigitalSourceType, KeepsTheTransparencyOfALosslessWebp) {
  for (const int type : {CV_8UC3, CV_8UC4}) {
    cv::Mat codes = slope_picture(33, 17, type);
    if (type == CV_8UC4) {
      codes.at<cv::Vec4b>(3, 2)[3] = 7;
    }
    constexpr int kLossless = 101;  // as OpenCV takes it
    std::vector<unsigned char> encoded;
    ASSERT_TRUE(cv::imencode(".webp", codes, encoded, {cv::IMWRITE_WEBP_QUALITY, kLossless}));
    Bytes file(encoded.size());
    std::memcpy(file.data(), encoded.data(), encoded.size());
    ASSERT_EQ(count_of(file, "VP8L"), 1);
    expect_same_picture(file, with_digital_source_type(file, ImageContainer::webp), ImageContainer::webp, "lossless");
    EXPECT_TRUE(same_codes(decode_own_image(with_digital_source_type(file, ImageContainer::webp)).codes, codes));
  }
}

TEST(DigitalSourceType, OfJpegAndPngIsOnePieceMore) {
  const cv::Mat codes = slope_picture(60, 40, CV_8UC3);
  const Bytes jpeg = encode_image({codes}, ImageContainer::jpeg, 90);
  const Bytes png = encode_image({codes}, ImageContainer::png, 90);
  EXPECT_THAT(inserted(jpeg, with_digital_source_type(jpeg, ImageContainer::jpeg)), HasSubstr(altered_packet()));
  EXPECT_THAT(inserted(png, with_digital_source_type(png, ImageContainer::png)), HasSubstr(altered_packet()));
  for (const JpegSubsampling subsampling : {JpegSubsampling::s444, JpegSubsampling::s422, JpegSubsampling::s420}) {
    const Bytes of_step = encode_jpeg({codes}, /*quality=*/40, subsampling);
    expect_same_picture(of_step, with_digital_source_type(of_step, ImageContainer::jpeg), ImageContainer::jpeg, "step");
  }
}

TEST(DigitalSourceType, LeavesExifAndProfilesWhereTheyAre) {
  const cv::Mat codes = slope_picture(40, 24, CV_8UC3);
  const Bytes exif = exif_block(6, /*big_endian=*/true);
  const Bytes profile(300, std::byte{0x41});
  Bytes jpeg = jpeg_with_exif(encode_image({codes}, ImageContainer::jpeg, 90), exif);
  Crafted icc;
  icc.append(first_bytes(jpeg, 2)).text("\xFF\xE2").big(profile.size() + 16, 2);
  icc.text(std::string_view("ICC_PROFILE\0\1\1", 14)).append(profile).append({jpeg.begin() + 2, jpeg.end()});
  const Bytes png = png_with_chunk(encode_image({codes}, ImageContainer::png, 90), "eXIf", exif);
  const Bytes webp = webp_with_exif(encode_image({codes}, ImageContainer::webp, 90), 40, 24, exif);
  const Bytes tiff = oriented_tiff(slope_picture(40, 24, CV_8UC1), 6);
  for (const auto& [file, container] : {std::pair(jpeg, ImageContainer::jpeg),
                                        {png, ImageContainer::png},
                                        {webp, ImageContainer::webp},
                                        {tiff, ImageContainer::tiff}}) {
    ASSERT_EQ(read_image_header(file).orientation, 6);
    expect_same_picture(file, with_digital_source_type(file, container), container, "turned");
  }
  // The profile is nonsense, so that it is compared as it lies in the file.
  const Bytes altered = with_digital_source_type(icc.bytes, ImageContainer::jpeg);
  EXPECT_EQ(read_icc_profile(read_image_header(altered)), profile);
  EXPECT_EQ(read_image_header(altered).orientation, 6);
}

/// All samples and the comment, as libsndfile reads them.
struct ReadSound {
  SF_INFO info{};
  std::vector<int> samples;
  std::string comment;
};

ReadSound read_sound(const Bytes& file) {
  struct Memory {
    const Bytes& bytes;
    sf_count_t at = 0;
  } memory{file};
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* data) { return static_cast<sf_count_t>(static_cast<Memory*>(data)->bytes.size()); };
  io.seek = [](sf_count_t offset, int whence, void* data) {
    auto* of = static_cast<Memory*>(data);
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? of->at : sf_count_t(of->bytes.size());
    return of->at = base + offset;
  };
  io.tell = [](void* data) { return static_cast<Memory*>(data)->at; };
  io.read = [](void* to, sf_count_t count, void* data) {
    auto* of = static_cast<Memory*>(data);
    count = std::min(count, static_cast<sf_count_t>(of->bytes.size()) - of->at);
    std::memcpy(to, of->bytes.data() + of->at, static_cast<std::size_t>(count));
    of->at += count;
    return count;
  };
  ReadSound read;
  SNDFILE* sound = ::sf_open_virtual(&io, SFM_READ, &read.info, &memory);
  EXPECT_NE(sound, nullptr);
  if (sound != nullptr) {
    read.samples.resize(static_cast<std::size_t>(read.info.frames * read.info.channels));
    EXPECT_EQ(::sf_readf_int(sound, read.samples.data(), read.info.frames), read.info.frames);
    const char* comment = ::sf_get_string(sound, SF_STR_COMMENT);
    read.comment = comment == nullptr ? "" : comment;
    EXPECT_EQ(::sf_close(sound), 0);
  }
  return read;
}

TEST(DigitalSourceType, LeavesEverySampleAsItIs) {
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    for (const int bits : {16, 24}) {
      for (const int channels : {1, 2, 6}) {
        for (const std::size_t frames : {std::size_t{1}, std::size_t{4097}, std::size_t{30000}}) {
          SCOPED_TRACE(std::to_string(bits) + " bits, " + std::to_string(channels) + " channels, " +
                       std::to_string(frames) + " frames");
          const Bytes file = encode_audio(quantise(sine(440, 16000, frames, channels), bits), container);
          const Bytes altered = with_digital_source_type(file, container);
          EXPECT_EQ(count_of(file, kDigitalSourceType), 0);
          EXPECT_EQ(count_of(altered, kDigitalSourceType), 1);
          const ReadSound before = read_sound(file);
          const ReadSound after = read_sound(altered);
          EXPECT_EQ(before.samples, after.samples);
          EXPECT_EQ(before.info.format, after.info.format);
          EXPECT_THAT(after.comment, HasSubstr(kAlteredStatement));
          const char* name = container == AudioContainer::wav ? "a.wav" : "a.flac";
          const Audio own_before = decode_audio(file, name, {});
          const Audio own_after = decode_audio(altered, name, {});
          EXPECT_EQ(own_before.samples, own_after.samples);
          EXPECT_EQ(own_before.sample_rate, own_after.sample_rate);
          EXPECT_EQ(own_before.channels, own_after.channels);
        }
      }
    }
  }
}

TEST(DigitalSourceType, OfAWavFollowsTheSoundAndCountsInItsLength) {
  const Bytes file = encode_audio(quantise(sine(440, 16000, 333), 24), AudioContainer::wav);
  ASSERT_EQ(333 * 3 % 2, 1) << "the sound needs a byte that makes it even";
  const Bytes altered = with_digital_source_type(file, AudioContainer::wav);
  EXPECT_TRUE(std::equal(file.begin() + 8, file.end(), altered.begin() + 8));
  std::uint32_t length = 0;
  std::memcpy(&length, altered.data() + 4, 4);
  EXPECT_EQ(length, altered.size() - 8);
  EXPECT_EQ(altered.size() % 2, 0U);
}

TEST(DigitalSourceType, RefusesWhatNoEncoderOfOursWrote) {
  const Bytes nonsense(100, std::byte{7});
  for (const ImageContainer container : kAll) {
    EXPECT_ANY_THROW((void)with_digital_source_type(nonsense, container)) << name_of(container);
  }
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    EXPECT_ANY_THROW((void)with_digital_source_type(nonsense, container));
  }
}

}  // namespace
}  // namespace fairground
