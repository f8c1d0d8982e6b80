// A frequency response as a table, as measurement programs write it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace fairground {

struct GainPoint {
  double hz = 0.0;
  double db = 0.0;
  bool operator==(const GainPoint&) const = default;
};

/// In straight lines of dB over the logarithm of frequency from point to point, which ascend. Beyond the outermost
/// points the gain is theirs. There is at least one.
[[nodiscard]] double interpolated_db(std::span<const GainPoint> points, double hz);

/// Reads lines of a frequency in Hz and a gain in dB, with semicolons, tabs, commas or blanks between them; further
/// columns, such as a phase, are not looked at. Decimal points only: `1000;-3,5` is refused. Empty lines and those that
/// begin with `#` or `*` are comments, and the first other line may name the columns. At least 2 and at most 100,000
/// points, frequencies above 0 that ascend, gains from -60 to 60 dB. Throws UserError with every mistake as `FILE:LINE:
/// message`.
[[nodiscard]] std::vector<GainPoint> parse_response_curve(std::span<const std::byte> bytes,
                                                          const std::filesystem::path& path);

}  // namespace fairground
