#include "pipeline/output/folder_entries.h"

#include <system_error>

#include "pipeline/core/error.h"

namespace fairground {

namespace fs = std::filesystem;

std::vector<fs::directory_entry> entries_of(const fs::path& folder, bool may_be_missing) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    entries.push_back(*entry);
  }
  if (error && !(may_be_missing && error == std::errc::no_such_file_or_directory)) {
    throw PassingFault(folder.string() + ": cannot look into the folder: " + error.message());
  }
  return entries;
}

}  // namespace fairground
