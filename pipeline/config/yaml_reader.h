// A strict walk over a YAML tree. Whoever reads a map says which keys it may have by reading them, so that
// valid keys are listed nowhere else; every mistake is noted with its place, and reading goes on.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/config/yaml_tree.h"

namespace fairground {

enum class Need { optional, required };

/// A closed range.
struct Bounds {
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
};
struct IntegerBounds {
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};

/// One value, and the name that messages give it. What is read is empty where there is a mistake, which is
/// then noted. The tree and the mistakes must outlive it.
class ValueReader {
 public:
  ValueReader(const YamlNode& node, std::string name, Mistakes& mistakes)
      : node_(&node), name_(std::move(name)), mistakes_(&mistakes) {}

  [[nodiscard]] const YamlNode& node() const { return *node_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Place place() const { return node_->place; }
  [[nodiscard]] Mistakes& mistakes() const { return *mistakes_; }
  [[nodiscard]] bool is(YamlNode::Kind kind) const { return node_->kind == kind; }
  /// Whether this is the given word, without quotes.
  [[nodiscard]] bool is_word(std::string_view word) const;

  /// Notes `message` at this value.
  void error(std::string message) const { mistakes_->add(node_->place, std::move(message)); }
  /// Notes that this must be `wanted`, and what was found.
  void wrong(const std::string& wanted) const;

  /// `otherwise` names what the caller takes instead of a number, for the message.
  [[nodiscard]] std::optional<double> number(Bounds bounds, std::string_view unit = {},
                                             const std::string& otherwise = {}) const;
  /// Plain decimal digits. Octal, hexadecimal, base 60 and 1e3 are refused, since YAML readers disagree on them.
  [[nodiscard]] std::optional<std::int64_t> integer(IntegerBounds bounds, const std::string& otherwise = {}) const;
  /// `true` or `false`, and none of YAML 1.1's other words for them.
  [[nodiscard]] std::optional<bool> flag() const;
  /// One line of text that is not empty.
  [[nodiscard]] std::optional<std::string> text() const;
  /// Text of letters, digits, `_` and `-`.
  [[nodiscard]] std::optional<std::string> identifier() const;
  /// The index of one of `words`.
  [[nodiscard]] std::optional<std::size_t> choice(const std::vector<std::string>& words) const;
  /// The items of a list. `of_what` completes "a list of …".
  [[nodiscard]] std::optional<std::vector<ValueReader>> list(std::string_view of_what) const;

 private:
  [[nodiscard]] bool is_plain() const { return node_->kind == YamlNode::Kind::scalar && !node_->quotes; }

  const YamlNode* node_;
  std::string name_;
  Mistakes* mistakes_;
};

/// One map. Reading a key makes it a valid one; `finish()`, called last, reports the others.
class MapReader {
 public:
  /// Notes a mistake where the value is no map; nothing is then found in it, and nothing is missing. `of_what`
  /// completes "a map of …".
  explicit MapReader(ValueReader map, std::string_view of_what = "keys and values");

  /// The value of `key`, or nothing where it is absent.
  [[nodiscard]] std::optional<ValueReader> find(const std::string& key, Need need = Need::optional);
  [[nodiscard]] bool has(const std::string& key) const { return entry(key) != nullptr; }
  /// Where `key` stands, or else the map.
  [[nodiscard]] Place place_of(const std::string& key) const;

  /// From here on, keys are refused with "`key` {reason}" unless `allowed`.
  void only_if(bool allowed, std::string reason);

  /// These read into `into`, and leave it as it is where the key is absent or wrong.
  void number(const std::string& key, double& into, Bounds bounds, std::string_view unit = {});
  template <std::integral T>
  void integer(const std::string& key, T& into, IntegerBounds bounds, Need need = Need::optional) {
    if (const auto value = find(key, need)) {
      if (const auto read = value->integer(bounds)) {
        into = static_cast<T>(*read);
      }
    }
  }
  void flag(const std::string& key, bool& into);
  void text(const std::string& key, std::string& into, Need need = Need::optional);
  void identifier(const std::string& key, std::string& into, Need need = Need::optional);
  template <class E>
  bool choice(const std::string& key, E& into, const std::vector<std::pair<std::string, E>>& choices,
              Need need = Need::optional) {
    const auto value = find(key, need);
    std::vector<std::string> words;
    words.reserve(choices.size());
    for (const auto& [word, meaning] : choices) {
      words.push_back(word);
    }
    const auto index = value ? value->choice(words) : std::nullopt;
    if (index) {
      into = choices[*index].second;
    }
    return index.has_value();
  }

  /// Every entry, for maps whose keys are the user's own names; all of them then are valid.
  [[nodiscard]] std::vector<std::pair<Place, ValueReader>> entries();

  /// Reports the keys that nobody has read.
  void finish() const;

 private:
  [[nodiscard]] const YamlEntry* entry(const std::string& key) const;

  ValueReader map_;
  std::vector<std::string> known_;
  std::vector<std::string> refused_;
  bool any_key_ = false;
  std::string refusal_;
};

}  // namespace fairground
