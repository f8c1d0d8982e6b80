// What a finished run says beside its records: failures, journal, counts, the hashes in run.json, and its sources.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "pipeline/flow/verify_pairing.h"
#include "pipeline/flow/verify_records.h"

namespace fairground {

/// To be called once all records are noted in `planned`: what has neither a record nor a failure was lost without a
/// trace.
void check_failures(const std::filesystem::path& directory, const PairingCheck& records, PlannedVariants& planned,
                    Differences& differences);

/// To be called after check_failures(): the journal is in no order, but has a line for each variant behind its header,
/// and this is the second place where all of records and failures stands.
void check_journal(const std::filesystem::path& directory, const nlohmann::json& run, PlannedVariants& planned,
                   Differences& differences);

/// The counts in run.json.
void check_counts(const nlohmann::json& run, const PlannedVariants& planned, Differences& differences);

/// The hashes in run.json of the files that nobody could make again without the config and the sources.
void check_sealed(const std::filesystem::path& directory, const nlohmann::json& run, Differences& differences);

/// sources.jsonl: whole lines, with every file that a written variant was made of.
void check_sources_file(const std::filesystem::path& directory, const PlannedVariants& planned,
                        Differences& differences);

/// What run.json and the first line of a journal say of a run alike, without paths, since the same files may lie
/// elsewhere on another machine.
[[nodiscard]] nlohmann::json facts_without_paths(const nlohmann::json& facts);

}  // namespace fairground
