// The files that a description in Croissant names, and the fields of their records.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/croissant_parts.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// From `exports/croissant/` to the run's folder.
constexpr const char* kUp = "../../";

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
  if (is_whole_number(name, value)) {
    return "sc:Integer";
  }
  return value.is_string() ? "sc:Text" : "sc:Float";
}

ordered_json record_set(const OutputTree& tree, const MediaFacts& facts, const MediaCounts& counts) {
  const std::string medium = to_string(facts.media);
  const std::string licence_column = facts.licence_column();
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
    } else if (name == licence_column) {
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

}  // namespace

ordered_json croissant_distribution(const ExportInputs& inputs) {
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

ordered_json croissant_record_sets(const ExportInputs& inputs, const SetCounts& counts) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < inputs.set.media.size(); ++i) {
    if (counts.media[i].files > 0) {
      list.push_back(record_set(inputs.tree, inputs.set.media[i], counts.media[i]));
    }
  }
  return list;
}

}  // namespace fairground
