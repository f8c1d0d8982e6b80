// Tables that number what is unique among the sources of one medium.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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

/// Hashes and compares files by their paths, so that a table of them needs no second copy of these.
struct ByPath {
  using is_transparent = void;
  const std::vector<MediaFile>* files;

  [[nodiscard]] std::string_view path(std::uint32_t file) const { return (*files)[file].path; }
  [[nodiscard]] static std::string_view path(std::string_view path) { return path; }

  std::size_t operator()(const auto& file) const { return TextHash{}(path(file)); }
  bool operator()(const auto& one, const auto& other) const { return path(one) == path(other); }
};

/// Gives every file of one medium its number.
class FileTable {
 public:
  explicit FileTable(std::vector<MediaFile>& files) : files_(files), known_(0, ByPath{&files}, ByPath{&files}) {}

  std::uint32_t number_of(const std::string& path) {
    if (const auto known = known_.find(std::string_view(path)); known != known_.end()) {
      return *known;
    }
    const auto number = static_cast<std::uint32_t>(files_.size());
    files_.emplace_back().path = path;
    known_.insert(number);
    return number;
  }

 private:
  std::vector<MediaFile>& files_;
  std::unordered_set<std::uint32_t, ByPath, ByPath> known_;
};

}  // namespace fairground
