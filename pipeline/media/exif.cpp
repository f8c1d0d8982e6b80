#include "pipeline/media/exif.h"

namespace fairground {
namespace {

constexpr std::uint64_t kEntrySize = 12;

ByteView tiff_view(std::span<const std::byte> tiff) {
  const ByteView view(tiff, std::endian::little);
  if (view.matches(0, std::string_view("II\x2A\0", 4))) return view;
  if (view.matches(0, std::string_view("MM\0\x2A", 4))) return {tiff, std::endian::big};
  throw ItemError("its TIFF header is damaged");
}

/// Bytes per value of the types that hold unsigned integers: BYTE, SHORT and LONG.
int width_of(std::uint16_t type) {
  switch (type) {
    case 1:
      return 1;
    case 3:
      return 2;
    case 4:
      return 4;
    default:
      throw ItemError("a TIFF tag has the type " + std::to_string(type) + " where a whole number is expected");
  }
}

}  // namespace

TiffDirectory::TiffDirectory(std::span<const std::byte> tiff) : view_(tiff_view(tiff)) {
  const std::uint64_t directory = view_.u32(4);
  const std::uint64_t count = view_.u16(directory);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t entry = directory + 2 + i * kEntrySize;
    (void)view_.part(entry, kEntrySize);
    // Of a tag that stands twice libtiff reads the first, and so do we: the size that is checked is the size used.
    entries_.emplace(view_.u16(entry), entry);
  }
}

TiffDirectory::Numbers TiffDirectory::find(std::uint16_t tag) const {
  const auto found = entries_.find(tag);
  if (found == entries_.end()) return {};
  const std::uint64_t entry = found->second;
  Numbers numbers;
  numbers.width = width_of(view_.u16(entry + 2));
  numbers.count = view_.u32(entry + 4);
  const std::uint64_t bytes = numbers.count * static_cast<std::uint64_t>(numbers.width);
  numbers.first = bytes <= 4 ? entry + 8 : view_.u32(entry + 8);
  (void)view_.part(numbers.first, bytes);  // Checked before memory is taken for a count that may be a lie.
  return numbers;
}

std::uint32_t TiffDirectory::number(const Numbers& numbers, std::uint64_t i) const {
  return static_cast<std::uint32_t>(
      view_.number(numbers.first + i * static_cast<std::uint64_t>(numbers.width), numbers.width));
}

std::vector<std::uint32_t> TiffDirectory::values(std::uint16_t tag) const {
  const Numbers numbers = find(tag);
  std::vector<std::uint32_t> values(static_cast<std::size_t>(numbers.count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = number(numbers, i);
  return values;
}

std::optional<std::uint32_t> TiffDirectory::value(std::uint16_t tag) const {
  const Numbers numbers = find(tag);
  return numbers.count == 0 ? std::nullopt : std::optional(number(numbers, 0));
}

std::optional<std::span<const std::byte>> TiffDirectory::bytes(std::uint16_t tag) const {
  constexpr std::uint16_t kByte = 1;
  constexpr std::uint16_t kUndefined = 7;
  const auto found = entries_.find(tag);
  if (found == entries_.end()) return std::nullopt;
  const std::uint64_t entry = found->second;
  const std::uint16_t type = view_.u16(entry + 2);
  if (type != kByte && type != kUndefined) {
    throw ItemError("a TIFF tag has the type " + std::to_string(type) + " where bytes are expected");
  }
  const std::uint64_t count = view_.u32(entry + 4);
  return view_.part(count <= 4 ? entry + 8 : view_.u32(entry + 8), count);
}

int exif_orientation(std::span<const std::byte> exif) {
  try {
    const std::uint32_t orientation = TiffDirectory(exif).value(kOrientationTag).value_or(1);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  } catch (const ItemError&) {
    return 1;
  }
}

}  // namespace fairground
