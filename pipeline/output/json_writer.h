// JSON, written value by value. A tree of values, as nlohmann/json builds it before it prints one, took a tenth of the
// time of a set of small files.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace fairground {

/// The same bytes as nlohmann/json's `dump()` of the same values. Whether what is written makes a whole value is up to
/// the caller, and so is that no key comes twice.
class JsonWriter {
 public:
  /// Room for so many bytes, where it is known how many will come.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }

  JsonWriter& key(std::string_view name);

  /// Throws std::invalid_argument where the text is not UTF-8.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  /// What is not finite becomes null.
  JsonWriter& value(double number);
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::same_as<T, bool>) {
      return plain(number ? "true" : "false");
    } else {
      return plain(std::to_string(number));
    }
  }
  JsonWriter& null() { return plain("null"); }
  /// What is JSON already.
  JsonWriter& json(std::string_view value) { return plain(value); }

  template <class T>
  JsonWriter& field(std::string_view name, const T& of) {
    return key(name).value(of);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The same; nothing can be written after it.
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  JsonWriter& plain(std::string_view token);
  void separate();

  std::string text_;
  bool is_first_ = true;  ///< nothing stands before the next value that it must be parted from
};

}  // namespace fairground
