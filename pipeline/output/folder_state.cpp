#include "pipeline/output/folder_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <system_error>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/output/folder_entries.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read_object(const std::string& text) {
  json value = parse_json(text);
  if (!value.is_object()) {
    value = json::object();
  }
  return value;
}

/// A file of that name is not enough: anyone may have a run.json.
bool is_our_run_file(const OutputTree& tree) {
  const json run = read_object(tree.read_text(kRunFile, kMostRunFileBytes).value_or(""));
  return run.contains("fairground") && run.contains("plan_sha256");
}

bool is_our_plan(const OutputTree& tree) {
  json line = json::object();
  tree.for_each_line(kPlanFile, [&](const FileLine& first) {
    const bool is_line = first.is_whole && first.text.size() <= kMostPlanLineBytes;
    line = is_line ? read_object(std::string(first.text)) : json::object();
    return false;
  });
  return line.contains("variant_id") && line.contains("draw_id") && line.contains("file");
}

/// Anyone may have a set.json.
bool is_our_set_file(const OutputTree& tree) {
  const json set = read_object(tree.read_text(kSetFile, kMostRunFileBytes).value_or(""));
  return set.contains("fairground") && set.contains("digital_source_type");
}

/// Whether there is nothing, or only what a run leaves that was stopped before its plan was written.
bool is_as_good_as_empty(const OutputTree& tree) {
  std::set<fs::path> names;
  for (const fs::directory_entry& entry : entries_of(tree.root(), /*may_be_missing=*/false)) {
    names.insert(entry.path().filename());
  }
  const auto part_of = [](const char* name) { return std::string(name) + ".part"; };
  std::set<fs::path> left_over = {kLock, part_of(kSetFile), part_of(kPlanFile), kShards};
  // Asked behind the look into the folder: another shard may be writing it, and it comes before the config's copy.
  if (is_our_set_file(tree)) {
    left_over.insert({kSetFile, kConfigCopy, part_of(kConfigCopy)});
  }
  return std::ranges::includes(left_over, names);
}

}  // namespace

FolderState state_of(const OutputTree& tree) {
  if (is_as_good_as_empty(tree)) {
    return FolderState::empty;
  }
  if (is_our_run_file(tree)) {
    return FolderState::finished;
  }
  if (is_our_plan(tree)) {
    return FolderState::begun;
  }
  throw UserError(tree.root().string() +
                  ": the output directory is not empty and holds no run of fairground; choose an empty one with --out");
}

FolderState state_of(const fs::path& directory) {
  std::error_code error;
  return fs::is_directory(directory, error) ? state_of(OutputTree(directory)) : FolderState::empty;
}

}  // namespace fairground
