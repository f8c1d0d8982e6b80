// The path of one of very many files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline/catalog/compact_text.h"

namespace fairground {

/// A path. The folder, which most files of a manifest share, is held once for all that PathFolders made.
class FilePath {
 public:
  FilePath() = default;
  FilePath(const std::string& path) : name_(path) {}  // NOLINT(google-explicit-constructor): it is a path as any other

  [[nodiscard]] std::string str() const { return (folder_ == nullptr ? std::string() : *folder_) + name_.str(); }

  /// Whether this is `path`, asked without making a text of it.
  [[nodiscard]] bool is(std::string_view path) const {
    const std::string_view folder = folder_ == nullptr ? std::string_view() : std::string_view(*folder_);
    return path.starts_with(folder) && path.substr(folder.size()) == std::string_view(name_);
  }
  friend bool operator==(const FilePath& one, const FilePath& other) { return one.str() == other.str(); }

 private:
  friend class PathFolders;
  using Folder = std::shared_ptr<const std::string>;

  FilePath(Folder folder, std::string_view name) : folder_(std::move(folder)), name_(name) {}

  Folder folder_;  ///< with a slash at its end; may be none
  CompactText name_;
};

/// Makes paths that share their folders.
class PathFolders {
 public:
  [[nodiscard]] FilePath path(std::string_view text);

 private:
  std::unordered_map<std::string_view, FilePath::Folder> known_;  ///< by the text that the value points to
};

}  // namespace fairground
