#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

/// The columns of one entry. A column has one meaning only.
class ColumnReader {
 public:
  explicit ColumnReader(MapReader& map) : map_(map) {}

  void column(const std::string& key, std::string& into, Need need = Need::optional) {
    if (const auto value = map_.find(key, need)) {
      into = claimed(*value).value_or("");
    }
  }

  /// Columns that go into the records under their own names.
  void record_columns(const std::string& key, std::vector<std::string>& into) {
    const auto value = map_.find(key);
    const auto items = value ? value->list("column names") : std::nullopt;
    if (!items) {
      return;
    }
    for (const ValueReader& item : *items) {
      const auto name = claimed(item);
      if (name && is_record_field(*name)) {
        item.error("the column " + in_ticks(*name) + " cannot be in `" + key +
                   "`, as each record has a field of that name: rename it in the manifest");
      } else if (name) {
        into.push_back(*name);
      }
    }
  }

 private:
  std::optional<std::string> claimed(const ValueReader& value) {
    auto name = value.text();
    if (!name) {
      return std::nullopt;
    }
    const auto [first, is_new] = keys_.emplace(*name, value.name());
    if (!is_new) {
      value.error("the column " + in_ticks(*name) + " is used twice: first for `" + first->second + "`");
      return std::nullopt;
    }
    return name;
  }

  MapReader& map_;
  std::map<std::string, std::string> keys_;  ///< of each column
};

void read_manifest(MapReader& map, const std::filesystem::path& folder, SourceSettings& source) {
  const auto value = map.find("manifest", Need::required);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) {
    return;
  }
  source.manifest = path_in(folder, *text);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(source.manifest, ignored)) {
    value->error("there is no file " + in_ticks(source.manifest.string()));
  }
}

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
  // Subjects and words go into fields of one name, whatever their column; all other columns keep theirs.
  if (source.subject.empty() != first.source.subject.empty()) {
    differs("subject", source.subject, first.source.subject);
  }
  if (source.words.empty() != first.source.words.empty()) {
    differs("words", source.words, first.source.words);
  }
  same("groups", source.groups, first.source.groups);
  same("keep", source.keep, first.source.keep);
  same("transcript", source.transcript, first.source.transcript);
  same("licence", source.licence, first.source.licence);
  same("speech_dba", source.speech_dba, first.source.speech_dba);
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
  read_manifest(map, folder, source);
  ColumnReader columns(map);
  columns.column("id", source.id, Need::required);
  columns.column("file", source.file, Need::required);
  columns.column("subject", source.subject);
  columns.record_columns("groups", source.groups);
  columns.record_columns("keep", source.keep);
  columns.column("licence", source.licence);
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
