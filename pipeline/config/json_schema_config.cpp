// What a schema says of a whole config. The reader decides what is accepted: a test holds its keys, ranges and choices
// and those below together.

#include <algorithm>
#include <iterator>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/json_schema.h"
#include "pipeline/config/json_schema_parts.h"
#include "pipeline/config/names.h"

namespace fairground {
namespace {

using Json = SchemaJson;

constexpr std::int64_t kMostCounted = 1'000'000'000;

constexpr const char* kAboutConfig =
    "A config of fairground: which sources, under which conditions, in which design, written where. `fairground plan` "
    "checks more than editors can: that files, folders and assets are there; that names of axes, levels and columns "
    "which refer to others are right; that low is below high in [low, high]; rules over several parameters of a step, "
    "the order of steps on the signal path and what a chain may hold; that only the first level of an axis is empty, "
    "and that no two are equal; that numbers are written in plain decimal digits, and words that some readers of YAML "
    "take for true or false in quotes.";

/// A regular expression that refuses these words as a whole; it stands in front of one for what is allowed.
std::string none_of(const std::vector<std::string>& words) {
  std::string pattern = "(?!(";
  for (const std::string& word : words) {
    pattern += (pattern.ends_with('(') ? "" : "|") + word;
  }
  return pattern + ")$)";
}

/// The same for all names that records have of their own.
std::string no_record_field() {
  std::vector<std::string> fields;
  std::ranges::transform(record_fields(), std::back_inserter(fields), [](auto field) { return std::string(field); });
  std::string pattern = none_of(fields);
  for (const std::string_view prefix : record_field_prefixes()) {
    pattern += "(?!" + std::string(prefix) + ")";
  }
  for (const std::string_view ending : record_field_endings()) {
    pattern += "(?!.*" + std::string(ending) + "$)";
  }
  return pattern;
}

/// A regular expression for names that can stand in ids and paths, without those that the pattern `without` refuses.
std::string name_pattern(const std::string& without = {}) { return "^" + without + "[A-Za-z0-9_-]+$"; }

/// A map whose keys are the user's own names.
Json names_schema(const std::string& text, const std::string& pattern, Json value) {
  return {{"type", "object"},
          {"description", text + " Names are made of letters (a-z, A-Z), digits, _ and -."},
          {"patternProperties", {{pattern, std::move(value)}}},
          {"additionalProperties", false}};
}

Json list_schema(Json item, bool may_be_empty = true) {
  Json list = {{"type", "array"}, {"items", std::move(item)}, {"uniqueItems", true}};
  if (!may_be_empty) {
    list["minItems"] = 1;
  }
  return list;
}

Json either(Json one, Json other) { return {{"anyOf", {std::move(one), std::move(other)}}}; }

Json word(const char* text) { return {{"const", text}}; }

Json refer(const std::string& definition) { return {{"$ref", "#/$defs/" + definition}}; }

Json needs(const std::vector<std::string>& keys) { return {{"required", keys}}; }

Json not_allowed(const std::vector<std::string>& keys) {
  Json properties = Json::object();
  for (const std::string& key : keys) {
    properties[key] = false;
  }
  return {{"properties", properties}};
}

/// A schema for maps in which `key` has one of these values.
Json has_value(const std::string& key, const std::vector<std::string>& values) {
  return {{"properties", {{key, {{"enum", values}}}}}, {"required", Json::array({key})}};
}

void add_rule(Json& schema, Json condition, Json then) {
  schema["allOf"].push_back({{"if", std::move(condition)}, {"then", std::move(then)}});
}
void add_rule(Json& schema, Json condition, Json then, Json otherwise) {
  schema["allOf"].push_back({{"if", std::move(condition)}, {"then", std::move(then)}, {"else", std::move(otherwise)}});
}

Json column(const std::string& text) { return described(text, text_schema()); }

Json path(const std::string& text) { return described(text + " Relative to the config.", text_schema()); }

/// Names of columns that go into records.
Json record_columns(const std::string& text) {
  Json name = text_schema();
  name["pattern"] = "^" + no_record_field() + R"([^\x00-\x1f\x7f]*$)";
  name["patternErrorMessage"] = "A column's name is wanted, and none that each record has as a field of its own.";
  return described(text, list_schema(std::move(name)));
}

std::vector<SchemaKey> source_keys(Media media) {
  return {
      {"media", described("What the manifest lists: audio or image.", word(to_string(media))), Need::required},
      {"manifest", path("The CSV or JSON Lines file with a row for each source, whose columns the other keys name."),
       Need::required},
      {"id", column("The column with the id of each source, which is unique over all entries."), Need::required},
      {"file", column("The column with the path of each file, relative to the manifest."), Need::required},
      {"subject", column("The column with the speaker or sitter, who is the unit of inference. Without it, people "
                         "are not counted.")},
      {"groups", record_columns("The columns whose combinations of labels are the groups that the audit compares. "
                                "They are carried verbatim and never inferred.")},
      {"keep", record_columns("Further columns that go into the records under their own names.")},
      {"licence", column("The column with the licence of each source.")}};
}

Json audio_source_schema() {
  const SourceSettings defaults;
  std::vector<SchemaKey> keys = source_keys(Media::audio);
  std::ranges::move(
      std::vector<SchemaKey>{
          {"transcript", column("The column with what is said.")},
          {"words", column("The column with when each word is spoken: a JSON list of {word, start_s, end_s} in each "
                           "cell.")},
          {"sample_rate", described("The rate in Hz that all sources are brought to, from 4000 to 192000, or `keep`.",
                                    either(integer_schema({4000, 192000}), word("keep")), "keep", "")},
          {"channels", described("`mono` mixes the channels of each source, `keep` leaves them.",
                                 choice_schema({"mono", "keep"}), "mono", "")},
          {"active_level",
           described("The active speech level (ITU-T P.56) in dBov that all sources are brought to, from -60 to -3, or "
                     "`keep`.",
                     either(number_schema({-60, -3}), word("keep")), defaults.active_level_dbov.value(), "")},
          {"speech_dba", described("The A-weighted sound level at the microphone that the active level stands for.",
                                   number_schema({20, 110}), defaults.speech_dba, "dBA")}},
      std::back_inserter(keys));
  return map_schema("One set of recordings.", std::move(keys));
}

Json mask_codes_schema() {
  const Json code = integer_schema({1, 255});
  std::vector<SchemaKey> keys;
  for (const SkinPart part : kAllSkinParts) {
    Json codes = code;
    codes["type"] = {"integer", "array"};
    codes["items"] = code;
    codes["uniqueItems"] = true;
    keys.push_back({to_string(part),
                    described(std::string("The code, or the list of codes, of the pixels of ") + to_string(part) + ".",
                              std::move(codes))});
  }
  return map_schema(
      "What the codes of masks stand for where a level works on skin. Codes that are not named are no skin; without "
      "this "
      "key, every code but 0 is skin. No code has two meanings, and some code is skin.",
      std::move(keys));
}

Json image_source_schema() {
  std::vector<SchemaKey> keys = source_keys(Media::image);
  std::ranges::move(
      std::vector<SchemaKey>{
          {"boxes",
           column("The column with boxes: a JSON list of {label, x, y, width, height} in pixels in each cell.")},
          {"keypoints", column("The column with key points: a JSON list of {name, x, y} in pixels in each cell.")},
          {"mask",
           column("The column with the paths of masks: grey PNG, BMP or TIFF of the picture's size, in which 0 is "
                  "nothing.")},
          {"mask_codes", mask_codes_schema()},
          {"depth", column("The column with the paths of depth maps: grey, greater is farther.")},
          {"normals", column("The column with the paths of maps of normals: RGB.")}},
      std::back_inserter(keys));
  Json schema = map_schema("One set of pictures.", std::move(keys));
  add_rule(schema, needs({"mask_codes"}), needs({"mask"}));
  return schema;
}

Json sources_schema() {
  Json one = {{"type", "object"},
              {"properties",
               {{"media", described("What the manifest lists: audio or image. It decides which other keys there are.",
                                    choice_schema({to_string(Media::audio), to_string(Media::image)}))}}},
              {"required", Json::array({"media"})}};
  add_rule(one, has_value("media", {to_string(Media::audio)}), refer("audio_source"));
  add_rule(one, has_value("media", {to_string(Media::image)}), refer("image_source"));
  return {{"type", "array"},
          {"description",
           "The clean recordings and photographs, an entry for each manifest. Entries of one medium must have the same "
           "`groups`, `keep`, `transcript`, `licence` and `speech_dba`, and all or none of them the other columns. No "
           "column has two meanings."},
          {"items", one},
          {"minItems", 1}};
}

Json assets_schema() {
  Json files = text_schema();
  files["type"] = {"string", "number", "array"};
  files["items"] = text_schema();
  files["minItems"] = 1;
  Json asset = map_schema(
      "Recordings or curves, as `files`; or a pool of talkers, as a `manifest`, which needs `subject` in all sources "
      "of "
      "audio.",
      {{"files", described("The files: a path or pattern such as \"noise/*.wav\", or a list of them. Those that end in "
                           ".csv hold curves. Relative to the config.",
                           std::move(files))},
       {"manifest", path("Of a pool of talkers: the CSV or JSON Lines file with a row for each recording.")},
       {"file", column("Of a pool of talkers: the column with the path of each file, relative to the manifest.")},
       {"subject", column("Of a pool of talkers: the column that says whose voice it is.")},
       {"balance", described("Of a pool of talkers: the columns over whose combinations draws of talkers are balanced.",
                             list_schema(text_schema()))},
       {"licence", described("The licence of the files, which records carry on.", text_schema())}});
  Json of_pool = not_allowed({"files"});
  of_pool.update(needs({"file", "subject"}));
  Json of_files = not_allowed({"file", "subject", "balance"});
  of_files.update(needs({"files"}));
  add_rule(asset, needs({"manifest"}), std::move(of_pool), std::move(of_files));
  return names_schema("What levels draw from, by name: recordings of noise, room responses, curves, pools of talkers.",
                      name_pattern(), std::move(asset));
}

/// The axes of one medium.
Json axes_schema(Media media) {
  const std::string step = std::string(to_string(media)) + "_step";
  const Json level = {{"type", "array"},
                      {"description",
                       "The steps of this level, in the order of the signal path; [] changes nothing, and may only be "
                       "the first level of its axis."},
                      {"items", refer(step)}};
  Json axis = names_schema("The levels of this axis by name. A level with a ladder stands for several levels.",
                           name_pattern(none_of({"clean", "identity"})), level);
  axis["minProperties"] = 1;
  return names_schema("What varies: the axes by name, each with its levels.", name_pattern(no_record_field()),
                      std::move(axis));
}

/// Names of levels and axes, which may look like numbers.
Json reference_schema() { return {{"type", {"string", "number", "boolean"}}}; }

Json at_least_schema() {
  Json schema = map_schema(
      "What must stand behind each group in each condition; what is missing is reported, to be collected.",
      {{"sources", described("Sources wanted.", integer_schema({1, kMostCounted}))},
       {"subjects", described("People wanted; needs `subject` in the sources.", integer_schema({1, kMostCounted}))}});
  schema["minProperties"] = 1;
  return schema;
}

Json budget_schema() {
  Json schema =
      map_schema("The most that may be made, of one medium. The conditions that hold most combinations stay.",
                 {{"variants", described("Variants, controls among them.", integer_schema({1, 1'000'000'000'000}))},
                  {"bytes", described("Bytes of files, as the plan estimates them.", number_schema({1, 1e18}))}});
  schema["minProperties"] = 1;
  return schema;
}

Json power_schema() {
  const PowerSettings power = first_design(Media::audio).power;
  const Bounds spread{0, 3};
  return map_schema(
      "What the plan's power analysis assumes of the service under test. `baseline_error` times `degradation` is 1 at "
      "the "
      "most.",
      {{"baseline_error", described("The rate of errors per unit in the clean reference.", number_schema({1e-6, 1}),
                                    power.baseline_error, "")},
       {"degradation",
        described("What a condition multiplies that rate by.", number_schema({1, 1000}), power.degradation, "")},
       {"units", described("Units in each source that can be wrong: words of a recording (default: " +
                               std::to_string(power.units) + "), or the one answer to a picture (default: " +
                               std::to_string(first_design(Media::image).power.units) + ").",
                           integer_schema({1, 1'000'000}))},
       {"subject_sd", described("Standard deviation of the rate's logarithm over subjects.", number_schema(spread),
                                power.subject_sd, "")},
       {"source_sd", described("Standard deviation of the rate's logarithm over sources of a subject.",
                               number_schema(spread), power.source_sd, "")},
       {"interaction_sd", described("Standard deviation of the rate's logarithm over subjects within a condition.",
                                    number_schema(spread), power.interaction_sd, "")},
       {"alpha", described("The two-sided level of significance, for all pairs of groups together.",
                           number_schema({1e-6, 0.5}), power.alpha, "")},
       {"power", described("The chance wanted of finding a difference that is there.", number_schema({0.05, 0.999}),
                           power.power, "")}});
}

Json controls_schema() {
  const Controls controls;
  return map_schema("Variants that show the test's own false alarms.",
                    {{"identity", described("Whether there are variants with every step on and every effect at zero.",
                                            flag_schema(), controls.identity, "")},
                     {"repeat", described("The share of the variants that are made a second time.",
                                          number_schema({0, 1}), controls.repeat, "")}});
}

std::vector<SchemaKey> design_keys() {
  const DesignSettings design;
  Json strength = map_schema(
      "More ways among some axes.",
      {{"axes", described("The names of the axes, at least as many as `ways`.", list_schema(reference_schema())),
        Need::required},
       {"ways",
        described("Every combination of the levels of so many of these axes; more than `ways` of all axes.",
                  integer_schema({2, 6})),
        Need::required}});
  Json levels = reference_schema();
  levels["type"].push_back("array");
  levels["items"] = reference_schema();
  levels["minItems"] = 1;
  levels["uniqueItems"] = true;
  const Json exclusion = {{"type", "object"},
                          {"description", "For each axis named, a level or a list of levels that do not go together."},
                          {"additionalProperties", levels},
                          {"minProperties", 1}};
  return {
      {"ways", described("Every combination of the levels of so many axes, from 2 to 6, for every group; or `all`, the "
                         "full factorial.",
                         either(integer_schema({2, 6}), word("all")), "all", "")},
      {"also", described("More ways among some axes; needs `ways` as a number.",
                         {{"type", "array"}, {"items", std::move(strength)}})},
      {"except", described("Combinations that are not made.", {{"type", "array"}, {"items", exclusion}})},
      {"at_least", at_least_schema()},
      {"sources_per_group",
       described("How many sources of each group take part, or `at_least` for as many as that key wants. Default: all.",
                 either(integer_schema({1, kMostCounted}), word("at_least")))},
      {"realizations", described("Draws of every random number, which the sources of each group are dealt evenly.",
                                 integer_schema({1, 100'000}), design.realizations, "")},
      {"pairing",
       described("`matched`: all groups meet the same draws. `independent`: each source has draws of its own.",
                 choice_schema({"matched", "independent"}), "matched", "")},
      {"order",
       described("`staged`: steps run in the order of the signal path. `as_written`: in the order of the file.",
                 choice_schema({"staged", "as_written"}), "staged", "")},
      {"include_clean",
       described("Whether the clean reference of each source is in the set.", flag_schema(), design.include_clean, "")},
      {"fill",
       described("`matched`: all groups get what any group lacks. `missing_only`: each group gets what it lacks, so "
                 "that groups are not comparable; needs `observed`.",
                 choice_schema({"matched", "missing_only"}), "matched", "")},
      {"observed",
       {{"type", "object"},
        {"description",
         "For each axis named, the column of the manifest with the level that a source was recorded in."},
        {"additionalProperties", text_schema()},
        {"minProperties", 1}}},
      {"match_on",
       described("Qualities that groups are made alike in: snr_db, bandwidth_hz, active_level_dbov, duration_s, "
                 "sharpness, exposure_ev, or columns of numbers in `keep`.",
                 list_schema(text_schema()))},
      {"budget", budget_schema()},
      {"controls", controls_schema()},
      {"power", power_schema()},
      {"effort", described("Of the search for a small design; N takes about N times as long.",
                           integer_schema({1, 1000}), design.effort, "")}};
}

/// Rules that hold for the design of one medium and for that of both.
void add_design_rules(Json& schema) {
  add_rule(schema, needs({"also"}),
           {{"properties", {{"ways", {{"type", "integer"}}}}}, {"required", Json::array({"ways"})}});
  add_rule(schema, has_value("fill", {"missing_only"}), needs({"observed"}));
  add_rule(schema, has_value("sources_per_group", {"at_least"}), needs({"at_least"}));
}

Json design_of_one_schema() {
  Json schema = map_schema("Which conditions are made, for whom, of this medium.", design_keys());
  add_design_rules(schema);
  return schema;
}

/// With sources of one medium or of both.
Json design_schema() {
  std::vector<SchemaKey> keys = design_keys();
  for (const Media media : kAllMedia) {
    keys.push_back({to_string(media), refer("design_of_one")});
  }
  Json schema = map_schema(
      "Which conditions are made, and for whom. It may be divided into `audio` and `image`, and then has no other "
      "keys.",
      std::move(keys));
  add_design_rules(schema);
  std::vector<std::string> undivided;
  std::ranges::transform(design_keys(), std::back_inserter(undivided), &SchemaKey::name);
  add_rule(schema, {{"anyOf", {needs({to_string(Media::audio)}), needs({to_string(Media::image)})}}},
           not_allowed(undivided));
  return schema;
}

Json limits_schema() {
  const Limits limits;
  const Bounds seconds{0.001, 1e7};
  const Bounds size{0.001, 1e6};
  return map_schema(
      "The largest media that are read, since a header can claim any size.",
      {{"audio_seconds", described("The longest recording.", number_schema(seconds), limits.audio_seconds, "s")},
       {"image_megapixels",
        described("The largest picture.", number_schema(size), limits.image_megapixels, "megapixels")},
       {"file_megabytes", described("The largest file.", number_schema(size), limits.file_megabytes, "megabytes")},
       {"asset_seconds",
        described("All recordings of one asset together.", number_schema(seconds), limits.asset_seconds, "s")},
       {"audio_channels",
        described("The most channels of a recording.", integer_schema({1, 1024}), limits.audio_channels, "")},
       {"audio_megasamples", described("All channels of a recording together.", number_schema(size),
                                       limits.audio_megasamples, "million samples")},
       {"expansion", described("How many times the size of its file a medium may take in memory.",
                               number_schema({1, 1e6}), limits.expansion, "")}});
}

Json gates_schema() {
  return map_schema("What a variant must pass to enter the set.",
                    {{"clipped_fraction", described("The largest share of clipped samples in a recording.",
                                                    number_schema({0, 1}), Gates().clipped_fraction, "")}});
}

Json card_schema() {
  const auto text = [](const std::string& what) { return described(what, text_schema()); };
  return map_schema("What whoever publishes the set says about it, verbatim.",
                    {{"description", text("In a sentence or two, what the set is.")},
                     {"purpose", text("What it is to be used for.")},
                     {"limits", text("What it must not be used for, beside what fairground says itself.")},
                     {"licence", text("Of the set as a whole: an SPDX name or a URL. Sources keep theirs.")},
                     {"creator", text("A person or an organisation.")},
                     {"contact", text("A mail address or a URL.")},
                     {"url", text("Where the set is published.")},
                     {"version", described("MAJOR.MINOR.PATCH, such as 1.0.0.",
                                           {{"type", "string"},
                                            {"pattern", R"(^[0-9]+\.[0-9]+\.[0-9]+$)"},
                                            {"patternErrorMessage", "MAJOR.MINOR.PATCH is wanted, such as 1.0.0."}})},
                     {"citation", text("How to cite it.")}});
}

Json exports_schema() {
  std::vector<std::string> names;
  std::string meanings;
  for (const ExportInfo& format : export_formats()) {
    names.emplace_back(format.name);
    meanings += (meanings.empty() ? " " : "; ") + names.back() + ": " + format.summary;
    meanings += format.needs_transcript ? " (needs `transcript`)" : "";
    meanings += format.needs_boxes ? " (needs `boxes`)" : "";
    meanings += format.needs_card ? " (needs `date` and the card's description, licence, creator and url)" : "";
  }
  return described("Formats that the set is written in beside its own." + meanings + ".",
                   list_schema(choice_schema(names)));
}

Json output_schema() {
  std::vector<std::string> audio_formats;
  std::vector<std::string> image_formats;
  for (const FileFormat format : {FileFormat::flac, FileFormat::wav}) {
    audio_formats.emplace_back(to_string(format));
  }
  for (const FileFormat format : {FileFormat::png, FileFormat::jpeg, FileFormat::webp, FileFormat::tiff}) {
    image_formats.emplace_back(to_string(format));
  }
  const OutputFormat defaults;
  const Json audio = map_schema(
      "How recordings are written.",
      {{"format", described("The format of the files.", choice_schema(audio_formats), audio_formats.front(), "")},
       {"bits", described("Bits of a sample.", choice_schema({"16", "24"}), defaults.bits, "")}});
  Json image = map_schema(
      "How pictures are written.",
      {{"format", described("The format of the files.", choice_schema(image_formats), image_formats.front(), "")},
       {"quality", described("Of jpeg and webp only.", integer_schema({1, 100}), defaults.quality, "")}});
  add_rule(image, {{"not", has_value("format", {to_string(FileFormat::jpeg), to_string(FileFormat::webp)})}},
           not_allowed({"quality"}));
  return map_schema("Where the set is written, and how.",
                    {{"directory", path("The folder of the run."), Need::required},
                     {"date", described("The date of publication, as 2026-01-31, since no output reads the clock.",
                                        {{"type", "string"},
                                         {"pattern", "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
                                         {"patternErrorMessage", "A date as 2026-01-31 is wanted."}})},
                     {"digital_source_type",
                      described("Whether files of variants say in their metadata that an algorithm has altered them.",
                                flag_schema(), Config().digital_source_type, "")},
                     {"exports", exports_schema()},
                     {"audio", audio},
                     {"image", std::move(image)}});
}

/// A schema for configs with sources of this medium.
Json has_sources_of(Media media) {
  Json source = has_value("media", {to_string(media)});
  source["type"] = "object";
  return {{"properties", {{"sources", {{"contains", std::move(source)}}}}}, {"required", Json::array({"sources"})}};
}

}  // namespace

std::string config_json_schema(std::span<const StepSchema* const> schemas) {
  Json config = {{"$schema", kSchemaDraft}};
  const Json name = {{"type", {"string", "number"}},
                     {"pattern", name_pattern()},
                     {"patternErrorMessage", "Letters (a-z, A-Z), digits, _ and - are wanted."}};
  Json axes = {
      {"type", "object"},
      {"description",
       "What varies, by name; each axis has levels by name, and each level is a list of steps. With sources of "
       "both media it is divided into `audio` and `image`."}};
  config.update(map_schema(
      kAboutConfig,
      {{"fairground", described("The version of this format, which is 1.", {{"type", "integer"}, {"enum", {1}}}),
        Need::required},
       {"name", described("What the set is called; it begins the names of what is made.", name), Need::required},
       {"seed", described("The number that all draws hang on.", integer_schema({0, IntegerBounds{}.maximum})),
        Need::required},
       {"sources", sources_schema(), Need::required},
       {"roots", names_schema("Folders beyond the manifest's from which media may come, by name.", name_pattern(),
                              path("A folder."))},
       {"assets", assets_schema()},
       {"axes", std::move(axes)},
       {"design", refer("design")},
       {"gates", gates_schema()},
       {"limits", limits_schema()},
       {"resampler",
        described("What brings sources to their `sample_rate`, and recordings of assets to the run's: `polyphase` is the "
                  "project's own filter for ratios of whole numbers up to 1000, `libsamplerate` that library's best "
                  "converter, which takes any ratio and some hundred times as long.",
                  choice_schema({to_string(Resampler::polyphase), to_string(Resampler::libsamplerate)}),
                  to_string(Config().resampler), "")},
       {"memory", described("MB that all media and variants under way may take together, by what their headers claim; one "
                            "that needs more goes alone. By default " +
                                std::to_string(kRunMemoryMbOfThread) + " for each thread.",
                            integer_schema({kLeastRunMemoryMb, kMostRunMemoryMb}))},
       {"face_model", path("The folder of the networks that find faces where no mask is supplied, as "
                           "samples/face-models makes it.")},
       {"face_cascades", path("The folder of OpenCV's cascades, which find faces where no network is named.")},
       {"card", card_schema()},
       {"output", output_schema(), Need::required}}));

  const Json audio = has_sources_of(Media::audio);
  const Json image = has_sources_of(Media::image);
  for (const Media media : kAllMedia) {
    const char* const other = to_string(media == Media::audio ? Media::image : Media::audio);
    add_rule(config,
             {{"allOf", {media == Media::audio ? audio : image, {{"not", media == Media::audio ? image : audio}}}}},
             {{"properties",
               {{"axes", refer(std::string(to_string(media)) + "_axes")},
                {"design", not_allowed({other})},
                {"output", not_allowed({other})}}}});
  }
  Json divided_axes = map_schema("What varies, for each medium.", {{to_string(Media::audio), refer("audio_axes")},
                                                                   {to_string(Media::image), refer("image_axes")}});
  add_rule(config, {{"allOf", {audio, image}}},
           {{"properties", {{"axes", std::move(divided_axes)}, {"design", not_allowed({"budget"})}}}});

  Json& definitions = config["$defs"];
  definitions["audio_source"] = audio_source_schema();
  definitions["image_source"] = image_source_schema();
  definitions["design"] = design_schema();
  definitions["design_of_one"] = design_of_one_schema();
  for (const Media media : kAllMedia) {
    std::vector<const StepSchema*> of_medium;
    std::ranges::copy_if(schemas, std::back_inserter(of_medium),
                         [media](const StepSchema* schema) { return schema->media == media; });
    const std::string prefix = to_string(media);
    definitions[prefix + "_axes"] = axes_schema(media);
    definitions[prefix + "_step"] = step_schema(of_medium);
  }
  return config.dump(/*indent=*/2) + '\n';
}

}  // namespace fairground
