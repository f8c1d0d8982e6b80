// What the files of a run are called. docs/design.md, section 7, says what they hold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/design/share.h"

namespace fairground {

inline constexpr const char* kRunFile = "run.json";  ///< written last: with it, the run is finished
inline constexpr const char* kPlanFile = "plan.jsonl";
inline constexpr const char* kSetFile = "set.json";        ///< what the set is made of; written before the plan
inline constexpr const char* kConfigCopy = "config.yaml";  ///< the config's bytes; likewise
inline constexpr const char* kJournal = "journal.jsonl";
inline constexpr const char* kSynced = "journal.synced";  ///< how much of the journal is safe; gone at the end
inline constexpr const char* kLock = "run.lock";          ///< likewise, who writes here
inline constexpr const char* kSourcesFile = "sources.jsonl";
inline constexpr const char* kFailures = "failures.jsonl";
inline constexpr const char* kCoverage = "coverage.json";
inline constexpr const char* kSkinTone = "skin_tone.json";
inline constexpr const char* kReport = "report.html";
inline constexpr const char* kDataCard = "DATACARD.md";
inline constexpr const char* kReadme =
    "README.md";  ///< the same as Hugging Face shows it; another in each medium's folder
inline constexpr const char* kExports = "exports";          ///< a folder with one for each format
inline constexpr const char* kMetadata = "metadata.jsonl";  ///< inside a medium's folder
inline constexpr const char* kShards = "shards";
inline constexpr const char* kShardFile = "shard.json";  ///< written last: with it, the shard is complete

/// `shards/2-of-7`, inside the run's folder.
[[nodiscard]] std::filesystem::path shard_folder(const Shard& shard);
/// The other way round, from the folder's name alone; nothing for a name that no shard has.
[[nodiscard]] std::optional<Shard> shard_of_name(const std::string& name);

}  // namespace fairground
