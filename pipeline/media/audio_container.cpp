#include "pipeline/media/audio_container.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "pipeline/core/error.h"
#include "pipeline/media/byte_view.h"
#include "pipeline/media/extension.h"

namespace fairground {
namespace {

int major_format(int format) { return format & SF_FORMAT_TYPEMASK; }
int subformat(int format) { return format & SF_FORMAT_SUBMASK; }

bool is_wav(int format) {
  const int major = major_format(format);
  return major == SF_FORMAT_WAV || major == SF_FORMAT_WAVEX || major == SF_FORMAT_RF64;
}
bool is_flac(int format) { return major_format(format) == SF_FORMAT_FLAC; }
bool is_ogg(int format) { return major_format(format) == SF_FORMAT_OGG; }
bool is_opus(int format) { return is_ogg(format) && subformat(format) == SF_FORMAT_OPUS; }
bool is_mp3(int format) { return major_format(format) == SF_FORMAT_MPEG; }
bool is_aiff(int format) { return major_format(format) == SF_FORMAT_AIFF; }
bool is_au(int format) { return major_format(format) == SF_FORMAT_AU; }
bool is_caf(int format) { return major_format(format) == SF_FORMAT_CAF; }
bool is_w64(int format) { return major_format(format) == SF_FORMAT_W64; }
bool is_rf64(int format) { return major_format(format) == SF_FORMAT_RF64; }

struct Extension {
  std::string_view text;
  bool (*allows)(int format);
};

// A long recording named .wav is often RF64, which is WAV with 64-bit lengths.
constexpr std::array kExtensions{
    Extension{".wav", is_wav},   Extension{".flac", is_flac}, Extension{".ogg", is_ogg},  Extension{".oga", is_ogg},
    Extension{".opus", is_opus}, Extension{".mp3", is_mp3},   Extension{".aif", is_aiff}, Extension{".aiff", is_aiff},
    Extension{".aifc", is_aiff}, Extension{".au", is_au},     Extension{".snd", is_au},   Extension{".caf", is_caf},
    Extension{".w64", is_w64},   Extension{".rf64", is_rf64},
};

/// How a format made of chunks lays them out.
struct ChunkLayout {
  std::uint64_t first_chunk;
  int id_width;
  int size_width;
  std::endian order;
  bool size_includes_header;
  std::uint64_t alignment;
  std::string_view sound;  ///< the name of the chunk that holds the samples
};

constexpr ChunkLayout kRiff{12, 4, 4, std::endian::little, false, 2, "data"};  // Microsoft and IBM, 1991
constexpr ChunkLayout kRifx{12, 4, 4, std::endian::big, false, 2, "data"};
constexpr ChunkLayout kAiff{12, 4, 4, std::endian::big, false, 2, "SSND"};       // Apple, AIFF 1.3 and AIFF-C
constexpr ChunkLayout kCaf{8, 4, 8, std::endian::big, false, 1, "data"};         // Apple Core Audio Format
constexpr ChunkLayout kWave64{40, 16, 8, std::endian::little, true, 8, "data"};  // Sony Wave64

void require_sound(std::uint64_t promised, std::uint64_t there) {
  if (promised > there) {
    throw ItemError("cut short: the header promises " + std::to_string(promised) + " bytes of sound, " +
                    std::to_string(there) + " are there");
  }
}

/// A program that writes to a pipe cannot know the length and leaves all bits set.
bool is_streaming_length(std::uint64_t size, int width) {
  return size == (width == 8 ? ~std::uint64_t{0} : std::uint64_t{0xFFFFFFFF});
}

void check_chunks(std::span<const std::byte> bytes, const ChunkLayout& layout) {
  const ByteView file(bytes, layout.order);
  const auto header = static_cast<std::uint64_t>(layout.id_width) + static_cast<std::uint64_t>(layout.size_width);
  std::uint64_t long_size = 0;  // of the sound in RF64 (EBU Tech 3306), whose own 32 bits are all set
  for (std::uint64_t at = layout.first_chunk; file.holds(at, header);) {
    std::uint64_t size = file.number(at + static_cast<std::uint64_t>(layout.id_width), layout.size_width);
    const std::uint64_t there = file.size() - at - header;
    if (file.matches(at, "ds64") && file.holds(at + header, 16)) long_size = file.u64(at + header + 8);
    if (file.matches(at, layout.sound)) {
      if (is_streaming_length(size, layout.size_width)) size = is_streaming_length(long_size, 8) ? 0 : long_size;
      if (layout.size_includes_header) size -= std::min(size, header);
      require_sound(size, there);
      return;
    }
    if (layout.size_includes_header) size -= std::min(size, header);
    if (size > there) return;  // No sound was found; libsndfile has the last word on such a file.
    at += header + size;
    at += (layout.alignment - at % layout.alignment) % layout.alignment;
  }
}

/// Sun and NeXT AU: the offset of the sound and its length follow the magic number.
void check_au(std::span<const std::byte> bytes, std::endian order) {
  const ByteView file(bytes, order);
  const std::uint64_t offset = file.u32(4);
  const std::uint64_t size = file.u32(8);
  if (is_streaming_length(size, 4)) return;
  require_sound(size, file.size() - std::min(offset, file.size()));
}

/// An Ogg stream that was written to its end says so on its last page (RFC 3533, section 6).
void check_ogg(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kPageHeader = 27;
  constexpr unsigned kEndOfStream = 4;
  const ByteView file(bytes, std::endian::little);
  bool ended = false;
  std::uint64_t at = 0;
  while (file.matches(at, "OggS")) {
    const std::uint64_t segments = file.u8(at + kPageHeader - 1);
    std::uint64_t length = kPageHeader + segments;
    for (const std::byte lacing : file.part(at + kPageHeader, segments))
      length += std::to_integer<std::uint64_t>(lacing);
    (void)file.part(at, length);
    ended = (file.u8(at + 5) & kEndOfStream) != 0;
    at += length;
  }
  if (!ended) throw ItemError("cut short: the Ogg stream has no last page");
}

/// Where the first frame of an MP3 file begins: ID3v2 tags may stand before it (id3.org, ID3v2.4, section 3.1).
std::uint64_t after_id3(const ByteView& file) {
  constexpr std::uint64_t kHeader = 10;
  if (!file.matches(0, "ID3") || !file.holds(0, kHeader)) return 0;
  std::uint64_t size = 0;
  for (std::uint64_t i = 6; i < kHeader; ++i) size = size << 7U | (file.u8(i) & 0x7FU);
  const bool has_footer = (file.u8(5) & 0x10U) != 0;
  return kHeader + size + (has_footer ? kHeader : 0);
}

/// Xing's tag, which encoders put into the first frame behind its side information, may state the number of frames.
/// Without it a decoder can only estimate the length.
bool mp3_states_frame_count(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kSearched = 48;  // frame header 4, checksum 2, side information up to 32
  const ByteView file(bytes, std::endian::big);
  const std::uint64_t first = after_id3(file);
  for (std::uint64_t at = first; at < first + kSearched; ++at) {
    if ((file.matches(at, "Xing") || file.matches(at, "Info")) && file.holds(at, 8))
      return (file.u32(at + 4) & 1U) != 0;
  }
  return false;
}

}  // namespace

void check_audio_extension(const std::filesystem::path& name, int format) {
  const std::string text = lower_extension(name);
  for (const Extension& extension : kExtensions) {
    if (extension.text == text && !extension.allows(format)) {
      throw ItemError("the content is " + std::string(audio_format_name(format)) +
                      ", which contradicts the extension '" + text + "'; rename the file or mend the manifest");
    }
  }
}

void require_known_audio(std::span<const std::byte> bytes) {
  const ByteView file(bytes, std::endian::big);
  const auto is_form = [&](std::string_view type) { return file.matches(0, "FORM") && file.matches(8, type); };
  // An MPEG frame begins with eleven set bits (ISO/IEC 11172-3, section 2.4.1.3); an ID3 tag may stand before it.
  const bool is_mpeg = file.holds(0, 2) && (file.u16(0) & 0xFFE0U) == 0xFFE0U;
  constexpr std::array<std::string_view, 11> kMagics = {"RIFF", "RIFX", "RF64", "riff", "caff",   ".snd",
                                                        "dns.", "OggS", "fLaC", "ID3",  "NIST_1A"};
  const bool is_known = std::ranges::any_of(kMagics, [&](std::string_view magic) { return file.matches(0, magic); });
  if (!is_known && !is_mpeg && !is_form("AIFF") && !is_form("AIFC")) {
    throw ItemError("it is no WAV, FLAC, Ogg, MP3, AIFF, AU, CAF, Wave64 or NIST SPHERE file");
  }
}

const char* audio_format_name(int format) {
  switch (major_format(format)) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "WAV";
    case SF_FORMAT_RF64:
      return "RF64";
    case SF_FORMAT_FLAC:
      return "FLAC";
    case SF_FORMAT_OGG:
      return is_opus(format) ? "Ogg Opus" : "Ogg Vorbis";
    case SF_FORMAT_MPEG:
      return "MP3";
    case SF_FORMAT_AIFF:
      return "AIFF";
    case SF_FORMAT_AU:
      return "AU";
    case SF_FORMAT_CAF:
      return "CAF";
    case SF_FORMAT_W64:
      return "Wave64";
    case SF_FORMAT_NIST:
      return "NIST SPHERE";
    default:
      return "another audio format";
  }
}

void check_audio_is_whole(std::span<const std::byte> bytes) {
  const ByteView file(bytes, std::endian::little);
  if (file.matches(0, "RIFF") || file.matches(0, "RF64")) check_chunks(bytes, kRiff);
  if (file.matches(0, "RIFX")) check_chunks(bytes, kRifx);
  if (file.matches(0, "FORM")) check_chunks(bytes, kAiff);
  if (file.matches(0, "caff")) check_chunks(bytes, kCaf);
  if (file.matches(0, "riff")) check_chunks(bytes, kWave64);
  if (file.matches(0, ".snd")) check_au(bytes, std::endian::big);
  if (file.matches(0, "dns.")) check_au(bytes, std::endian::little);
  if (file.matches(0, "OggS")) check_ogg(bytes);
}

bool states_frame_count(std::span<const std::byte> bytes, int format, long long frames) {
  if (frames <= 0 || frames == std::numeric_limits<sf_count_t>::max()) return false;
  return !is_mp3(format) || mp3_states_frame_count(bytes);
}

}  // namespace fairground
