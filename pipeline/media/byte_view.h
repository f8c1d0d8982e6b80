// Numbers out of untrusted bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/core/error.h"

namespace fairground {

/// Every read is checked: what lies outside of the bytes throws ItemError. Offsets may be hostile, so sums of them
/// that could wrap are 64 bits wide here.
class ByteView {
 public:
  ByteView(std::span<const std::byte> bytes, std::endian order) : bytes_(bytes), order_(order) {}

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size() && length <= size() - offset;
  }
  /// Whether `text` stands at `offset`; never throws.
  [[nodiscard]] bool matches(std::uint64_t offset, std::string_view text) const {
    if (!holds(offset, text.size())) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (bytes_[static_cast<std::size_t>(offset) + i] != static_cast<std::byte>(text[i])) return false;
    }
    return true;
  }
  [[nodiscard]] std::span<const std::byte> part(std::uint64_t offset, std::uint64_t length) const {
    require(offset, length);
    return bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  }

  [[nodiscard]] std::uint8_t u8(std::uint64_t offset) const { return static_cast<std::uint8_t>(number(offset, 1)); }
  [[nodiscard]] std::uint16_t u16(std::uint64_t offset) const { return static_cast<std::uint16_t>(number(offset, 2)); }
  [[nodiscard]] std::uint32_t u24(std::uint64_t offset) const { return static_cast<std::uint32_t>(number(offset, 3)); }
  [[nodiscard]] std::uint32_t u32(std::uint64_t offset) const { return static_cast<std::uint32_t>(number(offset, 4)); }
  [[nodiscard]] std::uint64_t u64(std::uint64_t offset) const { return number(offset, 8); }
  /// A number of 1 to 8 bytes.
  [[nodiscard]] std::uint64_t number(std::uint64_t offset, int width) const {
    require(offset, static_cast<std::uint64_t>(width));
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
      const int place = order_ == std::endian::big ? i : width - 1 - i;
      value = value << 8U | std::to_integer<std::uint64_t>(
                                bytes_[static_cast<std::size_t>(offset) + static_cast<std::size_t>(place)]);
    }
    return value;
  }

 private:
  void require(std::uint64_t offset, std::uint64_t length) const {
    if (!holds(offset, length)) {
      throw ItemError("cut short: " + std::to_string(length) + " bytes are expected at byte " + std::to_string(offset) +
                      ", and the file has " + std::to_string(size()));
    }
  }

  std::span<const std::byte> bytes_;
  std::endian order_;
};

}  // namespace fairground
