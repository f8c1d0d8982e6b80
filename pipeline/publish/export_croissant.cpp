// A description of the set in MLCommons Croissant 1.1 (docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), with
// its vocabulary of responsible AI (RAI 1.0) and the origin of the data in the terms of W3C PROV-O, as the
// specification recommends.
//
// Files are named relative to where `croissant.json` lies, in `exports/croissant/`, so the folder can be moved or put
// on a server as it is. The context is that of the specification's first appendix, but schema.org's names begin with
// https, as they do in mlcroissant. Coverage is no annotation: a table of groups and conditions is none of a field or a
// record set, and coverage.json has it, which is named here with its hash.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/report_data.h"
#include "pipeline/publish/set_counts.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// A description is read at one go; what is beyond stands in set.json and run.json, and the texts say so.
constexpr std::size_t kMostLevels = 200;
constexpr std::size_t kMostMembers = 100;

/// From `exports/croissant/` to the run's folder.
constexpr const char* kUp = "../../";

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

/// A name within an IRI: of manifests' columns anything may be made.
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

std::string sha256_iri(const std::string& sha256) { return "urn:sha256:" + sha256; }

/// The specification asks for the URL of a licence; the config has that, or the name that SPDX gives it.
std::string licence_url(const std::string& licence) {
  const bool is_name = std::ranges::all_of(licence, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '+';
  });
  return is_name ? "https://spdx.org/licenses/" + licence : licence;
}

const char* media_type(const std::string& format) {
  constexpr std::pair<std::string_view, const char*> kTypes[] = {{"flac", "audio/flac"}, {"wav", "audio/wav"},
                                                                 {"png", "image/png"},   {"jpeg", "image/jpeg"},
                                                                 {"webp", "image/webp"}, {"tiff", "image/tiff"}};
  const auto* const found = std::ranges::find(kTypes, format, &std::pair<std::string_view, const char*>::first);
  if (found == std::end(kTypes)) {
    throw UserError("set.json tells of files in the format " + in_ticks(format) + ", which is not known");
  }
  return found->second;
}

/// What the fields that every record has mean. Those that are measured stand in the measures' sentences.
struct FieldText {
  std::string_view name;
  const char* text;
};
constexpr FieldText kFieldTexts[] = {
    {"file_name", "The file, relative to the folder of metadata.jsonl."},
    {"clean_file_name", "The clean reference of the same source, likewise."},
    {"variant_id", "The variant's name."},
    {"source_id", "The source in the manifest."},
    {"subject", "The person in it, who is the unit of inference; unknown where the manifest names none."},
    {"realization", "The number of the draw; all sources with the same one met the same noise, light and losses."},
    {"pair_id", "The same for all variants of one source, which differ in condition only."},
    {"draw_id", "The same for all variants that met one draw."},
    {"synthetic", "False for clean references only."},
    {"control", "none, identity (nothing was changed) or repeat (another variant, made again)."},
    {"source_sha256", "SHA-256 of the source's file."},
    {"sha256", "SHA-256 of the file."},
    {"augmentations", "JSON: the steps with their versions and their parameters as they were drawn."},
    {"measured", "JSON: all that was measured."},
    {"words", "JSON: when each word is spoken, in the time of this file."},
    {"boxes", "JSON: label, x, y, width and height in pixels of this file, from its upper left corner."},
    {"keypoints", "JSON: name, x and y in pixels of this file."},
    {"mask_file_name", "The mask of this file, relative to the folder of metadata.jsonl."},
    {"mask_sha256", "SHA-256 of the mask's file."},
    {"mask_source", "How skin was found: supplied, landmarks, cascade or none."}};

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string field_text(const MediaFacts& facts, const std::string& name) {
  const auto* const found = std::ranges::find(kFieldTexts, name, &FieldText::name);
  if (found != std::end(kFieldTexts)) {
    return found->text;
  }
  if (std::ranges::find(facts.axes, name, &AxisFacts::name) != facts.axes.end()) {
    return "The level of the axis " + name + "; rai:dataManipulationProtocol says what each stands for.";
  }
  if (has(facts.groups, name)) {
    return "A label by which groups are compared, verbatim from the manifest.";
  }
  if (name == facts.transcript) {
    return "What is said, verbatim from the manifest.";
  }
  if (has(facts.kept, name)) {
    return "Verbatim from the manifest.";
  }
  const std::vector<std::string> measures = measures_in_words(facts, {name});
  return measures.empty() || !measures.front().starts_with(name.substr(0, 4)) ? "Measured on the file."
                                                                              : measures.front() + ".";
}

ordered_json data_type(const MediaFacts& facts, const std::string& name, const ordered_json& value) {
  const bool is_axis = std::ranges::find(facts.axes, name, &AxisFacts::name) != facts.axes.end();
  if (is_axis || has(facts.groups, name) || (name == facts.transcript && !name.empty())) {
    return {"sc:Text", "cr:Label"};
  }
  if (value.is_boolean()) {
    return "sc:Boolean";
  }
  // Only tones are null, where no skin was found; the nearest swatch of Monk's is the only whole number among them.
  const bool is_swatch = value.is_null() && name.ends_with("_monk");
  if (value.is_number_integer() || is_swatch) {
    return "sc:Integer";
  }
  return value.is_string() ? "sc:Text" : "sc:Float";
}

/// The first line of the records: all have the same fields.
ordered_json first_record(const OutputTree& tree, const MediaFacts& facts) {
  ordered_json first;
  tree.for_each_line(fs::path(to_string(facts.media)) / kMetadata, [&](const FileLine& line) {
    first = parse_ordered_json(line.text);
    return false;
  });
  return first;
}

ordered_json record_set(const OutputTree& tree, const MediaFacts& facts, const MediaCounts& counts) {
  const std::string medium = to_string(facts.media);
  ordered_json fields = ordered_json::array();
  const ordered_json first = first_record(tree, facts);
  for (const auto& [name, value] : first.items()) {
    ordered_json field;
    field["@type"] = "cr:Field";
    field["@id"] = medium + '/' + iri_part(name);
    field["name"] = name;
    field["description"] = field_text(facts, name);
    field["dataType"] = data_type(facts, name, value);
    if (name == "source_id") {
      field["equivalentProperty"] = "prov:wasDerivedFrom";
    } else if (name == counts.licence_column) {
      field["equivalentProperty"] = "sc:license";
    }
    field["source"] = {{"fileObject", {{"@id", "metadata-" + medium}}}, {"extract", {{"column", name}}}};
    fields.push_back(std::move(field));
  }
  return {{"@type", "cr:RecordSet"},
          {"@id", medium},
          {"name", medium},
          {"description", "One record for each file: " + counted(counts.files, noun_of(facts.media)) + "."},
          {"key", {{"@id", medium + "/variant_id"}}},
          {"field", std::move(fields)}};
}

ordered_json file_object(const OutputTree& tree, const std::string& id, const fs::path& name, const char* type,
                         const std::string& description) {
  const auto bytes = tree.size_of(name);
  if (!bytes) {
    throw UserError((tree.root() / name).string() + ": is missing; is this the folder of a finished run?");
  }
  return {{"@type", "cr:FileObject"},
          {"@id", id},
          {"name", name.filename().string()},
          {"description", description},
          {"contentUrl", kUp + name.string()},
          {"contentSize", std::to_string(*bytes) + " B"},
          {"encodingFormat", type},
          {"sha256", tree.sha256_of(name)}};
}

ordered_json distribution(const ExportInputs& inputs) {
  const OutputTree& tree = inputs.tree;
  ordered_json list = ordered_json::array();
  for (const MediaFacts& facts : inputs.set.media) {
    const std::string medium = to_string(facts.media);
    list.push_back(file_object(tree, "metadata-" + medium, fs::path(medium) / kMetadata, "application/jsonlines",
                               "The records: one line of JSON for each file, each with the same fields."));
    const std::string first = first_record(tree, facts).value("file_name", std::string());
    const std::string format = facts.json.at("output").at("format").get<std::string>();
    const std::string pattern =
        kUp + medium + "/*/*" + (first.empty() ? '.' + format : fs::path(first).extension().string());
    const std::string masks = kUp + medium + "/*/*-mask.png";
    ordered_json media = {{"@type", "cr:FileSet"},
                          {"@id", "media-" + medium},
                          {"name", "media-" + medium},
                          {"description", "The files that the records name."},
                          {"encodingFormat", media_type(format)},
                          {"includes", pattern}};
    if (facts.mask && pattern.ends_with(".png")) {
      media["excludes"] = masks;
    }
    list.push_back(std::move(media));
    if (facts.mask) {
      list.push_back({{"@type", "cr:FileSet"},
                      {"@id", "masks-" + medium},
                      {"name", "masks-" + medium},
                      {"description", "The masks that the records name, with the codes of the sources' masks."},
                      {"encodingFormat", "image/png"},
                      {"includes", masks}});
    }
  }
  list.push_back(file_object(tree, kSetFile, kSetFile, "application/json", "What the set is made of."));
  list.push_back(file_object(tree, kConfigCopy, kConfigCopy, "application/yaml", "The config from which it was made."));
  list.push_back(file_object(tree, kCoverage, kCoverage, "application/json",
                             "For each group and condition the sources and subjects, observed and synthesised apart, "
                             "and the gaps that stay open."));
  list.push_back(file_object(tree, kFailures, kFailures, "application/jsonlines",
                             "The variants that were rejected or failed, each with its reason."));
  return list;
}

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

ordered_json derived_from(const ExportInputs& inputs) {
  ordered_json list = ordered_json::array();
  if (inputs.run.contains("manifests")) {
    for (const auto& [path, sha256] : inputs.run.at("manifests").items()) {
      list.push_back({{"@id", sha256_iri(sha256.get<std::string>())},
                      {"@type", "prov:Entity"},
                      {"prov:label", "the sources of the manifest " + file_name(path)}});
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

/// The augmenters of all levels with their versions, each once.
std::set<std::pair<std::string, int>> augmenters_of(const SetFacts& set) {
  std::set<std::pair<std::string, int>> all;
  for (const MediaFacts& facts : set.media) {
    for (const AxisFacts& axis : facts.axes) {
      for (const LevelFacts& level : axis.levels) {
        for (const StepFacts& step : level.steps) {
          all.emplace(step.augmenter, step.version);
        }
      }
    }
  }
  return all;
}

ordered_json generated_by(const ExportInputs& inputs) {
  const SetFacts& set = inputs.set;
  const std::string tool = "fairground " + set.tool_version;
  const auto hash_named = [&](const char* name) {
    return inputs.run.contains(name) && inputs.run.at(name).is_string() ? inputs.run.at(name).get<std::string>()
                                                                        : std::string();
  };
  ordered_json used = ordered_json::array();
  for (const auto& [name, what] : {std::pair("config_sha256", "the config"), {"plan_sha256", "the plan"}}) {
    if (const std::string sha256 = hash_named(name); !sha256.empty()) {
      used.push_back({{"@id", sha256_iri(sha256)}, {"@type", "prov:Entity"}, {"prov:label", what}});
    }
  }
  for (const auto& [augmenter, version] : augmenters_of(set)) {
    used.push_back({{"@id", "augmenter/" + iri_part(augmenter) + '/' + std::to_string(version)},
                    {"@type", "prov:Entity"},
                    {"prov:label", "the augmenter " + augmenter + ", version " + std::to_string(version)}});
  }
  return {{"@id", "run"},
          {"@type", "prov:Activity"},
          {"prov:label", tool + ", seed " + std::to_string(set.seed) + ", plan " + hash_named("plan_sha256")},
          {"prov:used", std::move(used)},
          {"prov:wasAssociatedWith", {{"@id", "tool"}, {"@type", "prov:SoftwareAgent"}, {"prov:label", tool}}}};
}

std::string manipulation(const SetFacts& set) {
  std::string text;
  std::size_t levels = 0;
  for (const MediaFacts& facts : set.media) {
    text += std::string(facts.media == Media::audio ? "Recordings" : "Pictures") + ". ";
    for (const std::string& sentence : design_in_words(facts)) {
      text += sentence + ' ';
    }
    for (const AxisFacts& axis : facts.axes) {
      for (const LevelFacts& level : axis.levels) {
        if (++levels <= kMostLevels) {
          text += "Level " + level.name + " of the axis " + axis.name + ": " + level_in_words(level) + ". ";
        }
      }
    }
  }
  if (levels > kMostLevels) {
    text += std::to_string(levels - kMostLevels) + " more levels are in set.json. ";
  }
  return text + "What was drawn for each file stands in the field augmentations.";
}

std::vector<std::string> preprocessing(const SetFacts& set) {
  std::vector<std::string> all;
  for (const MediaFacts& facts : set.media) {
    const ordered_json& output = facts.json.at("output");
    const std::string format = output.at("format").get<std::string>();
    if (facts.media == Media::image) {
      all.push_back("Pictures are turned upright, brought to linear light, and written as " + format + ".");
      continue;
    }
    for (const ordered_json& entry : facts.json.at("entries")) {
      const auto value = [&](const char* name) {
        const ordered_json& json = entry.at(name);
        return json.is_number() ? shortest(json.get<double>()) : json.get<std::string>();
      };
      const auto kept_or = [&](const char* name, const std::string& unit) {
        return value(name) == "keep" ? std::string("as it was") : value(name) + unit;
      };
      all.push_back("Recordings of " + entry.at("manifest").get<std::string>() + ": sample rate " +
                    kept_or("sample_rate_hz", " Hz") + ", channels " + kept_or("channels", "") +
                    ", active speech level by ITU-T P.56 " + kept_or("active_level_dbov", " dBov") + ", written as " +
                    format + " of " + output.at("bits").dump() + " bits.");
    }
  }
  return all;
}

std::vector<std::string> limitations(const ExportInputs& inputs) {
  std::vector<std::string> all = what_it_cannot_show(inputs.tree, inputs.set);
  if (!inputs.set.card.limits.empty() && !has(all, inputs.set.card.limits)) {
    all.insert(all.begin(), inputs.set.card.limits);
  }
  return all;
}

/// What is uneven between groups, as far as it can be counted.
std::vector<std::string> biases(const SetFacts& set, const SetCounts& counts) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    const std::vector<GroupCounts>& groups = counts.media[i].groups;
    if (groups.size() < 2) {
      continue;
    }
    const std::string noun = std::string(noun_of(set.media[i].media)) + "s";
    const auto [fewest, most] = std::ranges::minmax_element(groups, {}, &GroupCounts::files);
    all.push_back("Groups of " + noun + " have between " + std::to_string(fewest->files()) + " (" +
                  group_in_words(fewest->labels) + ") and " + std::to_string(most->files()) + " (" +
                  group_in_words(most->labels) + ") files.");
    const auto planned = [](const GroupCounts& group) { return group.lost.all() + group.files(); };
    const auto worst = std::ranges::max_element(groups, {}, [&](const GroupCounts& group) {
      return static_cast<double>(group.lost.all()) / static_cast<double>(planned(group));
    });
    if (worst->lost.all() > 0) {
      all.push_back("Of " + noun + ", the group " + group_in_words(worst->labels) +
                    " lost the largest share of its variants: " + std::to_string(worst->lost.all()) + " of " +
                    std::to_string(planned(*worst)) + ".");
    }
  }
  return all;
}

std::vector<std::string> sensitive(const SetFacts& set) {
  std::vector<std::string> all;
  for (const MediaFacts& facts : set.media) {
    std::string columns;
    for (const std::string& column : facts.groups) {
      columns += (columns.empty() ? "" : ", ") + column;
    }
    const std::string noun = std::string(noun_of(facts.media)) + "s";
    all.push_back("Records of " + noun + " have " +
                  (columns.empty() ? "no labels of groups" : "the labels " + columns) +
                  (facts.subjects_known ? " and names of subjects, as the manifest has them." : "."));
    all.push_back(facts.media == Media::audio ? "Voices may let people be recognised."
                                              : "Pictures may show people who can be recognised.");
  }
  return all;
}

std::string raw_data(const SetFacts& set, const SetCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    const MediaFacts& facts = set.media[i];
    std::vector<std::string> licences;
    for (const LicenceCount& licence : counts.media[i].licences) {
      licences.push_back((licence.licence.empty() ? "none stated" : licence.licence) + " (" +
                         counted(licence.sources, "source") + ")");
    }
    text += (text.empty() ? "" : " ") + counted(counts.media[i].sources, noun_of(facts.media)) +
            " of the manifests that prov:wasDerivedFrom names. Their licences: " +
            (licences.empty() ? std::string("not stated") : first_of(licences, 20)) + ".";
  }
  return text;
}

void add_responsibility(const ExportInputs& inputs, const SetCounts& counts, ordered_json& json) {
  const SetFacts& set = inputs.set;
  json["rai:dataCollectionRawData"] = raw_data(set, counts);
  json["rai:dataPreprocessingProtocol"] = preprocessing(set);
  json["rai:dataManipulationProtocol"] = manipulation(set);
  json["rai:dataImputationProtocol"] = labels_in_words();
  json["rai:dataLimitations"] = limitations(inputs);
  if (const std::vector<std::string> uneven = biases(set, counts); !uneven.empty()) {
    json["rai:dataBiases"] = uneven;
  }
  std::vector<std::string> uses;
  if (!set.card.purpose.empty()) {
    uses.push_back(set.card.purpose);
  }
  uses.emplace_back(
      "Testing: whether the errors of a model differ between groups under the same conditions. Not for "
      "training, and not for estimating how frequent a group or a condition is.");
  json["rai:dataUseCases"] = uses;
  json["rai:personalSensitiveInformation"] = sensitive(set);
  json["rai:machineAnnotationTools"] = {"fairground " + set.tool_version + ": all that was measured"};
  if (std::ranges::any_of(set.media, &MediaFacts::skin)) {
    json["rai:machineAnnotationTools"].push_back("fairground " + set.tool_version +
                                                 ": where skin is, unless the field mask_source says supplied");
  }
}

}  // namespace

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
  json["prov:wasDerivedFrom"] = derived_from(inputs);
  json["prov:wasGeneratedBy"] = generated_by(inputs);
  add_responsibility(inputs, counts, json);
  json["distribution"] = distribution(inputs);
  json["recordSet"] = ordered_json::array();
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    if (counts.media[i].files > 0) {
      json["recordSet"].push_back(record_set(inputs.tree, set.media[i], counts.media[i]));
    }
  }
  files.write(fs::path(kExports) / info_of(ExportFormat::croissant).name / "croissant.json", json.dump(1) + '\n');
}

}  // namespace fairground
