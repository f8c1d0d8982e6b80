#include "pipeline/core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace fairground {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The number of bytes at the start of `text` that are seen to be ASCII, eight at a time. Most text is nothing else,
/// and a manifest may have millions of rows.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t length = 0;
  std::uint64_t eight = 0;
  while (text.size() - length >= sizeof eight) {
    std::memcpy(&eight, text.data() + length, sizeof eight);
    if ((eight & kHighBits) != 0) {
      break;
    }
    length += sizeof eight;
  }
  return length;
}

bool is_plain_in_json(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20U && byte < 0x80U && c != '"' && c != '\\';
}

/// The number of bytes at the start of `text` that JSON holds as they are and that are ASCII. Eight are looked at
/// together, with a borrow that reaches a byte's high bit where the byte is below what is taken from it.
std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = kOnes * 0x80U;
  constexpr auto kAnyBelow = [](std::uint64_t bytes, std::uint64_t bound) {
    return (bytes - kOnes * bound) & ~bytes & kHighBits;
  };
  std::size_t length = 0;
  std::uint64_t eight = 0;
  while (text.size() - length >= sizeof eight) {
    std::memcpy(&eight, text.data() + length, sizeof eight);
    const std::uint64_t quotes = kAnyBelow(eight ^ kOnes * '"', 1);
    const std::uint64_t backslashes = kAnyBelow(eight ^ kOnes * '\\', 1);
    if (((eight & kHighBits) | kAnyBelow(eight, 0x20U) | quotes | backslashes) != 0) {
      break;
    }
    length += sizeof eight;
  }
  while (length < text.size() && is_plain_in_json(text[length])) {
    ++length;
  }
  return length;
}

constexpr std::size_t kMostEscaped = 6;  // bytes that a character becomes at most

/// Writes a control character as JSON has it. Returns what is behind it.
char* write_control(char c, char* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kControls = "\b\t\n\f\r";
  constexpr std::string_view kLetters = "btnfr";
  *out++ = '\\';
  if (const std::size_t known = kControls.find(c); known != std::string_view::npos) {
    *out++ = kLetters[known];
    return out;
  }
  const auto byte = static_cast<unsigned char>(c);
  for (const char digit : {'u', '0', '0', kDigits[byte >> 4U], kDigits[byte & 0xFU]}) {
    *out++ = digit;
  }
  return out;
}

/// Whether a terminal may take the character for a command, or show what is around it otherwise than it is: the control
/// characters of ASCII; those from U+0080 to U+009F; and what has no width, breaks lines or turns the direction of
/// writing (U+200B to U+200F, U+2028 to U+202E, U+2060 to U+2069, U+FEFF).
bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(character[i])}; };
  if (character.size() == 1) {
    return byte(0) < 0x20U || byte(0) == 0x7FU;
  }
  if (character.size() == 2) {
    return byte(0) == 0xC2U && byte(1) < 0xA0U;
  }
  if (character.size() != 3) {
    return false;
  }
  const std::uint32_t point = (byte(0) & 0xFU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  return (point >= 0x200BU && point <= 0x200FU) || (point >= 0x2028U && point <= 0x202EU) ||
         (point >= 0x2060U && point <= 0x2069U) || point == 0xFEFFU;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  if (text.empty()) {
    return 0;
  }
  const std::uint32_t lead = byte(0);
  if (lead < 0x80U) {
    return 1;
  }
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < length) {
    return 0;
  }
  std::uint32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
    point = point << 6U | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800U) || (length == 4 && point < 0x10000U);
  const bool surrogate = point >= 0xD800U && point <= 0xDFFFU;
  return overlong || surrogate || point > 0x10FFFFU ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t ascii = ascii_length(text);
    if (ascii > 0) {
      text.remove_prefix(ascii);
      continue;
    }
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

std::string on_one_line(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, length));
    if (length == 0 || is_control(character)) {
      safe += '?';
    } else {
      safe += character;
    }
    text.remove_prefix(character.size());
  }
  return safe;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::size_t end = std::min(text.size(), kLongest);
  while (end > 0 && end < text.size() && continues_character(text[end])) {
    --end;
  }
  return on_one_line(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

std::string in_ticks(std::string_view text) { return "`" + shortened(text) + "`"; }

std::string counted(std::size_t number, std::string_view noun) {
  std::string text = std::to_string(number) + ' ' + std::string(noun);
  if (number != 1) {
    text += 's';
  }
  return text;
}

void append_json_text(std::string& json, std::string_view text) {
  const std::size_t plain = plain_length(text);
  if (plain < text.size() && !is_utf8(text)) {
    throw std::invalid_argument("JSON text must be UTF-8: " + in_ticks(text));
  }
  json += '"';
  json += text.substr(0, plain);
  text.remove_prefix(plain);
  // JSON within JSON is full of quotes, so that no branch waits for them. What is made room for is cut off again.
  constexpr std::size_t kPiece = 128;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kPiece);
    const std::size_t had = json.size();
    json.resize(had + kMostEscaped * piece.size());
    char* out = json.data() + had;
    for (const char c : piece) {
      if (static_cast<unsigned char>(c) < 0x20U) {
        out = write_control(c, out);
        continue;
      }
      *out = '\\';
      out += c == '"' || c == '\\' ? 1 : 0;
      *out++ = c;
    }
    json.resize(static_cast<std::size_t>(out - json.data()));
    text.remove_prefix(piece.size());
  }
  json += '"';
}

std::string json_text(std::string_view text) {
  std::string json;
  append_json_text(json, text);
  return json;
}

std::string shortest(double number) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), result.ptr};
}

}  // namespace fairground
