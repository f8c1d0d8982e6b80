#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <utility>

#include "pipeline/config/column_reader.h"
#include "pipeline/config/config_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

void read_audio_settings(MapReader& map, SourceSettings& source) {
  const auto rate = map.find("sample_rate");
  if (rate && !rate->is_word("keep")) {
    source.sample_rate = static_cast<int>(rate->integer({4000, 192000}, "`keep`").value_or(0));
  }
  map.choice("channels", source.mono, {{"mono", true}, {"keep", false}});
  const auto level = map.find("active_level");
  if (level && level->is_word("keep")) {
    source.active_level_dbov.reset();
  } else if (level) {
    source.active_level_dbov = level->number({-60, -3}, "dBov", "`keep`");
  }
  map.number("speech_dba", source.speech_dba, {20, 110}, "dBA");
}

std::string shown(const std::string& column) { return column.empty() ? "none" : in_ticks(column); }
std::string shown(double number) { return shortest(number); }
std::string shown(const std::vector<std::string>& columns) { return "[" + listing(columns) + "]"; }

/// Columns that all entries of a medium name or none, each under a name of its own.
constexpr std::array<std::pair<const char*, std::string SourceSettings::*>, 7> kFreelyNamed = {{
    {"subject", &SourceSettings::subject},
    {"words", &SourceSettings::words},
    {"boxes", &SourceSettings::boxes},
    {"keypoints", &SourceSettings::keypoints},
    {"mask", &SourceSettings::mask},
    {"depth", &SourceSettings::depth},
    {"normals", &SourceSettings::normals},
}};

/// The first entry of a medium, which the others must resemble: their records share one set of fields.
struct FirstEntry {
  SourceSettings source;
  int line = 0;
};

void compare(const SourceSettings& source, const FirstEntry& first, const MapReader& map, Mistakes& mistakes) {
  const auto differs = [&](const std::string& key, const auto& found, const auto& wanted) {
    mistakes.add(map.place_of(key), "`" + key + "` must be alike in all sources of " + to_string(source.media) +
                                        ": here " + shown(found) + ", but " + shown(wanted) + " in the entry on line " +
                                        std::to_string(first.line));
  };
  const auto same = [&](const std::string& key, const auto& found, const auto& wanted) {
    if (found != wanted) {
      differs(key, found, wanted);
    }
  };
  // These go into fields of one name, or are used and not recorded, whatever their column; all other columns keep
  // theirs.
  for (const auto& [key, column] : kFreelyNamed) {
    if ((source.*column).empty() != (first.source.*column).empty()) {
      differs(key, source.*column, first.source.*column);
    }
  }
  same("groups", source.groups, first.source.groups);
  same("keep", source.keep, first.source.keep);
  same("transcript", source.transcript, first.source.transcript);
  same("licence", source.licence, first.source.licence);
  same("speech_dba", source.speech_dba, first.source.speech_dba);
}

/// `{face: 1, neck: [2, 17]}`: what the codes of masks stand for. Codes that are not named are no skin.
void read_mask_codes(const ValueReader& value, SourceSettings& source) {
  if (source.mask.empty()) {
    value.error("`mask_codes` needs `mask`, the column with the masks");
  }
  const std::size_t mistakes_before = value.mistakes().count();
  MaskCodes codes = {};
  MapReader parts(value, "parts of masks and their codes");
  for (const SkinPart part : kAllSkinParts) {
    const auto given = parts.find(to_string(part));
    if (!given) {
      continue;
    }
    const auto take = [&](const ValueReader& one) {
      const auto code = one.integer({1, 255});
      if (!code) {
        return;
      }
      SkinPart& known = codes[static_cast<std::size_t>(*code)];
      if (known != SkinPart::none) {
        one.error("the code " + std::to_string(*code) + " stands for " + in_ticks(to_string(known)) + " already");
      }
      known = part;
    };
    if (!given->is(YamlNode::Kind::list)) {
      take(*given);
    } else if (const auto list = given->list("codes")) {
      std::ranges::for_each(*list, take);
    }
  }
  parts.finish();
  if (value.mistakes().count() == mistakes_before && std::ranges::none_of(codes, is_skin)) {
    value.error("`mask_codes` names no skin: give the codes of `face`, `ears`, `neck` or `hands`");
  }
  source.mask_codes = codes;
}

/// Returns whether its medium is clear.
bool read_source(const ValueReader& value, const std::filesystem::path& folder, std::map<Media, FirstEntry>& firsts,
                 Config& config) {
  const std::size_t mistakes_before = value.mistakes().count();
  MapReader map(value);
  SourceSettings source;
  std::vector<std::pair<std::string, Media>> media;
  for (const Media medium : kAllMedia) {
    media.emplace_back(to_string(medium), medium);
  }
  const bool media_is_clear = map.choice("media", source.media, media, Need::required);
  read_manifest(map, folder, source.manifest);
  ColumnReader columns(map);
  columns.column("id", source.id, Need::required);
  columns.column("file", source.file, Need::required);
  columns.column("subject", source.subject);
  columns.record_columns("groups", source.groups);
  columns.record_columns("keep", source.keep);
  columns.column("licence", source.licence);
  map.only_if(source.media == Media::image, "is for images only");
  columns.column("boxes", source.boxes);
  columns.column("keypoints", source.keypoints);
  columns.column("mask", source.mask);
  if (const auto codes = map.find("mask_codes")) {
    read_mask_codes(*codes, source);
  }
  columns.column("depth", source.depth);
  columns.column("normals", source.normals);
  map.only_if(source.media == Media::audio, "is for audio only");
  columns.column("transcript", source.transcript);
  columns.column("words", source.words);
  read_audio_settings(map, source);
  map.finish();

  if (value.mistakes().count() == mistakes_before) {
    const auto [first, is_first] = firsts.try_emplace(source.media, FirstEntry{source, value.place().line});
    if (!is_first) {
      compare(source, first->second, map, value.mistakes());
    }
  }
  config.sources.push_back(std::move(source));
  return media_is_clear;
}

}  // namespace

void read_manifest(MapReader& map, const std::filesystem::path& folder, std::filesystem::path& manifest) {
  const auto value = map.find("manifest", Need::required);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) {
    return;
  }
  manifest = path_in(folder, *text);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(manifest, ignored)) {
    value->error("there is no file " + in_ticks(manifest.string()));
  }
}

void read_sources(const ValueReader& sources, const std::filesystem::path& folder, Config& config) {
  const auto entries = sources.list("sources");
  if (!entries) {
    return;
  }
  if (entries->empty()) {
    sources.error("`sources` must have at least one entry");
  }
  std::map<Media, FirstEntry> firsts;
  bool all_clear = true;
  for (const ValueReader& entry : *entries) {
    all_clear = read_source(entry, folder, firsts, config) && all_clear;
  }
  if (all_clear) {
    for (const SourceSettings& source : config.sources) {
      config.media.try_emplace(source.media);
    }
  }
}

}  // namespace fairground
