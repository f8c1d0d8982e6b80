// What a schema says of limits, gates, the card and the output.

#include "pipeline/config/config_parts.h"
#include "pipeline/config/export_format.h"
#include "pipeline/config/json_schema_parts.h"

namespace fairground {
namespace {

using Json = SchemaJson;

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

}  // namespace

SchemaJson limits_schema() {
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

SchemaJson gates_schema() {
  return map_schema("What a variant must pass to enter the set.",
                    {{"clipped_fraction", described("The largest share of clipped samples in a recording.",
                                                    number_schema({0, 1}), Gates().clipped_fraction, "")}});
}

SchemaJson card_schema() {
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

SchemaJson output_schema() {
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
           forbids_keys({"quality"}));
  return map_schema("Where the set is written, and how.",
                    {{"directory", path_schema("The folder of the run."), Need::required},
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

}  // namespace fairground
