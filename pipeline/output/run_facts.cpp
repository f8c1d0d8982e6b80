#include "pipeline/output/run_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json field(const ordered_json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object[name] : ordered_json(nullptr);
}

/// The hashes of manifests or pools, whatever they are called.
std::vector<std::string> hashes(const ordered_json& named) {
  std::vector<std::string> all;
  for (const auto& [name, value] : named.items()) {
    all.push_back((value.is_object() ? field(value, "sha256") : value).dump());
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

void RunCounts::add(Fate fate) {
  switch (fate) {
    case Fate::written:
      ++written;
      break;
    case Fate::rejected:
      ++rejected;
      break;
    case Fate::failed:
      ++failed;
      break;
  }
}

ordered_json run_facts(const Plan& plan, const std::optional<ExtendedRun>& extends, const std::string& plan_sha256,
                       const std::string& tool_version) {
  const Config& config = plan.config();
  ordered_json json;
  json["fairground"] = tool_version;
  json["name"] = config.name;
  json["seed"] = config.seed;
  json["config_file"] = config.path.string();
  json["config_sha256"] = config.sha256;
  json["plan_sha256"] = plan_sha256;
  if (extends) {
    json["extends"] = {{"directory", extends->directory.string()}, {"plan_sha256", extends->plan_sha256}};
  }
  for (const auto& [manifest, sha256] : plan.catalog().manifest_sha256) {
    json["manifests"][manifest.string()] = sha256;
  }
  json["assets"] = plan.catalog().asset_sha256;
  if (!plan.catalog().face_model_sha256.empty()) {
    json["face_model"] = plan.catalog().face_model_sha256;
  }
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      json["pools"][asset.name] = {{"manifest", asset.pool->manifest.string()},
                                   {"sha256", plan.catalog().pools.at(asset.name).manifest_sha256}};
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
  // As it will be read back: a path need not be UTF-8.
  return ordered_json::parse(json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

ordered_json journal_facts(const ordered_json& facts, const std::optional<Shard>& shard, std::size_t planned) {
  ordered_json header = facts;
  if (shard) {
    header["shard"] = {{"index", shard->index}, {"count", shard->count}};
  }
  header["planned"] = planned;
  return header;
}

std::vector<std::string> differing_facts(const ordered_json& then, const ordered_json& now) {
  std::vector<std::string> differences;
  if (field(then, "fairground") != field(now, "fairground")) {
    differences.push_back("it was begun with fairground " + field(then, "fairground").dump() + ", and this is " +
                          field(now, "fairground").dump());
  }
  if (field(then, "config_sha256") != field(now, "config_sha256")) {
    differences.emplace_back("the config has changed since");
  }
  for (const auto& [name, what] :
       {std::pair("manifests", "a manifest"), {"pools", "the manifest of a pool of talkers"}}) {
    if (hashes(field(then, name)) != hashes(field(now, name))) {
      differences.push_back(std::string(what) + " has changed since");
    }
  }
  for (const auto& [name, what] : {std::pair("assets", "the file of an asset"), {"face_model", "the face model"}}) {
    if (field(then, name) != field(now, name)) {
      differences.push_back(std::string(what) + " has changed since");
    }
  }
  if (field(then, "plan_sha256") != field(now, "plan_sha256")) {
    differences.emplace_back("the plan is another one");
  }
  return differences;
}

ordered_json counts_json(const RunCounts& counts) {
  return {{"planned", counts.planned},
          {"written", counts.written},
          {"rejected", counts.rejected},
          {"failed", counts.failed}};
}

ordered_json finished_facts(ordered_json facts, const RunCounts& counts, const std::map<Media, RunCounts>& of_media) {
  facts["counts"] = counts_json(counts);
  for (const auto& [medium, of_one] : of_media) {
    facts["media"][to_string(medium)] = counts_json(of_one);
  }
  return facts;
}

}  // namespace fairground
