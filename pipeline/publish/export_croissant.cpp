// A description of the set in MLCommons Croissant 1.1 (docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), with
// its vocabulary of responsible AI (RAI 1.0) and the origin of the data in the terms of W3C PROV-O, as the
// specification recommends.
//
// Files are named relative to where `croissant.json` lies, in `exports/croissant/`, so the folder can be moved or put
// on a server as it is. The context is that of the specification's first appendix, but schema.org's names begin with
// https, as they do in mlcroissant. Coverage is no annotation: a table of groups and conditions is none of a field or a
// record set, and coverage.json has it, which is named here with its hash.
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/config/card.h"
#include "pipeline/output/export_files.h"
#include "pipeline/publish/croissant_parts.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json context() {
  ordered_json json = {{"@language", "en"},
                       {"@vocab", "https://schema.org/"},
                       {"sc", "https://schema.org/"},
                       {"cr", "http://mlcommons.org/croissant/"},
                       {"rai", "http://mlcommons.org/croissant/RAI/"},
                       {"dct", "http://purl.org/dc/terms/"},
                       {"prov", "http://www.w3.org/ns/prov#"},
                       {"conformsTo", "dct:conformsTo"},
                       {"data", {{"@id", "cr:data"}, {"@type", "@json"}}},
                       {"dataType", {{"@id", "cr:dataType"}, {"@type", "@vocab"}}},
                       {"examples", {{"@id", "cr:examples"}, {"@type", "@json"}}}};
  for (const char* const term :
       {"annotation",    "arrayShape",  "citeAs",    "column",       "containedIn", "equivalentProperty",
        "excludes",      "extract",     "field",     "fileObject",   "fileSet",     "fileProperty",
        "format",        "includes",    "isArray",   "jsonPath",     "key",         "md5",
        "isLiveDataset", "parentField", "path",      "readLines",    "recordSet",   "references",
        "regex",         "repeated",    "replace",   "samplingRate", "sdVersion",   "separator",
        "source",        "subField",    "transform", "unArchive",    "value"}) {
    json[term] = std::string("cr:") + term;
  }
  return json;
}

}  // namespace

std::string iri_part(std::string_view name) {
  static constexpr const char* kDigits = "0123456789ABCDEF";
  std::string part;
  for (const char c : name) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (is_plain) {
      part += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      part += '%';
      part += kDigits[byte >> 4U];
      part += kDigits[byte & 15U];
    }
  }
  return part;
}

std::string licence_url(const std::string& licence) {
  return is_licence_identifier(licence) ? "https://spdx.org/licenses/" + licence : licence;
}

void export_croissant(const ExportInputs& inputs, DerivedFiles& files) {
  const SetFacts& set = inputs.set;
  const SetCounts counts = count_set(inputs.tree, set);
  ordered_json json;
  json["@context"] = context();
  json["@type"] = "sc:Dataset";
  json["conformsTo"] = {"http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"};
  json["name"] = set.name;
  json["description"] = set.card.description;
  json["license"] = licence_url(set.card.licence);
  json["url"] = set.card.url;
  // Croissant wants one of the two, and a card does not tell a person from an organisation.
  json["creator"] = {{"@type", "sc:Organization"}, {"name", set.card.creator}};
  json["datePublished"] = set.date;
  if (!set.card.version.empty()) {
    json["version"] = set.card.version;
  }
  if (!set.card.citation.empty()) {
    json["citeAs"] = set.card.citation;
  }
  json["keywords"] = {"fairness", "robustness", "test set"};
  json["isLiveDataset"] = false;
  json["digitalSourceType"] = {{"@id", "sc:AlgorithmicallyEnhancedDigitalSource"}};
  add_croissant_origin(inputs, json);
  add_croissant_responsibility(inputs, counts, json);
  json["distribution"] = croissant_distribution(inputs);
  json["recordSet"] = croissant_record_sets(inputs, counts);
  files.write(export_folder(ExportFormat::croissant) / "croissant.json", json.dump(1) + '\n');
}

}  // namespace fairground
