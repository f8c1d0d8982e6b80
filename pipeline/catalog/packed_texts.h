// Short texts that are many.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

#include "pipeline/catalog/compact_text.h"

namespace fairground {

/// A few short texts in one piece of memory: a million sources would otherwise hold several million pieces.
class PackedTexts {
 public:
  PackedTexts() = default;
  /// None of `texts` may hold the character zero, which no manifest does.
  explicit PackedTexts(std::span<const std::string_view> texts);
  PackedTexts(std::initializer_list<std::string_view> texts) : PackedTexts(std::span(texts.begin(), texts.size())) {}

  /// Text number `i`. Throws std::out_of_range where there are fewer.
  [[nodiscard]] std::string_view operator[](std::size_t i) const;

 private:
  CompactText texts_;  ///< each with a zero at its end
};

}  // namespace fairground
