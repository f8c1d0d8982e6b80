#include "pipeline/flow/verify_records.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/flow/verify_files.h"
#include "pipeline/flow/verify_journal.h"
#include "pipeline/flow/verify_pairing.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What skin_tone.json calls a gate that gives no figure.
const std::string kOtherGate = "other";

/// Reads every file of one medium again.
void check_medium(const fs::path& directory, const std::string& medium, const json& run, int jobs,
                  PairingCheck& pairing, Progress& progress, Differences& differences) {
  constexpr std::size_t kBatch = 256;
  std::ifstream lines(directory / medium / "metadata.jsonl", std::ios::binary);
  std::vector<json> batch;
  const auto check_batch = [&] {
    parallel_for(batch.size(), jobs, [&](std::size_t i) {
      check_file(directory / medium, medium, batch[i], run, differences);
      progress.add_one();
    });
    batch.clear();
  };
  std::uintmax_t at = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::uintmax_t begin = std::exchange(at, at + line.size() + 1);
    if (lines.eof()) {
      differences.add(medium + "/metadata.jsonl: its last line has no end");
    }
    json record = parse_json(line);
    if (!record.is_object()) {
      differences.add(medium + "/metadata.jsonl: a line is not a JSON object");
      continue;
    }
    pairing.add(medium, record, begin, line_hash(line));
    batch.push_back(std::move(record));
    if (batch.size() == kBatch) {
      check_batch();
    }
  }
  check_batch();
}

/// What the run's account of skin says of each level, against its plan, records and failures. The groups and tones of
/// sources are left to who renders them again.
void check_skin_tone(const fs::path& directory, const PlannedVariants& planned, bool is_expected,
                     Differences& differences) {
  std::error_code ignored;
  if (!fs::is_regular_file(directory / "skin_tone.json", ignored)) {
    if (is_expected) {
      differences.add("skin_tone.json: is missing, although records tell of masks of skin");
    }
    return;
  }
  std::ifstream file(directory / "skin_tone.json", std::ios::binary);
  const json account = parse_json(std::string{std::istreambuf_iterator<char>(file), {}});
  using Counts = std::map<std::string, std::int64_t>;
  std::map<std::pair<std::string, std::string>, Counts> told;
  std::map<std::pair<std::string, std::string>, Counts> found;
  try {
    for (const auto& [axis, levels] : account.at("levels").items()) {
      for (const json& level : levels) {
        found[{axis, level.get<std::string>()}] = {{"planned", 0}, {"written", 0}, {"failed", 0}};
      }
    }
    told = found;
    for (const json& group : account.at("groups")) {
      for (const json& band : group.at("bands")) {
        for (const json& level : band.at("levels")) {
          Counts& counts = told[{level.at("axis"), level.at("level")}];
          for (const char* field : {"planned", "written", "failed"}) {
            counts[field] += level.at(field).get<std::int64_t>();
          }
          for (const auto& [gate, count] : level.at("rejected").items()) {
            counts["rejected by " + gate] += count.get<std::int64_t>();
          }
        }
      }
    }
  } catch (const json::exception&) {
    differences.add("skin_tone.json: cannot be read");
    return;
  }
  for (const auto& [id, variant] : planned) {
    if (variant.media != "image" || variant.control != "none") {
      continue;
    }
    std::string fate = variant.status;
    if (fate == "rejected") {
      const json figures = parse_json(variant.failure);
      fate = "rejected by " + (!text_field(figures, "gate").empty() ? text_field(figures, "gate") : kOtherGate);
    }
    const json condition = parse_json(variant.condition);
    for (const auto& [axis, level] : condition.items()) {
      const auto counts = level.is_string() ? found.find({axis, level.get<std::string>()}) : found.end();
      if (counts != found.end()) {
        ++counts->second["planned"];
        ++counts->second[fate];
      }
    }
  }
  for (auto& [level, counts] : found) {
    counts.erase("");  // which is a difference already
    if (counts != told[level]) {
      differences.add("skin_tone.json: its counts of " + level.first + "=" + level.second + " are " +
                      json(told[level]).dump() + ", but plan, records and failures have " + json(counts).dump());
    }
  }
  if (told.size() != found.size()) {
    differences.add("skin_tone.json: counts a level that is not among its `levels`");
  }
}

}  // namespace

std::uint64_t line_hash(std::string_view line) { return FieldHash().add(line).value64(); }

std::string line_at(const fs::path& file, std::uintmax_t at) {
  std::ifstream lines(file, std::ios::binary);
  lines.seekg(static_cast<std::streamoff>(at));
  std::string line;
  std::getline(lines, line);
  return line;
}

PlannedVariants read_planned(const fs::path& directory, const json& run, Differences& differences) {
  PlannedVariants planned;
  Sha256 hash;
  std::ifstream lines(directory / kPlanFile, std::ios::binary);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    hash.update(lines.eof() ? line : line + '\n');
    ++number;
    const json entry = parse_json(line);
    if (!entry.is_object()) {
      differences.add("plan.jsonl:" + std::to_string(number) + ": is not a JSON object");
      continue;
    }
    PlannedVariant variant;
    variant.line = number;
    variant.media = text_field(entry, "media");
    variant.source_id = text_field(entry, "source_id");
    variant.source_sha256 = text_field(entry, "source_sha256");
    variant.condition = object_field(entry, "condition").dump();
    variant.realization = integer_field(entry, "realization");
    variant.pair_id = text_field(entry, "pair_id");
    variant.draw_id = text_field(entry, "draw_id");
    variant.control = text_field(entry, "control");
    variant.file = text_field(entry, "file");
    variant.mask_file = text_field(entry, "mask_file");
    const std::string id = text_field(entry, "variant_id");
    if (variant.media.empty() || !variant.file.starts_with(variant.media + '/')) {
      differences.add("plan.jsonl:" + std::to_string(number) + ": " + id + ": its file is '" + variant.file +
                      "', which is not in the folder of its medium '" + variant.media + "'");
    }
    if (!planned.try_emplace(id, std::move(variant)).second) {
      differences.add("plan.jsonl:" + std::to_string(number) + ": is a second line of " + id);
    }
  }
  if (hash.hex() != text_field(run, "plan_sha256")) {
    differences.add("plan.jsonl: its SHA-256 is not the one in run.json");
  }
  return planned;
}

void check_folder(const fs::path& directory, const json& run, int jobs, PlannedVariants& planned,
                  std::ostream& progress, Differences& differences) {
  PairingCheck pairing(planned, differences);
  for (const char* medium : {"audio", "image"}) {
    const auto count = std::ranges::count_if(planned, [&](const auto& it) { return it.second.media == medium; });
    std::error_code error;
    if (count == 0 && fs::symlink_status(directory / medium, error).type() == fs::file_type::not_found) {
      continue;
    }
    Progress checked(progress, progress_style(/*quiet=*/false), std::string(medium) + " files checked",
                     static_cast<std::size_t>(count));
    check_medium(directory, medium, run, jobs, pairing, checked, differences);
    check_no_other_files(directory, medium, planned, differences);
  }
  pairing.finish();
  check_failures(directory, pairing, planned, differences);
  check_journal(directory, run, planned, differences);
  check_skin_tone(directory, planned, pairing.has_masks_of_skin(), differences);
  check_counts(run, planned, differences);
  check_sealed(directory, run, differences);
  check_sources_file(directory, planned, differences);
}

}  // namespace fairground
