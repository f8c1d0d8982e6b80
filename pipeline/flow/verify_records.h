// What `verify` can tell from the run's own folder: its files, records, failures, journal and counts against its plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

#include "pipeline/flow/verify_differences.h"

namespace fairground {

/// A variant as plan.jsonl has it, and what the run says became of it.
struct PlannedVariant {
  std::string media;
  std::string source_id;
  std::string source_sha256;
  std::string condition;  ///< a JSON object
  std::int64_t realization = 0;
  std::string pair_id;
  std::string draw_id;
  std::string control;
  std::string file;         ///< with the folder of its medium
  std::string mask_file;    ///< likewise, of the mask beside it; empty where there is none
  std::string status;       ///< written, rejected or failed; empty before its record or failure is met
  std::string sha256;       ///< that its record gives
  std::string figures;      ///< of a lost one, what failure_figures() has of it, as JSON
  std::uintmax_t at = 0;    ///< where its record begins in metadata.jsonl
  bool journalled = false;  ///< journal.jsonl has its line
};

/// By variant_id.
using PlannedVariants = std::map<std::string, PlannedVariant>;

/// Reads plan.jsonl and compares its hash with the one in run.json.
[[nodiscard]] PlannedVariants read_planned(const std::filesystem::path& directory, const nlohmann::json& run,
                                           Differences& differences);

/// Reads every file of the run again, and compares its records, failures, journal and counts with the plan and each
/// other. Notes in `planned` what became of each variant.
void check_folder(const std::filesystem::path& directory, const nlohmann::json& run, int jobs, PlannedVariants& planned,
                  std::ostream& progress, Differences& differences);

}  // namespace fairground
