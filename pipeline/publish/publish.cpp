#include "pipeline/publish/publish.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/output/export_files.h"
#include "pipeline/output/file_lock.h"
#include "pipeline/output/folder_state.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/data_card.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/hugging_face.h"
#include "pipeline/publish/report_data.h"
#include "pipeline/publish/report_html.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostReportBytes = std::size_t{64} << 20U;  // of which a report has a twentieth

/// What pages and exports may follow from: two runs of one config differ in the seconds, and the report's hash comes
/// last.
ordered_json without_seconds(ordered_json run) {
  run.erase("seconds");
  if (run.contains("files") && run["files"].is_object()) {
    run["files"].erase(kReport);
  }
  return run;
}

/// The report's hash as the run ended; empty where it is not told.
std::string hash_at_the_end(const ordered_json& run) {
  const ordered_json::json_pointer place = ordered_json::json_pointer("/files") / kReport;
  return run.contains(place) && run.at(place).is_string() ? run.at(place).get<std::string>() : std::string();
}

/// Exports that the config asks for, and those that `export` has written beside them.
bool is_wanted(const OutputTree& tree, const SetFacts& set, ExportFormat format) {
  std::error_code ignored;
  return std::ranges::find(set.exports, format) != set.exports.end() ||
         fs::is_directory(tree.root() / export_folder(format), ignored);
}

/// The report, the card, and what Hugging Face reads, by their names.
std::vector<std::pair<fs::path, std::string>> pages_of(const OutputTree& tree, const SetFacts& set,
                                                       const ordered_json& run, int jobs) {
  SetCounts counts;
  const ordered_json data = report_data(tree, set, run, &counts, jobs);
  const std::string card =
      data_card(tree, set, run, data.at("cannot_show").get<std::vector<std::string>>(), std::move(counts));
  std::vector<std::pair<fs::path, std::string>> pages = {{kDataCard, card},
                                                         {kReadme, hugging_face_header(tree, set) + '\n' + card}};
  for (const MediaFacts& facts : set.media) {
    pages.emplace_back(fs::path(to_string(facts.media)) / kReadme, hugging_face_readme(tree, set, facts));
  }
  pages.emplace_back(kReport, report_html(data));
  return pages;
}

void write_pages(const OutputTree& tree, const SetFacts& set, const ordered_json& run, DerivedFiles& files, int jobs) {
  for (const auto& [name, text] : pages_of(tree, set, run, jobs)) {
    files.write(name, text);
  }
}

/// The bytes of small pictures hang on the library that packs them. A report that is as its run has left it, and but
/// for its pictures what would be made here, comes from a machine with another library.
std::string without_pictures(std::string_view page) {
  constexpr std::string_view kBegin = "\"data:image/";
  std::string rest;
  while (true) {
    const std::size_t begin = page.find(kBegin);
    rest += page.substr(0, begin);
    const std::size_t end = begin == std::string_view::npos ? begin : page.find('"', begin + kBegin.size());
    if (end == std::string_view::npos) {
      return rest;
    }
    page.remove_prefix(end + 1);
  }
}

/// What JSON says where a file holds something else than a run writes is the user's to know.
template <class Body>
auto reading(const OutputTree& tree, const Body& body) {
  try {
    return body();
  } catch (const nlohmann::json::exception& error) {
    throw UserError(tree.root().string() +
                    ": set.json, run.json or a record is not as a run wrote it: " + error.what());
  }
}

/// A finished run that nobody else is writing to.
class FinishedRun {
 public:
  explicit FinishedRun(const fs::path& directory)
      : tree_(checked(directory)),
        lock_(tree_.root() / kLock, FileLock::Kind::alone,
              directory.string() + ": another run is writing to this folder; wait for its end") {
    run_ = without_seconds(parse_ordered_json(tree_.read_text(kRunFile, kMostRunFileBytes).value_or("")));
    set_ = read_set_facts(tree_);
  }
  [[nodiscard]] const OutputTree& tree() const { return tree_; }
  [[nodiscard]] const SetFacts& set() const { return set_; }
  [[nodiscard]] const ordered_json& run() const { return run_; }

 private:
  static const fs::path& checked(const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error) || state_of(directory) != FolderState::finished) {
      throw UserError(directory.string() + ": holds no finished run" +
                      (fs::exists(directory / kRunFile, error) ? ", or its run.json was changed" : "") +
                      "; name the folder of one");
    }
    return directory;
  }

  OutputTree tree_;
  FileLock lock_;
  ordered_json run_;
  SetFacts set_;
};

}  // namespace

void publish(const OutputTree& tree, const ordered_json& run, int jobs) {
  reading(tree, [&] {
    const SetFacts set = read_set_facts(tree);
    const ordered_json facts = without_seconds(run);
    WrittenFiles files(tree);
    // What cannot be made keeps nothing else from being made.
    std::vector<std::string> mistakes;
    const auto attempt = [&](const auto& body) {
      try {
        reading(tree, body);
      } catch (const UserError& error) {
        mistakes.insert(mistakes.end(), error.messages().begin(), error.messages().end());
      }
    };
    attempt([&] { write_pages(tree, set, facts, files, jobs); });
    for (const ExportInfo& info : export_formats()) {
      if (is_wanted(tree, set, info.format) && why_not(info.format, set).empty()) {
        attempt([&] {
          delete_export(tree, info.format);
          write_export(info.format, {tree, set, facts}, files);
        });
      }
    }
    if (!mistakes.empty()) {
      throw UserError(std::move(mistakes));
    }
  });
}

bool is_published(const OutputTree& tree) {
  const SetFacts set = read_set_facts(tree);
  const auto is_there = [&](const fs::path& name) { return tree.size_of(name).has_value(); };
  std::error_code ignored;
  return is_there(kReport) && is_there(kDataCard) && is_there(kReadme) &&
         std::ranges::all_of(
             set.media,
             [&](const MediaFacts& facts) { return is_there(fs::path(to_string(facts.media)) / kReadme); }) &&
         std::ranges::all_of(set.exports, [&](ExportFormat format) {
           return fs::is_directory(tree.root() / export_folder(format), ignored);
         });
}

std::vector<std::string> compare_published(const OutputTree& tree, const ordered_json& run) {
  return reading(tree, [&] {
    const SetFacts set = read_set_facts(tree);
    const ordered_json facts = without_seconds(run);
    ComparedFiles files(tree);
    std::vector<std::string> others;
    for (const ExportInfo& info : export_formats()) {
      if (!is_wanted(tree, set, info.format)) {
        continue;
      }
      if (const std::string reason = why_not(info.format, set); reason.empty()) {
        write_export(info.format, {tree, set, facts}, files);
        for (const fs::path& file : files_of_export(tree, info.format)) {
          if (!files.has(file)) {
            others.push_back(file.string() + ": is no file of this set's export");
          }
        }
      } else {
        others.push_back(export_folder(info.format).string() + ": is no export of this set, which " + reason);
      }
    }
    for (const auto& [name, text] : pages_of(tree, set, facts, /*jobs=*/1)) {
      const auto there = name == kReport ? tree.read_text(name, kMostReportBytes) : std::nullopt;
      if (!there) {
        files.write(name, text);
      } else if (*there != text &&
                 (sha256_hex(*there) != hash_at_the_end(run) || without_pictures(*there) != without_pictures(text))) {
        others.push_back(name.string() + ": is not what the records make");
      }
    }
    std::vector<std::string> differences = files.differences();
    differences.insert(differences.end(), others.begin(), others.end());
    return differences;
  });
}

void write_report(const fs::path& directory, std::ostream& out) {
  const FinishedRun run(directory);
  WrittenFiles files(run.tree());
  reading(run.tree(), [&] { write_pages(run.tree(), run.set(), run.run(), files, /*jobs=*/1); });
  out << (directory / kReport).string() << '\n' << (directory / kDataCard).string() << '\n';
}

void write_exports(const fs::path& directory, std::span<const ExportFormat> formats, std::ostream& out) {
  const FinishedRun run(directory);
  std::vector<std::string> mistakes;
  for (const ExportFormat format : formats) {
    if (const std::string reason = why_not(format, run.set()); !reason.empty()) {
      mistakes.push_back(directory.string() + ": `" + info_of(format).name + "` " + reason);
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
  WrittenFiles files(run.tree());
  for (const ExportFormat format : formats) {
    delete_export(run.tree(), format);
    reading(run.tree(), [&] { write_export(format, {run.tree(), run.set(), run.run()}, files); });
    out << (directory / export_folder(format)).string() << '\n';
  }
}

}  // namespace fairground
