#include "pipeline/config/yaml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits off the front of `text` and says how many they were.
std::size_t take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

bool take(std::string_view& text, std::string_view any) {
  if (text.empty() || any.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// Like 10, which is 8 to some readers where it is written 010.
bool has_leading_zero(std::string_view text) {
  take(text, "+-");
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

bool is_integer(std::string_view text) {
  if (has_leading_zero(text)) {
    return false;
  }
  take(text, "+-");
  return take_digits(text) > 0 && text.empty();
}

/// A number of the core schema of YAML 1.2, section 10.3.2, without leading zeros.
bool is_number(std::string_view text) {
  if (has_leading_zero(text)) {
    return false;
  }
  take(text, "+-");
  std::size_t digits = take_digits(text);
  if (take(text, ".")) {
    digits += take_digits(text);
  }
  if (digits > 0 && take(text, "eE")) {
    take(text, "+-");
    digits = take_digits(text);
  }
  return digits > 0 && text.empty();
}

/// std::from_chars takes no plus sign.
std::string_view without_plus(std::string_view text) {
  take(text, "+");
  return text;
}

/// YAML 1.1's words for true and false, which half of all readers still follow.
bool looks_like_a_flag(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  static constexpr std::array<std::string_view, 6> kWords = {"true", "false", "yes", "no", "on", "off"};
  return std::ranges::find(kWords, text) != kWords.end();
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return "nothing";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
    case YamlNode::Kind::scalar:
      break;
  }
  return node.quotes ? "the text " + in_ticks(node.text) : in_ticks(node.text);
}

std::string alternative(const std::string& otherwise) { return otherwise.empty() ? "" : ", or " + otherwise; }

std::string wanted_integer(IntegerBounds bounds) {
  if (bounds.minimum == bounds.maximum) {
    return std::to_string(bounds.minimum);
  }
  return "an integer from " + std::to_string(bounds.minimum) + " to " + std::to_string(bounds.maximum);
}

}  // namespace

bool ValueReader::is_word(std::string_view word) const { return is_plain() && node_->text == word; }

void ValueReader::wrong(const std::string& wanted) const {
  error(in_ticks(name_) + " must be " + wanted + "; found " + describe(*node_));
}

std::optional<double> ValueReader::number(Bounds bounds, std::string_view unit, const std::string& otherwise) const {
  const std::string interval = interval_text(bounds.minimum, bounds.maximum, unit);
  const std::string wanted = "a number" + (interval.empty() ? "" : " " + interval) + alternative(otherwise);
  const std::string& text = node_->text;
  if (node_->kind == YamlNode::Kind::scalar && is_number(text)) {
    if (node_->quotes) {
      wrong(wanted + ", without quotes");
      return std::nullopt;
    }
    const std::string_view digits = without_plus(text);
    double number = 0.0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault == std::errc{} && number >= bounds.minimum && number <= bounds.maximum) {
      return number + 0.0;  // -0 and 0 would be two contents of one meaning.
    }
  } else if (is_plain() && has_leading_zero(text)) {
    wrong(wanted + ", without leading zeros");
    return std::nullopt;
  }
  wrong(wanted);
  return std::nullopt;
}

std::optional<std::int64_t> ValueReader::integer(IntegerBounds bounds, const std::string& otherwise) const {
  const std::string wanted = wanted_integer(bounds) + alternative(otherwise);
  const std::string& text = node_->text;
  if (node_->kind == YamlNode::Kind::scalar && is_integer(text)) {
    if (node_->quotes) {
      wrong(wanted + ", without quotes");
      return std::nullopt;
    }
    const std::string_view digits = without_plus(text);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault == std::errc{} && number >= bounds.minimum && number <= bounds.maximum) {
      return number;
    }
  } else if (is_plain() && !text.empty() && (is_digit(text[0]) || is_number(text))) {
    wrong(wanted + ", in plain decimal digits");
    return std::nullopt;
  }
  wrong(wanted);
  return std::nullopt;
}

std::optional<bool> ValueReader::flag() const {
  if (is_word("true") || is_word("false")) {
    return is_word("true");
  }
  wrong("true or false");
  return std::nullopt;
}

std::optional<std::string> ValueReader::text() const {
  if (node_->kind != YamlNode::Kind::scalar) {
    wrong("text");
    return std::nullopt;
  }
  if (is_plain() && looks_like_a_flag(node_->text)) {
    wrong("text, in quotes where YAML readers may take it for true or false");
    return std::nullopt;
  }
  if (node_->text.empty()) {
    error(in_ticks(name_) + " must not be empty");
    return std::nullopt;
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; };
  if (std::ranges::any_of(node_->text, is_control)) {
    wrong("one line of text without control characters");
    return std::nullopt;
  }
  return node_->text;
}

std::optional<std::string> ValueReader::identifier() const {
  auto name = text();
  if (name && !is_name(*name)) {
    wrong("made of letters (a-z, A-Z), digits, _ and -");
    return std::nullopt;
  }
  return name;
}

std::optional<std::size_t> ValueReader::choice(const std::vector<std::string>& words) const {
  const auto found = std::ranges::find(words, node_->text);
  const bool is_quoted_number = node_->quotes && is_integer(node_->text);
  if (node_->kind == YamlNode::Kind::scalar && found != words.end() && !is_quoted_number) {
    return static_cast<std::size_t>(found - words.begin());
  }
  // 17 is near 16, but is no slip of the fingers.
  const bool may_be_a_slip = node_->kind == YamlNode::Kind::scalar && !is_integer(node_->text);
  const std::string near = may_be_a_slip ? nearest(node_->text, words) : "";
  error(in_ticks(name_) + " must be " + any_of(words) + "; found " + describe(*node_) +
        (near.empty() ? "" : "; did you mean `" + near + "`?"));
  return std::nullopt;
}

std::optional<std::vector<ValueReader>> ValueReader::list(std::string_view of_what) const {
  if (node_->kind != YamlNode::Kind::list) {
    wrong("a list of " + std::string(of_what));
    return std::nullopt;
  }
  std::vector<ValueReader> items;
  for (const YamlPointer& item : node_->items) {
    items.emplace_back(*item, name_, *mistakes_);
  }
  return items;
}

MapReader::MapReader(ValueReader map, std::string_view of_what) : map_(std::move(map)) {
  if (!map_.is(YamlNode::Kind::map)) {
    map_.wrong("a map of " + std::string(of_what));
  }
}

const YamlEntry* MapReader::entry(const std::string& key) const {
  const auto& entries = map_.node().entries;
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::optional<ValueReader> MapReader::find(const std::string& key, Need need) {
  (refusal_.empty() ? known_ : refused_).push_back(key);
  const YamlEntry* const found = entry(key);
  if (found == nullptr) {
    if (need == Need::required && map_.is(YamlNode::Kind::map)) {
      map_.error(in_ticks(key) + " is missing in " + in_ticks(map_.name()));
    }
    return std::nullopt;
  }
  if (!refusal_.empty()) {
    map_.mistakes().add(found->key_place, in_ticks(key) + " " + refusal_);
    return std::nullopt;
  }
  return ValueReader(*found->value, key, map_.mistakes());
}

Place MapReader::place_of(const std::string& key) const {
  const YamlEntry* const found = entry(key);
  return found == nullptr ? map_.place() : found->key_place;
}

void MapReader::only_if(bool allowed, std::string reason) { refusal_ = allowed ? "" : std::move(reason); }

void MapReader::number(const std::string& key, double& into, Bounds bounds, std::string_view unit) {
  if (const auto value = find(key)) {
    into = value->number(bounds, unit).value_or(into);
  }
}

void MapReader::flag(const std::string& key, bool& into) {
  if (const auto value = find(key)) {
    into = value->flag().value_or(into);
  }
}

void MapReader::text(const std::string& key, std::string& into, Need need) {
  if (const auto value = find(key, need)) {
    into = value->text().value_or(into);
  }
}

void MapReader::identifier(const std::string& key, std::string& into, Need need) {
  if (const auto value = find(key, need)) {
    into = value->identifier().value_or(into);
  }
}

std::vector<std::pair<Place, ValueReader>> MapReader::entries() {
  any_key_ = true;
  std::vector<std::pair<Place, ValueReader>> values;
  for (const YamlEntry& found : map_.node().entries) {
    values.emplace_back(found.key_place, ValueReader(*found.value, found.key, map_.mistakes()));
  }
  return values;
}

void MapReader::finish() const {
  if (any_key_) {
    return;
  }
  const auto is_among = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const auto& [key, place, value] : map_.node().entries) {
    if (!is_among(known_, key) && !is_among(refused_, key)) {
      map_.mistakes().add(
          place, "unknown key " + in_ticks(key) + " in " + in_ticks(map_.name()) + "; " + suggestion(key, known_));
    }
  }
}

}  // namespace fairground
