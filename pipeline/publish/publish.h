// What is made of a finished set's records: the report, the data card and the exports.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/export_format.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// Writes the data card, the exports that set.json asks for, and the report. `run` is what run.json says or will say;
/// its seconds do not matter. `jobs` threads read the media that the report shows. Throws UserError where the folder's
/// records are not what they should be, and PassingFault.
void publish(const OutputTree& tree, const nlohmann::ordered_json& run, int jobs = 1);

/// Whether the report, the data card and the folders of the exports are there.
[[nodiscard]] bool is_published(const OutputTree& tree);

/// In what these files, and all exports that lie in the folder, differ from what publish() would write: each with the
/// file's name. Pictures within a report that is as its run has left it may be packed by another library.
[[nodiscard]] std::vector<std::string> compare_published(const OutputTree& tree, const nlohmann::ordered_json& run);

/// The command `report`: writes report and data card of a finished run again. Says where they are. Throws UserError
/// where `directory` holds no finished run, and PassingFault.
void write_report(const std::filesystem::path& directory, std::ostream& out);

/// The command `export`: writes a finished run in these formats, in place of earlier exports in them. Throws UserError,
/// before anything is written, where `directory` holds no finished run or it cannot be written so, and PassingFault.
void write_exports(const std::filesystem::path& directory, std::span<const ExportFormat> formats, std::ostream& out);

}  // namespace fairground
