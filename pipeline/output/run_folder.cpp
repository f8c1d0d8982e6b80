#include "pipeline/output/run_folder.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_deletion.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/shard_folders.h"
#include "pipeline/output/skin_account.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// Writes the plan beside its place under a name of its own, since other shards may be doing the same. Returns its
/// hash.
std::string write_plan(const OutputTree& tree, const fs::path& state_folder, const Plan& plan, int jobs) {
  const fs::path own = state_folder / kPlanFile;
  GrowingFile file(tree, own);
  Sha256 hash;
  plan.for_each_piece(
      [&](std::string_view lines) {
        file.add(lines);
        hash.update(lines);
      },
      jobs);
  file.finish();
  if (own != kPlanFile) {
    tree.rename(own, kPlanFile);
  }
  return hash.hex();
}

/// Writes a file beside its place under a name of its own, since other shards may be doing the same.
void write_in_place(const OutputTree& tree, const fs::path& state_folder, const char* name, const std::string& text) {
  const fs::path own = state_folder / name;
  tree.write(own, text);
  if (own != name) {
    tree.rename(own, name);
  }
}

}  // namespace

void write_description(const OutputTree& tree, const fs::path& state_folder, const Config& config,
                       const Publisher& publisher) {
  if (!publisher.describe) {
    return;
  }
  // In this order: without set.json, nobody would know whose config lies in a folder that has no plan yet.
  if (!tree.size_of(kSetFile)) {
    write_in_place(tree, state_folder, kSetFile, publisher.describe());
  }
  if (tree.sha256_of(kConfigCopy) != config.sha256) {
    write_in_place(tree, state_folder, kConfigCopy, config.text);
  }
}

void write_sources(const OutputTree& tree, const fs::path& state_folder, const Catalog& catalog) {
  if (const std::string there = tree.sha256_of(kSourcesFile); !there.empty()) {
    Sha256 hash;
    KnownFiles::for_each_line(catalog, [&](const std::string& line) { hash.update(line).update("\n"); });
    if (hash.hex() == there) {
      return;
    }
  }
  const fs::path own = state_folder / kSourcesFile;
  GrowingFile lines(tree, own);
  KnownFiles::for_each_line(catalog, [&](const std::string& line) { lines.add_line(line); });
  lines.finish();
  if (own != kSourcesFile) {
    tree.rename(own, kSourcesFile);
  }
}

std::optional<ordered_json> began_with(const OutputTree& tree, const fs::path& state_folder) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
  auto header = read_journal_header(tree, state_folder / kJournal);
  if (!header && state_folder.empty()) {
    // A finished run has it twice, and versions before had other journals.
    ordered_json run = parse_ordered_json(tree.read_text(kRunFile, kMostBytes).value_or(""));
    if (run.is_object()) {
      header = std::move(run);
    }
  }
  return header;
}

void check_can_go_on(const OutputTree& tree, FolderState state, const std::optional<Shard>& shard,
                     const ordered_json& then, const ordered_json& now) {
  const std::vector<std::string> differences = differing_facts(then, now);
  if (differences.empty()) {
    return;
  }
  const std::string folder = tree.root().string();
  const bool is_other_plan = then.value("plan_sha256", ordered_json()) != now.value("plan_sha256", ordered_json());
  throw UserError(folder + ": the output directory holds " +
                  (state == FolderState::finished ? "a finished run" : "an unfinished run") +
                  " that this one cannot go on with: " + listing(differences) + "; `fairground plan CONFIG --against " +
                  folder + "` shows how the plans differ. Choose another directory with --out, or delete " +
                  (!shard          ? "it and begin anew with --restart"
                   : is_other_plan ? "all of it with --restart and without --shard"
                                   : "what this shard has made with --restart, or all of it without --shard"));
}

RunFolder::RunFolder(fs::path directory, const Plan& plan, RunFolderOptions options)
    : plan_(plan),
      options_(std::move(options)),
      claim_(std::move(directory), {options_.shard, options_.restart, options_.prepare_only}),
      state_folder_(options_.shard ? shard_folder(*options_.shard) : fs::path()),
      share_(share_of(plan, options_.shard)) {
  counts_.planned = share_.size();
  if (claim_.state() == FolderState::empty) {
    // That of a start that was stopped before it had a plan may be of another config. Other shards may look for it now.
    if (options_.shard && options_.publisher.describe) {
      write_in_place(tree(), state_folder_, kSetFile, options_.publisher.describe());
    } else {
      tree().remove(kSetFile);
    }
    write_description(tree(), state_folder_, plan_.config(), options_.publisher);
    plan_sha256_ = write_plan(tree(), state_folder_, plan_, options_.jobs);  // Another shard may be doing the same.
  } else {
    plan_sha256_ = plan.sha256(options_.jobs);
  }
  facts_ = run_facts(plan, plan.extends(), plan_sha256_, options_.tool_version);
  if (options_.restart && options_.shard && tree().sha256_of(kPlanFile) == plan_sha256_) {
    delete_shard(tree(), *options_.shard);
  }
  check_same_run();
  const bool is_finished = claim_.state() == FolderState::finished;
  if (is_finished && options_.shard) {
    if (options_.retry_failed) {
      throw UserError(tree().root().string() +
                      ": the run in the output directory is finished; give --retry-failed without --shard");
    }
    was_finished_ = true;  // Merged: the shard's own journal is gone.
    return;
  }
  if (is_finished && !read_journal_header(tree(), kJournal)) {
    throw UserError(
        (tree().root() / kJournal).string() +
        ": is missing, damaged or of an older version, so that all of the finished run in the output directory "
        "would be made again; choose another directory with --out, or begin anew with --restart");
  }
  if (options_.prepare_only) {
    was_finished_ = is_finished;
    write_sources(tree(), state_folder_, plan_.catalog());
    tree().sync();
    return;
  }
  read_what_was_made(is_finished);
}

RunFolder::~RunFolder() = default;

fs::path RunFolder::state_file(const char* name) const { return state_folder_ / name; }

void RunFolder::open_journal(std::uintmax_t keep) {
  // Bytes that are cut off now will be others when the journal has grown again.
  if (keep < synced_bytes(tree(), state_file(kSynced), state_file(kJournal))) {
    tree().remove(state_file(kSynced));
  }
  if (keep == 0 && tree().size_of(state_file(kJournal))) {
    tree().remove(state_file(kJournal));
  }
  journal_ = std::make_unique<JournalWriter>(tree(), state_file(kJournal), keep);
  if (keep == 0) {
    journal_->add(journal_header(journal_facts(facts_, options_.shard, share_.size())));
  }
  sync_ = std::make_unique<DiskSync>(tree(), state_file(kSynced), *journal_);
}

void RunFolder::check_same_run() {
  const bool is_finished = claim_.state() == FolderState::finished;
  ordered_json then = began_with(tree(), is_finished ? fs::path() : state_folder_).value_or(facts_);
  then["plan_sha256"] = tree().sha256_of(kPlanFile);
  check_can_go_on(tree(), claim_.state(), options_.shard, then, facts_);
}

/// Whether the files of a finished run, or of a complete shard, that follow from its journal are there.
bool RunFolder::is_whole_end_there() const {
  if (options_.shard) {
    return tree().size_of(state_file(kShardFile)).has_value();
  }
  const auto is_there = [&](const fs::path& name) { return tree().size_of(name).has_value(); };
  const bool has_media = std::ranges::all_of(
      plan_.media(), [&](const MediaPlan& media) { return is_there(fs::path(to_string(media.media)) / kMetadata); });
  const bool has_skin = !SkinAccount(plan_).is_needed() || is_there(kSkinTone);
  const Publisher& publisher = options_.publisher;
  const bool is_published = !publisher.is_published || publisher.is_published(tree());
  const bool is_described = !publisher.describe || (is_there(kSetFile) && is_there(kConfigCopy));
  return has_media && has_skin && is_described && is_published && is_there(kRunFile) && is_there(kFailures) &&
         is_there(kCoverage);
}

void RunFolder::read_what_was_made(bool is_finished) {
  JournalChecks checks;
  std::vector<bool> belongs;
  if (options_.shard) {
    belongs.resize(plan_.size(), false);
    for (const std::size_t index : share_) {
      belongs[index] = true;
    }
    checks.belongs = [&](std::size_t index) { return belongs[index]; };
  }
  const bool was_ended = is_finished || tree().size_of(state_file(kShardFile));
  checks.synced = was_ended ? std::numeric_limits<std::uintmax_t>::max()
                            : synced_bytes(tree(), state_file(kSynced), state_file(kJournal));
  checks.drop_failed = options_.retry_failed;
  checks.jobs = options_.jobs;
  JournalState state = read_journal(tree(), state_file(kJournal), plan_, checks);
  dropped_ = state.dropped;
  problems_ = state.problems;
  made_before_ = state.done.size();
  counts_.written = state.counts.written;
  counts_.rejected = state.counts.rejected;
  counts_.failed = state.counts.failed;
  std::vector<std::size_t> made;
  std::ranges::transform(state.done, std::back_inserter(made), &JournalPlace::index);
  std::ranges::sort(made);
  std::ranges::set_difference(share_, made, std::back_inserter(to_make_));
  if (to_make_.empty() && state.dropped == 0 && state.header && is_whole_end_there()) {
    was_finished_ = true;
    return;
  }
  // From here on the run is unfinished again, whatever stops it.
  if (is_finished) {
    delete_shards(tree());  // A merge may have been stopped before it came to that.
  }
  tree().remove(options_.shard ? state_file(kShardFile) : fs::path(kRunFile));
  clear_unfinished();
  write_description(tree(), state_folder_, plan_.config(), options_.publisher);
  write_sources(tree(), state_folder_, plan_.catalog());
  // What is appended to a journal with a second name would change there too.
  if (!state.is_solid || (state.header && tree().has_second_name(state_file(kJournal)))) {
    rewrite_journal(state);
    state =
        read_journal(tree(), state_file(kJournal), plan_, {checks.belongs, std::numeric_limits<std::uintmax_t>::max()});
  }
  open_journal(state.header ? state.end : 0);
  done_ = std::move(state.done);
}

/// What was being written when an earlier start was stopped. Only names that are this run's or shard's own, since other
/// shards may be writing now.
void RunFolder::clear_unfinished() const {
  for (const char* name : {kJournal, kSynced, kShardFile, kPlanFile, kSourcesFile, kSetFile, kConfigCopy}) {
    tree().remove_unfinished(state_file(name));
  }
  const bool has_media = claim_.state() != FolderState::empty;
  for (std::size_t i = 0; i < to_make_.size() && has_media; ++i) {
    const Variant variant = plan_.at(to_make_[i]);
    const fs::path folder = to_string(variant.media);
    tree().remove_unfinished(folder / variant.file_name);
    if (!variant.mask_file_name.empty()) {
      tree().remove_unfinished(folder / variant.mask_file_name);
    }
  }
}

void RunFolder::rewrite_journal(const JournalState& state) {
  GrowingFile lines(tree(), state_file(kJournal));
  lines.add_line(journal_header(journal_facts(facts_, options_.shard, share_.size())));
  auto next = state.done.begin();
  tree().for_each_line(state_file(kJournal), [&](const FileLine& line) {
    if (next != state.done.end() && line.offset == next->offset) {
      lines.add_line(line.text);
      ++next;
    }
    return next != state.done.end();
  });
  tree().remove(state_file(kSynced));
  lines.finish();
}

void RunFolder::make_in_order(std::vector<std::size_t> order) {
  std::vector<std::size_t> sorted = order;
  std::ranges::sort(sorted);
  if (next_ != 0 || sorted != to_make_) {
    throw std::logic_error("the order of a run holds other variants than are to be made");
  }
  to_make_ = std::move(order);
}

void RunFolder::add(const Outcome& outcome) {
  sync_->check();
  const std::size_t index = to_make_.at(next_++);
  const fs::path folder = to_string(outcome.variant.media);
  const fs::path file = folder / outcome.variant.file_name;
  const fs::path mask = outcome.variant.mask_file_name.empty() ? fs::path() : folder / outcome.variant.mask_file_name;
  if (outcome.fate == Fate::written) {
    if (!mask.empty()) {
      tree().write(mask, outcome.mask);
    }
    tree().write(file, outcome.file);
  } else {
    // An earlier start may have written it and been stopped before it could say so.
    tree().remove(file);
    if (!mask.empty()) {
      tree().remove(mask);
    }
  }
  const std::string line = journal_line(index, outcome);
  done_.push_back({index, journal_->size(), static_cast<std::uint32_t>(line.size())});
  journal_->add(line);
  counts_.add(outcome.fate);
}

void RunFolder::finish(double seconds, const Assembly::Observer& observe) {
  if (counts_.done() != counts_.planned) {
    throw std::logic_error("written + rejected + failed is not what was planned");
  }
  sync_->stop();
  sync_->check();
  journal_->close();
  if (options_.shard) {
    tree().sync();
    tree().remove(state_file(kSynced));
    const ordered_json shard = {{"shard", options_.shard->index},
                                {"of", options_.shard->count},
                                {"counts", counts_json(counts_)},
                                {"seconds", seconds}};
    tree().write(state_file(kShardFile), shard.dump(2) + '\n');
    tree().sync();
  } else {
    Assembly assembly(tree(), plan_, options_.jobs);
    assembly.add(kJournal, done_);
    assembly.write(observe);
    skin_warnings_ = assembly.skin_warnings();
    assembly.finish(facts_, seconds, options_.publisher);
  }
}

}  // namespace fairground
