#include "pipeline/flow/verify_journal.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/output_tree.h"
#include "pipeline/output/run_names.h"

namespace fairground {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr const char* kInTheJournal = ", and in the journal ";

/// `medium` is empty for the counts of the whole run.
void check_counts_of(const json& counts, const std::string& medium, const PlannedVariants& planned,
                     Differences& differences) {
  std::map<std::string, std::int64_t> found;
  for (const auto& [id, variant] : planned) {
    if (medium.empty() || variant.media == medium) {
      ++found["planned"];
      ++found[variant.status];
    }
  }
  for (const char* name : {"planned", "written", "rejected", "failed"}) {
    if (integer_field(counts, name) != found[name]) {
      differences.add("run.json: its counts are not those of the plan and the records: " + medium +
                      (medium.empty() ? "" : " ") + name + " is " + counts.value(name, json()).dump() + ", but " +
                      std::to_string(found[name]) + " are found");
    }
  }
}

/// A line of the journal beside what the record or the failure of its variant says.
class JournalLine {
 public:
  JournalLine(const fs::path& directory, const std::string& id, const PlannedVariant& variant,
              const JournalEntry& entry, Differences& differences)
      : directory_(directory), id_(id), variant_(variant), entry_(entry), differences_(differences) {}

  void check() const {
    if (entry_.index + 1 != variant_.line) {
      differs("its line of the plan is " + std::to_string(entry_.index + 1) + ", but it is " +
              std::to_string(variant_.line));
    }
    if (to_string(entry_.fate) != variant_.status || entry_.sha256 != variant_.sha256) {
      differs("status or SHA-256 is not that of the record or failure");
    }
    if (entry_.fate == Fate::written) {
      check_written();
    } else {
      check_lost();
    }
  }

 private:
  void differs(const std::string& what) const { differences_.add("journal.jsonl: " + id_ + ": " + what); }

  void check_written() const {
    check_size("its file", variant_.file, entry_.bytes);
    if (entry_.mask_sha256 != variant_.mask_sha256) {
      differs("the SHA-256 of its mask is not that of the record");
    }
    if (!variant_.mask_file.empty()) {
      check_size("its mask", variant_.mask_file, entry_.mask_bytes);
    }
    if (variant_.status == to_string(Fate::written) && line_hash(entry_.record) != variant_.hash) {
      const std::string record = line_at(directory_ / variant_.media / kMetadata, variant_.at);
      const std::string fields = field_differences(parse_json(record), parse_json(entry_.record), kInTheJournal);
      differs("its record is another one in metadata.jsonl: " +
              (fields.empty() ? "its values are the same, but are written otherwise" : fields));
    }
    if (entry_.skin) {
      check_skin(*entry_.skin);
    }
  }

  void check_size(const char* what, const std::string& file, std::uintmax_t told) const {
    std::error_code error;
    const std::uintmax_t found = fs::file_size(directory_ / file, error);
    if (!error && found != told) {
      differs(std::string(what) + " has " + std::to_string(found) + " bytes, and in the journal " +
              std::to_string(told));
    }
  }

  /// The journal has the same numbers, not rounded.
  void check_skin(const SkinOutcome& skin) const {
    const json record = parse_json(entry_.record);
    const auto check = [&](const char* field, const json& told) {
      const json value = record.is_object() ? record.value(field, json()) : json();
      if (value != told) {
        differs(std::string(field) + " is " + value.dump() + " in its record, and " + told.dump() + " in its `skin`");
      }
    };
    check("mask_source", skin.mask_source ? to_string(*skin.mask_source) : "none");
    check("mask_confidence", rounded_unit(skin.mask_confidence));
    check("tone_reference_lightness", skin.lightness ? json(rounded_unit(*skin.lightness)) : json());
  }

  void check_lost() const {
    Outcome outcome;
    outcome.figure = entry_.figure;
    outcome.skin = entry_.skin;
    json told = json(failure_figures(outcome));
    told["stage"] = entry_.stage;
    told["reason"] = entry_.reason;
    json failure = parse_json(variant_.failure);
    if (!failure.is_object()) {
      return;  // which is a difference already
    }
    for (const char* field : {"variant_id", "media", "source_id", "group", "kind"}) {
      failure.erase(field);
    }
    if (const std::string fields = field_differences(failure, told, kInTheJournal); !fields.empty()) {
      differs("its failure is another one in failures.jsonl: " + fields);
    }
  }

  const fs::path& directory_;
  const std::string& id_;
  const PlannedVariant& variant_;
  const JournalEntry& entry_;
  Differences& differences_;
};

void check_header(const std::string& line, const json& run, Differences& differences) {
  const auto header = parse_journal_header(line);
  if (!header || header->value("plan_sha256", ordered_json()) != text_field(run, "plan_sha256")) {
    differences.add("journal.jsonl: its first line is not that of this run");
    return;
  }
  json begun = facts_without_paths(json(*header));
  json finished = facts_without_paths(run);
  begun["planned"] = json(*header).value("planned", json());
  finished["planned"] = object_field(run, "counts").value("planned", json());
  if (const std::string fields = field_differences(finished, begun, kInTheJournal); !fields.empty()) {
    differences.add("run.json: is not what the first line of journal.jsonl says: " + fields);
  }
}

}  // namespace

json facts_without_paths(const json& facts) {
  json kept = json::object();
  for (const char* field :
       {"fairground", "name", "seed", "config_sha256", "plan_sha256", "assets", "face_model", "output"}) {
    if (const auto found = facts.find(field); found != facts.end()) {
      kept[field] = *found;
    }
  }
  for (const char* field : {"manifests", "pools"}) {
    std::vector<std::string> hashes;
    const json named = object_field(facts, field);
    for (const auto& [name, value] : named.items()) {
      hashes.push_back((value.is_object() ? value.value("sha256", json()) : value).dump());
    }
    std::ranges::sort(hashes);
    kept[field] = hashes;
  }
  kept["extends"] = text_field(object_field(facts, "extends"), "plan_sha256");
  return kept;
}

void check_failures(const fs::path& directory, const PairingCheck& records, PlannedVariants& planned,
                    Differences& differences) {
  // Of sources of which everything was lost, no record has labels: their lines must at least agree.
  std::map<std::pair<std::string, std::string>, json> groups;
  std::ifstream lines(directory / kFailures, std::ios::binary);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    const json failure = parse_json(line);
    if (text_field(failure, "variant_id") < last) {
      differences.add("failures.jsonl: a line does not follow the one before it in the order of ids: " + line);
    }
    last = text_field(failure, "variant_id");
    const auto found = planned.find(text_field(failure, "variant_id"));
    if (found == planned.end() || !found->second.status.empty()) {
      differences.add("failures.jsonl: a line is of no planned variant, or of one that has a record: " + line);
      continue;
    }
    const std::string kind = text_field(failure, "kind");
    found->second.status = kind == "rejected" ? kind : "failed";
    const std::string& medium = found->second.media;
    const std::string& source = found->second.source_id;
    if (found->second.status != kind || text_field(failure, "source_id") != source ||
        text_field(failure, "media") != medium) {
      differences.add("failures.jsonl: kind, medium or source of a line is wrong: " + line);
    }
    const json group = failure.value("group", json());
    const json labels = records.labels_of(medium, source);
    const auto is_as_in_records = [&] {
      return !labels.is_object() || std::ranges::all_of(group.items(), [&](const auto& label) {
        return labels.contains(label.key()) && labels[label.key()] == label.value();
      });
    };
    if (!group.is_object() || groups.try_emplace({medium, source}, group).first->second != group ||
        !is_as_in_records()) {
      differences.add("failures.jsonl: the group of a line is not that of the other variants of its source: " + line);
    }
    for (const char* field : {"gate", "value", "limit", "source_lightness"}) {
      const auto given = failure.find(field);
      if (given != failure.end() && (field == std::string_view("gate") ? !given->is_string() : !given->is_number())) {
        differences.add("failures.jsonl: " + std::string(field) +
                        " of a line is of another type than elsewhere: " + line);
      }
    }
    found->second.failure = line;
  }
  for (const auto& [id, variant] : planned) {
    if (variant.status.empty()) {
      differences.add(id + ": planned, but there is neither a record nor a failure of it");
    }
  }
}

void check_journal(const fs::path& directory, const json& run, PlannedVariants& planned, Differences& differences) {
  std::error_code ignored;
  if (!fs::is_regular_file(directory / kJournal, ignored)) {
    differences.add("journal.jsonl: is missing");
    return;
  }
  std::ifstream lines(directory / kJournal, std::ios::binary);
  std::string line;
  std::getline(lines, line);
  check_header(line, run, differences);
  std::uintmax_t at = line.size() + 1;
  while (std::getline(lines, line)) {
    const std::uintmax_t begin = std::exchange(at, at + line.size() + 1);
    const auto entry = parse_journal_line(line);
    const auto found = planned.find(entry ? entry->variant_id : std::string());
    if (!entry) {
      differences.add("journal.jsonl: a line is damaged: " + shortened(line));
    } else if (found == planned.end() || std::exchange(found->second.journalled, true)) {
      differences.add("journal.jsonl: a line is of no planned variant, or of one that has a line: " + shortened(line));
    } else {
      JournalLine(directory, found->first, found->second, *entry, differences).check();
      found->second.in_journal = begin;
      found->second.journal_hash = line_hash(line);
    }
  }
  for (const auto& [id, variant] : planned) {
    if (!variant.journalled) {
      differences.add("journal.jsonl: has no line of " + id);
    }
  }
}

void check_counts(const json& run, const PlannedVariants& planned, Differences& differences) {
  check_counts_of(object_field(run, "counts"), "", planned, differences);
  for (const char* medium : {"audio", "image"}) {
    if (std::ranges::any_of(planned, [&](const auto& it) { return it.second.media == medium; })) {
      check_counts_of(object_field(object_field(run, "media"), medium), medium, planned, differences);
    }
  }
  const json seconds = run.value("seconds", json());
  if (!seconds.is_number() || seconds.get<double>() < 0.0) {
    differences.add("run.json: its seconds are " + seconds.dump());
  }
}

void check_sealed(const fs::path& directory, const json& run, Differences& differences) {
  const json files = object_field(run, "files");
  const OutputTree tree(directory);
  for (const std::string name : sealed_files()) {
    std::error_code error;
    const bool is_there = fs::is_regular_file(fs::symlink_status(directory / name, error));
    const std::string told = text_field(files, name);
    if (!is_there && !told.empty()) {
      differences.add(name + ": is missing, but run.json has its SHA-256");
    } else if (is_there && told != tree.sha256_of(name)) {
      differences.add(name + ": its SHA-256 is not the one in run.json");
    }
  }
  if (tree.sha256_of(kConfigCopy) != text_field(run, "config_sha256")) {
    differences.add("config.yaml: is not the config whose SHA-256 run.json has");
  }
}

void check_sources_file(const fs::path& directory, const PlannedVariants& planned, Differences& differences) {
  std::error_code ignored;
  if (!fs::is_regular_file(directory / kSourcesFile, ignored)) {
    differences.add("sources.jsonl: is missing");
    return;
  }
  std::ifstream lines(directory / kSourcesFile, std::ios::binary);
  std::set<std::pair<std::string, std::string>> known;   // kind and path
  std::set<std::pair<std::string, std::string>> hashes;  // kind and SHA-256
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = "sources.jsonl:" + std::to_string(++number) + ": ";
    if (!is_known_line(line)) {
      differences.add(place + "the line is damaged: " + shortened(line));
      continue;
    }
    const json file = parse_json(line);
    if (!known.emplace(text_field(file, "kind"), text_field(file, "path")).second) {
      differences.add(place + "is a second line of " + in_ticks(text_field(file, "path")));
    }
    hashes.emplace(text_field(file, "kind"), text_field(file, "sha256"));
  }
  std::set<std::pair<std::string, std::string>> missing;
  for (const auto& [id, variant] : planned) {
    if (variant.status == to_string(Fate::written) && !hashes.contains({variant.media, variant.source_sha256}) &&
        missing.emplace(variant.media, variant.source_id).second) {
      differences.add("sources.jsonl: has no file with the SHA-256 of source " + in_ticks(variant.source_id) +
                      ", which variants were made of");
    }
  }
}

}  // namespace fairground
