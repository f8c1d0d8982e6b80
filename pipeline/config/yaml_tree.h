// A YAML file as a tree of plain values, in which every value knows its place. All that yaml-cpp would let
// pass or would change silently is refused here, so that readers of the tree meet no surprise.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace fairground {

/// Counted from 1, and columns in characters.
struct Place {
  int line = 1;
  int column = 1;
  auto operator<=>(const Place&) const = default;
};

/// All that is wrong with one file.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  void add(Place place, std::string message);
  /// `FILE:LINE:COL`.
  [[nodiscard]] std::string text_of(Place place) const;
  /// How often add() was called. A mistake behind an alias counts each time, though it is shown once.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Throws UserError with every mistake as `FILE:LINE:COL: message`, in the order of the file.
  void throw_if_any() const;

 private:
  std::string file_;
  std::set<std::tuple<Place, std::string>> mistakes_;
  std::size_t count_ = 0;
};

struct YamlNode;
/// Shared, because an alias is the same node as its anchor.
using YamlPointer = std::shared_ptr<const YamlNode>;

struct YamlEntry {
  std::string key;
  Place key_place;
  YamlPointer value;
};

struct YamlNode {
  enum class Kind { nothing, scalar, list, map };

  Kind kind = Kind::nothing;
  Place place;
  std::string text;                ///< of a scalar
  bool quotes = false;             ///< the scalar was written in quotes or as a block, and so can only be text
  std::vector<YamlPointer> items;  ///< of a list
  std::vector<YamlEntry> entries;  ///< of a map, in file order, each key once
};

/// The only document of `text`. Duplicate and merge keys, keys that are no text, and tags are noted in
/// `mistakes`; what ends reading (bad UTF-8, control characters, syntax, no or several documents, more than
/// 4 MiB, too many nodes, too deep) is noted too and then thrown with all the others as UserError.
[[nodiscard]] YamlPointer load_yaml(std::string_view text, Mistakes& mistakes);

/// The longest config that is read, in bytes.
inline constexpr std::size_t kLongestYaml = std::size_t{4} << 20U;

}  // namespace fairground
