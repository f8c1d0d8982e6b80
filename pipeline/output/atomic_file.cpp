#include "pipeline/output/atomic_file.h"

#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  OutputTree(folder_of(path)).write(path.filename(), bytes);
}

void write_atomically(const fs::path& path, std::string_view text) {
  OutputTree(folder_of(path)).write(path.filename(), text);
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw PassingFault(path.string() + ": cannot make the folder: " + error.message());
  }
}

}  // namespace fairground
