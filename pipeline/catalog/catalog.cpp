#include "pipeline/catalog/catalog.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "pipeline/catalog/manifest.h"
#include "pipeline/config/names.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

/// Where the config wants what, in one manifest.
struct ColumnMap {
  bool is_complete = true;  ///< without it, ids and paths can still be checked, where there are such columns
  std::optional<std::size_t> id;
  std::optional<std::size_t> file;
  std::optional<std::size_t> subject;
  std::vector<std::size_t> groups;
  std::vector<std::size_t> carried;
};

/// Gathers the mistakes of all manifests, so that the user sees them in one go.
class Builder {
 public:
  Builder(const Config& config, Catalog& catalog) : config_(config), catalog_(catalog) {}

  void add_entry(std::uint32_t index) {
    const SourceSettings& settings = config_.sources[index];
    Manifest manifest = read_manifest(settings.manifest, mistakes_);
    if (!manifest.columns.empty()) {
      const ColumnMap columns = map_columns(settings, manifest);
      add_rows(index, std::move(manifest.rows), columns);
    }
  }

  void finish() {
    for (auto& [medium, catalog] : catalog_.media) {
      sort_groups(medium, catalog);
    }
    if (!mistakes_.empty()) {
      throw UserError(std::move(mistakes_));
    }
  }

 private:
  struct Place {
    const SourceSettings* settings;
    std::size_t line;
  };

  ColumnMap map_columns(const SourceSettings& settings, const Manifest& manifest) {
    const std::size_t before = mistakes_.size();
    const auto find = [&](const std::string& column) -> std::optional<std::size_t> {
      if (const auto place = manifest.find(column)) {
        return place;
      }
      std::string known;
      for (const std::string& name : manifest.columns) {
        known += (known.empty() ? "" : ", ") + on_one_line(name);
      }
      mistake(settings.manifest, 1, "there is no column " + in_ticks(column) + "; the manifest has: " + known);
      return std::nullopt;
    };
    ColumnMap map;
    map.id = find(settings.id);
    map.file = find(settings.file);
    if (!settings.subject.empty()) {
      map.subject = find(settings.subject);
    }
    MediaCatalog& catalog = catalog_.media[settings.media];
    catalog.has_subjects = !settings.subject.empty();
    catalog.group_columns = settings.groups;
    catalog.columns = settings.keep;
    for (const std::string& column : {settings.transcript, settings.licence}) {
      if (!column.empty()) {
        catalog.columns.push_back(column);
      }
    }
    for (const std::string& column : catalog.group_columns) {
      map.groups.push_back(find(column).value_or(0));
      refuse_collision(settings, column);
    }
    for (const std::string& column : catalog.columns) {
      map.carried.push_back(find(column).value_or(0));
      refuse_collision(settings, column);
    }
    map.is_complete = mistakes_.size() == before;
    return map;
  }

  void refuse_collision(const SourceSettings& settings, const std::string& column) {
    if (is_record_field(column)) {
      mistake(settings.manifest, 1,
              "column " + in_ticks(column) + " has the name of a field of every record; rename it");
    }
    for (const Axis& axis : config_.media.at(settings.media).axes) {
      if (axis.name == column) {
        mistake(settings.manifest, 1, "column " + in_ticks(column) + " has the name of an axis; rename one of them");
      }
    }
  }

  void add_rows(std::uint32_t index, std::vector<ManifestRow> rows, const ColumnMap& columns) {
    const SourceSettings& settings = config_.sources[index];
    const fs::path folder = fs::weakly_canonical(settings.manifest.parent_path());
    MediaCatalog& catalog = catalog_.media[settings.media];
    const auto label = [](const std::string& cell) { return cell.empty() ? std::string(kUnknown) : cell; };
    catalog.sources.reserve(catalog.sources.size() + rows.size());
    for (ManifestRow& place : rows) {
      // A large set fits into memory once and not twice, so a row is given up as soon as its source is made.
      const ManifestRow row = std::move(place);
      const bool id_is_good = columns.id && check_id(settings, row.line, row.cells[*columns.id]);
      const auto file = columns.file ? resolve(settings, folder, row.line, row.cells[*columns.file]) : std::nullopt;
      if (!columns.is_complete || !id_is_good || !file) {
        continue;
      }
      Source source;
      source.settings = index;
      source.id = row.cells[*columns.id];
      source.file = file->string();
      source.subject = columns.subject ? label(row.cells[*columns.subject]) : kUnknown;
      std::vector<std::string> group;
      for (const std::size_t column : columns.groups) {
        group.push_back(label(row.cells[column]));
      }
      source.group = group_index(settings.media, group);
      for (const std::size_t column : columns.carried) {
        source.carried.push_back(row.cells[column]);
      }
      catalog.sources.push_back(std::move(source));
    }
  }

  bool check_id(const SourceSettings& settings, std::size_t line, const std::string& id) {
    if (id.empty()) {
      mistake(settings.manifest, line, "the id is empty");
      return false;
    }
    const auto [first, is_new] = places_.try_emplace(id, Place{&settings, line});
    if (!is_new) {
      mistake(settings.manifest, line,
              "id " + in_ticks(id) + " is given a second time; first at " +
                  on_one_line(first->second.settings->manifest.string()) + ":" + std::to_string(first->second.line));
    }
    return is_new;
  }

  /// The absolute path of a medium, links resolved, or nothing where it lies outside every allowed folder.
  std::optional<fs::path> resolve(const SourceSettings& settings, const fs::path& folder, std::size_t line,
                                  const std::string& cell) {
    if (cell.empty()) {
      mistake(settings.manifest, line, "the path is empty");
      return std::nullopt;
    }
    std::error_code error;
    const fs::path path = fs::weakly_canonical(folder / cell, error);
    if (error) {
      mistake(settings.manifest, line, "the path " + in_ticks(cell) + " cannot be followed: " + error.message());
      return std::nullopt;
    }
    const auto holds = [&](const fs::path& allowed) {
      const fs::path inner = path.lexically_relative(allowed);
      return !inner.empty() && *inner.begin() != "..";
    };
    if (holds(folder)) {
      return path;
    }
    for (const auto& [name, root] : config_.roots) {
      if (holds(fs::weakly_canonical(root))) {
        return path;
      }
    }
    mistake(settings.manifest, line,
            "the path " + in_ticks(cell) + " leaves the manifest's folder (it is " + on_one_line(path.string()) +
                "); allow that folder by name in the config: roots: {name: DIR}");
    return std::nullopt;
  }

  std::uint32_t group_index(Media medium, const std::vector<std::string>& labels) {
    MediaCatalog& catalog = catalog_.media[medium];
    const auto [place, is_new] =
        group_indices_[medium].try_emplace(labels, static_cast<std::uint32_t>(catalog.groups.size()));
    if (is_new) {
      catalog.groups.push_back(labels);
    }
    return place->second;
  }

  /// Groups are numbered in sorted order, so that neither the manifest's order nor a new source moves them about.
  void sort_groups(Media medium, MediaCatalog& catalog) {
    std::vector<std::uint32_t> new_index(catalog.groups.size());
    std::uint32_t next = 0;
    catalog.groups.clear();
    for (const auto& [labels, old] : group_indices_[medium]) {
      new_index[old] = next++;
      catalog.groups.push_back(labels);
    }
    for (Source& source : catalog.sources) {
      source.group = new_index[source.group];
    }
  }

  void mistake(const fs::path& file, std::size_t line, const std::string& message) {
    mistakes_.push_back(on_one_line(file.string()) + ":" + std::to_string(line) + ": " + message);
  }

  const Config& config_;
  Catalog& catalog_;
  std::vector<std::string> mistakes_;
  std::unordered_map<std::string, Place> places_;  ///< of the ids
  std::map<Media, std::map<std::vector<std::string>, std::uint32_t>> group_indices_;
};

/// Reads the bytes once to hash them, and the header of a recording. What is wrong with a file is that
/// file's problem, not the run's.
void inspect(Source& source, Media medium, const MediaLimits& limits) {
  try {
    const Bytes bytes = read_file(source.file, limits);
    source.sha256 = sha256_hex(bytes);
    if (medium == Media::audio) {
      const AudioHeader header = read_audio_header(bytes, source.file);
      source.sample_rate = header.sample_rate;
      source.channels = header.channels;
      source.seconds = static_cast<float>(header.seconds);
    }
  } catch (const ItemError& error) {
    source.problem = error.what();
  }
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
    const int rate = settings.sample_rate != 0 ? settings.sample_rate : source.sample_rate;
    const int channel_count = settings.mono ? 1 : source.channels;
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
    std::vector<Source>& sources = media_catalog.sources;
    const auto read = [&sources, &limits, progress, media = medium](std::size_t i) {
      inspect(sources[i], media, limits);
      if (progress != nullptr) {
        progress->add_one();
      }
    };
    parallel_for(sources.size(), jobs, read, stop);
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
