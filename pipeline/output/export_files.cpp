#include "pipeline/output/export_files.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>

#include "pipeline/output/folder_entries.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

/// Whether `text` is a number of at least `least` digits between what it begins and ends with.
bool has_number(std::string_view text, std::string_view begin, std::string_view end, std::size_t least) {
  if (text.size() < begin.size() + least + end.size() || !text.starts_with(begin) || !text.ends_with(end)) {
    return false;
  }
  text.remove_prefix(begin.size());
  text.remove_suffix(end.size());
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether fairground gives files of an export this name. Answers and notes that users put beside them are not ours.
bool is_exported(ExportFormat format, std::string_view name) {
  constexpr std::string_view kPartial = ".part";
  if (name.ends_with(kPartial)) {
    name.remove_suffix(kPartial.size());
  }
  const auto is_one_of = [name](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
  };
  switch (format) {
    case ExportFormat::webdataset:
      return name == "shards.json" || has_number(name, "audio-", ".tar", 6) || has_number(name, "image-", ".tar", 6);
    case ExportFormat::nemo:
      return name == "manifest.jsonl";
    case ExportFormat::kaldi:
      return is_one_of({"README", "conditions.csv", "groups.csv", "spk2gender", "spk2utt", "text", "utt2cond",
                        "utt2dur", "utt2group", "utt2spk", "wav.scp"});
    case ExportFormat::lhotse:
      return is_one_of({"README", "recordings.jsonl", "supervisions.jsonl"});
    case ExportFormat::stm:
      return is_one_of({"README", "answers_to_ctm.pl", "labels.csv", "ref.stm"}) || has_number(name, "ref-", ".stm", 1);
    case ExportFormat::results:
      return is_one_of({"README", "audio-results_template.csv", "image-results_template.csv"});
    case ExportFormat::coco:
      return name == "instances.json";
    case ExportFormat::croissant:
      return name == "croissant.json";
  }
  return false;
}

}  // namespace

fs::path export_folder(ExportFormat format) { return fs::path(kExports) / info_of(format).name; }

std::vector<fs::path> files_of_export(const OutputTree& tree, ExportFormat format) {
  const fs::path folder = export_folder(format);
  const fs::path path = tree.root() / folder;
  std::error_code error;
  if (fs::is_symlink(tree.root() / kExports, error) || fs::is_symlink(path, error)) {
    return {};
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : entries_of(path, /*may_be_missing=*/true)) {
    const std::string name = entry.path().filename();
    std::error_code ignored;
    if (is_exported(format, name) && !fs::is_directory(entry.symlink_status(ignored))) {
      files.push_back(folder / name);
    }
  }
  std::ranges::sort(files);
  return files;
}

void delete_export(const OutputTree& tree, ExportFormat format) {
  const fs::path folder = export_folder(format);
  std::error_code ignored;
  if (fs::is_symlink(tree.root() / kExports, ignored) || fs::is_symlink(tree.root() / folder, ignored)) {
    return;
  }
  for (const fs::path& file : files_of_export(tree, format)) {
    tree.remove(file);
  }
  tree.remove_folder(folder);
}

void delete_exports(const OutputTree& tree) {
  for (const ExportInfo& info : export_formats()) {
    delete_export(tree, info.format);
  }
  tree.remove_folder(kExports);
}

}  // namespace fairground
