#include <nlohmann/json.hpp>

#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// A longer config is named by its hash alone, so that the page stays small.
constexpr std::size_t kMostConfigBytes = std::size_t{200} << 10U;
constexpr std::size_t kMostAssetHashes = 20;

ordered_json augmenters_json(const SetFacts& set) {
  ordered_json json = ordered_json::array();
  for (const auto& [name, version] : set.augmenters()) {
    json.push_back({{"name", name}, {"version", version}});
  }
  return json;
}

}  // namespace

ordered_json provenance_json(const OutputTree& tree, const SetFacts& set, const ordered_json& run) {
  ordered_json rows = ordered_json::array();
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) {
      rows.push_back({name, value});
    }
  };
  add("fairground", set.tool_version);
  add("Seed", std::to_string(set.seed));
  add("SHA-256 of the configuration", text_field(run, "config_sha256"));
  add("SHA-256 of plan.jsonl", text_field(run, "plan_sha256"));
  if (const auto manifests = run.find("manifests"); manifests != run.end()) {
    for (const auto& [path, sha256] : manifests->items()) {
      add("SHA-256 of manifest " + manifest_in_words(path), sha256.get<std::string>());
    }
  }
  for (const AssetFacts& asset : set.assets) {
    add("Asset " + asset.name, counted(asset.files, asset.talkers ? "recording" : "file") +
                                   (asset.talkers ? " of talkers, " : ", ") +
                                   (asset.licence.empty() ? "licence not told" : asset.licence));
  }
  if (const auto assets = run.find("assets"); assets != run.end()) {
    for (const auto& [name, hashes] : assets->items()) {
      std::size_t shown = 0;
      for (const ordered_json& sha256 : hashes) {
        if (shown++ < kMostAssetHashes && sha256.is_string()) {
          add("SHA-256 of a file of asset " + name, sha256.get<std::string>());
        }
      }
      if (shown > kMostAssetHashes) {
        add("Asset " + name, std::to_string(shown - kMostAssetHashes) + " more files, whose hashes are in run.json");
      }
    }
  }
  if (const auto files = run.find("files"); files != run.end()) {
    for (const auto& [name, sha256] : files->items()) {
      add("SHA-256 of " + name, sha256.get<std::string>());
    }
  }
  if (const auto base = run.find("extends"); base != run.end() && base->is_object()) {
    add("Extends the run with the plan", text_field(*base, "plan_sha256"));
  }
  const auto size = tree.size_of(kConfigCopy);
  const auto config = size && *size <= kMostConfigBytes ? tree.read_text(kConfigCopy, kMostConfigBytes) : std::nullopt;
  return {{"rows", std::move(rows)},
          {"config", config ? ordered_json(*config) : ordered_json(nullptr)},
          {"augmenters", augmenters_json(set)}};
}

}  // namespace fairground
