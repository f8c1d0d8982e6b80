#include "pipeline/output/run_folder.h"

#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kPlan = "plan.jsonl";
constexpr const char* kUnfinishedPlan = "plan.jsonl.part";

// All that a run ever puts into its folder; `--restart` deletes these and nothing else. Without run.json, which goes
// first, the run is unfinished; without the plan, which goes last, the folder would no longer be known as ours.
constexpr std::array kOwnNames = {
    "run.json", "journal.jsonl", "failures.jsonl", "coverage.json", "report.html",         "audio",
    "image",    "exports",       "shards",         "run.json.part", "failures.jsonl.part", "coverage.json.part",
    kPlan,      kUnfinishedPlan};

/// SHA-256 of a whole file, or nothing where there is none.
std::string file_sha256(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return {};
  }
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(file.gcount())));
  }
  return hash.hex();
}

void delete_own_files(const fs::path& directory) {
  for (const char* name : kOwnNames) {
    std::error_code error;
    fs::remove_all(directory / name, error);
    if (error) {
      throw PassingFault((directory / name).string() + ": cannot delete: " + error.message());
    }
  }
}

void prepare_folder(const fs::path& directory, const std::string& plan_sha256, bool restart) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_directory(directory, error)) {
    throw UserError(directory.string() + ": the output directory is a file; choose another with --out");
  }
  make_folder(directory);
  fs::directory_iterator first(directory, error);
  if (error) {
    throw PassingFault(directory.string() + ": cannot look into the folder: " + error.message());
  }
  // A run that was stopped while its plan was written has left nothing else.
  const bool only_unfinished_plan = first != fs::directory_iterator() && first->path().filename() == kUnfinishedPlan &&
                                    std::next(first) == fs::directory_iterator();
  if (first == fs::directory_iterator() || only_unfinished_plan) {
    return;
  }
  const bool is_run = fs::exists(directory / kPlan, error);
  const bool is_finished = fs::exists(directory / "run.json", error);
  if (!is_run && !is_finished) {
    throw UserError(directory.string() +
                    ": the output directory is not empty and holds no run; choose an empty one with --out");
  }
  if (!restart && is_finished) {
    throw UserError(directory.string() +
                    ": the output directory holds a finished run; delete it and make it again "
                    "with --restart, or choose another with --out");
  }
  if (!restart && file_sha256(directory / kPlan) != plan_sha256) {
    throw UserError(directory.string() +
                    ": the output directory holds an unfinished run of another plan (the config or the "
                    "sources have changed); delete it and begin anew with --restart, or choose another with --out");
  }
  delete_own_files(directory);
}

}  // namespace

const char* to_string(Fate fate) {
  switch (fate) {
    case Fate::written:
      return "written";
    case Fate::rejected:
      return "rejected";
    case Fate::failed:
      return "failed";
  }
  return "?";
}

RunFolder::RunFolder(fs::path directory, const Plan& plan, bool restart)
    : directory_(std::move(directory)), plan_(plan), plan_sha256_(plan.sha256()) {
  prepare_folder(directory_, plan_sha256_, restart);
  counts_.planned = plan.size();
  GrowingFile lines(directory_ / kPlan);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    lines.add_line(plan.line(plan.at(i)));
  }
  lines.finish();
  for (const MediaPlan& media : plan.media()) {
    const fs::path folder = directory_ / to_string(media.media);
    make_folder(folder);
    metadata_[media.media] = std::make_unique<GrowingFile>(folder / "metadata.jsonl");
    media_counts_[media.media].planned = media.variants();
  }
  journal_.open(directory_ / "journal.jsonl", std::ios::binary);
}

void RunFolder::add(const Outcome& outcome) {
  RunCounts& media_counts = media_counts_.at(outcome.variant.media);
  switch (outcome.fate) {
    case Fate::written: {
      const fs::path path = directory_ / to_string(outcome.variant.media) / outcome.variant.file_name;
      make_folder(path.parent_path());
      write_atomically(path, outcome.file);
      metadata_.at(outcome.variant.media)->add_line(outcome.record);
      ++counts_.written;
      ++media_counts.written;
      break;
    }
    case Fate::rejected:
      add_failure(outcome);
      ++counts_.rejected;
      ++media_counts.rejected;
      break;
    case Fate::failed:
      add_failure(outcome);
      ++counts_.failed;
      ++media_counts.failed;
      break;
  }
  ordered_json entry;
  entry["variant_id"] = outcome.variant.variant_id;
  entry["status"] = to_string(outcome.fate);
  entry["sha256"] = outcome.sha256;
  journal_ << entry.dump() << '\n';
  check_journal();
}

void RunFolder::check_journal() const {
  if (!journal_) {
    throw PassingFault((directory_ / "journal.jsonl").string() + ": cannot write");
  }
}

void RunFolder::add_failure(const Outcome& outcome) {
  ordered_json line;
  line["variant_id"] = outcome.variant.variant_id;
  line["source_id"] = plan_.of(outcome.variant.media).catalog->sources[outcome.variant.source].id;
  line["kind"] = to_string(outcome.fate);
  line["stage"] = outcome.stage;
  line["reason"] = outcome.reason;
  // A reason may quote a file's name, which need not be UTF-8.
  failures_[outcome.variant.variant_id] = line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  lost_.push_back({outcome.variant.media, outcome.variant.source, outcome.variant.condition});
}

void RunFolder::finish(double seconds, const std::string& tool_version) {
  if (counts_.done() != counts_.planned) {
    throw std::logic_error("written + rejected + failed is not what was planned");
  }
  for (auto& [medium, file] : metadata_) {
    file->finish();
  }
  journal_.close();
  check_journal();
  GrowingFile failures(directory_ / "failures.jsonl");
  for (const auto& [id, line] : failures_) {
    failures.add_line(line);
  }
  failures.finish();
  write_atomically(directory_ / "coverage.json", coverage_json(plan_, count_coverage(plan_, lost_)));
  write_atomically(directory_ / "run.json", run_json(seconds, tool_version));
}

std::string RunFolder::run_json(double seconds, const std::string& tool_version) const {
  const auto counts_json = [](const RunCounts& counts) {
    return ordered_json{{"planned", counts.planned},
                        {"written", counts.written},
                        {"rejected", counts.rejected},
                        {"failed", counts.failed}};
  };
  const Config& config = plan_.config();
  ordered_json json;
  json["fairground"] = tool_version;
  json["name"] = config.name;
  json["seed"] = config.seed;
  json["config_file"] = config.path.string();
  json["config_sha256"] = config.sha256;
  json["plan_sha256"] = plan_sha256_;
  json["assets"] = plan_.catalog().asset_sha256;
  for (const auto& [medium, settings] : config.media) {
    ordered_json& output = json["output"][to_string(medium)];
    output["format"] = to_string(settings.output.format);
    if (medium == Media::audio) {
      output["bits"] = settings.output.bits;
    } else if (settings.output.format == FileFormat::jpeg || settings.output.format == FileFormat::webp) {
      output["quality"] = settings.output.quality;
    }
  }
  json["counts"] = counts_json(counts_);
  for (const auto& [medium, counts] : media_counts_) {
    json["media"][to_string(medium)] = counts_json(counts);
  }
  json["seconds"] = seconds;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace fairground
