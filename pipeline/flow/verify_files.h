// The media of a finished run: each file against its record.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/flow/verify_records.h"

namespace fairground {

/// Reads the file and the mask of a record again: their hashes, what is measured on them, and whether what the record
/// says of words, boxes and key points fits. `folder` is that of the medium. Any thread may call it.
void check_file(const std::filesystem::path& folder, const std::string& medium, const nlohmann::json& record,
                const nlohmann::json& run, Differences& differences);

/// A file without a record would be loaded by whoever ignores the records, and a link may lead anywhere.
void check_no_other_files(const std::filesystem::path& directory, const std::string& medium,
                          const PlannedVariants& planned, Differences& differences);

}  // namespace fairground
