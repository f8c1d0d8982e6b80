#include "pipeline/flow/merge.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/design/plan.h"
#include "pipeline/design/share.h"
#include "pipeline/flow/losses.h"
#include "pipeline/flow/publishing.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/folder_claim.h"
#include "pipeline/output/journal_state.h"
#include "pipeline/output/run_deletion.h"
#include "pipeline/output/run_facts.h"
#include "pipeline/output/run_folder.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/shard_folders.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostFileBytes = std::size_t{16} << 20U;

json read_json(const OutputTree& tree, const fs::path& name) {
  json value = parse_json(tree.read_text(name, kMostFileBytes).value_or(""));
  if (!value.is_object()) {
    value = json::object();
  }
  return value;
}

/// Of a finished run.
ExitStatus status_in(const OutputTree& tree) {
  const json run = read_json(tree, kRunFile);
  const json counts = run.value("counts", json::object());
  const json failed = counts.is_object() ? counts.value("failed", json()) : json();
  return failed.is_number_unsigned() && failed.get<std::uint64_t>() > 0 ? ExitStatus::items_failed : ExitStatus::done;
}

std::string names_of(const std::vector<std::uint32_t>& indices) {
  constexpr std::size_t kMostNames = 12;
  std::vector<std::string> names;
  names.reserve(indices.size());
  for (const std::uint32_t index : indices) {
    names.push_back(std::to_string(index));
  }
  const std::size_t more = names.size() > kMostNames ? names.size() - kMostNames : 0;
  names.resize(names.size() - more);
  return listing(names) + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// Refuses shards of several divisions, shards that are missing, and shards that are not complete: all in one go.
void check_all_are_complete(const OutputTree& tree, const std::vector<Shard>& shards) {
  const std::string folder = tree.root().string();
  if (shards.empty()) {
    throw UserError(folder +
                    ": holds no shards; what `run` has begun without --shard is finished by the same command again");
  }
  std::vector<std::string> mistakes;
  // Most of them are of the division that was meant.
  std::map<std::uint32_t, std::size_t> divisions;
  for (const Shard& shard : shards) {
    ++divisions[shard.count];
  }
  const std::uint32_t count = std::ranges::max_element(divisions, {}, [](const auto& it) { return it.second; })->first;
  std::set<std::uint32_t> begun;
  std::vector<std::uint32_t> incomplete;
  for (const Shard& shard : shards) {
    if (shard.count != count) {
      mistakes.push_back((tree.root() / shard_folder(shard)).string() + ": belongs to a division into " +
                         std::to_string(shard.count) + " shards, and the others to one into " + std::to_string(count) +
                         "; remove this folder if it is not wanted");
      continue;
    }
    begun.insert(shard.index);
    if (!tree.size_of(shard_folder(shard) / kShardFile)) {
      incomplete.push_back(shard.index);
    }
  }
  std::vector<std::uint32_t> missing;
  for (std::uint32_t index = 0; index < count; ++index) {
    if (!begun.contains(index)) {
      missing.push_back(index);
    }
  }
  const std::string again = "; run each of them (again) with --shard I/" + std::to_string(count) +
                            ". `fairground status " + folder + "` shows how far all are";
  if (!missing.empty()) {
    mistakes.push_back(folder + ": of " + counted(count, "shard") + " some were never begun: " + names_of(missing) +
                       again);
  }
  if (!incomplete.empty()) {
    mistakes.push_back(folder + ": of " + counted(count, "shard") + " some are not complete: " + names_of(incomplete) +
                       again);
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

struct OpenedShard {
  Shard shard;
  ordered_json header;
  double seconds = 0.0;
};

std::vector<OpenedShard> open_shards(const OutputTree& tree, const std::vector<Shard>& shards) {
  std::vector<OpenedShard> opened;
  for (const Shard& shard : shards) {
    const fs::path journal = shard_folder(shard) / kJournal;
    auto header = read_journal_header(tree, journal);
    if (!header) {
      throw UserError((tree.root() / journal).string() + ": is no journal, or its first line is damaged; run --shard " +
                      to_string(shard) + " again");
    }
    const json seconds = read_json(tree, shard_folder(shard) / kShardFile).value("seconds", json());
    opened.push_back({shard, std::move(*header), seconds.is_number() ? seconds.get<double>() : 0.0});
  }
  return opened;
}

std::optional<ExtendedRun> extended_in(const ordered_json& header) {
  const ordered_json extends = header.value("extends", ordered_json());
  if (!extends.is_object() || !extends.value("directory", ordered_json()).is_string() ||
      !extends.value("plan_sha256", ordered_json()).is_string()) {
    return std::nullopt;
  }
  return ExtendedRun{fs::path(extends["directory"].get<std::string>()), extends["plan_sha256"].get<std::string>()};
}

fs::path config_in(const ordered_json& header, const MergeOptions& options) {
  const ordered_json file = header.value("config_file", ordered_json());
  if (!options.config.empty() || !file.is_string()) {
    return options.config;
  }
  return file.get<std::string>();
}

/// Adds each shard's journal, and refuses those that are not of this run or do not hold.
void add_journals(const OutputTree& tree, const Plan& plan, const std::vector<OpenedShard>& shards,
                  const ordered_json& facts, Assembly& assembly) {
  const std::vector<std::uint32_t> shard_of = shard_of_sources(plan, shards.front().shard.count);
  std::vector<std::size_t> planned(shards.front().shard.count, 0);
  for (std::size_t variant = 0; variant < plan.size(); ++variant) {
    ++planned[shard_of[plan.source_number(variant)]];
  }
  std::vector<std::string> mistakes;
  for (const auto& [shard, header, seconds] : shards) {
    const fs::path folder = shard_folder(shard);
    const std::vector<std::string> differences = differing_facts(header, facts);
    if (!differences.empty()) {
      mistakes.push_back((tree.root() / folder).string() + ": is a shard of another run: " + listing(differences) +
                         "; run --shard " + to_string(shard) + " again with --restart");
      continue;
    }
    JournalChecks checks;
    checks.belongs = [&, index = shard.index](std::size_t variant) {
      return shard_of[plan.source_number(variant)] == index;
    };
    checks.synced = std::numeric_limits<std::uintmax_t>::max();
    const JournalState state = read_journal(tree, folder / kJournal, plan, checks);
    if (state.dropped > 0 || state.done.size() != planned[shard.index]) {
      for (const std::string& problem : state.problems) {
        mistakes.push_back(problem);
      }
      mistakes.push_back((tree.root() / folder).string() + ": " + std::to_string(state.done.size()) + " of " +
                         counted(planned[shard.index], "variant") + " hold; run --shard " + to_string(shard) +
                         " again");
      continue;
    }
    assembly.add(folder / kJournal, state.done);
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

/// Beside a finished run, shards are what a merge left that was stopped; but somebody may have put others there. Throws
/// UserError that names a shard with a line that the run has not.
void check_were_merged(const OutputTree& tree, const std::vector<Shard>& shards) {
  if (shards.empty()) {
    return;
  }
  const auto hash = [](const FileLine& line) { return FieldHash().add(line.text).value64(); };
  std::unordered_set<std::uint64_t> merged;
  tree.for_each_line(kJournal, [&](const FileLine& line) {
    merged.insert(hash(line));
    return true;
  });
  for (const Shard& shard : shards) {
    const fs::path journal = shard_folder(shard) / kJournal;
    bool is_first = true;
    bool is_merged = true;
    tree.for_each_line(journal, [&](const FileLine& line) {
      is_merged = std::exchange(is_first, false) || merged.contains(hash(line));
      return is_merged;
    });
    if (!is_merged) {
      throw UserError(
          (tree.root() / journal).string() + ": has what the finished run in " + tree.root().string() +
          " has not, so that it is not merged; remove this shard's folder if it is not wanted, or make the set "
          "anew in another directory");
    }
  }
}

}  // namespace

ExitStatus merge(const fs::path& directory, const MergeOptions& options, std::span<const StepSchema* const> schemas,
                 std::ostream& progress, std::ostream& summary) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw UserError(directory.string() + ": is no folder; name the folder that the shards were made in");
  }
  const OutputTree tree(directory);
  if (state_of(tree) == FolderState::empty) {
    throw UserError(directory.string() + ": holds no run; name the folder that the shards were made in");
  }
  const FileLock lock(directory / kLock, FileLock::Kind::alone,
                      directory.string() + ": a shard is being made in this folder, or another run is writing to it");
  const std::vector<Shard> shards = shards_in(tree);
  if (state_of(tree) == FolderState::finished) {
    check_were_merged(tree, shards);
    delete_shards(tree);
    if (!options.quiet) {
      summary << "the run in " << directory.string() << " is finished; nothing was left to be merged\n";
    }
    return status_in(tree);
  }
  check_all_are_complete(tree, shards);
  const std::vector<OpenedShard> opened = open_shards(tree, shards);
  const Config config = load_config(config_in(opened.front().header, options), schemas);
  const PlannedSet planned = read_planned_set(directory);
  const KnownFiles known(directory / kSourcesFile);
  Catalog catalog;
  {
    Progress line(progress, progress_style(options.quiet), "sources read");
    catalog = read_catalog(config, options.jobs, &line, nullptr, &known);
  }
  DesignInputs inputs;
  inputs.given = &planned;
  const Plan plan(config, catalog, inputs);
  const std::string plan_sha256 = plan.sha256(options.jobs);
  const ordered_json facts = run_facts(plan, extended_in(opened.front().header), plan_sha256, options.tool_version);
  if (plan_sha256 != planned.sha256) {
    throw UserError(planned.file.string() + ": " + config.path.string() +
                    " and its sources do not make this plan any more; `fairground plan CONFIG --against " +
                    directory.string() + "` shows the difference");
  }
  Assembly assembly(tree, plan, options.jobs);
  add_journals(tree, plan, opened, facts, assembly);
  Publishing publishing(plan, options.tool_version, options.jobs);
  const Publisher publisher = publishing.publisher();
  write_description(tree, {}, config, publisher);
  write_sources(tree, {}, catalog);
  clear_unfinished(tree);
  Losses losses;
  assembly.write([&](const Outcome& outcome) { losses.add(outcome); },
                 journal_header(journal_facts(facts, std::nullopt, plan.size())));
  double seconds = 0.0;
  for (const OpenedShard& shard : opened) {
    seconds += shard.seconds;
  }
  assembly.finish(facts, seconds, publisher);
  delete_shards(tree);
  const RunCounts& counts = assembly.counts();
  if (!options.quiet) {
    summary << "merged " << counted(opened.size(), "shard") << ": " << counts.written << " of "
            << counted(counts.planned, "variant") << " written, " << counts.rejected << " rejected, " << counts.failed
            << " failed, in " << directory.string() << '\n';
    losses.print(summary);
  }
  return publishing.ended(counts.failed > 0 ? ExitStatus::items_failed : ExitStatus::done, directory, progress);
}

}  // namespace fairground
