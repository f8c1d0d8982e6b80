#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "pipeline/config/column_reader.h"
#include "pipeline/config/config_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

// A pattern such as /*/*/*/* would list the whole machine.
constexpr std::size_t kMostEntries = 1'000'000;

/// Of folders, that the pattern at hand may still look at.
thread_local std::size_t entries_left = 0;

dirent* next_entry(void* folder) {
  if (entries_left == 0) {
    return nullptr;
  }
  --entries_left;
  return ::readdir(static_cast<DIR*>(folder));
}

/// The matches of one call of glob(3), given back to it at the end.
class GlobMatches {
 public:
  explicit GlobMatches(const std::string& pattern) {
    matches_.gl_opendir = [](const char* name) -> void* { return ::opendir(name); };
    matches_.gl_readdir = next_entry;
    matches_.gl_closedir = [](void* folder) { ::closedir(static_cast<DIR*>(folder)); };
    matches_.gl_stat = ::stat;
    matches_.gl_lstat = ::lstat;
    entries_left = kMostEntries;
    found_ = glob(pattern.c_str(), GLOB_ALTDIRFUNC, /*errfunc=*/nullptr, &matches_) == 0;
    is_cut_off_ = entries_left == 0;
  }
  ~GlobMatches() { globfree(&matches_); }
  GlobMatches(const GlobMatches&) = delete;
  GlobMatches& operator=(const GlobMatches&) = delete;

  [[nodiscard]] std::span<char* const> paths() const {
    return found_ ? std::span<char* const>(matches_.gl_pathv, matches_.gl_pathc) : std::span<char* const>();
  }
  /// There were more entries to look at than are allowed.
  [[nodiscard]] bool is_cut_off() const { return is_cut_off_; }

 private:
  glob_t matches_{};
  bool found_ = false;
  bool is_cut_off_ = false;
};

/// The config's own folder may have any name, such as `take [2]`, and is no pattern.
std::string escaped(const std::string& folder) {
  std::string pattern;
  for (const char c : folder) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

void add_matches(const ValueReader& value, const std::filesystem::path& folder,
                 std::vector<std::filesystem::path>& files) {
  const auto pattern = value.text();
  if (!pattern) {
    return;
  }
  const bool absolute = pattern->front() == '/';
  const GlobMatches matches(absolute ? *pattern : escaped(folder.string()) + "/" + *pattern);
  if (matches.is_cut_off()) {
    value.error("to find what matches " + in_ticks(*pattern) + ", more than " + std::to_string(kMostEntries) +
                " files would have to be looked at; name the folder more closely");
    return;
  }
  if (matches.paths().empty()) {
    value.error("no file matches " + in_ticks(*pattern) + " from " + in_ticks(folder.string()));
  }
  for (const char* const match : matches.paths()) {
    const std::filesystem::path file = path_in(folder, match);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) {
      value.error(in_ticks(file.string()) + ", which " + in_ticks(*pattern) + " matches, is not a regular file");
    }
    files.push_back(file);
  }
}

void read_files(const ValueReader& value, const std::filesystem::path& folder, AssetSettings& asset) {
  if (value.is(YamlNode::Kind::list)) {
    const auto patterns = value.list("patterns").value();
    if (patterns.empty()) {
      value.error("`files` must name at least one file");
    }
    for (const ValueReader& pattern : patterns) {
      add_matches(pattern, folder, asset.files);
    }
  } else {
    add_matches(value, folder, asset.files);
  }
  const auto by_bytes = [](const auto& a, const auto& b) { return a.native() < b.native(); };
  std::ranges::sort(asset.files, by_bytes);
  asset.files.erase(std::unique(asset.files.begin(), asset.files.end()), asset.files.end());
}

bool is_curve(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  const auto same = [](char a, char b) { return a == b || (b >= 'A' && b <= 'Z' && a == b - 'A' + 'a'); };
  return std::ranges::equal(std::string_view(".csv"), extension, same);
}

/// An asset holds one kind of thing, since each step takes it for what it is.
void check_kinds(const ValueReader& value, const AssetSettings& asset) {
  const auto first = std::ranges::find_if(asset.files, is_curve);
  const auto other = std::ranges::find_if_not(asset.files, is_curve);
  if (first != asset.files.end() && other != asset.files.end()) {
    value.error("it holds a curve, " + in_ticks(first->filename().string()) + ", and a recording, " +
                in_ticks(other->filename().string()) + "; make two assets of them");
  }
}

void read_pool(MapReader& map, const std::filesystem::path& folder, PoolSettings& pool) {
  read_manifest(map, folder, pool.manifest);
  ColumnReader columns(map);
  columns.column("file", pool.file, Need::required);
  columns.column("subject", pool.subject, Need::required);
  columns.columns("balance", pool.balance);
}

AssetSettings read_asset(const ValueReader& value, const std::filesystem::path& folder) {
  AssetSettings asset;
  asset.name = value.name();
  MapReader map(value);
  if (map.has("manifest")) {
    read_pool(map, folder, asset.pool.emplace());
    map.only_if(false, "cannot stand beside `manifest`, whose rows name the files");
    static_cast<void>(map.find("files"));
    map.only_if(true, "");
  } else {
    if (const auto files = map.find("files", Need::required)) {
      read_files(*files, folder, asset);
      check_kinds(*files, asset);
    }
    map.only_if(false, "is for a pool of talkers, which has a `manifest` in place of `files`");
    for (const char* const key : {"file", "subject", "balance"}) {
      static_cast<void>(map.find(key));
    }
    map.only_if(true, "");
  }
  map.text("licence", asset.licence);
  map.finish();
  return asset;
}

/// Where nobody knows who speaks in the sources, nobody can tell whether a talker of a pool does.
void check_that_subjects_are_known(const Config& config, Place place, const ValueReader& asset) {
  const bool any_unknown = std::ranges::any_of(config.sources, [](const SourceSettings& source) {
    return source.media == Media::audio && source.subject.empty();
  });
  if (any_unknown) {
    asset.mistakes().add(place, "the pool of talkers " + in_ticks(asset.name()) +
                                    " must be compared with the speakers of the sources, so that nobody hears "
                                    "their own voice: name their column as `subject` in `sources`");
  }
}

}  // namespace

AssetKind AssetSettings::kind() const {
  if (pool) {
    return AssetKind::talkers;
  }
  return !files.empty() && is_curve(files.front()) ? AssetKind::curves : AssetKind::recordings;
}

void read_assets(const ValueReader& assets, const std::filesystem::path& folder, Config& config) {
  for (const auto& [place, value] : MapReader(assets, "assets").entries()) {
    check_name("asset", value.name(), place, value.mistakes());
    config.assets.push_back(read_asset(value, folder));
    if (config.assets.back().pool) {
      check_that_subjects_are_known(config, place, value);
    }
  }
}

}  // namespace fairground
