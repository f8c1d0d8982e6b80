// Media files of every format that is read, and damage to them: the same for the same number, always.
#pragma once

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/media/memory_file.h"
#include "tests/support/test_media.h"

namespace fairground {

struct MediaSample {
  std::string format;     ///< for messages
  std::string extension;  ///< with its point
  bool is_audio = false;
  Bytes bytes;
};

namespace damage {

inline Bytes sound(int format, int rate, int channels, std::size_t frames = 6000) {
  const Audio audio = test_speech(static_cast<double>(frames) / rate, rate, /*seed=*/1, channels);
  std::vector<float> interleaved(audio.samples.size());
  const auto width = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    interleaved[i] = audio.channel(static_cast<int>(i % width))[i / width];
  }
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = channels;
  info.format = format;
  MemoryTarget target;
  SndFile file = open_memory(target, info);
  if (!file) {
    throw std::runtime_error("libsndfile cannot make the format " + std::to_string(format));
  }
  // In blocks, since libvorbis takes room on the stack for all that it is given at once.
  constexpr std::size_t kBlock = 1000;
  for (std::size_t at = 0; at < frames; at += kBlock) {
    const auto count = static_cast<sf_count_t>(std::min(kBlock, frames - at));
    if (sf_writef_float(file.get(), interleaved.data() + at * width, count) != count) {
      throw std::runtime_error("libsndfile cannot write the format " + std::to_string(format));
    }
  }
  file.reset();
  return target.bytes;
}

inline Bytes picture(const std::string& extension, int type, const std::vector<int>& parameters) {
  constexpr int kWidth = 72;
  constexpr int kHeight = 56;
  cv::Mat codes(kHeight, kWidth, type);
  const RandomStream stream(/*key=*/2, 0, "picture");
  for (int y = 0; y < kHeight; ++y) {
    for (std::size_t i = 0; i < codes.elemSize() * kWidth; ++i) {
      const std::uint32_t noise = stream.word_at(static_cast<std::uint64_t>(y) * 10000U + i) % 32U;
      codes.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(40U + 2U * static_cast<std::uint32_t>(y) + noise);
    }
  }
  std::vector<unsigned char> encoded;
  if (!cv::imencode(extension, codes, encoded, parameters)) {
    throw std::runtime_error("OpenCV cannot make " + extension);
  }
  Bytes bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), encoded.size());
  return bytes;
}

/// CRC of ISO/IEC 15948, annex D, and, without reflection, of Ogg (RFC 3533, section 6).
inline std::uint32_t reflected_crc(const std::byte* bytes, std::size_t count) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t i = 0; i < count; ++i) {
    crc ^= std::to_integer<std::uint32_t>(bytes[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

inline std::uint32_t ogg_crc(const std::byte* bytes, std::size_t count) {
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < count; ++i) {
    crc ^= std::to_integer<std::uint32_t>(bytes[i]) << 24U;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1U ^ ((crc & 0x80000000U) != 0 ? 0x04C11DB7U : 0U);
  }
  return crc;
}

inline std::uint32_t big32(const Bytes& file, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | std::to_integer<std::uint32_t>(file[at + i]);
  return value;
}

/// Checksums made right again, so that the damage reaches what lies behind them.
inline void mend_checksums(Bytes& file) {
  const auto starts = [&](std::size_t at, std::string_view text) {
    return at + text.size() <= file.size() && std::memcmp(file.data() + at, text.data(), text.size()) == 0;
  };
  if (starts(1, "PNG")) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
      const std::size_t length = big32(file, at);
      if (length > file.size() - at - 12) return;
      const std::uint32_t crc = reflected_crc(file.data() + at + 4, length + 4);
      for (std::size_t i = 0; i < 4; ++i) file[at + 8 + length + i] = static_cast<std::byte>(crc >> (24U - 8U * i));
      at += length + 12;
    }
  }
  for (std::size_t at = 0; starts(at, "OggS") && at + 27 <= file.size();) {
    const auto segments = std::to_integer<std::size_t>(file[at + 26]);
    std::size_t length = 27 + segments;
    for (std::size_t i = 0; i < segments && at + 27 + i < file.size(); ++i) {
      length += std::to_integer<std::size_t>(file[at + 27 + i]);
    }
    if (length > file.size() - at) return;
    std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(at + 22), 4, std::byte{0});
    const std::uint32_t crc = ogg_crc(file.data() + at, length);
    for (std::size_t i = 0; i < 4; ++i) file[at + 22 + i] = static_cast<std::byte>(crc >> (8U * i));
    at += length;
  }
}

/// Overwrites `width` bytes with a number that headers are fond of lying with.
inline void write_lie(Bytes& file, std::size_t at, RandomStream& random) {
  static const std::vector<std::uint64_t> kLies = {
      0,          1,          2,         4,     0x7F,  0xFF,     0x100,      0x7FFF,      0x8000,
      0xFFFF,     0x10000,    5000,      9000,  30000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000,  0xFFFFFFFE,
      0xFFFFFFFF, 0x40000000, 1U << 28U, 48000, 64,    1024,     ~0ULL,      1ULL << 62U, 1ULL << 40U};
  const std::uint64_t lie = kLies[random.below(kLies.size())];
  const std::size_t width = std::size_t{1} << random.below(4);
  const bool is_big = random.bernoulli(0.5);
  for (std::size_t i = 0; i < width && at + i < file.size(); ++i) {
    const std::size_t place = is_big ? width - 1 - i : i;
    file[at + i] = static_cast<std::byte>(lie >> (8U * place));
  }
}

/// Where four letters stand: mostly the name of a chunk.
inline std::vector<std::size_t> chunk_names(const Bytes& file) {
  std::vector<std::size_t> places;
  const auto is_letter = [](std::byte byte) {
    const auto c = std::to_integer<unsigned>(byte);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
  };
  for (std::size_t at = 0; at + 4 <= file.size(); ++at) {
    if (std::all_of(file.begin() + static_cast<std::ptrdiff_t>(at), file.begin() + static_cast<std::ptrdiff_t>(at + 4),
                    is_letter)) {
      places.push_back(at);
    }
  }
  return places;
}

}  // namespace damage

/// One small file of each format, and of each way in which its samples or pixels are packed, that is read.
inline std::vector<MediaSample> media_samples() {
  std::vector<MediaSample> samples;
  const auto add_sound = [&](const char* name, const char* extension, int format, int rate, int channels) {
    samples.push_back({name, extension, true, damage::sound(format, rate, channels)});
  };
  add_sound("WAV 16", ".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("WAV 24", ".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 2);
  add_sound("WAV float", ".wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1);
  add_sound("WAV mu-law", ".wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1);
  add_sound("WAV IMA ADPCM", ".wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 16000, 2);
  add_sound("WAV MS ADPCM", ".wav", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 16000, 1);
  add_sound("WAV GSM", ".wav", SF_FORMAT_WAV | SF_FORMAT_GSM610, 8000, 1);
  add_sound("WAV extensible", ".wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 44100, 2);
  add_sound("WAV big-endian", ".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 16000, 1);
  add_sound("RF64", ".wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("Wave64", ".w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("FLAC 16", ".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("FLAC 24", ".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 48000, 2);
  add_sound("Ogg Vorbis", ".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16000, 1);
  add_sound("Ogg Opus", ".opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 1);
  add_sound("MP3", ".mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, 1);
  add_sound("MP3 stereo", ".mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2);
  add_sound("AIFF", ".aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("AIFF-C mu-law", ".aifc", SF_FORMAT_AIFF | SF_FORMAT_ULAW, 8000, 1);
  add_sound("AU", ".au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("AU G.721", ".au", SF_FORMAT_AU | SF_FORMAT_G721_32, 8000, 1);
  add_sound("CAF", ".caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("NIST SPHERE", ".sph", SF_FORMAT_NIST | SF_FORMAT_PCM_16, 16000, 1);
  add_sound("CAF ALAC", ".caf", SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 16000, 1);

  constexpr int kRowsPerStrip = 278;  // by its tag, which OpenCV takes
  const auto add_picture = [&](const char* name, const char* extension, int type, const std::vector<int>& parameters) {
    samples.push_back({name, extension, false, damage::picture(extension, type, parameters)});
  };
  add_picture("JPEG", ".jpg", CV_8UC3, {cv::IMWRITE_JPEG_QUALITY, 80});
  add_picture("JPEG grey", ".jpg", CV_8UC1, {cv::IMWRITE_JPEG_QUALITY, 80});
  add_picture("JPEG progressive", ".jpg", CV_8UC3, {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  add_picture("JPEG with restarts", ".jpg", CV_8UC3, {cv::IMWRITE_JPEG_RST_INTERVAL, 2});
  add_picture("PNG", ".png", CV_8UC3, {});
  add_picture("PNG 16 bits", ".png", CV_16UC3, {});
  add_picture("PNG transparent", ".png", CV_8UC4, {});
  add_picture("PNG of 1 bit", ".png", CV_8UC1, {cv::IMWRITE_PNG_BILEVEL, 1});
  add_picture("WebP", ".webp", CV_8UC3, {cv::IMWRITE_WEBP_QUALITY, 80});
  add_picture("WebP lossless", ".webp", CV_8UC3, {cv::IMWRITE_WEBP_QUALITY, 101});
  add_picture("WebP transparent", ".webp", CV_8UC4, {cv::IMWRITE_WEBP_QUALITY, 80});
  add_picture("TIFF plain", ".tif", CV_8UC3, {cv::IMWRITE_TIFF_COMPRESSION, 1});
  add_picture("TIFF LZW 16 bits", ".tif", CV_16UC3, {cv::IMWRITE_TIFF_COMPRESSION, 5});
  add_picture("TIFF deflate", ".tif", CV_8UC1, {cv::IMWRITE_TIFF_COMPRESSION, 8});
  add_picture("TIFF packed bits", ".tif", CV_8UC3, {cv::IMWRITE_TIFF_COMPRESSION, 32773});
  add_picture("TIFF of JPEG", ".tif", CV_8UC3, {cv::IMWRITE_TIFF_COMPRESSION, 7, kRowsPerStrip, 56});
  add_picture("BMP", ".bmp", CV_8UC3, {});
  return samples;
}

/// The sample that damage `number` hits.
inline const MediaSample& damaged_sample(const std::vector<MediaSample>& samples, std::size_t number) {
  return samples[number % samples.size()];
}

/// Its bytes after that damage.
inline Bytes damaged(const std::vector<MediaSample>& samples, std::size_t number) {
  RandomStream random(/*key=*/20261129, static_cast<std::uint32_t>(number), "damage");
  Bytes file = damaged_sample(samples, number).bytes;
  constexpr std::size_t kHeader = 160;
  const auto somewhere = [&] {
    return static_cast<std::size_t>(
        random.below(random.bernoulli(0.5) ? std::min<std::size_t>(kHeader, file.size()) : file.size()));
  };
  const auto at = [&](std::size_t place) { return file.begin() + static_cast<std::ptrdiff_t>(place); };
  switch (random.below(10)) {
    case 0:  // bits turn over
      for (std::uint64_t i = 1 + random.below(12); i > 0; --i) {
        file[somewhere()] ^= static_cast<std::byte>(1U << random.below(8));
      }
      break;
    case 1:  // bytes are replaced
      for (std::uint64_t i = 1 + random.below(8); i > 0; --i) {
        file[somewhere()] = static_cast<std::byte>(random.below(256));
      }
      break;
    case 2:  // the end is missing
      file.resize(random.below(file.size()));
      break;
    case 3:
    case 4:  // headers lie
      for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
        damage::write_lie(file, static_cast<std::size_t>(random.below(std::min(kHeader, file.size()))), random);
      }
      break;
    case 5: {  // lengths lie, which stand before or after the name of a chunk
      const std::vector<std::size_t> names = damage::chunk_names(file);
      const std::size_t name = names.empty() ? 0 : names[random.below(names.size())];
      damage::write_lie(file, random.bernoulli(0.5) ? name + 4 : name - std::min<std::size_t>(4, name), random);
      break;
    }
    case 6: {  // another file is joined on, or takes the place of the end
      const Bytes& other = samples[random.below(samples.size())].bytes;
      if (random.bernoulli(0.5)) file.resize(somewhere());
      const std::size_t from = random.bernoulli(0.5) ? 0 : random.below(other.size());
      file.insert(file.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      break;
    }
    case 7: {  // a stretch is doubled
      const std::size_t from = somewhere();
      const Bytes again(at(from), at(from + random.below(std::min<std::size_t>(400, file.size() - from))));
      file.insert(at(somewhere()), again.begin(), again.end());
      break;
    }
    case 8: {  // a stretch is missing
      const std::size_t from = somewhere();
      file.erase(at(from), at(from + random.below(std::min<std::size_t>(400, file.size() - from))));
      break;
    }
    default: {  // a stretch is zeros, or ones
      const std::size_t from = somewhere();
      std::fill(at(from), at(from + random.below(std::min<std::size_t>(400, file.size() - from))),
                random.bernoulli(0.5) ? std::byte{0} : std::byte{0xFF});
      break;
    }
  }
  if (random.bernoulli(0.5)) damage::mend_checksums(file);
  return file;
}

}  // namespace fairground
