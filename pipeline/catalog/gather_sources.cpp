#include "pipeline/catalog/gather_sources.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "pipeline/catalog/catalog_tables.h"
#include "pipeline/catalog/manifest.h"
#include "pipeline/catalog/manifest_columns.h"
#include "pipeline/catalog/path_resolver.h"
#include "pipeline/catalog/picture_cells.h"
#include "pipeline/catalog/words.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

/// Gathers the sources and the mistakes of all manifests, so that the user sees the mistakes in one go. Where there is
/// one, the sources are not used, and so need not be whole.
class Builder {
 public:
  Builder(const Config& config, Catalog& catalog) : config_(config), catalog_(catalog) {}

  void add_entry(std::uint32_t index) {
    const SourceSettings& settings = config_.sources[index];
    Entry entry(index, settings, config_, catalog_.media[settings.media], tables(settings.media));
    entry.observed_columns = describe_columns(settings, entry.media, entry.catalog);
    std::vector<std::string> unread;
    std::size_t columns_known = 0;
    const std::vector<std::string> columns = for_each_manifest_row(
        settings.manifest, unread,
        [&](const std::vector<std::string>& names, std::size_t line, std::span<const std::string_view> cells) {
          if (names.size() != columns_known) {
            columns_known = names.size();
            entry.map = map_columns(settings, entry.catalog, entry.observed_columns, names);
          }
          add_row(entry, line, cells);
        },
        &catalog_.manifest_sha256[settings.manifest]);
    for (std::string& message : unread) {
      mistakes_.push_back({index, Part::text, 0, std::move(message)});
    }
    if (!columns.empty()) {
      entry.map = map_columns(settings, entry.catalog, entry.observed_columns, columns);
      for (const std::string& message :
           column_mistakes(settings, entry.media, entry.catalog, entry.observed_columns, columns)) {
        mistakes_.push_back({index, Part::columns, 1, at(index, 1) + message});
      }
    }
    // Lines of JSON may come before their columns; without these columns at all, that is the mistake to tell.
    for (const std::size_t line : entry.map.id ? entry.lines_without_id : std::vector<std::size_t>{}) {
      mistake(entry, line, kEmptyId);
    }
    for (const std::size_t line : entry.map.file ? entry.lines_without_file : std::vector<std::size_t>{}) {
      mistake(entry, line, kEmptyPath);
    }
    for (std::size_t map = 0; map < kPictureMaps.size(); ++map) {
      for (const std::size_t line : entry.map.maps[map] ? entry.lines_without_map[map] : std::vector<std::size_t>{}) {
        mistake(entry, line, "column " + in_ticks(settings.*kPictureMaps[map].column) + ": " + kEmptyPath);
      }
    }
  }

  void finish() {
    check_ids();
    if (!mistakes_.empty()) {
      const auto place = [](const Mistake& mistake) { return std::tuple(mistake.entry, mistake.part, mistake.line); };
      std::ranges::stable_sort(mistakes_, {}, place);
      std::vector<std::string> messages;
      for (Mistake& mistake : mistakes_) {
        messages.push_back(std::move(mistake.message));
      }
      throw UserError(std::move(messages));
    }
    for (auto& [medium, catalog] : catalog_.media) {
      sort_groups(catalog);
    }
  }

 private:
  static constexpr const char* kEmptyId = "the id is empty";
  static constexpr const char* kEmptyPath = "the path is empty";
  static constexpr std::size_t kMostKnownCells = std::size_t{1} << 16U;

  /// What is unique among the sources of one medium.
  struct Tables {
    explicit Tables(MediaCatalog& catalog)
        : files(catalog.files), map_files(catalog.map_files), subjects(catalog.subjects) {}
    FileTable files;
    FileTable map_files;
    TextTable groups;  ///< labels, each with a zero at its end
    NameTable subjects;
  };

  /// One entry of `sources`, while its manifest is read.
  struct Entry {
    Entry(std::uint32_t number, const SourceSettings& wanted, const Config& config, MediaCatalog& into,
          Tables& of_medium)
        : index(number),
          settings(wanted),
          media(config.media.at(wanted.media)),
          catalog(into),
          tables(of_medium),
          resolver(wanted.manifest, config.roots) {}

    std::uint32_t index;
    const SourceSettings& settings;
    const MediaSettings& media;
    MediaCatalog& catalog;
    Tables& tables;
    PathResolver resolver;
    ColumnMap map;
    std::vector<std::string> observed_columns;  ///< of MediaCatalog::observed_axes
    TextTable files;                            ///< of the last cells; kNowhere: among `bad_paths`
    TextTable map_files;                        ///< likewise
    std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> bad_paths;  ///< with what is wrong
    std::vector<std::size_t> lines_without_id;                                          ///< for want of the column
    std::vector<std::size_t> lines_without_file;
    std::array<std::vector<std::size_t>, kPictureMaps.size()> lines_without_map;
    std::string labels;                   ///< room for the key of a group
    std::vector<std::string_view> texts;  ///< room for those of a source
  };

  /// In the order in which the mistakes of a manifest are told.
  enum class Part : std::uint8_t { text, columns, rows };
  struct Mistake {
    std::uint32_t entry;
    Part part;
    std::size_t line;
    std::string message;
  };

  /// Where an id stands. There are as many as sources.
  struct IdPlace {
    std::uint32_t hash;
    std::uint32_t line;
    std::uint32_t entry;
    std::uint32_t source;
  };

  Tables& tables(Media medium) { return tables_.try_emplace(medium, catalog_.media[medium]).first->second; }

  void add_row(Entry& entry, std::size_t line, std::span<const std::string_view> cells) {
    const auto cell = [&](ColumnMap::Place place) { return place ? cells[*place] : std::string_view(); };
    const auto label = [&](ColumnMap::Place place) {
      const std::string_view text = cell(place);
      return text.empty() ? std::string_view(kUnknown) : text;
    };
    MediaCatalog& catalog = entry.catalog;
    Source source;
    source.settings = entry.index;
    const std::string_view id = cell(entry.map.id);
    if (!entry.map.id) {
      entry.lines_without_id.push_back(line);
    } else if (id.empty()) {
      mistake(entry, line, kEmptyId);
    } else {
      ids_.push_back({static_cast<std::uint32_t>(TextHash{}(id)), static_cast<std::uint32_t>(line), entry.index,
                      static_cast<std::uint32_t>(catalog.sources.size())});
    }
    if (!entry.map.file) {
      entry.lines_without_file.push_back(line);
    } else {
      source.file = file_number(entry, line, cell(entry.map.file));
    }
    source.subject = entry.tables.subjects.number_of(label(entry.map.subject));
    entry.labels.clear();
    for (const ColumnMap::Place place : entry.map.groups) {
      entry.labels += label(place);
      entry.labels += '\0';
    }
    source.group = number_of(entry.tables.groups, entry.labels, catalog.groups.size());
    if (source.group == catalog.groups.size()) {
      std::vector<std::string>& labels = catalog.groups.emplace_back();
      for (const ColumnMap::Place place : entry.map.groups) {
        labels.emplace_back(label(place));
      }
    }
    entry.texts.assign(1, id);
    for (const ColumnMap::Place place : entry.map.carried) {
      entry.texts.push_back(cell(place));
    }
    const auto add_checked = [&](bool is_there, const std::string& column, ColumnMap::Place place, const auto& parse) {
      if (is_there) {
        check(entry, line, column, parse(cell(place)).mistake);
        entry.texts.push_back(cell(place));
      }
    };
    add_checked(catalog.has_words, entry.settings.words, entry.map.words, parse_words);
    add_checked(catalog.has_boxes, entry.settings.boxes, entry.map.boxes, parse_boxes);
    add_checked(catalog.has_keypoints, entry.settings.keypoints, entry.map.keypoints, parse_keypoints);
    for (const std::size_t map : catalog.maps) {
      catalog.maps_of.push_back(map_file(entry, line, map, cell(entry.map.maps[map])));
    }
    source.texts = PackedTexts(entry.texts);
    for (std::size_t k = 0; k < entry.map.observed.size(); ++k) {
      catalog.observed_levels.push_back(observed_level(entry, k, line, cell(entry.map.observed[k])));
    }
    catalog.sources.push_back(std::move(source));
  }

  void check(const Entry& entry, std::size_t line, const std::string& column, const std::string& problem) {
    if (!problem.empty()) {
      mistake(entry, line, "column " + in_ticks(column) + ": " + problem);
    }
  }

  std::uint32_t file_number(Entry& entry, std::size_t line, std::string_view cell) {
    return number_in(entry, line, cell, entry.files, entry.tables.files, "");
  }

  std::uint32_t map_file(Entry& entry, std::size_t line, std::size_t map, std::string_view cell) {
    const std::string column = entry.settings.*kPictureMaps[map].column;
    // Lines of JSON may come before their columns.
    if (!entry.map.maps[map] && cell.empty()) {
      entry.lines_without_map[map].push_back(line);
      return kNowhere;
    }
    return number_in(entry, line, cell, entry.map_files, entry.tables.map_files, "column " + in_ticks(column) + ": ");
  }

  /// The number of the file that `cell` names. `known` are cells that need not be followed again; of the many that name
  /// a file of their own it would be a second copy, and so it is emptied now and then.
  std::uint32_t number_in(Entry& entry, std::size_t line, std::string_view cell, TextTable& known, FileTable& files,
                          const std::string& prefix) {
    if (cell.empty()) {
      mistake(entry, line, prefix + kEmptyPath);
      return kNowhere;
    }
    auto place = known.find(cell);
    if (place == known.end()) {
      if (known.size() == kMostKnownCells) {
        known.clear();
      }
      const PathResolver::Result result = entry.resolver.resolve(cell);
      std::uint32_t number = kNowhere;
      if (result.mistake.empty()) {
        number = files.number_of(result.path);
      } else {
        entry.bad_paths.emplace(cell, result.mistake);
      }
      place = known.emplace(cell, number).first;
    }
    if (place->second == kNowhere) {
      mistake(entry, line, prefix + entry.bad_paths.find(cell)->second);
    }
    return place->second;
  }

  std::int32_t observed_level(const Entry& entry, std::size_t k, std::size_t line, std::string_view cell) {
    if (cell.empty()) {
      return kUnknownLevel;
    }
    const Axis& axis = entry.media.axes[entry.catalog.observed_axes[k]];
    const auto level = std::ranges::find(axis.levels, cell, &Level::name);
    if (level != axis.levels.end()) {
      return static_cast<std::int32_t>(level - axis.levels.begin());
    }
    std::vector<std::string> names;
    std::ranges::transform(axis.levels, std::back_inserter(names), &Level::name);
    const std::string near = nearest(cell, names);
    mistake(entry, line,
            "column " + in_ticks(entry.observed_columns[k]) + " holds " + in_ticks(cell) +
                ", which is no level of axis " + in_ticks(axis.name) + "; " +
                (near.empty() ? "" : "did you mean " + in_ticks(near) + "? ") + "valid here: " + listing(names) +
                ", or an empty cell where the level is not known");
    return kUnknownLevel;
  }

  /// Finds ids that are given more than once, in any manifest. Equal ones are brought side by side by their hashes,
  /// which needs no second copy of them.
  void check_ids() {
    const auto id = [&](const IdPlace& place) -> std::string_view {
      return catalog_.media.at(config_.sources[place.entry].media).sources[place.source].id();
    };
    std::ranges::sort(ids_, [&](const IdPlace& one, const IdPlace& other) {
      if (one.hash != other.hash) {
        return one.hash < other.hash;
      }
      return std::tuple(id(one), one.entry, one.source) < std::tuple(id(other), other.entry, other.source);
    });
    for (std::size_t first = 0, i = 1; i < ids_.size(); ++i) {
      if (ids_[i].hash != ids_[first].hash || id(ids_[i]) != id(ids_[first])) {
        first = i;
        continue;
      }
      const IdPlace& place = ids_[i];
      mistakes_.push_back({place.entry, Part::rows, place.line,
                           at(place.entry, place.line) + "id " + in_ticks(id(place)) +
                               " is given a second time; first at " +
                               file_and_line(ids_[first].entry, ids_[first].line)});
    }
    ids_ = {};
  }

  /// Groups are numbered in sorted order, so that neither the manifest's order nor a new source moves them about.
  static void sort_groups(MediaCatalog& catalog) {
    std::map<std::vector<std::string>, std::uint32_t> sorted;
    for (std::size_t i = 0; i < catalog.groups.size(); ++i) {
      sorted.emplace(catalog.groups[i], static_cast<std::uint32_t>(i));
    }
    std::vector<std::uint32_t> new_index(catalog.groups.size());
    catalog.groups.clear();
    for (const auto& [labels, old] : sorted) {
      new_index[old] = static_cast<std::uint32_t>(catalog.groups.size());
      catalog.groups.push_back(labels);
    }
    for (Source& source : catalog.sources) {
      source.group = new_index[source.group];
    }
  }

  [[nodiscard]] std::string file_and_line(std::uint32_t entry, std::size_t line) const {
    return on_one_line(config_.sources[entry].manifest.string()) + ":" + std::to_string(line);
  }
  [[nodiscard]] std::string at(std::uint32_t entry, std::size_t line) const {
    return file_and_line(entry, line) + ": ";
  }

  void mistake(const Entry& entry, std::size_t line, const std::string& message) {
    mistakes_.push_back({entry.index, Part::rows, line, at(entry.index, line) + message});
  }

  const Config& config_;
  Catalog& catalog_;
  std::map<Media, Tables> tables_;
  std::vector<IdPlace> ids_;
  std::vector<Mistake> mistakes_;
};

}  // namespace

void gather_sources(const Config& config, Catalog& catalog) {
  Builder builder(config, catalog);
  for (std::uint32_t i = 0; i < config.sources.size(); ++i) {
    builder.add_entry(i);
  }
  builder.finish();
}

}  // namespace fairground
