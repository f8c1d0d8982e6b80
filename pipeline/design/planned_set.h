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
  std::string sha256;  ///< of the file's bytes, which is the plan's hash
  std::map<Media, PlannedMedia> media;
  std::size_t lines = 0;
};

/// Reads `path`, a plan.jsonl or the folder of a run that holds one. Throws UserError where it cannot be read or a line is
/// no line of a plan, with `FILE:LINE: message`.
[[nodiscard]] PlannedSet read_planned_set(const std::filesystem::path& path);

/// Takes out the variants that failures.jsonl of the run in `directory` lists as failed: they were not made, and may be
/// another time. Does nothing where there is no such file.
void drop_failed(PlannedSet& planned, const std::filesystem::path& directory);

}  // namespace fairground
