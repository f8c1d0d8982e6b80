#include "pipeline/config/yaml_text.h"

#include <yaml-cpp/mark.h>

#include <algorithm>
#include <cstdint>

#include "pipeline/config/wording.h"

namespace fairground {
namespace {

/// The length of the UTF-8 character at the start of `text`, or 0 where there is none. Overlong forms,
/// surrogates and what lies beyond U+10FFFF are not UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
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

/// Characters are counted once per block, so that a long line of many values does not take quadratic time.
constexpr std::size_t kBlock = 256;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

YamlText::YamlText(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  text_ = text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
  characters_before_.push_back(0);
  for (std::size_t start = 0; start < text_.size(); start += kBlock) {
    characters_before_.push_back(characters_before_.back() +
                                 character_count(std::string_view(text_).substr(start, kBlock)));
  }
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      line_starts_.push_back(i + 1);
    }
  }
}

std::optional<YamlText::Fault> YamlText::bad_character() const {
  const std::string_view text = text_;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      return Fault{place_of(i), "not UTF-8: save the file as UTF-8"};
    }
    // yaml-cpp takes the byte 4 for the end of the file.
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20U && !is_blank(text[i])) || byte == 0x7FU) {
      return Fault{place_of(i), "a control character (byte " + std::to_string(byte) + ")"};
    }
    i += length;
  }
  return std::nullopt;
}

Place YamlText::place(const YAML::Mark& mark) const { return place_of(offset(mark)); }

std::optional<Place> YamlText::tab_in_indentation(const YAML::Mark& mark) const {
  std::size_t i = line_starts_[line_of(mark)];
  while (i < text_.size() && text_[i] == ' ') {
    ++i;
  }
  return i < text_.size() && text_[i] == '\t' ? std::optional(place_of(i)) : std::nullopt;
}

bool YamlText::spells_null_at(const YAML::Mark& mark) const {
  const std::string_view rest = std::string_view(text_).substr(offset(mark));
  return rest.starts_with("~") || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
}

bool YamlText::quotes_close_at(const YAML::Mark& mark) const {
  std::size_t i = offset(mark);
  // The mark of an anchored or tagged value is that of its anchor or tag.
  while (i < text_.size() && (text_[i] == '&' || text_[i] == '!')) {
    i = std::min(text_.find_first_of(" \t\r\n", i), text_.size());
    i = std::min(text_.find_first_not_of(" \t\r\n", i), text_.size());
  }
  if (i == text_.size() || (text_[i] != '"' && text_[i] != '\'')) {
    return true;
  }
  const char quote = text_[i];
  for (++i; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\') {
      ++i;
    } else if (quote == '\'' && text_.compare(i, 2, "''") == 0) {
      ++i;
    } else if (text_[i] == quote) {
      return true;
    }
  }
  return false;
}

std::size_t YamlText::line_of(const YAML::Mark& mark) const {
  // A mark that is unknown has the line -1.
  return std::min(static_cast<std::size_t>(std::max(mark.line, 0)), line_starts_.size() - 1);
}

std::size_t YamlText::offset(const YAML::Mark& mark) const {
  return std::min(line_starts_[line_of(mark)] + static_cast<std::size_t>(std::max(mark.column, 0)), text_.size());
}

std::size_t YamlText::characters_up_to(std::size_t byte) const {
  const std::size_t block = byte / kBlock;
  return characters_before_[block] + character_count(std::string_view(text_).substr(block * kBlock, byte % kBlock));
}

Place YamlText::place_of(std::size_t byte) const {
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), byte);
  const auto line = static_cast<std::size_t>(next - line_starts_.begin());
  const std::size_t before = characters_up_to(byte) - characters_up_to(line_starts_[line - 1]);
  return {static_cast<int>(line), static_cast<int>(before + 1)};
}

}  // namespace fairground
