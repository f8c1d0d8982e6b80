#include "pipeline/catalog/file_path.h"

#include <functional>
#include <mutex>
#include <set>

namespace fairground {
namespace {

/// The one copy of a folder's name.
const std::string* held_folder(std::string_view folder) {
  static std::mutex mutex;
  // Never destroyed, as paths may outlive whatever ends with the program. A set never moves what it holds.
  static auto& folders = *new std::set<std::string, std::less<>>;
  const std::lock_guard lock(mutex);
  const auto known = folders.find(folder);
  return known != folders.end() ? &*known : &*folders.emplace(folder).first;
}

}  // namespace

FilePath::FilePath(const std::string& path) {
  const std::size_t length = path.rfind('/') + 1;  // 0 where there is no slash
  folder_ = length == 0 ? nullptr : held_folder(std::string_view(path).substr(0, length));
  name_ = std::string_view(path).substr(length);
}

}  // namespace fairground
