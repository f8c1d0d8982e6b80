#include "pipeline/media/digital_source_type.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

#include "pipeline/media/byte_view.h"

namespace fairground {
namespace {

/// Bytes that are put together from front to back.
class ByteText {
 public:
  explicit ByteText(std::endian order) : order_(order) {}

  ByteText& text(std::string_view text) {
    for (const char c : text) {
      bytes_.push_back(static_cast<std::byte>(c));
    }
    return *this;
  }
  ByteText& bytes(std::span<const std::byte> more) {
    // g++ 12 sees an insert() of the whole write beyond the end.
    for (const std::byte byte : more) {
      bytes_.push_back(byte);
    }
    return *this;
  }
  ByteText& number(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
      const int place = order_ == std::endian::big ? width - 1 - i : i;
      bytes_.push_back(static_cast<std::byte>(value >> (8U * static_cast<unsigned>(place)) & 0xFFU));
    }
    return *this;
  }
  /// Many formats let their parts begin at even offsets.
  ByteText& even() { return bytes_.size() % 2 == 0 ? *this : number(0, 1); }

  [[nodiscard]] const Bytes& get() const { return bytes_; }

 private:
  std::endian order_;
  Bytes bytes_;
};

void put(Bytes& file, std::uint64_t at, const Bytes& part) {
  std::ranges::copy(part, file.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_u32(Bytes& file, std::uint64_t at, std::uint64_t value, std::endian order) {
  put(file, at, ByteText(order).number(value, 4).get());
}

void insert(Bytes& file, std::uint64_t at, const Bytes& part) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), part.begin(), part.end());
}

void append(Bytes& file, const Bytes& part) { file.insert(file.end(), part.begin(), part.end()); }

[[noreturn]] void not_ours(const char* format) {
  throw std::logic_error(std::string("a ") + format + " is not laid out as our encoder does it");
}

void require(bool is_as_expected, const char* format) {
  if (!is_as_expected) not_ours(format);
}

/// A segment APP1 with Adobe's name for XMP (ISO 16684-3, section 1.1.3), behind those of JFIF and EXIF, which stand
/// first.
void add_to_jpeg(Bytes& file, const std::string& packet) {
  constexpr std::string_view kName("http://ns.adobe.com/xap/1.0/\0", 29);
  constexpr unsigned kApp0 = 0xFFE0;
  constexpr unsigned kApp1 = 0xFFE1;
  const ByteView view(file, std::endian::big);
  require(view.matches(0, "\xFF\xD8"), "JPEG");
  std::uint64_t at = 2;
  while (view.u16(at) == kApp0 || view.u16(at) == kApp1) at += 2U + view.u16(at + 2);
  const std::uint64_t length = 2 + kName.size() + packet.size();
  insert(file, at, ByteText(std::endian::big).number(kApp1, 2).number(length, 2).text(kName).text(packet).get());
}

/// An uncompressed chunk iTXt (ISO/IEC 15948, section 11.3.4.5) before the pixels.
void add_to_png(Bytes& file, const std::string& packet) {
  constexpr std::uint64_t kOverhead = 12;  // length, name, checksum
  // The keyword, and behind its end: not compressed, by method 0, in no language, the keyword not translated.
  constexpr std::string_view kHead("XML:com.adobe.xmp\0\0\0\0\0", 22);
  const ByteView view(file, std::endian::big);
  std::uint64_t at = 8;
  while (!view.matches(at + 4, "IDAT")) at += kOverhead + view.u32(at);
  const Bytes named = ByteText(std::endian::big).text("iTXt").text(kHead).text(packet).get();
  const auto checksum =
      ::crc32(0, reinterpret_cast<const Bytef*>(named.data()), static_cast<uInt>(named.size()));  // of name and data
  insert(file, at, ByteText(std::endian::big).number(named.size() - 4, 4).bytes(named).number(checksum, 4).get());
}

/// A chunk at the end, which takes a header VP8X (RFC 9649, section 2.7) that announces it.
void add_to_webp(Bytes& file, const std::string& packet) {
  constexpr std::uint64_t kFirst = 12;  // of the chunks
  constexpr unsigned kHasXmp = 0x04;
  constexpr unsigned kHasAlpha = 0x10;
  const ByteView view(file, std::endian::little);
  require(view.matches(0, "RIFF") && view.matches(8, "WEBP") && view.u32(4) + 8U == view.size(), "WebP");
  ByteText header(std::endian::little);
  if (view.matches(kFirst, "VP8X")) {
    file[kFirst + 8] |= std::byte{kHasXmp};
  } else if (view.matches(kFirst, "VP8 ")) {
    constexpr std::uint64_t kSize = kFirst + 8 + 6;  // RFC 6386, section 9.1
    constexpr unsigned kBits = 0x3FFF;
    header.text("VP8X").number(10, 4).number(kHasXmp, 4);
    header.number((view.u16(kSize) & kBits) - 1U, 3).number((view.u16(kSize + 2) & kBits) - 1U, 3);
  } else if (view.matches(kFirst, "VP8L")) {
    const std::uint32_t packed = view.u32(kFirst + 8 + 1);  // width, height, whether alpha is used
    const bool has_alpha = (packed >> 28U & 1U) != 0;
    header.text("VP8X").number(10, 4).number(kHasXmp | (has_alpha ? kHasAlpha : 0U), 4);
    header.number(packed & 0x3FFFU, 3).number(packed >> 14U & 0x3FFFU, 3);
  } else {
    not_ours("WebP");
  }
  insert(file, kFirst, header.get());
  append(file, ByteText(std::endian::little).text("XMP ").number(packet.size(), 4).text(packet).even().get());
  put_u32(file, 4, file.size() - 8, std::endian::little);
}

/// Tag 700 of the first directory (ISO 16684-3, section 1.1.8). The directory has no room for it and is written anew
/// at the end, as the format allows; the old one stays where it was, unused.
void add_to_tiff(Bytes& file, const std::string& packet) {
  constexpr std::uint16_t kXmpTag = 700;
  constexpr std::uint16_t kByteType = 1;
  constexpr std::uint64_t kEntryBytes = 12;
  if (file.size() % 2 != 0) file.push_back(std::byte{0});
  const std::uint64_t packet_at = file.size();
  const ByteView view(file, std::endian::little);
  require(view.matches(0, std::string_view("II\x2A\0", 4)), "TIFF");
  const std::uint64_t directory = view.u32(4);
  const std::uint16_t entries = view.u16(directory);
  ByteText anew(std::endian::little);
  anew.text(packet).even();
  const std::uint64_t new_directory = packet_at + anew.get().size();
  anew.number(entries + 1U, 2);
  bool is_put = false;
  for (std::uint64_t i = 0; i <= entries; ++i) {  // ascending, as readers may expect
    const std::uint64_t at = directory + 2 + i * kEntryBytes;
    if (!is_put && (i == entries || view.u16(at) > kXmpTag)) {
      anew.number(kXmpTag, 2).number(kByteType, 2).number(packet.size(), 4).number(packet_at, 4);
      is_put = true;
    }
    if (i < entries) anew.bytes(view.part(at, kEntryBytes));
  }
  anew.number(view.u32(directory + 2 + entries * kEntryBytes), 4);  // where the next one is
  append(file, anew.get());
  put_u32(file, 4, new_directory, std::endian::little);
}

/// LIST/INFO (Microsoft and IBM, 1991, chapter 3) behind the sound, so that it begins where simple readers look for it.
/// No further chunk has XMP, since readers warn of chunks that they do not know.
void add_to_wav(Bytes& file) {
  const ByteView view(file, std::endian::little);
  require(view.matches(0, "RIFF") && view.matches(8, "WAVE"), "WAV");
  ByteText info(std::endian::little);
  info.text("INFO");
  const std::string comment = std::string(kAlteredStatement) + " IPTC digital source type: " + kDigitalSourceType;
  for (const auto& [name, text] : {std::pair("ICMT", comment), {"ISFT", std::string("fairground")}}) {
    info.text(name).number(text.size() + 1, 4).text(text).number(0, 1).even();
  }
  if (file.size() % 2 != 0) file.push_back(std::byte{0});
  append(file, ByteText(std::endian::little).text("LIST").number(info.get().size(), 4).bytes(info.get()).get());
  put_u32(file, 4, file.size() - 8, std::endian::little);
}

/// Two more Vorbis comments (RFC 9639, section 8.6) in the block that libFLAC always writes.
void add_to_flac(Bytes& file) {
  constexpr std::uint64_t kHeader = 4;  // whether it is the last block, its type and length
  constexpr unsigned kType = 0x7F;
  constexpr unsigned kComments = 4;
  const ByteView big(file, std::endian::big);
  const ByteView little(file, std::endian::little);  // as Vorbis counts
  require(big.matches(0, "fLaC"), "FLAC");
  std::uint64_t at = 4;
  while ((big.u8(at) & kType) != kComments) {
    require((big.u8(at) & 0x80U) == 0, "FLAC");
    at += kHeader + big.u24(at + 1);
  }
  const std::uint64_t length = big.u24(at + 1);
  const std::uint64_t count_at = at + kHeader + 4 + little.u32(at + kHeader);  // behind the encoder's name
  ByteText more(std::endian::little);
  for (const std::string& comment :
       {std::string("COMMENT=") + kAlteredStatement, std::string("DIGITALSOURCETYPE=") + kDigitalSourceType}) {
    more.number(comment.size(), 4).text(comment);
  }
  put_u32(file, count_at, little.u32(count_at) + 2U, std::endian::little);
  put(file, at + 1, ByteText(std::endian::big).number(length + more.get().size(), 3).get());
  insert(file, at + kHeader + length, more.get());
}

}  // namespace

std::string altered_packet() {
  // The mark of UTF-8 and the id are what XMP prescribes (ISO 16684-1, section 7.3.2).
  return std::string("<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n") +
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
         "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
         " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
         " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n"
         "<Iptc4xmpExt:DigitalSourceType>" +
         kDigitalSourceType +
         "</Iptc4xmpExt:DigitalSourceType>\n"
         "<xmp:CreatorTool>fairground</xmp:CreatorTool>\n"
         "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
         kAlteredStatement +
         "</rdf:li></rdf:Alt></dc:description>\n"
         "</rdf:Description>\n"
         "</rdf:RDF>\n"
         "</x:xmpmeta>\n"
         "<?xpacket end=\"r\"?>";
}

Bytes with_digital_source_type(Bytes file, ImageContainer container) {
  static const std::string packet = altered_packet();
  switch (container) {
    case ImageContainer::jpeg:
      add_to_jpeg(file, packet);
      break;
    case ImageContainer::png:
      add_to_png(file, packet);
      break;
    case ImageContainer::webp:
      add_to_webp(file, packet);
      break;
    case ImageContainer::tiff:
      add_to_tiff(file, packet);
      break;
  }
  return file;
}

Bytes with_digital_source_type(Bytes file, AudioContainer container) {
  if (container == AudioContainer::wav) {
    add_to_wav(file);
  } else {
    add_to_flac(file);
  }
  return file;
}

}  // namespace fairground
