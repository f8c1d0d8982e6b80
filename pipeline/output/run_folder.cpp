#include "pipeline/output/run_folder.h"

#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

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

LostVariant lost_variant(const Outcome& outcome) {
  const bool source_unread = outcome.fate == Fate::failed && outcome.stage == "read";
  const Variant& variant = outcome.variant;
  return {variant.media, variant.source, variant.condition, variant.control, source_unread};
}

ordered_json failure_figures(const Outcome& outcome) {
  ordered_json figures = ordered_json::object();
  if (outcome.figure) {
    figures["gate"] = outcome.figure->gate;
    figures["value"] = rounded_unit(outcome.figure->value);
    figures["limit"] = rounded_unit(outcome.figure->limit);
  }
  if (outcome.skin && outcome.skin->source_lightness) {
    figures["source_lightness"] = rounded_unit(*outcome.skin->source_lightness);
  }
  return figures;
}

RunFolder::RunFolder(fs::path directory, const Plan& plan, bool restart)
    : directory_(std::move(directory)),
      plan_(plan),
      plan_sha256_(plan.sha256()),
      claim_(directory_, plan_sha256_, restart),
      skin_(plan) {
  counts_.planned = plan.size();
  GrowingFile lines(directory_ / "plan.jsonl");
  plan.for_each_line([&](const std::string& line) { lines.add_line(line); });
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
  skin_.add(outcome);
  RunCounts& media_counts = media_counts_.at(outcome.variant.media);
  switch (outcome.fate) {
    case Fate::written: {
      const fs::path path = directory_ / to_string(outcome.variant.media) / outcome.variant.file_name;
      make_folder(path.parent_path());
      if (!outcome.variant.mask_file_name.empty()) {
        write_atomically(directory_ / to_string(outcome.variant.media) / outcome.variant.mask_file_name, outcome.mask);
      }
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
  line.update(failure_figures(outcome));
  // A reason may quote a file's name, which need not be UTF-8.
  failures_[outcome.variant.variant_id] = line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  lost_.push_back(lost_variant(outcome));
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
  if (skin_.is_needed()) {
    const SkinCounts& counts = skin_.finish();
    write_atomically(directory_ / "skin_tone.json", skin_tone_json(counts));
    skin_warnings_ = find_in(counts).warnings.size();
  }
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
  if (const auto& extended = plan_.extends()) {
    json["extends"] = {{"directory", extended->directory.string()}, {"plan_sha256", extended->plan_sha256}};
  }
  for (const auto& [manifest, sha256] : plan_.catalog().manifest_sha256) {
    json["manifests"][manifest.string()] = sha256;
  }
  json["assets"] = plan_.catalog().asset_sha256;
  if (!plan_.catalog().face_model_sha256.empty()) {
    json["face_model"] = plan_.catalog().face_model_sha256;
  }
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      json["pools"][asset.name] = {{"manifest", asset.pool->manifest.string()},
                                   {"sha256", plan_.catalog().pools.at(asset.name).manifest_sha256}};
    }
  }
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
