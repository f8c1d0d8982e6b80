#include "pipeline/output/folder_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Files of fixed names, each with what is left beside it when it is stopped on its way. Without run.json, which goes
// first, a run is unfinished; without the plan, which goes last, the folder would no longer be known as ours.
constexpr std::array kOwnNames = {
    kRunFile,    kReport,   kDataCard, kReadme, "audio/README.md",      "image/README.md",      kCoverage,
    kSkinTone,   kFailures, kJournal,  kSynced, "audio/metadata.jsonl", "image/metadata.jsonl", kSourcesFile,
    kConfigCopy, kSetFile};
constexpr std::array kShardNames = {kShardFile, kJournal, kSynced, kSourcesFile, kConfigCopy, kSetFile, kPlanFile};

// Enough for the hashes of a hundred thousand assets. As JSON in memory, a text takes up to ten times its bytes.
constexpr std::size_t kMostRunFileBytes = std::size_t{16} << 20U;
constexpr std::size_t kMostPlanLineBytes = std::size_t{1} << 20U;

json read_object(const std::string& text) {
  json value = parse_json(text);
  if (!value.is_object()) {
    value = json::object();
  }
  return value;
}

/// A file of that name is not enough: anyone may have a run.json.
bool is_our_run_file(const OutputTree& tree) {
  const json run = read_object(tree.read_text(kRunFile, kMostRunFileBytes).value_or(""));
  return run.contains("fairground") && run.contains("plan_sha256");
}

bool is_our_plan(const OutputTree& tree) {
  json line = json::object();
  tree.for_each_line(kPlanFile, [&](const FileLine& first) {
    const bool is_line = first.is_whole && first.text.size() <= kMostPlanLineBytes;
    line = is_line ? read_object(std::string(first.text)) : json::object();
    return false;
  });
  return line.contains("variant_id") && line.contains("draw_id") && line.contains("file");
}

/// The path of a variant's file, or of the mask beside it, as a line of a plan has it; or nothing where the line has
/// none or where it could lead out of the run's folder.
fs::path media_file(const json& line, const char* field) {
  const auto file = line.is_object() ? line.find(field) : line.end();
  if (!line.is_object() || file == line.end() || !file->is_string()) {
    return {};
  }
  const fs::path path = file->get<std::string>();
  const auto depth = std::distance(path.begin(), path.end());
  const bool is_inside = depth == 3 && (*path.begin() == "audio" || *path.begin() == "image");
  return is_inside && path == path.lexically_normal() && path.has_filename() ? path : fs::path();
}

void delete_media(const OutputTree& tree) {
  std::set<fs::path> folders;
  tree.for_each_line(kPlanFile, [&](const FileLine& line) {
    const json of_variant = line.text.size() <= kMostPlanLineBytes ? parse_json(line.text) : json();
    for (const char* field : {"file", "mask_file"}) {
      const fs::path file = media_file(of_variant, field);
      if (!file.empty()) {
        tree.remove(file);
        folders.insert(file.parent_path());
      }
    }
    return line.is_whole;
  });
  for (const fs::path& folder : folders) {
    tree.remove_folder(folder);
  }
}

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

std::vector<fs::path> files_of_export(const OutputTree& tree, ExportFormat format) {
  const fs::path folder = fs::path(kExports) / info_of(format).name;
  const fs::path path = tree.root() / folder;
  std::error_code error;
  if (fs::is_symlink(tree.root() / kExports, error) || fs::is_symlink(path, error)) {
    return {};
  }
  std::vector<fs::path> files;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code ignored;
    if (is_exported(format, name) && !fs::is_directory(entry->symlink_status(ignored))) {
      files.push_back(folder / name);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw PassingFault(path.string() + ": cannot look into the folder: " + error.message());
  }
  std::ranges::sort(files);
  return files;
}

void delete_export(const OutputTree& tree, ExportFormat format) {
  const fs::path folder = fs::path(kExports) / info_of(format).name;
  std::error_code ignored;
  if (fs::is_symlink(tree.root() / kExports, ignored) || fs::is_symlink(tree.root() / folder, ignored)) {
    return;
  }
  for (const fs::path& file : files_of_export(tree, format)) {
    tree.remove(file);
  }
  tree.remove_folder(folder);
}

namespace {

void delete_exports(const OutputTree& tree) {
  for (const ExportInfo& info : export_formats()) {
    delete_export(tree, info.format);
  }
  tree.remove_folder(kExports);
}

void delete_run(const OutputTree& tree) {
  // A link is not ours to follow: what it leads to stays.
  for (const char* folder : {"audio", "image", kShards, kExports}) {
    if (fs::is_symlink(tree.root() / folder)) {
      tree.remove(folder);
    }
  }
  tree.remove(kRunFile);
  delete_media(tree);
  for (const char* name : kOwnNames) {
    tree.remove(name);
  }
  delete_exports(tree);
  delete_shards(tree);
  for (const char* folder : {"audio", "image"}) {
    tree.remove_folder(folder);
  }
  tree.remove(kPlanFile);
}

/// Anyone may have a set.json.
bool is_our_set_file(const OutputTree& tree) {
  const json set = read_object(tree.read_text(kSetFile, kMostRunFileBytes).value_or(""));
  return set.contains("fairground") && set.contains("digital_source_type");
}

/// Whether there is nothing, or only what a run leaves that was stopped before its plan was written.
bool is_as_good_as_empty(const OutputTree& tree) {
  const fs::path& directory = tree.root();
  std::set<fs::path> names;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    names.insert(entry->path().filename());
  }
  if (error) {
    throw PassingFault(directory.string() + ": cannot look into the folder: " + error.message());
  }
  const auto part_of = [](const char* name) { return std::string(name) + ".part"; };
  std::set<fs::path> left_over = {kLock, part_of(kSetFile), part_of(kPlanFile), kShards};
  // Asked behind the look into the folder: another shard may be writing it, and it comes before the config's copy.
  if (is_our_set_file(tree)) {
    left_over.insert({kSetFile, kConfigCopy, part_of(kConfigCopy)});
  }
  return std::ranges::includes(left_over, names);
}

}  // namespace

FolderState state_of(const OutputTree& tree) {
  if (is_as_good_as_empty(tree)) {
    return FolderState::empty;
  }
  if (is_our_run_file(tree)) {
    return FolderState::finished;
  }
  if (is_our_plan(tree)) {
    return FolderState::begun;
  }
  throw UserError(tree.root().string() +
                  ": the output directory is not empty and holds no run of fairground; choose an empty one with --out");
}

namespace {

/// A run without shards and one with shards do not know of each other's work.
void check_division(const OutputTree& tree, const std::optional<Shard>& shard) {
  const std::string folder = tree.root().string();
  const std::vector<Shard> begun = shards_in(tree);
  // Beside shards, a journal is what a merge left that was stopped.
  if (shard && begun.empty() && tree.size_of(kJournal)) {
    throw UserError(
        folder +
        ": the output directory holds a run that was begun without shards; go on without --shard, delete it "
        "with --restart and without --shard, or choose another directory with --out");
  }
  for (const Shard& other : begun) {
    if (!shard) {
      throw UserError(folder + ": the output directory holds a run that is made in " + std::to_string(other.count) +
                      " shards; finish it with `fairground merge " + folder +
                      "`, delete it with --restart, or choose another directory with --out");
    }
    if (other.count != shard->count) {
      throw UserError(folder + ": the output directory holds shard " + to_string(other) + ", and this is to be shard " +
                      to_string(*shard) + "; a set is divided into one number of shards: give --shard I/" +
                      std::to_string(other.count) + ", or choose another directory with --out");
    }
  }
}

}  // namespace

FolderState state_of(const fs::path& directory) {
  std::error_code error;
  return fs::is_directory(directory, error) ? state_of(OutputTree(directory)) : FolderState::empty;
}

namespace {

/// A folder in which a restart has left nothing but what is not ours is no shard any more.
bool is_begun(const OutputTree& tree, const Shard& shard) {
  const auto is_there = [&](const char* name) { return tree.size_of(shard_folder(shard) / name).has_value(); };
  return is_there(kLock) || std::ranges::any_of(kShardNames, is_there);
}

}  // namespace

namespace {

/// Every folder of a shard, whatever it holds.
std::vector<Shard> shard_folders_in(const OutputTree& tree) {
  std::vector<Shard> shards;
  const fs::path folder = tree.root() / kShards;
  std::error_code error;
  if (fs::is_symlink(folder, error)) {
    throw UserError(folder.string() + ": is a link, which a run does not follow; remove it");
  }
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto shard = shard_of_name(entry->path().filename());
    if (!shard || entry->symlink_status().type() != fs::file_type::directory) {
      throw UserError(entry->path().string() + ": is no shard's folder, which is called I-of-N; remove it");
    }
    shards.push_back(*shard);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw PassingFault(folder.string() + ": cannot look into the folder: " + error.message());
  }
  std::ranges::sort(shards, {}, [](const Shard& shard) { return std::pair(shard.count, shard.index); });
  return shards;
}

}  // namespace

std::vector<Shard> shards_in(const OutputTree& tree) {
  std::vector<Shard> shards = shard_folders_in(tree);
  std::erase_if(shards, [&](const Shard& shard) { return !is_begun(tree, shard); });
  return shards;
}

void clear_unfinished(const OutputTree& tree) {
  for (const char* name : kOwnNames) {
    tree.remove_unfinished(name);
  }
  tree.remove_unfinished(kPlanFile);
}

void delete_shard(const OutputTree& tree, const Shard& shard) {
  for (const char* name : kShardNames) {
    tree.remove(shard_folder(shard) / name);
  }
}

void delete_shards(const OutputTree& tree) {
  for (const Shard& shard : shard_folders_in(tree)) {
    delete_shard(tree, shard);
    tree.remove(shard_folder(shard) / kLock);
    tree.remove_folder(shard_folder(shard));
  }
  tree.remove_folder(kShards);
}

FileLock::FileLock(fs::path file, Kind kind, const std::string& taken) : file_(std::move(file)) {
  const auto fault = [&](const char* action) {
    return PassingFault(file_.string() + ": cannot " + action + " the file: " +
                        (errno == ELOOP ? "it is a link, which a run does not follow; remove it"
                                        : std::generic_category().message(errno)));
  };
  // Whoever held the file last may delete it between our two calls; then a third could lock a new one. And who only
  // asks whether the lock is held, holds it for an instant.
  constexpr int kMostAttempts = 100;
  constexpr int kMostRefusals = 20;
  constexpr auto kPause = std::chrono::milliseconds(5);
  int refusals = 0;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    descriptor_ = Descriptor(::open(file_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!descriptor_.is_open()) {
      throw fault("create");
    }
    if (::flock(descriptor_.number(), (kind == Kind::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        throw fault("lock");
      }
      if (++refusals == kMostRefusals) {
        break;
      }
      std::this_thread::sleep_for(kPause);
      continue;
    }
    struct stat locked {};
    struct stat present {};
    if (::fstat(descriptor_.number(), &locked) == 0 && ::stat(file_.c_str(), &present) == 0 &&
        locked.st_ino == present.st_ino && locked.st_dev == present.st_dev) {
      return;
    }
  }
  throw PassingFault(taken);
}

FileLock::~FileLock() {
  // With others still there this fails, and the last of them deletes the file.
  if (::flock(descriptor_.number(), LOCK_EX | LOCK_NB) == 0) {
    ::unlink(file_.c_str());
  }
}

bool is_locked(const fs::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return descriptor.is_open() && ::flock(descriptor.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

namespace {

std::string folder_is_taken(const fs::path& directory) {
  return directory.string() + ": another run is writing to this folder; wait for its end, or choose another with --out";
}

std::string shard_is_taken(const fs::path& folder) {
  return folder.string() + ": another run is making this shard; wait for its end";
}

}  // namespace

void check_nobody_writes(const fs::path& directory, const std::optional<Shard>& shard) {
  if (is_locked(directory / kLock)) {
    throw PassingFault(folder_is_taken(directory));
  }
  if (shard && is_locked(directory / shard_folder(*shard) / kLock)) {
    throw PassingFault(shard_is_taken(directory / shard_folder(*shard)));
  }
}

FolderClaim::FolderClaim(fs::path directory, const ClaimOptions& options) : directory_(std::move(directory)) {
  std::error_code error;
  if (fs::exists(directory_, error) && !fs::is_directory(directory_, error)) {
    throw UserError(directory_.string() + ": the output directory is a file; choose another with --out");
  }
  const bool existed = fs::exists(directory_, error);
  make_folder(directory_);
  try {
    tree_.emplace(directory_);
    // Before anything is made in it: a folder that is not ours is left as it was found.
    state_ = state_of(*tree_);
    lock(options);
    prepare(options);
  } catch (...) {
    run_lock_.reset();
    if (!existed) {
      fs::remove(directory_, error);
    }
    throw;
  }
}

void FolderClaim::lock(const ClaimOptions& options) {
  const auto& shard = options.shard;
  const bool shares = shard || (options.prepare_only && state_ != FolderState::empty);
  run_lock_.emplace(directory_ / kLock, shares ? FileLock::Kind::shared : FileLock::Kind::alone,
                    folder_is_taken(directory_));
  state_ = state_of(*tree_);  // nobody changes it any more
  if (shard && state_ != FolderState::finished) {
    check_division(*tree_, shard);
    const fs::path folder = shard_folder(*shard);
    tree_->make_folder(folder);
    shard_lock_.emplace(directory_ / folder / kLock, FileLock::Kind::alone, shard_is_taken(directory_ / folder));
  }
}

void FolderClaim::prepare(const ClaimOptions& options) {
  const auto& shard = options.shard;
  if (options.restart && shard && state_ == FolderState::finished) {
    throw UserError(directory_.string() +
                    ": the run in the output directory is finished, and none of its shards can be begun anew; choose "
                    "another directory with --out, or delete the run with --restart and without --shard");
  }
  if (options.restart && !shard) {
    delete_run(*tree_);
    state_ = FolderState::empty;
  }
  if (!shard && !options.prepare_only && state_ != FolderState::finished) {
    check_division(*tree_, shard);
  }
}

}  // namespace fairground
