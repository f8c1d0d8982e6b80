#include "pipeline/config/yaml_text.h"

#include <yaml-cpp/mark.h>

#include <algorithm>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

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
