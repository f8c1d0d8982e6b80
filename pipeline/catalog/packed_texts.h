// Short texts that are many.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fairground {

/// A few short texts in one piece of memory: a million sources would otherwise hold several million pieces.
class PackedTexts {
 public:
  PackedTexts() = default;
  PackedTexts(std::initializer_list<std::string_view> texts);

  /// `text` must not hold the character zero, which no manifest does.
  void add(std::string_view text);
  void clear() { texts_.clear(); }
  /// The text that was added after `i` others. Throws std::out_of_range where there are fewer.
  [[nodiscard]] std::string_view operator[](std::size_t i) const;

 private:
  std::string texts_;  ///< each with a zero at its end
};

}  // namespace fairground
