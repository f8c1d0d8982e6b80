// What a JPEG file says of itself, read from its segments (ITU-T T.81, annex B).
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace fairground {

struct JpegSegments {
  std::map<int, std::array<int, 64>> tables;  ///< quantisation steps in zigzag order, by the table's number
  int frame = 0;                              ///< the marker's second byte: C0 is baseline
  int width = 0;
  int height = 0;
  std::vector<std::pair<int, int>> factors;  ///< across and down, of each component
};

/// Reads up to the first scan. What is not a JPEG makes it throw std::out_of_range, or gives nothing.
[[nodiscard]] inline JpegSegments jpeg_segments(std::span<const std::byte> bytes) {
  const std::vector<std::byte> file(bytes.begin(), bytes.end());
  const auto at = [&file](std::size_t i) { return std::to_integer<int>(file.at(i)); };
  const auto word = [&at](std::size_t i) { return at(i) * 256 + at(i + 1); };
  JpegSegments found;
  std::size_t place = 2;  // behind the start of the image
  while (at(place) == 0xFF && at(place + 1) != 0xDA) {
    const int marker = at(place + 1);
    const auto end = place + 2 + static_cast<std::size_t>(word(place + 2));
    std::size_t i = place + 4;
    if (marker == 0xDB) {
      while (i < end) {
        const bool is_wide = at(i) / 16 == 1;
        std::array<int, 64>& table = found.tables[at(i) % 16];
        ++i;
        for (int& step : table) {
          step = is_wide ? word(i) : at(i);
          i += is_wide ? 2 : 1;
        }
      }
    } else if (marker >= 0xC0 && marker <= 0xC2) {
      found.frame = marker;
      found.height = word(i + 1);
      found.width = word(i + 3);
      for (int c = 0; c < at(i + 5); ++c) {
        const int factors = at(i + 7 + static_cast<std::size_t>(3 * c));
        found.factors.emplace_back(factors / 16, factors % 16);
      }
    }
    place = end;
  }
  return found;
}

}  // namespace fairground
