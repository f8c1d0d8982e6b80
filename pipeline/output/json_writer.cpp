#include "pipeline/output/json_writer.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/core/text.h"

namespace fairground {

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_text(text_, name);
  text_ += ':';
  is_first_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_text(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) {
    return null();
  }
  // The library's own digits: they are not always the shortest ones, and the bytes of records must stay.
  std::array<char, 64> digits;
  const char* const end = nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), number);
  return plain({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  text_ += bracket;
  is_first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  text_ += bracket;
  is_first_ = false;
  return *this;
}

JsonWriter& JsonWriter::plain(std::string_view token) {
  separate();
  text_ += token;
  return *this;
}

void JsonWriter::separate() {
  if (!is_first_) {
    text_ += ',';
  }
  is_first_ = false;
}

}  // namespace fairground
