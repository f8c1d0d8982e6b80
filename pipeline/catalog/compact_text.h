// A text that very many objects hold.
#pragma once

#include <concepts>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace fairground {

/// A text that does not change, held by one pointer. A std::string takes 33 bytes beside the characters of all but the
/// shortest texts, this 9; it can be given wherever a std::string_view is wanted.
class CompactText {
 public:
  CompactText() = default;
  template <typename Text>
  requires(std::convertible_to<const Text&, std::string_view> && !std::same_as<Text, CompactText>)
      CompactText(const Text& text)  // NOLINT(google-explicit-constructor): it is a text like any other
      : block_(block_of(text)) {}
  CompactText(const CompactText& other) : CompactText(std::string_view(other)) {}
  CompactText(CompactText&&) noexcept = default;
  CompactText& operator=(const CompactText& other);
  CompactText& operator=(CompactText&&) noexcept = default;
  ~CompactText() = default;

  operator std::string_view() const;  // NOLINT(google-explicit-constructor): it is a text like any other
  [[nodiscard]] std::string str() const { return std::string(std::string_view(*this)); }
  [[nodiscard]] bool empty() const { return block_ == nullptr; }

  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const CompactText& one, const Text& other) {
    return std::string_view(one) == std::string_view(other);
  }
  friend std::ostream& operator<<(std::ostream& stream, const CompactText& text);

 private:
  using Block = std::unique_ptr<char[]>;  // NOLINT(modernize-avoid-c-arrays): a vector would hold three pointers
  static Block block_of(std::string_view text);

  /// The length, seven bits a byte and the lowest first, and then the characters. None where the text is empty.
  Block block_;
};

}  // namespace fairground
