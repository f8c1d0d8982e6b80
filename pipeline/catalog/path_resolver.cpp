#include "pipeline/catalog/path_resolver.h"

#include <algorithm>
#include <utility>

#include "pipeline/core/text.h"

namespace fairground {

namespace fs = std::filesystem;

PathResolver::PathResolver(const fs::path& manifest, const std::map<std::string, fs::path>& roots)
    : folder_(fs::weakly_canonical(manifest.parent_path())) {
  allow(folder_);
  for (const auto& [name, root] : roots) {
    allow(fs::weakly_canonical(root));
  }
}

PathResolver::Result PathResolver::resolve(std::string_view cell) {
  std::error_code error;
  const std::string path = canonical(folder_ / cell, error).string();
  if (error) {
    return {"", "the path " + in_ticks(cell) + " cannot be followed: " + error.message()};
  }
  const auto holds = [&](const std::string& start) {
    return path.starts_with(start) || path == std::string_view(start).substr(0, start.size() - 1);
  };
  if (std::ranges::any_of(allowed_, holds)) {
    return {path, ""};
  }
  return {"", "the path " + in_ticks(cell) + " leaves the manifest's folder (it is " + on_one_line(path) +
                  "); allow that folder by name in the config: roots: {name: DIR}"};
}

std::string PathResolver::without_folders(std::string text) const {
  for (const std::string& folder : allowed_) {
    for (std::size_t at = text.find(folder); at != std::string::npos && folder != "/"; at = text.find(folder, at)) {
      // Within another path it would be another folder of that name.
      const bool begins_path = at == 0 || std::string_view(" '\"`(:").find(text[at - 1]) != std::string_view::npos;
      if (begins_path) {
        text.erase(at, folder.size());
      } else {
        ++at;
      }
    }
  }
  return text;
}

void PathResolver::allow(const fs::path& folder) {
  std::string start = folder.string();
  if (!start.ends_with('/')) {
    start += '/';
  }
  allowed_.push_back(std::move(start));
}

/// As fs::weakly_canonical, which follows a path from the root on. Most media of a manifest lie in few folders, so
/// these are followed once, and then only a file's own name.
fs::path PathResolver::canonical(const fs::path& path, std::error_code& error) {
  const fs::path name = path.filename();
  if (name.empty() || name == "." || name == "..") {
    return fs::weakly_canonical(path, error);
  }
  const std::string folder = path.parent_path().string();
  auto known = folders_.find(folder);
  if (known == folders_.end()) {
    const fs::path followed = fs::weakly_canonical(folder, error);
    if (error) {
      return {};
    }
    known = folders_.emplace(folder, followed).first;
  }
  const fs::path place = known->second / name;
  std::error_code not_there;
  const fs::file_type type = fs::symlink_status(place, not_there).type();
  return type == fs::file_type::symlink || type == fs::file_type::none ? fs::weakly_canonical(path, error) : place;
}

}  // namespace fairground
