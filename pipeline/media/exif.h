// Directories of TIFF 6.0 (Adobe, 1992, section 2), in TIFF files and in the EXIF of other formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/media/byte_view.h"

namespace fairground {

/// The first directory of a TIFF structure.
class TiffDirectory {
 public:
  /// Throws ItemError where `tiff` does not hold a complete directory.
  explicit TiffDirectory(std::span<const std::byte> tiff);

  /// All numbers of a tag whose values are unsigned integers; none where the tag is missing. Throws ItemError where
  /// they lie outside of the file or are of another type.
  [[nodiscard]] std::vector<std::uint32_t> values(std::uint16_t tag) const;
  /// The first number of a tag, without the memory that all of them would take.
  [[nodiscard]] std::optional<std::uint32_t> value(std::uint16_t tag) const;
  /// The bytes of a tag of type BYTE or UNDEFINED; nothing where the tag is missing. Throws ItemError as values().
  [[nodiscard]] std::optional<std::span<const std::byte>> bytes(std::uint16_t tag) const;

 private:
  /// Where the numbers of a tag lie.
  struct Numbers {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    int width = 1;
  };
  [[nodiscard]] Numbers find(std::uint16_t tag) const;
  [[nodiscard]] std::uint32_t number(const Numbers& numbers, std::uint64_t i) const;

  ByteView view_;
  std::map<std::uint16_t, std::uint64_t> entries_;  ///< offset of each tag's entry
};

/// The tag that says how a picture is to be turned, in TIFF and in EXIF.
inline constexpr std::uint16_t kOrientationTag = 274;
/// The tag of a TIFF's ICC profile: ICC.1:2022, annex B.3.
inline constexpr std::uint16_t kIccTag = 34675;

/// The orientation, 1 to 8, in an EXIF block that begins with its TIFF header. It is 1 (upright) where the block says
/// nothing or is broken, since EXIF is often damaged by tools and says nothing else that matters here.
[[nodiscard]] int exif_orientation(std::span<const std::byte> exif);

}  // namespace fairground
