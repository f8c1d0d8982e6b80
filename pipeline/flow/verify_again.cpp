#include "pipeline/flow/verify_again.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/units.h"
#include "pipeline/design/follow.h"
#include "pipeline/flow/finished_run.h"
#include "pipeline/flow/graph.h"
#include "pipeline/flow/set_description.h"
#include "pipeline/flow/verify_journal.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/run_facts.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/skin_account.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Compares what is made again with what the run says, variant by variant.
class Comparison {
 public:
  Comparison(const fs::path& directory, const Plan& plan, const PlannedVariants& planned, Differences& differences)
      : directory_(directory), plan_(plan), planned_(planned), differences_(differences), skin_(plan) {
    for (const MediaPlan& media : plan.media()) {
      metadata_[media.media].lines.open(directory / to_string(media.media) / kMetadata, std::ios::binary);
    }
  }

  void add(const Outcome& outcome) {
    if (outcome.passing) {
      throw PassingFault(outcome.variant.variant_id + ": " + outcome.reason);
    }
    if (outcome.fate != Fate::written) {
      // As a run counts it: what could not be read was never observed.
      lost_.push_back(lost_variant(outcome));
    }
    skin_.add(outcome);
    const std::string& id = outcome.variant.variant_id;
    const auto found = planned_.find(id);
    const std::string status = found == planned_.end() ? std::string() : found->second.status;
    if (status != to_string(outcome.fate)) {
      differences_.add(id + ": made again, it is " + to_string(outcome.fate) +
                       (outcome.reason.empty() ? "" : " (" + outcome.reason + ")") + ", but the run has it as " +
                       (status.empty() ? "lost" : status));
    } else if (outcome.fate == Fate::written ? is_same_record(outcome, found->second.at)
                                             : is_same_failure(outcome, found->second.failure)) {
      compare_journal(outcome, found->second);
    }
  }

  void finish(const std::string& tool_version) {
    compare_file(kSetFile, "the description", set_description(plan_, tool_version));
    compare_file(kCoverage, "the coverage", coverage_json(plan_, count_coverage(plan_, lost_)));
    if (skin_.is_needed()) {
      compare_file(kSkinTone, "the account", skin_tone_json(skin_.finish()));
    }
  }

 private:
  void compare_file(const char* name, const std::string& what, const std::string& made_again) {
    std::error_code ignored;
    if (!fs::is_regular_file(directory_ / name, ignored)) {
      return;  // which is a difference already
    }
    std::ifstream file(directory_ / name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text != made_again) {
      const auto same = std::ranges::mismatch(text, made_again).in1 - text.begin();
      differences_.add(std::string(name) + ": is not " + what + " of what was made again, from line " +
                       std::to_string(1 + std::count(text.begin(), text.begin() + same, '\n')) + " on");
    }
  }

  struct Metadata {
    std::ifstream lines;
    std::uintmax_t expected = 0;  ///< where the next record should begin
  };

  bool is_same_record(const Outcome& outcome, std::uintmax_t at) {
    Metadata& metadata = metadata_.at(outcome.variant.media);
    const std::string& id = outcome.variant.variant_id;
    metadata.lines.clear();
    // A seek would throw the buffer away, and is needed only where a line is missing, surplus or misplaced.
    if (at != metadata.expected) {
      metadata.lines.seekg(static_cast<std::streamoff>(at));
    }
    std::string line;
    std::getline(metadata.lines, line);
    metadata.expected = at + line.size() + 1;
    if (line != outcome.record) {
      differences_.add(id + ": made again, its record differs: " + record_differences(line, outcome.record));
    }
    return line == outcome.record;
  }

  bool is_same_failure(const Outcome& outcome, const std::string& failure) {
    const std::string made = failure_line(plan_, outcome);
    if (failure != made) {
      differences_.add(outcome.variant.variant_id +
                       ": lost again, its line of failures.jsonl differs: " + record_differences(failure, made));
    }
    return failure == made;
  }

  /// Of what is not rounded there, the libm of another machine may find other last digits.
  void compare_journal(const Outcome& outcome, const PlannedVariant& variant) {
    const std::string made = journal_line(outcome.index, outcome);
    if (!variant.journalled || line_hash(made) == variant.journal_hash) {
      return;
    }
    const auto comparable = [](const std::string& line) {
      json entry = parse_json(line);
      for (const char* part : {"skin", "figure"}) {
        if (entry.contains(part) && entry[part].is_object()) {
          for (const auto& [name, value] : entry[part].items()) {
            value = value.is_number() ? json(rounded_unit(value.get<double>())) : value;
          }
        }
      }
      entry.erase("check");
      return entry;
    };
    const json told = comparable(line_at(directory_ / kJournal, variant.in_journal));
    if (const std::string fields = field_differences(told, comparable(made), " and should be "); !fields.empty()) {
      differences_.add("journal.jsonl: made again, the line of " + outcome.variant.variant_id + " differs: " + fields);
    }
  }

  const fs::path& directory_;
  const Plan& plan_;
  const PlannedVariants& planned_;
  Differences& differences_;
  std::map<Media, Metadata> metadata_;
  std::vector<LostVariant> lost_;
  SkinAccount skin_;
};

/// A manifest to which sources were added still gives the same variants, but another coverage.
bool has_the_manifests_of(const Catalog& catalog, const json& run) {
  std::multiset<std::string> then;
  const json manifests = object_field(run, "manifests");
  for (const auto& [path, sha256] : manifests.items()) {
    then.insert(sha256.is_string() ? sha256.get<std::string>() : std::string());
  }
  std::multiset<std::string> now;
  for (const auto& [path, sha256] : catalog.manifest_sha256) {
    now.insert(sha256);
  }
  return then == now;
}

/// Where a plan is not the run's although nothing that it is made from has changed, the run's was edited.
std::string first_other_line(const Plan& plan, const fs::path& file) {
  std::ifstream lines(file, std::ios::binary);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::string made = plan.line(plan.at(i));
    std::string line;
    if (!std::getline(lines, line)) {
      return ": ends before the line of " + plan.at(i).variant_id;
    }
    if (line != made) {
      return ":" + std::to_string(i + 1) +
             ": is not the line that config and sources make: " + record_differences(line, made);
    }
  }
  return lines.peek() == std::ifstream::traits_type::eof() ? std::string()
                                                           : ": has lines that config and sources do not make";
}

/// The sources whose bytes are not those that plan.jsonl names, or that cannot be read any more.
std::vector<std::string> changed_sources(const Catalog& catalog, const PlannedVariants& planned) {
  std::map<std::pair<std::string, std::string>, std::string> now;  // SHA-256 by medium and id
  for (const auto& [media, of_media] : catalog.media) {
    for (const Source& source : of_media.sources) {
      now.emplace(std::pair(to_string(media), std::string(source.id())), of_media.file_of(source).sha256.hex());
    }
  }
  std::set<std::string> changed;
  for (const auto& [id, variant] : planned) {
    const auto found = now.find({variant.media, variant.source_id});
    if (found != now.end() && found->second != variant.source_sha256) {
      changed.insert(in_ticks(variant.source_id));
    }
  }
  return {changed.begin(), changed.end()};
}

/// Says of the run's facts what the config and the sources tell otherwise. Empty: they are those of the run.
std::vector<std::string> other_inputs(const json& run, const PlanAgain& again) {
  const auto hashes_of = [](const json& facts) {
    json kept = facts_without_paths(facts);
    for (const char* field : {"fairground", "plan_sha256", "extends", "name", "seed", "output"}) {
      kept.erase(field);
    }
    return kept;
  };
  const json then = hashes_of(run);
  const json now = hashes_of(facts_of(again));
  std::vector<std::string> others;
  for (const auto& [field, value] : now.items()) {
    if (then.value(field, json()) != value) {
      others.push_back(field);
    }
  }
  return others;
}

/// What a line of sources.jsonl says of a file, but for when it was changed, which copies do not keep.
std::map<std::pair<std::string, std::string>, json> files_by_path(const std::vector<std::string>& lines) {
  std::map<std::pair<std::string, std::string>, json> files;
  for (const std::string& line : lines) {
    json file = parse_json(line);
    if (!file.is_object()) {
      continue;
    }
    for (const char* field : {"modified_ns", "changed_ns", "check"}) {
      file.erase(field);
    }
    files.emplace(std::pair(text_field(file, "kind"), text_field(file, "path")), file);
  }
  return files;
}

/// `is_whole`: the manifests are those of the run, so that there are no other files than then.
void compare_sources_file(const fs::path& directory, const Catalog& catalog, bool is_whole, Differences& differences) {
  std::vector<std::string> now;
  KnownFiles::for_each_line(catalog, [&](const std::string& line) { now.push_back(line); });
  std::vector<std::string> then;
  std::ifstream file(directory / kSourcesFile, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    then.push_back(line);
  }
  const auto found = files_by_path(now);
  const auto told = files_by_path(then);
  for (const auto& [place, was] : told) {
    const auto is = found.find(place);
    if (is != found.end() && is->second != was) {
      differences.add("sources.jsonl: of " + in_ticks(place.second) + ", " +
                      field_differences(was, is->second, " and should be "));
    } else if (is == found.end() && is_whole) {
      differences.add("sources.jsonl: names " + in_ticks(place.second) + ", which is no source");
    }
  }
  for (const auto& [place, is] : found) {
    if (is_whole && !told.contains(place)) {
      differences.add("sources.jsonl: has no line of " + in_ticks(place.second));
    }
  }
}

}  // namespace

MadeAgain make_again(const fs::path& directory, const json& run, std::span<const StepSchema* const> schemas, int jobs,
                     const PlannedVariants& planned, std::ostream& progress, Differences& differences) {
  PlanAgainOptions options;
  options.jobs = jobs;
  try {
    const std::unique_ptr<PlanAgain> again = plan_again(directory, run, options, schemas, progress);
    const bool has_its_manifests = has_the_manifests_of(again->catalog, run);
    if (!again->plan) {
      const std::string message = again->refusal.front();
      if (!has_its_manifests) {
        return {message};
      }
      differences.add("plan.jsonl: config and sources, which are those of the run, do not allow this plan: " + message);
      return {"plan.jsonl is not the run's"};
    }
    const Plan& plan = *again->plan;
    if (plan.sha256() != again->followed_sha256) {
      const std::vector<std::string> sources = changed_sources(again->catalog, planned);
      const std::vector<std::string> others = other_inputs(run, *again);
      if (!sources.empty()) {
        return {"sources have changed since the run: " + listing(sources)};
      }
      if (!others.empty()) {
        return {"they are not those of the run any more: " + listing(others)};
      }
      differences.add("plan.jsonl" + first_other_line(plan, directory / kPlanFile));
    }
    // What a plan that is followed to the letter has lost does not show in its own hash.
    for (const MediaPlan& media : plan.media()) {
      const std::string missing = !has_its_manifests || run.contains("extends") ? std::string() : missing_from(media);
      if (!missing.empty()) {
        differences.add("plan.jsonl: is not whole, or the config asks for another: " + missing);
      }
    }
    json told = facts_without_paths(run);
    json found = facts_without_paths(facts_of(*again));
    for (const char* field : {"fairground", "extends", "plan_sha256"}) {
      told.erase(field);
      found.erase(field);
    }
    if (!has_its_manifests) {
      told.erase("manifests");
      found.erase("manifests");
    }
    if (const std::string fields = field_differences(told, found, " and should be "); !fields.empty()) {
      differences.add("run.json: is not what config and sources say: " + fields);
    }
    compare_sources_file(directory, again->catalog, has_its_manifests, differences);
    const Workshop workshop(plan);
    Comparison comparison(directory, plan, planned, differences);
    Progress rendered(progress, progress_style(/*quiet=*/false), "variants rendered again", plan.size());
    GraphWork work = rendering_work(workshop, jobs);
    work.write = [&](const Outcome& outcome) {
      comparison.add(outcome);
      rendered.add_one();
    };
    run_graph(work, jobs, std::atomic<bool>(false));
    if (has_its_manifests) {
      comparison.finish(text_field(run, "fairground"));
    }
    return {"", has_its_manifests};
  } catch (const UserError& error) {
    return {error.messages().front()};
  }
}

}  // namespace fairground
