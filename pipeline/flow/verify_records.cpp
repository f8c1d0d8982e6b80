#include "pipeline/flow/verify_records.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/picture_cells.h"
#include "pipeline/catalog/words.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/record.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Our own files may be larger than what a run accepts as input, and are still only read one at a time.
constexpr MediaLimits kOwnFiles{1e9, 1e6, 1e6};

/// Two units of the last place that records keep: the libm of another machine may round otherwise.
double label_tolerance(const std::string& field) { return field.find("_db") == std::string::npos ? 2e-6 : 2e-4; }

/// What skin_tone.json calls a gate that gives no figure.
const std::string kOtherGate = "other";

// Slower speech ends later by as much more: four times where a chain halves the tempo twice.
constexpr double kWordsMayEndLateHereS = 4.0 * kWordsMayEndLateS;

int bits_of_audio(const json& run) {
  return integer_field(object_field(object_field(run, "output"), "audio"), "bits") == 24 ? 24 : 16;
}

json measure_file(const fs::path& path, const Bytes& bytes, const std::string& medium, const json& run) {
  if (medium == "audio") {
    const Audio audio = decode_audio(bytes, path, kOwnFiles);
    return measured_columns(measure_audio(quantise(audio, bits_of_audio(run))), audio.seconds());
  }
  const Raster raster = decode_image(bytes, path, kOwnFiles);
  return measured_columns({measure_image(raster), raster.codes.cols, raster.codes.rows});
}

/// Boxes, key points and mask of a picture, as far as its record has them.
template <typename Differs>
void check_picture_labels(const fs::path& folder, const json& record, const json& measured, const Differs& differs) {
  const int width = measured.value("measured_width_px", 0);
  const int height = measured.value("measured_height_px", 0);
  ReadBoxes boxes = parse_boxes(text_field(record, "boxes"));
  ReadKeyPoints keypoints = parse_keypoints(text_field(record, "keypoints"));
  for (const auto& [field, mistake] : {std::pair("boxes", boxes.mistake), {"keypoints", keypoints.mistake}}) {
    if (!mistake.empty()) {
      differs(std::string(field) + ": " + mistake);
    }
  }
  const std::string outside = label_outside({std::move(boxes.boxes), std::move(keypoints.keypoints)}, width, height);
  if (!outside.empty()) {
    differs(outside);
  }
  if (!record.contains("mask_file_name")) {
    return;
  }
  const fs::path path = folder / text_field(record, "mask_file_name");
  const Bytes bytes = read_file(path, kOwnFiles);
  if (sha256_hex(bytes) != text_field(record, "mask_sha256")) {
    differs("the SHA-256 of its mask is not the one in its record");
  }
  const Mask mask = decode_mask(bytes, path, kOwnFiles);
  if (mask.width != width || mask.height != height) {
    differs("its mask has another size than the picture");
  }
}

void check_file(const fs::path& folder, const std::string& medium, const json& record, const json& run,
                Differences& differences) {
  const std::string name = text_field(record, "file_name");
  const auto differs = [&](const std::string& what) { differences.add(medium + "/" + name + ": " + what); };
  try {
    const Bytes bytes = read_file(folder / name, kOwnFiles);
    if (sha256_hex(bytes) != text_field(record, "sha256")) {
      differs("the file's SHA-256 is not the one in its record");
    }
    const json measured = measure_file(folder / name, bytes, medium, run);
    for (const auto& [field, value] : measured.items()) {
      const json recorded = record.value(field, json());
      if (!recorded.is_number() || std::abs(recorded.get<double>() - value.get<double>()) > label_tolerance(field)) {
        differs(field + " is " + value.dump() + ", but its record says " + recorded.dump());
      }
    }
    if (record.contains("words")) {
      const SpokenWords words = parse_words(text_field(record, "words"));
      const std::string late =
          late_word(words.words, measured.value("measured_duration_s", 0.0), kWordsMayEndLateHereS);
      if (!words.mistake.empty() || !late.empty()) {
        differs("words: " + (words.mistake.empty() ? late : words.mistake));
      }
    }
    check_picture_labels(folder, record, measured, differs);
  } catch (const PassingFault&) {
    throw;
  } catch (const std::exception& error) {
    differs(error.what());
  }
  std::error_code ignored;
  if (record.contains("clean_file_name") &&
      !fs::is_regular_file(folder / text_field(record, "clean_file_name"), ignored)) {
    differs("its clean reference '" + text_field(record, "clean_file_name") + "' is missing");
  }
}

/// The numbers in the JSON string `measured` are those of the `measured_` columns.
void check_measured(const std::string& id, const json& record, Differences& differences) {
  constexpr std::string_view kPrefix = "measured_";
  const json measured = parse_json(text_field(record, "measured"));
  for (const auto& [field, value] : record.items()) {
    if (!field.starts_with(kPrefix) || !value.is_number()) {
      continue;
    }
    const auto inner = measured.find(field.substr(kPrefix.size()));
    if (inner == measured.end() || *inner != value) {
      differences.add(id + ": " + field + " is " + value.dump() + ", but `measured` says " +
                      (inner == measured.end() ? "nothing of it" : inner->dump()));
    }
  }
}

/// Nobody hears their own voice, whatever the pool of talkers was said to be.
void check_voices(const std::string& id, const json& record, Differences& differences) {
  const json measured = parse_json(text_field(record, "measured"));
  const std::string subject = text_field(record, "subject");
  for (const auto& [list, what] : {std::pair("stems", "noise"), {"steps", "steps"}}) {
    const auto parts = measured.find(list);
    if (parts == measured.end() || !parts->is_array()) {
      continue;
    }
    for (const json& part : *parts) {
      const json voices = part.is_object() ? part.value("voices", json()) : json();
      if (std::ranges::find(voices, json(subject)) != voices.end()) {
        differences.add(id + ": its subject '" + subject + "' is among the voices of its " + what);
      }
    }
  }
}

/// Checks that each record agrees with the plan, and that all variants of one draw had the same parameters.
class PairingCheck {
 public:
  PairingCheck(PlannedVariants& planned, Differences& differences) : planned_(planned), differences_(differences) {}

  /// `at` is where the record begins in its file.
  void add(const std::string& medium, const json& record, std::uintmax_t at) {
    const std::string id = text_field(record, "variant_id");
    const auto found = planned_.find(id);
    if (found == planned_.end()) {
      differences_.add(id + ": the record stands in no line of plan.jsonl");
      return;
    }
    PlannedVariant& variant = found->second;
    if (!variant.status.empty()) {
      differences_.add(id + ": there are two records or failures of this variant");
    }
    variant.status = "written";
    variant.sha256 = text_field(record, "sha256");
    variant.at = at;
    compare_with_plan(id, variant, medium, record);
    has_masks_of_skin_ = has_masks_of_skin_ || record.contains("mask_source");
    check_measured(id, record, differences_);
    check_voices(id, record, differences_);
    check_clean(id, variant, record);
    const std::string augmentations = text_field(record, "augmentations");
    const auto [first, is_new] = draws_.try_emplace(variant.draw_id, augmentations);
    if (!is_new && first->second != augmentations) {
      differences_.add(id + ": its augmentations are not those of the other variants of draw " + variant.draw_id);
    }
  }

  /// Whether some record tells how its skin was found.
  [[nodiscard]] bool has_masks_of_skin() const { return has_masks_of_skin_; }

  /// To be called after all records: is each clean reference that they name one?
  void finish() {
    for (const auto& [pair, clean] : clean_) {
      if (clean.named != clean.own) {
        differences_.add(clean.variant_id + ": its clean_file_name is '" + clean.named +
                         "', but the clean reference of its source is '" + clean.own + "'");
      }
    }
    check_blocks();
  }

 private:
  struct CleanReference {
    std::string named;       ///< `clean_file_name` of the first record of the pair
    std::string variant_id;  ///< of that record
    std::string own;         ///< the file of the pair's record that is not synthetic; empty where none is
  };

  void compare_with_plan(const std::string& id, const PlannedVariant& variant, const std::string& medium,
                         const json& record) {
    const auto compare = [&](const std::string& field, const json& wanted) {
      const json value = record.value(field, json());
      if (value != wanted) {
        differences_.add(id + ": " + field + " is " + value.dump() + ", but plan.jsonl says " + wanted.dump());
      }
    };
    compare("source_id", variant.source_id);
    compare("source_sha256", variant.source_sha256);
    compare("realization", variant.realization);
    compare("pair_id", variant.pair_id);
    compare("draw_id", variant.draw_id);
    compare("control", variant.control);
    const auto in_medium = [folder = medium + "/"](const std::string& file) {
      return file.starts_with(folder) ? file.substr(folder.size()) : file;
    };
    compare("file_name", in_medium(variant.file));
    if (!variant.mask_file.empty() || record.contains("mask_file_name")) {
      compare("mask_file_name", in_medium(variant.mask_file));
    }
    const json condition = json::parse(variant.condition);
    for (const auto& [axis, level] : condition.items()) {
      compare(axis, level);
    }
  }

  /// Only the clean reference has no steps, is not synthetic, and is its own clean file.
  void check_clean(const std::string& id, const PlannedVariant& variant, const json& record) {
    const std::string file = text_field(record, "file_name");
    const std::string named = text_field(record, "clean_file_name");
    const bool is_clean = text_field(record, "augmentations") == "[]" && variant.control == "none";
    if (record.value("synthetic", json()) != json(!is_clean)) {
      differences_.add(id + ": synthetic is " + record.value("synthetic", json()).dump() + ", but it is " +
                       (is_clean ? "a clean reference" : "no clean reference"));
    }
    if ((named == file) != is_clean) {
      differences_.add(id + ": its clean_file_name is '" + named + "', but it is " +
                       (is_clean ? "a clean reference itself" : "no clean reference"));
    }
    const auto [clean, is_new] = clean_.try_emplace(variant.pair_id, CleanReference{named, id, {}});
    if (clean->second.named != named) {
      differences_.add(id + ": its clean_file_name is '" + named + "', but another variant of its source has '" +
                       clean->second.named + "'");
    }
    if (is_clean) {
      clean->second.own = file;
    }
  }

  /// A source keeps its realization in all conditions, meets every condition once, and repeats only what it met.
  void check_blocks() {
    std::map<std::string, std::set<std::int64_t>> realizations;
    std::map<std::string, std::set<std::string>> conditions;
    for (const auto& [id, variant] : planned_) {
      realizations[variant.source_id].insert(variant.realization);
      if (variant.control == "none" && !conditions[variant.source_id].insert(variant.condition).second) {
        differences_.add(variant.source_id + ": meets a condition twice");
      }
    }
    for (const auto& [id, variant] : planned_) {
      if (variant.control == "repeat" && !conditions[variant.source_id].contains(variant.condition)) {
        differences_.add(id + ": repeats a condition that its source does not meet");
      }
    }
    for (const auto& [source, met] : realizations) {
      if (met.size() > 1) {
        differences_.add(source + ": has different realizations in different conditions");
      }
    }
  }

  PlannedVariants& planned_;
  Differences& differences_;
  std::map<std::string, std::string> draws_;
  std::map<std::string, CleanReference> clean_;
  bool has_masks_of_skin_ = false;
};

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
    json record = parse_json(line);
    if (!record.is_object()) {
      differences.add(medium + "/metadata.jsonl: a line is not a JSON object");
      continue;
    }
    pairing.add(medium, record, begin);
    batch.push_back(std::move(record));
    if (batch.size() == kBatch) {
      check_batch();
    }
  }
  check_batch();
}

/// A file without a record would be loaded by whoever ignores the records, and a link may lead anywhere.
void check_no_other_files(const fs::path& directory, const std::string& medium, const PlannedVariants& planned,
                          Differences& differences) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory / medium, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const fs::file_type type = entry->symlink_status(error).type();
    if (type == fs::file_type::symlink) {
      differences.add(path.string() + ": is a symbolic link, which no run makes");
    } else if (type != fs::file_type::directory && path != directory / medium / "metadata.jsonl") {
      constexpr std::string_view kMask = "-mask";
      std::string stem = path.stem().string();
      const bool is_mask = stem.ends_with(kMask);
      stem.resize(stem.size() - (is_mask ? kMask.size() : 0));
      const auto found = planned.find(stem);
      if (found == planned.end() || found->second.status != "written" ||
          directory / (is_mask ? found->second.mask_file : found->second.file) != path) {
        differences.add(path.string() + ": no record names this file");
      }
    }
  }
  if (error) {
    differences.add((directory / medium).string() + ": cannot look into the folder: " + error.message());
  }
}

/// What has neither a record nor a failure was lost without a trace.
void check_failures(const fs::path& directory, PlannedVariants& planned, Differences& differences) {
  std::ifstream lines(directory / "failures.jsonl", std::ios::binary);
  for (std::string line; std::getline(lines, line);) {
    const json failure = parse_json(line);
    const auto found = planned.find(text_field(failure, "variant_id"));
    if (found == planned.end() || !found->second.status.empty()) {
      differences.add("failures.jsonl: a line is of no planned variant, or of one that has a record: " + line);
      continue;
    }
    const std::string kind = text_field(failure, "kind");
    found->second.status = kind == "rejected" ? kind : "failed";
    if (found->second.status != kind || text_field(failure, "source_id") != found->second.source_id) {
      differences.add("failures.jsonl: kind or source of a line is wrong: " + line);
    }
    json figures = json::object();
    for (const char* field : {"gate", "value", "limit", "source_lightness"}) {
      if (const auto given = failure.find(field); given != failure.end()) {
        figures[field] = *given;
        if (field == std::string_view("gate") ? !given->is_string() : !given->is_number()) {
          differences.add("failures.jsonl: " + std::string(field) +
                          " of a line is of another type than elsewhere: " + line);
        }
      }
    }
    found->second.figures = figures.dump();
  }
  for (const auto& [id, variant] : planned) {
    if (variant.status.empty()) {
      differences.add(id + ": planned, but there is neither a record nor a failure of it");
    }
  }
}

/// The journal is in no order, but has a line for each variant behind its header.
void check_journal(const fs::path& directory, const json& run, PlannedVariants& planned, Differences& differences) {
  std::error_code ignored;
  if (!fs::is_regular_file(directory / "journal.jsonl", ignored)) {
    differences.add("journal.jsonl: is missing");
    return;
  }
  std::ifstream lines(directory / "journal.jsonl", std::ios::binary);
  std::string line;
  std::getline(lines, line);
  const auto header = parse_journal_header(line);
  if (!header || header->value("plan_sha256", json()) != text_field(run, "plan_sha256")) {
    differences.add("journal.jsonl: its first line is not that of this run");
  }
  while (std::getline(lines, line)) {
    const json entry = parse_json(line);
    const auto found = planned.find(text_field(entry, "variant_id"));
    if (!parse_journal_line(line)) {
      differences.add("journal.jsonl: a line is damaged: " + line);
    } else if (found == planned.end() || std::exchange(found->second.journalled, true)) {
      differences.add("journal.jsonl: a line is of no planned variant, or of one that has a line: " + line);
    } else if (text_field(entry, "status") != found->second.status ||
               text_field(entry, "sha256") != found->second.sha256) {
      differences.add("journal.jsonl: status or SHA-256 is not that of the record or failure: " + line);
    }
  }
  for (const auto& [id, variant] : planned) {
    if (!variant.journalled) {
      differences.add("journal.jsonl: has no line of " + id);
    }
  }
}

/// `medium` is empty for the counts of the whole run.
void check_counts(const json& counts, const std::string& medium, const PlannedVariants& planned,
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
      const json figures = parse_json(variant.figures);
      fate = "rejected by " + (figures.contains("gate") ? text_field(figures, "gate") : kOtherGate);
    }
    const json condition = json::parse(variant.condition);
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

PlannedVariants read_planned(const fs::path& directory, const json& run, Differences& differences) {
  PlannedVariants planned;
  Sha256 hash;
  std::ifstream lines(directory / "plan.jsonl", std::ios::binary);
  for (std::string line; std::getline(lines, line);) {
    hash.update(line + '\n');
    const json entry = parse_json(line);
    if (!entry.is_object()) {
      differences.add("plan.jsonl: a line is not a JSON object");
      continue;
    }
    PlannedVariant variant;
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
    planned[text_field(entry, "variant_id")] = std::move(variant);
  }
  if (hash.hex() != text_field(run, "plan_sha256")) {
    differences.add("plan.jsonl: its SHA-256 is not the one in run.json");
  }
  return planned;
}

void check_folder(const fs::path& directory, const json& run, int jobs, PlannedVariants& planned,
                  std::ostream& progress, Differences& differences) {
  PairingCheck pairing(planned, differences);
  const json counts = object_field(run, "media");
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
  check_failures(directory, planned, differences);
  check_journal(directory, run, planned, differences);
  check_skin_tone(directory, planned, pairing.has_masks_of_skin(), differences);
  check_counts(object_field(run, "counts"), "", planned, differences);
  for (const char* medium : {"audio", "image"}) {
    if (std::ranges::any_of(planned, [&](const auto& it) { return it.second.media == medium; })) {
      check_counts(object_field(counts, medium), medium, planned, differences);
    }
  }
}

}  // namespace fairground
