#include "pipeline/catalog/file_path.h"

namespace fairground {

FilePath PathFolders::path(std::string_view text) {
  const std::size_t length = text.rfind('/') + 1;  // 0 where there is no slash
  const std::string_view folder = text.substr(0, length);
  auto known = known_.find(folder);
  if (known == known_.end()) {
    const auto held = std::make_shared<const std::string>(folder);
    known = known_.emplace(*held, held).first;
  }
  return {known->second, text.substr(length)};
}

}  // namespace fairground
