// Which files in a run's folder are of its exports.
#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/config/export_format.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// The folder of an export, inside the run's.
[[nodiscard]] std::filesystem::path export_folder(ExportFormat format);

/// The files in the folder of an export that have a name which fairground gives to files of that export, or to what it
/// has not finished of them, as seen from the run's folder. Nothing behind a link is looked at.
[[nodiscard]] std::vector<std::filesystem::path> files_of_export(const OutputTree& tree, ExportFormat format);
/// Deletes the files of an export of a run, by the names that fairground gives them, and its folder if that is then
/// empty.
void delete_export(const OutputTree& tree, ExportFormat format);
/// The same for all exports, and the folder that holds them.
void delete_exports(const OutputTree& tree);

}  // namespace fairground
