// What `verify` can tell from the run's own folder: its files, records, failures, journal and counts against its plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "pipeline/flow/verify_differences.h"

namespace fairground {

/// A variant as plan.jsonl has it, and what the run says became of it.
struct PlannedVariant {
  std::size_t line = 0;  ///< of plan.jsonl, from 1
  std::string media;
  std::string source_id;
  std::string source_sha256;
  std::string condition;  ///< a JSON object
  std::int64_t realization = 0;
  std::string pair_id;
  std::string draw_id;
  std::string control;
  std::string file;               ///< with the folder of its medium
  std::string mask_file;          ///< likewise, of the mask beside it; empty where there is none
  std::string status;             ///< written, rejected or failed; empty before its record or failure is met
  std::string sha256;             ///< that its record gives
  std::string mask_sha256;        ///< likewise
  std::string failure;            ///< of a lost one: its line in failures.jsonl
  std::uintmax_t at = 0;          ///< where its record begins in metadata.jsonl
  std::uint64_t hash = 0;         ///< of its record's line; see line_hash()
  bool journalled = false;        ///< journal.jsonl has its line
  std::uintmax_t in_journal = 0;  ///< where that begins
  std::uint64_t journal_hash = 0;
};

/// By variant_id.
using PlannedVariants = std::map<std::string, PlannedVariant>;

/// By which a line is compared without being kept.
[[nodiscard]] std::uint64_t line_hash(std::string_view line);

/// The line of a file that begins at a byte of it.
[[nodiscard]] std::string line_at(const std::filesystem::path& file, std::uintmax_t at);

/// Reads plan.jsonl and compares its hash with the one in run.json.
[[nodiscard]] PlannedVariants read_planned(const std::filesystem::path& directory, const nlohmann::json& run,
                                           Differences& differences);

/// Reads every file of the run again, and compares its records, failures, journal and counts with the plan and each
/// other, and all with the hashes in run.json. Notes in `planned` what became of each variant.
void check_folder(const std::filesystem::path& directory, const nlohmann::json& run, int jobs, PlannedVariants& planned,
                  std::ostream& progress, Differences& differences);

}  // namespace fairground
