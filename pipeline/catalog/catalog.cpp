#include "pipeline/catalog/catalog.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "pipeline/catalog/manifest.h"
#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_header.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

/// Lets tables of strings be asked for a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using TextTable = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

/// The number of `text` in `table`, which is `next` where it was not there.
std::uint32_t number_of(TextTable& table, std::string_view text, std::size_t next) {
  const auto known = table.find(text);
  return known != table.end() ? known->second : table.emplace(text, static_cast<std::uint32_t>(next)).first->second;
}

/// Hashes and compares files by their paths, so that a table of them needs no second copy of these.
struct ByPath {
  using is_transparent = void;
  const std::vector<MediaFile>* files;

  [[nodiscard]] std::string_view path(std::uint32_t file) const { return (*files)[file].path; }
  [[nodiscard]] static std::string_view path(std::string_view path) { return path; }

  std::size_t operator()(const auto& file) const { return TextHash{}(path(file)); }
  bool operator()(const auto& one, const auto& other) const { return path(one) == path(other); }
};

/// Gives every file of one medium its number.
class FileTable {
 public:
  explicit FileTable(std::vector<MediaFile>& files) : files_(files), known_(0, ByPath{&files}, ByPath{&files}) {}

  std::uint32_t number_of(const std::string& path) {
    if (const auto known = known_.find(std::string_view(path)); known != known_.end()) {
      return *known;
    }
    const auto number = static_cast<std::uint32_t>(files_.size());
    files_.emplace_back().path = path;
    known_.insert(number);
    return number;
  }

 private:
  std::vector<MediaFile>& files_;
  std::unordered_set<std::uint32_t, ByPath, ByPath> known_;
};

/// Finds the files that a manifest names and keeps it from reaching others.
class PathResolver {
 public:
  PathResolver(const fs::path& manifest, const std::map<std::string, fs::path>& roots)
      : folder_(fs::weakly_canonical(manifest.parent_path())) {
    allow(folder_);
    for (const auto& [name, root] : roots) {
      allow(fs::weakly_canonical(root));
    }
  }

  /// The absolute path of a medium, links resolved, or what is wrong with it.
  struct Result {
    std::string path;
    std::string mistake;  ///< empty: none
  };
  Result resolve(std::string_view cell) {
    std::error_code error;
    const std::string path = canonical(folder_ / cell, error).string();
    if (error) {
      return {"", "the path " + in_ticks(cell) + " cannot be followed: " + error.message()};
    }
    const auto holds = [&](const std::string& start) {
      return path.starts_with(start) || path == std::string_view(start).substr(0, start.size() - 1);
    };
    if (std::ranges::any_of(allowed_, holds)) {
      return {path, ""};
    }
    return {"", "the path " + in_ticks(cell) + " leaves the manifest's folder (it is " + on_one_line(path) +
                    "); allow that folder by name in the config: roots: {name: DIR}"};
  }

 private:
  void allow(const fs::path& folder) {
    std::string start = folder.string();
    if (!start.ends_with('/')) {
      start += '/';
    }
    allowed_.push_back(std::move(start));
  }

  /// As fs::weakly_canonical, which follows a path from the root on. Most media of a manifest lie in few folders, so
  /// these are followed once, and then only a file's own name.
  fs::path canonical(const fs::path& path, std::error_code& error) {
    const fs::path name = path.filename();
    if (name.empty() || name == "." || name == "..") {
      return fs::weakly_canonical(path, error);
    }
    const std::string folder = path.parent_path().string();
    auto known = folders_.find(folder);
    if (known == folders_.end()) {
      const fs::path followed = fs::weakly_canonical(folder, error);
      if (error) {
        return {};
      }
      known = folders_.emplace(folder, followed).first;
    }
    const fs::path place = known->second / name;
    std::error_code not_there;
    const fs::file_type type = fs::symlink_status(place, not_there).type();
    return type == fs::file_type::symlink || type == fs::file_type::none ? fs::weakly_canonical(path, error) : place;
  }

  fs::path folder_;
  std::vector<std::string> allowed_;  ///< folders, each with a slash at its end
  std::unordered_map<std::string, fs::path> folders_;
};

/// Where the config wants what, in one manifest. Empty: there is no such column, or none yet.
struct ColumnMap {
  using Place = std::optional<std::size_t>;
  Place id;
  Place file;
  Place subject;
  std::vector<Place> groups;
  std::vector<Place> carried;
  std::vector<Place> observed;
};

/// Gathers the sources and the mistakes of all manifests, so that the user sees the mistakes in one go. Where there is
/// one, the sources are not used, and so need not be whole.
class Builder {
 public:
  Builder(const Config& config, Catalog& catalog) : config_(config), catalog_(catalog) {}

  void add_entry(std::uint32_t index) {
    const SourceSettings& settings = config_.sources[index];
    Entry entry(index, settings, config_, catalog_.media[settings.media], tables(settings.media));
    describe(entry);
    std::vector<std::string> unread;
    std::size_t columns_known = 0;
    const std::vector<std::string> columns = for_each_manifest_row(
        settings.manifest, unread,
        [&](const std::vector<std::string>& names, std::size_t line, std::span<const std::string_view> cells) {
          if (names.size() != columns_known) {
            columns_known = names.size();
            map_columns(entry, names);
          }
          add_row(entry, line, cells);
        });
    for (std::string& message : unread) {
      mistakes_.push_back({index, Part::text, 0, std::move(message)});
    }
    if (!columns.empty()) {
      map_columns(entry, columns);
      check_columns(entry, columns);
    }
    // Lines of JSON may come before their columns; without these columns at all, that is the mistake to tell.
    for (const std::size_t line : entry.map.id ? entry.lines_without_id : std::vector<std::size_t>{}) {
      mistake(entry, line, kEmptyId);
    }
    for (const std::size_t line : entry.map.file ? entry.lines_without_file : std::vector<std::size_t>{}) {
      mistake(entry, line, kEmptyPath);
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

  /// What is unique among the sources of one medium.
  struct Tables {
    explicit Tables(MediaCatalog& catalog) : files(catalog.files) {}
    FileTable files;
    TextTable groups;  ///< labels, each with a zero at its end
    TextTable subjects = {{kUnknown, kUnknownSubject}};
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
    TextTable files;                            ///< of the cells met so far; kNowhere: among `bad_paths`
    std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> bad_paths;  ///< with what is wrong
    std::vector<std::size_t> lines_without_id;                                          ///< for want of the column
    std::vector<std::size_t> lines_without_file;
    std::string labels;  ///< room for the key of a group
    PackedTexts carried;
  };

  /// In the order in which the mistakes of a manifest are told.
  enum class Part : std::uint8_t { text, columns, rows };
  struct Mistake {
    std::uint32_t entry;
    Part part;
    std::size_t line;
    std::string message;
  };

  /// Where an id stands.
  struct IdPlace {
    std::size_t hash;
    std::size_t line;
    std::uint32_t entry;
    std::uint32_t source;
  };

  Tables& tables(Media medium) { return tables_.try_emplace(medium, catalog_.media[medium]).first->second; }

  /// What all entries of a medium agree on.
  static void describe(Entry& entry) {
    MediaCatalog& catalog = entry.catalog;
    const SourceSettings& settings = entry.settings;
    catalog.has_subjects = !settings.subject.empty();
    catalog.group_columns = settings.groups;
    catalog.columns = settings.keep;
    for (const std::string& column : {settings.transcript, settings.licence}) {
      if (!column.empty()) {
        catalog.columns.push_back(column);
      }
    }
    catalog.observed_axes.clear();
    for (std::size_t i = 0; i < entry.media.axes.size(); ++i) {
      const auto observed = entry.media.design.observed.find(entry.media.axes[i].name);
      if (observed != entry.media.design.observed.end()) {
        catalog.observed_axes.push_back(i);
        entry.observed_columns.push_back(observed->second);
      }
    }
  }

  static void map_columns(Entry& entry, const std::vector<std::string>& names) {
    const auto find = [&](const std::string& column) -> ColumnMap::Place {
      const auto place = std::ranges::find(names, column);
      return place == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(place - names.begin()));
    };
    const auto find_all = [&](const std::vector<std::string>& columns) {
      std::vector<ColumnMap::Place> places;
      std::ranges::transform(columns, std::back_inserter(places), find);
      return places;
    };
    entry.map.id = find(entry.settings.id);
    entry.map.file = find(entry.settings.file);
    entry.map.subject = entry.settings.subject.empty() ? std::nullopt : find(entry.settings.subject);
    entry.map.groups = find_all(entry.catalog.group_columns);
    entry.map.carried = find_all(entry.catalog.columns);
    entry.map.observed = find_all(entry.observed_columns);
  }

  void check_columns(const Entry& entry, const std::vector<std::string>& names) {
    std::string known;
    for (const std::string& name : names) {
      known += (known.empty() ? "" : ", ") + on_one_line(name);
    }
    const auto refuse = [&](const std::string& message) {
      mistakes_.push_back({entry.index, Part::columns, 1, at(entry.index, 1) + message});
    };
    const auto need = [&](const std::string& column) {
      if (std::ranges::find(names, column) == names.end()) {
        refuse("there is no column " + in_ticks(column) + "; the manifest has: " + known);
      }
    };
    need(entry.settings.id);
    need(entry.settings.file);
    if (!entry.settings.subject.empty()) {
      need(entry.settings.subject);
    }
    for (const auto& columns : {entry.catalog.group_columns, entry.catalog.columns}) {
      for (const std::string& column : columns) {
        need(column);
        if (is_record_field(column)) {
          refuse("column " + in_ticks(column) + " has the name of a field of every record; rename it");
        }
        if (std::ranges::find(entry.media.axes, column, &Axis::name) != entry.media.axes.end()) {
          refuse("column " + in_ticks(column) + " has the name of an axis; rename one of them");
        }
      }
    }
    std::ranges::for_each(entry.observed_columns, need);
  }

  void add_row(Entry& entry, std::size_t line, std::span<const std::string_view> cells) {
    const auto cell = [&](ColumnMap::Place place) { return place ? cells[*place] : std::string_view(); };
    const auto label = [&](ColumnMap::Place place) {
      const std::string_view text = cell(place);
      return text.empty() ? std::string_view(kUnknown) : text;
    };
    MediaCatalog& catalog = entry.catalog;
    Source source;
    source.settings = entry.index;
    source.id = cell(entry.map.id);
    if (!entry.map.id) {
      entry.lines_without_id.push_back(line);
    } else if (source.id.empty()) {
      mistake(entry, line, kEmptyId);
    } else {
      ids_.push_back({TextHash{}(source.id), line, entry.index, static_cast<std::uint32_t>(catalog.sources.size())});
    }
    if (!entry.map.file) {
      entry.lines_without_file.push_back(line);
    } else {
      source.file = file_number(entry, line, cell(entry.map.file));
    }
    const std::string_view subject = label(entry.map.subject);
    source.subject = number_of(entry.tables.subjects, subject, catalog.subjects.size());
    if (source.subject == catalog.subjects.size()) {
      catalog.subjects.emplace_back(subject);
    }
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
    entry.carried.clear();
    for (const ColumnMap::Place place : entry.map.carried) {
      entry.carried.add(cell(place));
    }
    source.carried = entry.carried;
    for (std::size_t k = 0; k < entry.map.observed.size(); ++k) {
      catalog.observed_levels.push_back(observed_level(entry, k, line, cell(entry.map.observed[k])));
    }
    catalog.sources.push_back(std::move(source));
  }

  std::uint32_t file_number(Entry& entry, std::size_t line, std::string_view cell) {
    if (cell.empty()) {
      mistake(entry, line, kEmptyPath);
      return kNowhere;
    }
    auto known = entry.files.find(cell);
    if (known == entry.files.end()) {
      const PathResolver::Result result = entry.resolver.resolve(cell);
      std::uint32_t number = kNowhere;
      if (result.mistake.empty()) {
        number = entry.tables.files.number_of(result.path);
      } else {
        entry.bad_paths.emplace(cell, result.mistake);
      }
      known = entry.files.emplace(cell, number).first;
    }
    if (known->second == kNowhere) {
      mistake(entry, line, entry.bad_paths.find(cell)->second);
    }
    return known->second;
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
    const auto id = [&](const IdPlace& place) -> const std::string& {
      return catalog_.media.at(config_.sources[place.entry].media).sources[place.source].id;
    };
    std::ranges::sort(ids_, [&](const IdPlace& one, const IdPlace& other) {
      if (one.hash != other.hash) {
        return one.hash < other.hash;
      }
      return std::tie(id(one), one.entry, one.source) < std::tie(id(other), other.entry, other.source);
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

/// Reads the bytes once to hash them, and the header. What is wrong with a file is that
/// file's problem, not the run's.
void inspect(MediaFile& file, Media medium, const MediaLimits& limits) {
  try {
    const Bytes bytes = read_file(file.path, limits);
    file.sha256 = sha256_hex(bytes);
    if (medium == Media::audio) {
      const AudioHeader header = read_audio_header(bytes, file.path);
      file.sample_rate = header.sample_rate;
      file.channels = header.channels;
      file.seconds = static_cast<float>(header.seconds);
    } else {
      const ImageHeader header = read_image_header(bytes);
      file.megapixels =
          static_cast<float>(1e-6 * static_cast<double>(header.width) * static_cast<double>(header.height));
    }
  } catch (const ItemError& error) {
    file.problem = error.what();
  }
}

/// How many sources name each file.
std::vector<std::size_t> uses_of_files(const MediaCatalog& catalog) {
  std::vector<std::size_t> uses(catalog.files.size(), 0);
  for (const Source& source : catalog.sources) {
    ++uses[source.file];
  }
  return uses;
}

/// `uses`: how many sources name each file.
SharedBytes find_shared_bytes(const MediaCatalog& catalog, const std::vector<std::size_t>& uses) {
  constexpr std::size_t kMostIds = 6;
  std::unordered_map<std::string_view, std::size_t> sources_with;
  for (std::size_t i = 0; i < catalog.files.size(); ++i) {
    if (!catalog.files[i].sha256.empty()) {
      sources_with[catalog.files[i].sha256] += uses[i];
    }
  }
  SharedBytes shared;
  for (const auto& [sha256, sources] : sources_with) {
    if (sources > 1) {
      shared.sources += sources;
      ++shared.contents;
    }
  }
  for (std::size_t i = 0; i < catalog.sources.size() && shared.ids.size() < std::min(kMostIds, shared.sources); ++i) {
    const auto found = sources_with.find(catalog.file_of(catalog.sources[i]).sha256);
    if (found != sources_with.end() && found->second > 1) {
      shared.ids.push_back(catalog.sources[i].id);
    }
  }
  return shared;
}

/// "8000 Hz (1 source), 16000 Hz (2 sources)", of values with their wording.
template <typename Value, typename Wording>
std::string with_counts(const std::map<Value, std::size_t>& counts, const Wording& wording) {
  std::string text;
  for (const auto& [value, count] : counts) {
    text += (text.empty() ? "" : ", ") + wording(value) + " (" + counted(count, "source") + ")";
  }
  return text;
}

/// Under matched pairing everybody must meet the same draw. At another rate, or in another number of channels, a draw
/// is another noise; beside speech of another level it is another condition.
void check_matched_signals(const Config& config, const MediaCatalog& catalog) {
  if (config.media.at(Media::audio).design.pairing == Pairing::independent) {
    return;
  }
  std::map<int, std::size_t> rates;
  std::map<int, std::size_t> channels;
  std::map<std::optional<double>, std::size_t> levels;
  for (const Source& source : catalog.sources) {
    const SourceSettings& settings = config.sources[source.settings];
    const MediaFile& file = catalog.file_of(source);
    const int rate = settings.sample_rate != 0 ? settings.sample_rate : file.sample_rate;
    const int channel_count = settings.mono ? 1 : file.channels;
    if (rate != 0) {
      ++rates[rate];
    }
    if (channel_count != 0) {
      ++channels[channel_count];
    }
    ++levels[settings.active_level_dbov];
  }
  std::vector<std::string> mistakes;
  const auto refuse = [&](const std::string& what, const std::string& found, const std::string& rule,
                          const std::string& setting) {
    mistakes.push_back(config.path.string() + ": the recordings would have different " + what + ": " + found +
                       ". Under matched pairing all groups must meet the same noise " + rule + ": set " + setting +
                       " for all audio sources, or `pairing: independent`");
  };
  if (rates.size() > 1) {
    refuse("sample rates", with_counts(rates, [](int rate) { return std::to_string(rate) + " Hz"; }),
           "at the same rate", "one `sample_rate`");
  }
  if (channels.size() > 1) {
    const auto wording = [](int count) { return counted(static_cast<std::size_t>(count), "channel"); };
    refuse("numbers of channels", with_counts(channels, wording), "in as many channels", "`channels: mono`");
  }
  if (levels.size() > 1) {
    const auto wording = [](const std::optional<double>& level) { return level ? shortest(*level) + " dBov" : "keep"; };
    refuse("active levels", with_counts(levels, wording), "beside speech of the same level",
           "one `active_level` (or `keep`)");
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace

PackedTexts::PackedTexts(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    add(text);
  }
}

void PackedTexts::add(std::string_view text) {
  texts_ += text;
  texts_ += '\0';
}

std::string_view PackedTexts::operator[](std::size_t i) const {
  std::string_view rest = texts_;
  while (true) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) {
      throw std::out_of_range("there is no such text");
    }
    if (i == 0) {
      return rest.substr(0, end);
    }
    rest.remove_prefix(end + 1);
    --i;
  }
}

MediaLimits media_limits(const Limits& limits) {
  return {limits.audio_seconds, limits.image_megapixels, limits.file_megabytes};
}

Catalog read_catalog(const Config& config, int jobs, Progress* progress, const std::atomic<bool>* stop) {
  Catalog catalog;
  {
    Builder builder(config, catalog);
    for (std::uint32_t i = 0; i < config.sources.size(); ++i) {
      builder.add_entry(i);
    }
    builder.finish();
  }
  if (progress != nullptr) {
    std::size_t total = 0;
    for (const auto& [medium, media_catalog] : catalog.media) {
      total += media_catalog.sources.size();
    }
    progress->expect(total);
  }
  const MediaLimits limits = media_limits(config.limits);
  for (auto& [medium, media_catalog] : catalog.media) {
    std::vector<MediaFile>& files = media_catalog.files;
    const std::vector<std::size_t> uses = uses_of_files(media_catalog);
    const auto read = [&files, &uses, &limits, progress, media = medium](std::size_t i) {
      inspect(files[i], media, limits);
      for (std::size_t source = 0; source < uses[i] && progress != nullptr; ++source) {
        progress->add_one();
      }
    };
    parallel_for(files.size(), jobs, read, stop);
    media_catalog.shared_bytes = find_shared_bytes(media_catalog, uses);
  }
  if (catalog.media.contains(Media::audio)) {
    check_matched_signals(config, catalog.media.at(Media::audio));
  }
  for (const AssetSettings& asset : config.assets) {
    std::vector<std::string> hashes(asset.files.size());
    const auto read = [&](std::size_t i) {
      try {
        hashes[i] = sha256_hex(read_file(asset.files[i], limits));
      } catch (const ItemError& error) {
        throw UserError(config.path.string() + ": asset '" + asset.name + "': " + error.what());
      }
    };
    parallel_for(hashes.size(), jobs, read, stop);
    std::ranges::sort(hashes);
    catalog.asset_sha256[asset.name] = std::move(hashes);
  }
  return catalog;
}

}  // namespace fairground
