// Linear light to codes of 8 bits by a table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace fairground {

/// The codes of 8 bits that linear light gets by the sRGB transfer function, evaluated and not looked up: what
/// CodeTable is made from. What lies beyond 0 to 1 saturates.
void encode_codes(std::span<const float> light, std::span<std::uint8_t> codes);

/// A curve of linear light and the encoding behind it in one look-up, which gives the very codes that both would give
/// one after the other. It holds the lowest light of every code; the piece that a sample lies in is read from its bits
/// as a float.
class CodeTable {
 public:
  /// Changes samples of linear light in place.
  using Curve = std::function<void(std::span<float>)>;

  /// `curve` never falls, and keeps black and white and what lies beyond them there. Empty where it is so steep that a
  /// piece holds more than one step of the codes.
  [[nodiscard]] static std::optional<CodeTable> behind(const Curve& curve);

  /// Both spans are of one length.
  void look_up(std::span<const float> light, std::span<std::uint8_t> codes) const;

 private:
  std::vector<std::uint32_t> pieces_;
};

/// One for all channels, or one for each.
using CodeTables = std::vector<CodeTable>;

}  // namespace fairground
