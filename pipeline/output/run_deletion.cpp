#include "pipeline/output/run_deletion.h"

#include <array>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/catalog/json_text.h"
#include "pipeline/output/export_files.h"
#include "pipeline/output/folder_state.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/shard_folders.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Files of fixed names, each with what is left beside it when it is stopped on its way. Without run.json, which goes
// first, a run is unfinished; without the plan, which goes last, the folder would no longer be known as ours.
constexpr std::array kOwnNames = {
    kRunFile,    kReport,   kDataCard, kReadme, "audio/README.md",      "image/README.md",      kCoverage,
    kSkinTone,   kFailures, kJournal,  kSynced, "audio/metadata.jsonl", "image/metadata.jsonl", kSourcesFile,
    kConfigCopy, kSetFile};

/// The path of a variant's file, or of the mask beside it, as a line of a plan has it; or nothing where the line has
/// none or where it could lead out of the run's folder.
fs::path media_file(const json& line, const char* field) {
  const auto file = line.is_object() ? line.find(field) : line.end();
  if (!line.is_object() || file == line.end() || !file->is_string()) {
    return {};
  }
  const fs::path path = file->get<std::string>();
  const auto depth = std::distance(path.begin(), path.end());
  const bool is_inside = depth == 3 && (*path.begin() == "audio" || *path.begin() == "image");
  return is_inside && path == path.lexically_normal() && path.has_filename() ? path : fs::path();
}

void delete_media(const OutputTree& tree) {
  std::set<fs::path> folders;
  tree.for_each_line(kPlanFile, [&](const FileLine& line) {
    const json of_variant = line.text.size() <= kMostPlanLineBytes ? parse_json(line.text) : json();
    for (const char* field : {"file", "mask_file"}) {
      const fs::path file = media_file(of_variant, field);
      if (!file.empty()) {
        tree.remove(file);
        folders.insert(file.parent_path());
      }
    }
    return line.is_whole;
  });
  for (const fs::path& folder : folders) {
    tree.remove_folder(folder);
  }
}

}  // namespace

void delete_run(const OutputTree& tree) {
  // A link is not ours to follow: what it leads to stays.
  for (const char* folder : {"audio", "image", kShards, kExports}) {
    if (fs::is_symlink(tree.root() / folder)) {
      tree.remove(folder);
    }
  }
  tree.remove(kRunFile);
  delete_media(tree);
  for (const char* name : kOwnNames) {
    tree.remove(name);
  }
  delete_exports(tree);
  delete_shards(tree);
  for (const char* folder : {"audio", "image"}) {
    tree.remove_folder(folder);
  }
  tree.remove(kPlanFile);
}

void clear_unfinished(const OutputTree& tree) {
  for (const char* name : kOwnNames) {
    tree.remove_unfinished(name);
  }
  tree.remove_unfinished(kPlanFile);
}

}  // namespace fairground
