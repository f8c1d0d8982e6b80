#include "pipeline/output/shard_folders.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/output/folder_entries.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr std::array kShardNames = {kShardFile, kJournal, kSynced, kSourcesFile, kConfigCopy, kSetFile, kPlanFile};

/// A folder in which a restart has left nothing but what is not ours is no shard any more.
bool is_begun(const OutputTree& tree, const Shard& shard) {
  const auto is_there = [&](const char* name) { return tree.size_of(shard_folder(shard) / name).has_value(); };
  return is_there(kLock) || std::ranges::any_of(kShardNames, is_there);
}

/// Every folder of a shard, whatever it holds.
std::vector<Shard> shard_folders_in(const OutputTree& tree) {
  std::vector<Shard> shards;
  const fs::path folder = tree.root() / kShards;
  std::error_code error;
  if (fs::is_symlink(folder, error)) {
    throw UserError(folder.string() + ": is a link, which a run does not follow; remove it");
  }
  for (const fs::directory_entry& entry : entries_of(folder, /*may_be_missing=*/true)) {
    const auto shard = shard_of_name(entry.path().filename());
    if (!shard || entry.symlink_status().type() != fs::file_type::directory) {
      throw UserError(entry.path().string() + ": is no shard's folder, which is called I-of-N; remove it");
    }
    shards.push_back(*shard);
  }
  std::ranges::sort(shards, {}, [](const Shard& shard) { return std::pair(shard.count, shard.index); });
  return shards;
}

}  // namespace

std::vector<Shard> shards_in(const OutputTree& tree) {
  std::vector<Shard> shards = shard_folders_in(tree);
  std::erase_if(shards, [&](const Shard& shard) { return !is_begun(tree, shard); });
  return shards;
}

void delete_shard(const OutputTree& tree, const Shard& shard) {
  for (const char* name : kShardNames) {
    tree.remove(shard_folder(shard) / name);
  }
}

void delete_shards(const OutputTree& tree) {
  for (const Shard& shard : shard_folders_in(tree)) {
    delete_shard(tree, shard);
    tree.remove(shard_folder(shard) / kLock);
    tree.remove_folder(shard_folder(shard));
  }
  tree.remove_folder(kShards);
}

}  // namespace fairground
