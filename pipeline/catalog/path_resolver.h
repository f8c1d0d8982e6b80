// Where the media of a manifest lie.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace fairground {

/// Finds the files that a manifest names and keeps it from reaching others.
class PathResolver {
 public:
  /// `roots` are folders beside the manifest's from which media may come, too.
  PathResolver(const std::filesystem::path& manifest, const std::map<std::string, std::filesystem::path>& roots);

  /// The absolute path of a medium, links resolved, or what is wrong with it.
  struct Result {
    std::string path;
    std::string mistake;  ///< empty: none
  };
  Result resolve(std::string_view cell);

  /// A text in which media have the paths that they have below these folders, so that it says the same wherever these
  /// lie, and nothing of the machine.
  [[nodiscard]] std::string without_folders(std::string text) const;

 private:
  void allow(const std::filesystem::path& folder);
  std::filesystem::path canonical(const std::filesystem::path& path, std::error_code& error);

  std::filesystem::path folder_;
  std::vector<std::string> allowed_;  ///< folders, each with a slash at its end
  std::unordered_map<std::string, std::filesystem::path> folders_;
};

}  // namespace fairground
