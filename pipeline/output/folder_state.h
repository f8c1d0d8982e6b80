// What an output directory holds.
#pragma once

#include <cstddef>
#include <filesystem>

#include "pipeline/output/output_tree.h"

namespace fairground {

enum class FolderState {
  empty,    ///< nothing, or what a run leaves that was stopped before its plan was written
  begun,    ///< a run that is not finished
  finished  ///< a run with its run.json
};

/// Throws UserError where the directory holds anything but a run of fairground. A directory that is missing is empty.
[[nodiscard]] FolderState state_of(const std::filesystem::path& directory);
[[nodiscard]] FolderState state_of(const OutputTree& tree);

/// Of run.json and set.json: enough for the hashes of a hundred thousand assets. As JSON in memory, a text takes up to
/// ten times its bytes.
inline constexpr std::size_t kMostRunFileBytes = std::size_t{16} << 20U;
/// Of a line of a plan.
inline constexpr std::size_t kMostPlanLineBytes = std::size_t{1} << 20U;

}  // namespace fairground
