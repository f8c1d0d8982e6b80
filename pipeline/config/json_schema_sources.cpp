// What a schema says of sources and assets.

#include <algorithm>
#include <iterator>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/json_schema_parts.h"

namespace fairground {
namespace {

using Json = SchemaJson;

/// Names of columns that go into records.
Json record_columns(const std::string& text) {
  Json name = text_schema();
  name["pattern"] = "^" + no_record_field() + R"([^\x00-\x1f\x7f]*$)";
  name["patternErrorMessage"] = "A column's name is wanted, and none that each record has as a field of its own.";
  return described(text, list_schema(std::move(name)));
}

std::vector<SchemaKey> source_keys(Media media) {
  return {
      {"media", described("What the manifest lists: audio or image.", word_schema(to_string(media))), Need::required},
      {"manifest",
       path_schema("The CSV or JSON Lines file with a row for each source, whose columns the other keys name."),
       Need::required},
      {"id", column_schema("The column with the id of each source, which is unique over all entries."), Need::required},
      {"file", column_schema("The column with the path of each file, relative to the manifest."), Need::required},
      {"subject",
       column_schema("The column with the speaker or sitter, who is the unit of inference. Without it, people "
                     "are not counted.")},
      {"groups", record_columns("The columns whose combinations of labels are the groups that the audit compares. "
                                "They are carried verbatim and never inferred.")},
      {"keep", record_columns("Further columns that go into the records under their own names.")},
      {"licence", column_schema("The column with the licence of each source.")}};
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

}  // namespace

SchemaJson audio_source_schema() {
  const SourceSettings defaults;
  std::vector<SchemaKey> keys = source_keys(Media::audio);
  std::ranges::move(
      std::vector<SchemaKey>{
          {"transcript", column_schema("The column with what is said.")},
          {"words",
           column_schema("The column with when each word is spoken: a JSON list of {word, start_s, end_s} in each "
                         "cell.")},
          {"sample_rate", described("The rate in Hz that all sources are brought to, from 4000 to 192000, or `keep`.",
                                    either_schema(integer_schema({4000, 192000}), word_schema("keep")), "keep", "")},
          {"channels", described("`mono` mixes the channels of each source, `keep` leaves them.",
                                 choice_schema({"mono", "keep"}), "mono", "")},
          {"active_level",
           described("The active speech level (ITU-T P.56) in dBov that all sources are brought to, from -60 to -3, or "
                     "`keep`.",
                     either_schema(number_schema({-60, -3}), word_schema("keep")), defaults.active_level_dbov.value(),
                     "")},
          {"speech_dba", described("The A-weighted sound level at the microphone that the active level stands for.",
                                   number_schema({20, 110}), defaults.speech_dba, "dBA")}},
      std::back_inserter(keys));
  return map_schema("One set of recordings.", std::move(keys));
}

SchemaJson image_source_schema() {
  std::vector<SchemaKey> keys = source_keys(Media::image);
  std::ranges::move(
      std::vector<SchemaKey>{
          {"boxes",
           column_schema("The column with boxes: a JSON list of {label, x, y, width, height} in pixels in each cell.")},
          {"keypoints",
           column_schema("The column with key points: a JSON list of {name, x, y} in pixels in each cell.")},
          {"mask", column_schema(
                       "The column with the paths of masks: grey PNG, BMP or TIFF of the picture's size, in which 0 is "
                       "nothing.")},
          {"mask_codes", mask_codes_schema()},
          {"depth", column_schema("The column with the paths of depth maps: grey, greater is farther.")},
          {"normals", column_schema("The column with the paths of maps of normals: RGB.")}},
      std::back_inserter(keys));
  Json schema = map_schema("One set of pictures.", std::move(keys));
  add_rule(schema, needs_keys({"mask_codes"}), needs_keys({"mask"}));
  return schema;
}

SchemaJson sources_schema() {
  Json one = {{"type", "object"},
              {"properties",
               {{"media", described("What the manifest lists: audio or image. It decides which other keys there are.",
                                    choice_schema({to_string(Media::audio), to_string(Media::image)}))}}},
              {"required", Json::array({"media"})}};
  add_rule(one, has_value("media", {to_string(Media::audio)}), refer_to("audio_source"));
  add_rule(one, has_value("media", {to_string(Media::image)}), refer_to("image_source"));
  return {{"type", "array"},
          {"description",
           "The clean recordings and photographs, an entry for each manifest. Entries of one medium must have the same "
           "`groups`, `keep`, `transcript`, `licence` and `speech_dba`, and all or none of them the other columns. No "
           "column has two meanings."},
          {"items", one},
          {"minItems", 1}};
}

SchemaJson assets_schema() {
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
       {"manifest", path_schema("Of a pool of talkers: the CSV or JSON Lines file with a row for each recording.")},
       {"file",
        column_schema("Of a pool of talkers: the column with the path of each file, relative to the manifest.")},
       {"subject", column_schema("Of a pool of talkers: the column that says whose voice it is.")},
       {"balance", described("Of a pool of talkers: the columns over whose combinations draws of talkers are balanced.",
                             list_schema(text_schema()))},
       {"licence", described("The licence of the files, which records carry on.", text_schema())}});
  Json of_pool = forbids_keys({"files"});
  of_pool.update(needs_keys({"file", "subject"}));
  Json of_files = forbids_keys({"file", "subject", "balance"});
  of_files.update(needs_keys({"files"}));
  add_rule(asset, needs_keys({"manifest"}), std::move(of_pool), std::move(of_files));
  return names_schema("What levels draw from, by name: recordings of noise, room responses, curves, pools of talkers.",
                      name_pattern(), std::move(asset));
}

}  // namespace fairground
