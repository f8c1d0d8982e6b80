#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "pipeline/config/card.h"
#include "pipeline/config/config_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

/// Whether `key` may be set for `media`. All may where the media of the sources are unclear.
bool is_in_use(const Config& config, Media media) { return config.media.empty() || config.media.contains(media); }

OutputFormat read_output_format(const ValueReader& value, Media media) {
  OutputFormat output;
  std::vector<FileFormat> formats = {FileFormat::flac, FileFormat::wav};
  if (media == Media::image) {
    formats = {FileFormat::png, FileFormat::jpeg, FileFormat::webp, FileFormat::tiff};
  }
  output.format = formats.front();
  std::vector<std::pair<std::string, FileFormat>> choices;
  choices.reserve(formats.size());
  for (const FileFormat format : formats) {
    choices.emplace_back(to_string(format), format);
  }
  MapReader map(value);
  map.choice("format", output.format, choices);
  if (media == Media::audio) {
    map.choice("bits", output.bits, {{"16", 16}, {"24", 24}});
  } else {
    map.only_if(output.format == FileFormat::jpeg || output.format == FileFormat::webp, "is for jpeg and webp only");
    map.integer("quality", output.quality, {1, 100});
  }
  map.finish();
  return output;
}

/// The number that `text` is, digit by digit; empty where it is none.
std::optional<int> digits(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    number = 10 * number + (c - '0');
  }
  return number;
}

/// Whether it is a day of the calendar, as 2026-01-31.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return false;
  }
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  return year && month && day &&
         std::chrono::year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
             .ok();
}

/// Why a set of this config cannot be written in a format; empty where it can.
std::string why_not(const ExportInfo& format, const Config& config) {
  const bool has_media =
      (format.audio && config.media.contains(Media::audio)) || (format.image && config.media.contains(Media::image));
  if (!has_media) {
    return std::string("is for ") + (format.audio ? "recordings" : "pictures") + ", of which there are no sources";
  }
  const auto all_have = [&](Media media, std::string SourceSettings::*column) {
    return std::ranges::all_of(config.sources, [&](const SourceSettings& source) {
      return source.media != media || !(source.*column).empty();
    });
  };
  if (format.needs_transcript && !all_have(Media::audio, &SourceSettings::transcript)) {
    return "needs what is said: name the manifest's column with `transcript` in every entry of audio";
  }
  if (format.needs_boxes && !all_have(Media::image, &SourceSettings::boxes)) {
    return "needs boxes: name the manifest's column with `boxes` in every entry of images";
  }
  if (format.needs_card) {
    const std::vector<std::string> missing = missing_in_card(config.card, config.date);
    if (!missing.empty()) {
      return "needs " + listing(missing);
    }
  }
  return {};
}

/// What a format asks of a card that is only text to others, told where the card has it.
void check_card(const ExportInfo& format, const std::optional<ValueReader>& card, const Config& config) {
  if (!format.needs_card || !card) {
    return;
  }
  MapReader map(*card);
  for (const CardMistake& mistake : mistakes_in_card(config.card)) {
    if (const auto value = map.find(mistake.key)) {
      value->wrong(mistake.wanted + std::string(", for the export ") + in_ticks(format.name));
    }
  }
}

void read_exports(const ValueReader& value, const std::optional<ValueReader>& card, bool good_sources, Config& config) {
  const auto items = value.list("formats");
  if (!items) {
    return;
  }
  std::vector<std::string> names;
  for (const ExportInfo& info : export_formats()) {
    names.emplace_back(info.name);
  }
  for (const ValueReader& item : *items) {
    const auto index = item.choice(names);
    if (!index) {
      continue;
    }
    const ExportInfo& info = export_formats()[*index];
    if (std::ranges::find(config.exports, info.format) != config.exports.end()) {
      item.error(in_ticks(info.name) + " is listed twice");
      continue;
    }
    if (const std::string reason = good_sources ? why_not(info, config) : ""; !reason.empty()) {
      item.error(in_ticks(info.name) + " " + reason);
    }
    check_card(info, card, config);
    config.exports.push_back(info.format);
  }
  std::ranges::sort(config.exports);
}

}  // namespace

void read_card(const ValueReader& value, Card& card) {
  MapReader map(value);
  map.text("description", card.description);
  map.text("purpose", card.purpose);
  map.text("limits", card.limits);
  map.text("licence", card.licence);
  map.text("creator", card.creator);
  map.text("contact", card.contact);
  map.text("url", card.url);
  map.text("citation", card.citation);
  if (const auto version = map.find("version")) {
    const auto text = version->text();
    const auto parts = text ? std::ranges::count(*text, '.') : 0;
    const bool is_version = text && parts == 2 && !text->starts_with('.') && !text->ends_with('.') &&
                            text->find("..") == std::string::npos &&
                            std::ranges::all_of(*text, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
    if (text && !is_version) {
      version->wrong("a version as MAJOR.MINOR.PATCH, such as 1.0.0");
    }
    card.version = is_version ? *text : "";
  }
  map.finish();
}

void read_output(const ValueReader& value, const std::optional<ValueReader>& card, const std::filesystem::path& folder,
                 bool good_sources, Config& config) {
  MapReader map(value);
  std::string directory;
  map.text("directory", directory, Need::required);
  config.output_directory = path_in(folder, directory);
  if (const auto date = map.find("date")) {
    if (const auto text = date->text()) {
      if (is_date(*text)) {
        config.date = *text;
      } else {
        date->wrong("a date as 2026-01-31");
      }
    }
  }
  map.flag("digital_source_type", config.digital_source_type);
  if (const auto exports = map.find("exports")) {
    read_exports(*exports, card, good_sources, config);
  }
  for (const Media media : kAllMedia) {
    map.only_if(is_in_use(config, media), "has no sources");
    if (const auto part = map.find(to_string(media))) {
      const OutputFormat output = read_output_format(*part, media);
      if (config.media.contains(media)) {
        config.media.at(media).output = output;
      }
    }
  }
  map.finish();
}

}  // namespace fairground
