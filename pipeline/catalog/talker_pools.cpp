#include "pipeline/catalog/talker_pools.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "pipeline/catalog/manifest.h"
#include "pipeline/catalog/path_resolver.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_file.h"

namespace fairground {
namespace {

constexpr std::size_t kMostNamed = 5;

/// "`a`, `b` and 3 more", of many.
std::string first_of(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  std::ranges::transform(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed)),
                         std::back_inserter(shown), in_ticks);
  return listing(shown) +
         (names.size() > kMostNamed ? " and " + std::to_string(names.size() - kMostNamed) + " more" : "");
}

bool is_unknown(const std::string& cell) { return cell.empty() || cell == kUnknown; }

/// One pool, and the mistakes in it.
class Pool {
 public:
  Pool(const AssetSettings& asset, std::vector<std::string>& mistakes)
      : name_(asset.name), settings_(*asset.pool), mistakes_(mistakes) {}

  void mistake(std::size_t line, const std::string& message) { mistakes_.push_back(place(line) + ": " + message); }
  [[nodiscard]] std::string place(std::size_t line) const {
    return on_one_line(settings_.manifest.string()) + ":" + std::to_string(line);
  }
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] TalkerPool gather(const Config& config) {
    TalkerPool pool;
    const std::size_t mistakes_before = mistakes_.size();
    const Manifest manifest = read_manifest(settings_.manifest, mistakes_, &pool.manifest_sha256);
    if (manifest.columns.empty()) {
      return pool;
    }
    const std::size_t mistakes_in_text = mistakes_.size();
    const auto file = column(manifest, settings_.file);
    const auto subject = column(manifest, settings_.subject);
    std::vector<std::size_t> balance;
    for (const std::string& name : settings_.balance) {
      balance.push_back(column(manifest, name).value_or(0));
    }
    if (mistakes_.size() != mistakes_in_text) {
      return pool;
    }
    PathResolver resolver(settings_.manifest, config.roots);
    for (const ManifestRow& row : manifest.rows) {
      TalkerFile talker;
      talker.line = row.line;
      talker.subject = row.cells[*subject];
      std::ranges::transform(balance, std::back_inserter(talker.balance), [&](std::size_t i) { return row.cells[i]; });
      talker.path = path_of(resolver, row.line, row.cells[*file]);
      check_labels(talker);
      pool.files.push_back(std::move(talker));
    }
    if (mistakes_.size() == mistakes_before) {
      check_combinations(pool);
    }
    return pool;
  }

 private:
  std::optional<std::size_t> column(const Manifest& manifest, const std::string& name) {
    const auto place = manifest.find(name);
    if (!place) {
      mistake(1, "there is no column " + in_ticks(name) + "; the manifest has: " + listing(manifest.columns));
    }
    return place;
  }

  std::filesystem::path path_of(PathResolver& resolver, std::size_t line, const std::string& cell) {
    if (cell.empty()) {
      mistake(line, "the path is empty");
      return {};
    }
    const PathResolver::Result result = resolver.resolve(cell);
    if (!result.mistake.empty()) {
      mistake(line, result.mistake);
      return {};
    }
    const auto [first, is_new] = line_of_file_.emplace(result.path, line);
    if (!is_new) {
      mistake(line, "the file " + in_ticks(cell) + " is given a second time; first at " + place(first->second));
    }
    return result.path;
  }

  void check_labels(const TalkerFile& talker) {
    const auto found = [](const std::string& cell) {
      return cell.empty() ? std::string("is empty") : "holds " + in_ticks(cell);
    };
    for (std::size_t i = 0; i < talker.balance.size(); ++i) {
      if (is_unknown(talker.balance[i])) {
        mistake(talker.line, "the column " + in_ticks(settings_.balance[i]) + " " + found(talker.balance[i]) +
                                 ", but the pool is balanced over it: fill it, or take the row out");
      }
    }
    if (is_unknown(talker.subject)) {
      mistake(talker.line, "the column " + in_ticks(settings_.subject) + " " + found(talker.subject) +
                               ", but it must be known who speaks, so that nobody hears their own voice: fill it, or "
                               "take the row out");
      return;
    }
    const auto [first, is_new] = labels_of_.emplace(talker.subject, talker);
    for (std::size_t i = 0; i < talker.balance.size(); ++i) {
      const std::string& other = first->second.balance[i];
      if (talker.balance[i] != other && !is_unknown(talker.balance[i]) && !is_unknown(other)) {
        mistake(talker.line, "the talker " + in_ticks(talker.subject) + " has " + in_ticks(talker.balance[i]) +
                                 " in the column " + in_ticks(settings_.balance[i]) + ", but " + in_ticks(other) +
                                 " at " + place(first->second.line) +
                                 "; a talker has one label: keep the recordings of one of them");
      }
    }
  }

  /// Draws have the same share of every combination, which is the same share of each label only if all combinations are
  /// there.
  void check_combinations(const TalkerPool& pool) {
    std::vector<std::set<std::string>> labels(settings_.balance.size());
    std::set<std::vector<std::string>> there;
    for (const TalkerFile& file : pool.files) {
      there.insert(file.balance);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i].insert(file.balance[i]);
      }
    }
    // Counts up through all combinations to the first that is missing.
    std::vector<std::string> wanted;
    std::vector<std::set<std::string>::const_iterator> digits;
    std::ranges::transform(labels, std::back_inserter(digits), [](const auto& of_column) { return of_column.begin(); });
    for (std::size_t i = digits.size(); i > 0;) {
      wanted.clear();
      std::ranges::transform(digits, std::back_inserter(wanted), [](const auto& digit) { return *digit; });
      if (!there.contains(wanted)) {
        std::vector<std::string> words;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
          words.push_back(in_ticks(settings_.balance[k]) + " " + in_ticks(wanted[k]));
        }
        mistake(1,
                "no talker has " + listing(words) +
                    ", so that draws cannot be balanced over each of these columns: add such talkers, leave out those "
                    "who share one of these labels, or balance over fewer columns");
        return;
      }
      for (i = digits.size(); i > 0 && ++digits[i - 1] == labels[i - 1].end(); --i) {
        digits[i - 1] = labels[i - 1].begin();
      }
    }
  }

  const std::string& name_;
  const PoolSettings& settings_;
  std::vector<std::string>& mistakes_;
  std::unordered_map<std::string, std::size_t> line_of_file_;
  std::unordered_map<std::string, TalkerFile> labels_of_;  ///< of each subject, the first row
};

void read_files(Pool& messages, TalkerPool& pool, const MediaLimits& limits, int jobs, const std::atomic<bool>* stop) {
  std::vector<std::string> problems(pool.files.size());
  const auto read = [&](std::size_t i) {
    TalkerFile& file = pool.files[i];
    try {
      const Bytes bytes = read_file(file.path, limits, Links::refused);
      file.sha256 = sha256_hex(bytes);
      static_cast<void>(read_audio_header(bytes, file.path, limits));
    } catch (const ItemError& error) {
      problems[i] = error.what();
    }
  };
  parallel_for(pool.files.size(), jobs, read, stop);
  std::unordered_map<std::string, std::size_t> line_with;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const TalkerFile& file = pool.files[i];
    if (!problems[i].empty()) {
      messages.mistake(file.line, problems[i]);
      continue;
    }
    const auto [first, is_new] = line_with.emplace(file.sha256, file.line);
    if (!is_new) {
      messages.mistake(file.line, in_ticks(file.path.string()) + " holds the same bytes as the file at " +
                                      messages.place(first->second) + "; remove one of these rows");
    }
  }
}

/// Whoever is recorded among the sources must not be heard beside them.
void compare_with_sources(const Config& config, const MediaCatalog& sources, const TalkerPool& pool, Pool& messages,
                          std::vector<std::string>& mistakes) {
  std::vector<std::string> nameless;
  std::map<Sha256Digest, std::string> source_with;  // of each file of the pool that could be read; empty: none
  for (const TalkerFile& file : pool.files) {
    if (const auto sha256 = Sha256Digest::from_hex(file.sha256)) {
      source_with[*sha256];
    }
  }
  for (const Source& source : sources.sources) {
    if (source.subject == kUnknownSubject) {
      nameless.emplace_back(source.id());
    }
    const auto talker = source_with.find(sources.file_of(source).sha256);
    if (talker != source_with.end() && talker->second.empty()) {
      talker->second = std::string(source.id());
    }
  }
  if (!nameless.empty()) {
    mistakes.push_back(config.path.string() + ": asset '" + messages.name() +
                       "': nobody can tell whether its talkers are the unknown speakers of " +
                       counted(nameless.size(), "source") + " (" + first_of(nameless) +
                       "), who must not hear their own voices: fill their column `subject`, or leave them out");
  }
  const std::unordered_set<std::string_view> speakers(sources.subjects.begin(), sources.subjects.end());
  std::vector<std::string> shared;
  std::vector<std::string> copied;
  std::size_t line_of_shared = 0;
  std::size_t line_of_copied = 0;
  for (const TalkerFile& file : pool.files) {
    if (speakers.contains(file.subject) && std::ranges::find(shared, file.subject) == shared.end()) {
      line_of_shared = shared.empty() ? file.line : line_of_shared;
      shared.push_back(file.subject);
    }
    const auto sha256 = Sha256Digest::from_hex(file.sha256);
    if (const std::string source = sha256 ? source_with.at(*sha256) : ""; !source.empty()) {
      line_of_copied = copied.empty() ? file.line : line_of_copied;
      copied.push_back(source);
    }
  }
  if (!shared.empty()) {
    messages.mistake(line_of_shared, "the pool " + in_ticks(messages.name()) + " shares " +
                                         counted(shared.size(), "subject") + " with the sources (" + first_of(shared) +
                                         "), who must not hear their own voices: take their rows out of the pool, or "
                                         "their recordings out of the sources");
  }
  if (!copied.empty()) {
    messages.mistake(line_of_copied, "the pool " + in_ticks(messages.name()) + " shares the bytes of " +
                                         counted(copied.size(), "recording") + " with the sources (" +
                                         first_of(copied) +
                                         "), whose speakers must not hear their own voices: take these rows out of the "
                                         "pool, or these recordings out of the sources");
  }
}

void throw_if_any(std::vector<std::string>& mistakes) {
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace

void gather_pools(const Config& config, Catalog& catalog) {
  std::vector<std::string> mistakes;
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      catalog.pools[asset.name] = Pool(asset, mistakes).gather(config);
    }
  }
  throw_if_any(mistakes);
}

void read_pools(const Config& config, int jobs, const std::atomic<bool>* stop, Catalog& catalog) {
  std::vector<std::string> mistakes;
  const auto sources = catalog.media.find(Media::audio);
  for (const AssetSettings& asset : config.assets) {
    if (!asset.pool) {
      continue;
    }
    Pool messages(asset, mistakes);
    TalkerPool& pool = catalog.pools.at(asset.name);
    read_files(messages, pool, media_limits(config.limits), jobs, stop);
    if (stop != nullptr && *stop) {
      return;
    }
    if (sources != catalog.media.end()) {
      compare_with_sources(config, sources->second, pool, messages, mistakes);
    }
    std::ranges::sort(pool.files, {}, &TalkerFile::sha256);
    std::vector<std::string>& hashes = catalog.asset_sha256[asset.name];
    std::ranges::transform(pool.files, std::back_inserter(hashes), &TalkerFile::sha256);
  }
  throw_if_any(mistakes);
}

}  // namespace fairground
