// What a schema says of a whole config. The reader decides what is accepted: a test holds its keys, ranges and choices
// and those in the files json_schema_*.cpp together.

#include <algorithm>
#include <iterator>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/json_schema.h"
#include "pipeline/config/json_schema_parts.h"

namespace fairground {
namespace {

using Json = SchemaJson;

constexpr const char* kAboutConfig =
    "A config of fairground: which sources, under which conditions, in which design, written where. `fairground plan` "
    "checks more than editors can: that files, folders and assets are there; that names of axes, levels and columns "
    "which refer to others are right; that low is below high in [low, high]; rules over several parameters of a step, "
    "the order of steps on the signal path and what a chain may hold; that only the first level of an axis is empty, "
    "and that no two are equal; that numbers are written in plain decimal digits, and words that some readers of YAML "
    "take for true or false in quotes.";

/// The axes of one medium.
Json axes_schema(Media media) {
  const std::string step = std::string(to_string(media)) + "_step";
  const Json level = {{"type", "array"},
                      {"description",
                       "The steps of this level, in the order of the signal path; [] changes nothing, and may only be "
                       "the first level of its axis."},
                      {"items", refer_to(step)}};
  Json axis = names_schema("The levels of this axis by name. A level with a ladder stands for several levels.",
                           name_pattern(none_of({"clean", "identity"})), level);
  axis["minProperties"] = 1;
  return names_schema("What varies: the axes by name, each with its levels.", name_pattern(no_record_field()),
                      std::move(axis));
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
                              path_schema("A folder."))},
       {"assets", assets_schema()},
       {"axes", std::move(axes)},
       {"design", refer_to("design")},
       {"gates", gates_schema()},
       {"limits", limits_schema()},
       {"resampler",
        described(
            "What brings sources to their `sample_rate`, and recordings of assets to the run's: `polyphase` is the "
            "project's own filter for ratios of whole numbers up to 1000, `libsamplerate` that library's best "
            "converter, which takes any ratio and some hundred times as long.",
            choice_schema({to_string(Resampler::polyphase), to_string(Resampler::libsamplerate)}),
            to_string(Config().resampler), "")},
       {"memory",
        described("MB that all media and variants under way may take together, by what their headers claim; one "
                  "that needs more goes alone. By default " +
                      std::to_string(kRunMemoryMbOfThread) + " for each thread.",
                  integer_schema({kLeastRunMemoryMb, kMostRunMemoryMb}))},
       {"face_model", path_schema("The folder of the networks that find faces where no mask is supplied, as "
                                  "samples/face-models makes it.")},
       {"face_cascades", path_schema("The folder of OpenCV's cascades, which find faces where no network is named.")},
       {"card", card_schema()},
       {"output", output_schema(), Need::required}}));

  const Json audio = has_sources_of(Media::audio);
  const Json image = has_sources_of(Media::image);
  for (const Media media : kAllMedia) {
    const char* const other = to_string(media == Media::audio ? Media::image : Media::audio);
    add_rule(config,
             {{"allOf", {media == Media::audio ? audio : image, {{"not", media == Media::audio ? image : audio}}}}},
             {{"properties",
               {{"axes", refer_to(std::string(to_string(media)) + "_axes")},
                {"design", forbids_keys({other})},
                {"output", forbids_keys({other})}}}});
  }
  Json divided_axes = map_schema("What varies, for each medium.", {{to_string(Media::audio), refer_to("audio_axes")},
                                                                   {to_string(Media::image), refer_to("image_axes")}});
  add_rule(config, {{"allOf", {audio, image}}},
           {{"properties", {{"axes", std::move(divided_axes)}, {"design", forbids_keys({"budget"})}}}});

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
