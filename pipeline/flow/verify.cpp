#include "pipeline/flow/verify.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <set>

#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/graph.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/output/record.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Our own files may be larger than what a run accepts as input, and are still only read one at a time.
constexpr MediaLimits kOwnFiles{1e9, 1e6, 1e6};

/// Two units of the last place that records keep: the libm of another machine may round otherwise.
double label_tolerance(const std::string& field) { return field.find("_db") == std::string::npos ? 2e-6 : 2e-4; }

/// Counts differences, and prints the first of them.
class Differences {
 public:
  explicit Differences(std::ostream& out) : out_(out) {}

  void add(const std::string& message) {
    constexpr std::size_t kMost = 100;
    const std::lock_guard lock(mutex_);
    if (count_++ < kMost) {
      out_ << message << '\n';
    } else if (count_ == kMost + 1) {
      out_ << "more differences are only counted\n";
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::ostream& out_;
  std::mutex mutex_;
  std::size_t count_ = 0;
};

/// The lines of a file, one after the other.
class Lines {
 public:
  explicit Lines(const fs::path& path) : stream_(path, std::ios::binary) {}

  bool next(std::string& line) { return static_cast<bool>(std::getline(stream_, line)); }

 private:
  std::ifstream stream_;
};

json read_json(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  // To read a folder as a stream would be an exception and not a mistake of the user.
  const std::string text =
      fs::is_directory(path) ? std::string() : std::string{std::istreambuf_iterator<char>(file), {}};
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!file || !value.is_object()) {
    throw UserError(path.string() + ": cannot be read as JSON; is this the folder of a finished run?");
  }
  return value;
}

// What anyone may have edited may hold anything: a field of another type counts as missing.
std::string text(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field != entry.end() && field->is_string() ? field->get<std::string>() : std::string();
}
int integer(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field != entry.end() && field->is_number_integer() ? field->get<int>() : -1;
}
json object(const json& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field != entry.end() && field->is_object() ? *field : json::object();
}

/// A variant as plan.jsonl has it.
struct PlannedLine {
  std::string source_id;
  json condition;
  int realization = 0;
  std::string pair_id;
  std::string draw_id;
  bool seen = false;
  bool has_record = false;
};

using PlanLines = std::map<std::string, PlannedLine>;

PlanLines read_plan(const fs::path& directory, const json& run, Differences& differences) {
  PlanLines plan;
  Sha256 hash;
  Lines lines(directory / "plan.jsonl");
  for (std::string line; lines.next(line);) {
    hash.update(line + '\n');
    const json entry = json::parse(line, nullptr, false);
    if (!entry.is_object()) {
      differences.add("plan.jsonl: a line is not a JSON object");
      continue;
    }
    plan[text(entry, "variant_id")] = {text(entry, "source_id"),
                                       object(entry, "condition"),
                                       integer(entry, "realization"),
                                       text(entry, "pair_id"),
                                       text(entry, "draw_id"),
                                       false,
                                       false};
  }
  if (hash.hex() != text(run, "plan_sha256")) {
    differences.add("plan.jsonl: its SHA-256 is not the one in run.json");
  }
  return plan;
}

int bits_of_audio(const json& run) { return integer(object(object(run, "output"), "audio"), "bits") == 24 ? 24 : 16; }

json measure_file(const fs::path& path, const Bytes& bytes, const std::string& medium, const json& run) {
  if (medium == "audio") {
    const Audio audio = decode_audio(bytes, path, kOwnFiles);
    return measured_columns(measure_audio(quantise(audio, bits_of_audio(run))), audio.seconds());
  }
  const Raster raster = decode_image(bytes, path, kOwnFiles);
  return measured_columns({measure_image(raster), raster.codes.cols, raster.codes.rows});
}

void check_file(const fs::path& folder, const std::string& medium, const json& record, const json& run,
                Differences& differences) {
  const std::string name = text(record, "file_name");
  const auto differs = [&](const std::string& what) { differences.add(medium + "/" + name + ": " + what); };
  try {
    const Bytes bytes = read_file(folder / name, kOwnFiles);
    if (sha256_hex(bytes) != text(record, "sha256")) {
      differs("the file's SHA-256 is not the one in its record");
    }
    const json measured = measure_file(folder / name, bytes, medium, run);
    for (const auto& [field, value] : measured.items()) {
      const json recorded = record.value(field, json());
      if (!recorded.is_number() || std::abs(recorded.get<double>() - value.get<double>()) > label_tolerance(field)) {
        differs(field + " is " + value.dump() + ", but its record says " + recorded.dump());
      }
    }
  } catch (const std::exception& error) {
    differs(error.what());
  }
  std::error_code ignored;
  if (record.contains("clean_file_name") && !fs::is_regular_file(folder / text(record, "clean_file_name"), ignored)) {
    differs("its clean reference '" + text(record, "clean_file_name") + "' is missing");
  }
}

/// Checks that each record agrees with the plan, and that all variants of one draw had the same parameters.
class PairingCheck {
 public:
  PairingCheck(PlanLines& plan, Differences& differences) : plan_(plan), differences_(differences) {}

  void add(const json& record) {
    const std::string id = text(record, "variant_id");
    const auto planned = plan_.find(id);
    if (planned == plan_.end()) {
      differences_.add(id + ": the record stands in no line of plan.jsonl");
      return;
    }
    PlannedLine& line = planned->second;
    if (std::exchange(line.seen, true)) {
      differences_.add(id + ": there are two records or failures of this variant");
    }
    line.has_record = true;
    if (text(record, "source_id") != line.source_id || integer(record, "realization") != line.realization ||
        text(record, "pair_id") != line.pair_id || text(record, "draw_id") != line.draw_id) {
      differences_.add(id + ": source, realization, pair or draw is not the one in plan.jsonl");
    }
    for (const auto& [axis, level] : line.condition.items()) {
      if (record.value(axis, json()) != level) {
        differences_.add(id + ": " + axis + " is " + record.value(axis, json()).dump() + ", but plan.jsonl says " +
                         level.dump());
      }
    }
    const std::string augmentations = text(record, "augmentations");
    const auto [first, is_new] = draws_.try_emplace(line.draw_id, augmentations);
    if (!is_new && first->second != augmentations) {
      differences_.add(id + ": its augmentations are not those of the other variants of draw " + line.draw_id);
    }
  }

  /// What has neither a record nor a failure was lost without a trace.
  void finish(const fs::path& directory) {
    Lines lines(directory / "failures.jsonl");
    for (std::string line; lines.next(line);) {
      const auto planned = plan_.find(text(json::parse(line, nullptr, false), "variant_id"));
      if (planned == plan_.end() || std::exchange(planned->second.seen, true)) {
        differences_.add("failures.jsonl: a line is of no planned variant, or of one that has a record: " + line);
      }
    }
    for (const auto& [id, line] : plan_) {
      if (!line.seen) {
        differences_.add(id + ": planned, but there is neither a record nor a failure of it");
      }
    }
    check_blocks();
  }

  /// A file without a record would be loaded by whoever ignores the records.
  void check_no_other_files(const fs::path& folder) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      const fs::path& path = entry->path();
      const auto planned = plan_.find(path.stem().string());
      const bool known = planned != plan_.end() && planned->second.has_record;
      if (!entry->is_directory() && path != folder / "metadata.jsonl" && !known) {
        differences_.add(path.string() + ": no record names this file");
      }
    }
  }

  void check_counts(const json& run) {
    const auto records = std::ranges::count_if(plan_, [](const auto& line) { return line.second.has_record; });
    const json counts = object(run, "counts");
    if (integer(counts, "planned") != static_cast<int>(plan_.size()) || integer(counts, "written") != records ||
        integer(counts, "rejected") + integer(counts, "failed") != static_cast<int>(plan_.size()) - records) {
      differences_.add("run.json: its counts are not those of the plan and the records");
    }
  }

 private:
  /// A source keeps its realization in all conditions, and meets every condition once.
  void check_blocks() {
    std::map<std::string, std::set<int>> realizations;
    std::map<std::string, std::set<std::string>> conditions;
    for (const auto& [id, line] : plan_) {
      realizations[line.source_id].insert(line.realization);
      if (!conditions[line.source_id].insert(line.condition.dump()).second) {
        differences_.add(line.source_id + ": meets a condition twice");
      }
    }
    for (const auto& [source, met] : realizations) {
      if (met.size() > 1) {
        differences_.add(source + ": has different realizations in different conditions");
      }
    }
  }

  PlanLines& plan_;
  Differences& differences_;
  std::map<std::string, std::string> draws_;
};

/// Reads every file of one medium again.
void check_medium(const fs::path& directory, const std::string& medium, const json& run, int jobs,
                  PairingCheck& pairing, Progress& progress, Differences& differences) {
  constexpr std::size_t kBatch = 256;
  Lines lines(directory / medium / "metadata.jsonl");
  std::vector<json> batch;
  const auto check_batch = [&] {
    parallel_for(batch.size(), jobs, [&](std::size_t i) {
      check_file(directory / medium, medium, batch[i], run, differences);
      progress.add_one();
    });
    batch.clear();
  };
  for (std::string line; lines.next(line);) {
    json record = json::parse(line, nullptr, false);
    if (!record.is_object()) {
      differences.add(medium + "/metadata.jsonl: a line is not a JSON object");
      continue;
    }
    pairing.add(record);
    batch.push_back(std::move(record));
    if (batch.size() == kBatch) {
      check_batch();
    }
  }
  check_batch();
}

/// Makes every variant again and compares its record, the levels at the mixer among it. Returns why that was not
/// possible, or nothing.
std::string render_again(const fs::path& directory, const json& run, std::span<const StepSchema* const> schemas,
                         int jobs, std::ostream& progress, Differences& differences) {
  const fs::path config_file = text(run, "config_file");
  try {
    const Config config = load_config(config_file, schemas);
    const Catalog catalog = read_catalog(config, jobs);
    const Plan plan(config, catalog);
    if (config.sha256 != text(run, "config_sha256") || plan.sha256() != text(run, "plan_sha256")) {
      return "the config or its sources have changed since the run";
    }
    const Workshop workshop(plan);
    std::map<Media, Lines> metadata;
    for (const MediaPlan& media : plan.media()) {
      metadata.emplace(media.media, directory / to_string(media.media) / "metadata.jsonl");
    }
    Progress rendered(progress, progress_style(/*quiet=*/false), "variants rendered again", plan.size());
    GraphWork work = rendering_work(workshop);
    work.write = [&](const Outcome& outcome) {
      std::string line;
      if (outcome.fate == Fate::written && (!metadata.at(outcome.variant.media).next(line) || line != outcome.record)) {
        differences.add(outcome.variant.variant_id + ": made again, its record differs: " + outcome.record);
      }
      rendered.add_one();
    };
    run_graph(work, jobs, std::atomic<bool>(false));
  } catch (const UserError& error) {
    return error.messages().front();
  }
  return {};
}

}  // namespace

ExitStatus verify(const fs::path& directory, std::span<const StepSchema* const> schemas, int jobs,
                  std::ostream& progress, std::ostream& out) {
  cv::setNumThreads(0);
  const json run = read_json(directory / "run.json");
  Differences differences(out);
  PlanLines plan = read_plan(directory, run, differences);
  PairingCheck pairing(plan, differences);
  const json media = object(run, "media");
  for (const auto& [medium, counts] : media.items()) {
    Progress checked(progress, progress_style(/*quiet=*/false), medium + " files checked",
                     static_cast<std::size_t>(std::max(0, integer(counts, "written"))));
    check_medium(directory, medium, run, jobs, pairing, checked, differences);
    pairing.check_no_other_files(directory / medium);
  }
  pairing.finish(directory);
  pairing.check_counts(run);
  const std::string not_rendered = render_again(directory, run, schemas, jobs, progress, differences);
  if (!not_rendered.empty()) {
    out << "files, measured labels, conditions and pairing were compared; the manifest's labels and the levels at the "
           "mixer were not, since nothing could be rendered again: "
        << not_rendered << '\n';
  }
  const auto written = static_cast<std::size_t>(std::max(0, integer(object(run, "counts"), "written")));
  if (differences.count() == 0) {
    out << counted(written, "variant")
        << (not_rendered.empty() ? ": files, labels, pairing and mixer levels agree\n" : ": no difference\n");
    return ExitStatus::done;
  }
  out << counted(differences.count(), "difference") << " in " << counted(written, "variant") << '\n';
  return ExitStatus::difference;
}

}  // namespace fairground
