// The path of one of very many files.
#pragma once

#include <string>
#include <string_view>

#include "pipeline/catalog/compact_text.h"

namespace fairground {

/// A path, held by two pointers. Its folder, which most files of a manifest share, is held once for all paths and stays
/// until the program ends. May be made by any thread.
class FilePath {
 public:
  FilePath() = default;
  FilePath(const std::string& path);  // NOLINT(google-explicit-constructor): it is a path as any other

  [[nodiscard]] std::string str() const { return (folder_ == nullptr ? std::string() : *folder_) + name_.str(); }

  /// Whether this is `path`, asked without making a text of it.
  [[nodiscard]] bool is(std::string_view path) const {
    const std::string_view folder = folder_ == nullptr ? std::string_view() : std::string_view(*folder_);
    return path.starts_with(folder) && path.substr(folder.size()) == std::string_view(name_);
  }
  friend bool operator==(const FilePath& one, const FilePath& other) {
    return one.folder_ == other.folder_ && one.name_ == std::string_view(other.name_);
  }

 private:
  const std::string* folder_ = nullptr;  ///< with a slash at its end; none where there is no slash
  CompactText name_;
};

}  // namespace fairground
