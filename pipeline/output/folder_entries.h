// What lies in a folder.
#pragma once

#include <filesystem>
#include <vector>

namespace fairground {

/// In the order in which the system lists it. Throws PassingFault, with the system's reason, where it cannot look into
/// the folder; one that is missing holds nothing where it `may_be_missing`.
[[nodiscard]] std::vector<std::filesystem::directory_entry> entries_of(const std::filesystem::path& folder,
                                                                       bool may_be_missing);

}  // namespace fairground
