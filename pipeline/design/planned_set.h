// A plan.jsonl, read back: of a run that another one extends or is compared with, or of a plan that a run must follow.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/config/schema.h"
#include "pipeline/design/chain.h"

namespace fairground {

struct PlannedLine {
  std::uint32_t condition = 0;  ///< index into PlannedMedia::conditions
  Control control = Control::none;
  std::uint32_t identity = 0;  ///< of an identity control, which of the config's identity conditions it is
  std::string variant_id;
};

struct PlannedSource {
  int realization = 0;
  std::vector<PlannedLine> lines;  ///< in the order of the file
};

struct PlannedMedia {
  std::vector<std::map<std::string, std::string>> conditions;  ///< names of levels by axis, each once
  std::unordered_map<std::string, PlannedSource> sources;      ///< by id
};

struct PlannedSet {
  std::filesystem::path file;
  std::filesystem::path directory;  ///< of a finished run; absolute
  std::string sha256;               ///< of the file's bytes, which is the plan's hash
  std::map<Media, PlannedMedia> media;
  std::size_t lines = 0;
};

/// Reads `path`, a plan.jsonl or the folder of a run that holds one. Throws UserError where it cannot be read or a line
/// is no line of a plan, with `FILE:LINE: message`.
[[nodiscard]] PlannedSet read_planned_set(const std::filesystem::path& path);

/// What the run in `directory` has: its plan without the variants that failed, which were not made and may be another
/// time. A run that extended another has what that one has, too. Throws UserError where there is no finished run, or
/// the one that it extended is not to be found any more.
[[nodiscard]] PlannedSet read_finished_run(const std::filesystem::path& directory);

}  // namespace fairground
