#include "pipeline/publish/publish.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/output/folder_claim.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/data_card.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/hugging_face.h"
#include "pipeline/publish/report.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostRunFileBytes = std::size_t{16} << 20U;

fs::path folder_of(ExportFormat format) { return fs::path(kExports) / info_of(format).name; }

/// Two runs of one config differ in the seconds; nothing that follows from them may.
ordered_json without_seconds(ordered_json run) {
  run.erase("seconds");
  return run;
}

/// Exports that the config asks for, and those that `export` has written beside them.
bool is_wanted(const OutputTree& tree, const SetFacts& set, ExportFormat format) {
  std::error_code ignored;
  return std::ranges::find(set.exports, format) != set.exports.end() ||
         fs::is_directory(tree.root() / folder_of(format), ignored);
}

void write_pages(const OutputTree& tree, const SetFacts& set, const ordered_json& run, DerivedFiles& files) {
  const std::string card = data_card(tree, set, run);
  files.write(kDataCard, card);
  files.write(kReadme, hugging_face_header(tree, set) + '\n' + card);
  for (const MediaFacts& facts : set.media) {
    files.write(fs::path(to_string(facts.media)) / kReadme, hugging_face_readme(tree, set, facts));
  }
  files.write(kReport, report_page(tree, set, run));
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
      throw UserError(directory.string() + ": holds no finished run; name the folder of one");
    }
    return directory;
  }

  OutputTree tree_;
  FileLock lock_;
  ordered_json run_;
  SetFacts set_;
};

}  // namespace

void publish(const OutputTree& tree, const ordered_json& run) {
  const SetFacts set = read_set_facts(tree);
  const ordered_json facts = without_seconds(run);
  WrittenFiles files(tree);
  for (const ExportInfo& info : export_formats()) {
    if (is_wanted(tree, set, info.format) && why_not(info.format, set).empty()) {
      delete_export(tree, info.format);
      write_export(info.format, {tree, set, facts}, files);
    }
  }
  write_pages(tree, set, facts, files);
}

bool is_published(const OutputTree& tree) {
  std::error_code ignored;
  const SetFacts set = read_set_facts(tree);
  return tree.size_of(kReport) && tree.size_of(kDataCard) && std::ranges::all_of(set.exports, [&](ExportFormat format) {
           return fs::is_directory(tree.root() / folder_of(format), ignored);
         });
}

PublishedDifferences compare_published(const OutputTree& tree, const ordered_json& run) {
  const SetFacts set = read_set_facts(tree);
  const ordered_json facts = without_seconds(run);
  ComparedFiles files(tree);
  std::vector<std::string> misplaced;
  for (const ExportInfo& info : export_formats()) {
    if (!is_wanted(tree, set, info.format)) {
      continue;
    }
    if (const std::string reason = why_not(info.format, set); reason.empty()) {
      write_export(info.format, {tree, set, facts}, files);
    } else {
      misplaced.push_back(folder_of(info.format).string() + ": is no export of this set, which " + reason);
    }
  }
  write_pages(tree, set, facts, files);
  std::vector<std::string> differences = files.differences();
  differences.insert(differences.end(), misplaced.begin(), misplaced.end());
  return {std::move(differences), files.compared()};
}

void write_report(const fs::path& directory, std::ostream& out) {
  const FinishedRun run(directory);
  WrittenFiles files(run.tree());
  write_pages(run.tree(), run.set(), run.run(), files);
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
    write_export(format, {run.tree(), run.set(), run.run()}, files);
    out << (directory / folder_of(format)).string() << '\n';
  }
}

}  // namespace fairground
