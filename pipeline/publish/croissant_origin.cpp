// What a description in Croissant says of where the data come from.
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/publish/croissant_parts.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// A description is read at one go; what is beyond stands in run.json, and the text says so.
constexpr std::size_t kMostMembers = 100;

std::string sha256_iri(const std::string& sha256) { return "urn:sha256:" + sha256; }

ordered_json derived_from(const ExportInputs& inputs) {
  ordered_json list = ordered_json::array();
  if (inputs.run.contains("manifests")) {
    for (const auto& [path, sha256] : inputs.run.at("manifests").items()) {
      list.push_back({{"@id", sha256_iri(sha256.get<std::string>())},
                      {"@type", "prov:Entity"},
                      {"prov:label", "the sources of the manifest " + manifest_in_words(path)}});
    }
  }
  const ordered_json none = ordered_json::object();
  const ordered_json& hashes = inputs.run.contains("assets") ? inputs.run.at("assets") : none;
  for (const AssetFacts& asset : inputs.set.assets) {
    ordered_json members = ordered_json::array();
    if (hashes.contains(asset.name) && hashes.at(asset.name).is_array()) {
      for (const ordered_json& sha256 : hashes.at(asset.name)) {
        if (members.size() < kMostMembers && sha256.is_string()) {
          members.push_back({{"@id", sha256_iri(sha256.get<std::string>())}});
        }
      }
    }
    ordered_json entity = {
        {"@id", "asset/" + iri_part(asset.name)},
        {"@type", "prov:Collection"},
        {"prov:label",
         "the asset " + asset.name + ": " + counted(asset.files, "file") +
             (members.size() < asset.files && !members.empty() ? ", not all of which are named here" : "")}};
    if (!asset.licence.empty()) {
      entity["license"] = licence_url(asset.licence);
    }
    if (!members.empty()) {
      entity["prov:hadMember"] = std::move(members);
    }
    list.push_back(std::move(entity));
  }
  return list;
}

ordered_json generated_by(const ExportInputs& inputs) {
  const SetFacts& set = inputs.set;
  const std::string tool = "fairground " + set.tool_version;
  ordered_json used = ordered_json::array();
  for (const auto& [name, what] : {std::pair("config_sha256", "the config"), {"plan_sha256", "the plan"}}) {
    if (const std::string sha256 = text_field(inputs.run, name); !sha256.empty()) {
      used.push_back({{"@id", sha256_iri(sha256)}, {"@type", "prov:Entity"}, {"prov:label", what}});
    }
  }
  for (const auto& [augmenter, version] : set.augmenters()) {
    used.push_back({{"@id", "augmenter/" + iri_part(augmenter) + '/' + std::to_string(version)},
                    {"@type", "prov:Entity"},
                    {"prov:label", "the augmenter " + augmenter + ", version " + std::to_string(version)}});
  }
  return {
      {"@id", "run"},
      {"@type", "prov:Activity"},
      {"prov:label", tool + ", seed " + std::to_string(set.seed) + ", plan " + text_field(inputs.run, "plan_sha256")},
      {"prov:used", std::move(used)},
      {"prov:wasAssociatedWith", {{"@id", "tool"}, {"@type", "prov:SoftwareAgent"}, {"prov:label", tool}}}};
}

}  // namespace

void add_croissant_origin(const ExportInputs& inputs, ordered_json& json) {
  json["prov:wasDerivedFrom"] = derived_from(inputs);
  json["prov:wasGeneratedBy"] = generated_by(inputs);
}

}  // namespace fairground
