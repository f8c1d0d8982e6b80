// Tables that number what is unique among the sources of one medium.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Lets tables of strings be asked for a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using TextTable = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

/// The number of `text` in `table`, which is `next` where it was not there.
inline std::uint32_t number_of(TextTable& table, std::string_view text, std::size_t next) {
  const auto known = table.find(text);
  return known != table.end() ? known->second : table.emplace(text, static_cast<std::uint32_t>(next)).first->second;
}

/// Numbers of texts that are held elsewhere, to be found by these. A std::unordered_set would take four times as much
/// memory.
class NumberTable {
 public:
  /// The number with this hash of which `is_it(number)` is true.
  template <typename IsIt>
  [[nodiscard]] std::optional<std::uint32_t> find(std::size_t hash, const IsIt& is_it) const {
    for (std::size_t slot = hash & mask(); slots_[slot] != kFree; slot = (slot + 1) & mask()) {
      if (is_it(slots_[slot])) {
        return slots_[slot];
      }
    }
    return std::nullopt;
  }

  /// Adds a number that is not there. `hash_of(number)` is its text's hash.
  template <typename HashOf>
  void add(std::uint32_t number, const HashOf& hash_of) {
    if (3 * (count_ + 1) > 2 * slots_.size()) {
      const std::vector<std::uint32_t> before = std::exchange(slots_, Slots(2 * slots_.size(), kFree));
      for (const std::uint32_t known : before) {
        if (known != kFree) {
          put(known, hash_of(known));
        }
      }
    }
    put(number, hash_of(number));
    ++count_;
  }

 private:
  using Slots = std::vector<std::uint32_t>;
  static constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void put(std::uint32_t number, std::size_t hash) {
    std::size_t slot = hash & mask();
    while (slots_[slot] != kFree) {
      slot = (slot + 1) & mask();
    }
    slots_[slot] = number;
  }

  Slots slots_ = Slots(16, kFree);  ///< a power of two; a text stands at its hash or behind what stood there first
  std::size_t count_ = 0;
};

/// Gives every name its number, which is its place among the names.
class NameTable {
 public:
  explicit NameTable(std::vector<std::string>& names) : names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      add(static_cast<std::uint32_t>(i));
    }
  }

  std::uint32_t number_of(std::string_view name) {
    if (const auto known = known_.find(TextHash{}(name), [&](std::uint32_t i) { return names_[i] == name; })) {
      return *known;
    }
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(name);
    add(number);
    return number;
  }

 private:
  void add(std::uint32_t number) {
    known_.add(number, [&](std::uint32_t i) { return TextHash{}(names_[i]); });
  }

  std::vector<std::string>& names_;
  NumberTable known_;
};

/// Gives every file of one medium its number.
class FileTable {
 public:
  explicit FileTable(std::deque<MediaFile>& files) : files_(files) {}

  std::uint32_t number_of(const std::string& path) {
    const auto is_it = [&](std::uint32_t file) { return files_[file].path.is(path); };
    if (const auto known = known_.find(TextHash{}(path), is_it)) {
      return *known;
    }
    const auto number = static_cast<std::uint32_t>(files_.size());
    files_.emplace_back().path = path;
    known_.add(number, [&](std::uint32_t file) { return TextHash{}(files_[file].path.str()); });
    return number;
  }

 private:
  std::deque<MediaFile>& files_;
  NumberTable known_;
};

}  // namespace fairground
