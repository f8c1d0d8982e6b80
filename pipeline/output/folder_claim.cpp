#include "pipeline/output/folder_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kLock = "run.lock";
constexpr const char* kPlan = "plan.jsonl";
constexpr const char* kUnfinishedPlan = "plan.jsonl.part";

// Files of fixed names. Without run.json, which goes first, a run is unfinished; without the plan, which goes last, the
// folder would no longer be known as ours.
constexpr std::array kOwnNames = {"run.json",
                                  "run.json.part",
                                  "coverage.json",
                                  "coverage.json.part",
                                  "skin_tone.json",
                                  "skin_tone.json.part",
                                  "failures.jsonl",
                                  "failures.jsonl.part",
                                  "journal.jsonl",
                                  "audio/metadata.jsonl",
                                  "audio/metadata.jsonl.part",
                                  "image/metadata.jsonl",
                                  "image/metadata.jsonl.part"};

void delete_path(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  // Folders that still hold something that is not ours stay, with what they hold.
  if (error && error != std::errc::directory_not_empty) {
    throw PassingFault(path.string() + ": cannot delete: " + error.message());
  }
}

std::string file_sha256(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(file.gcount())));
  }
  return hash.hex();
}

json read_object(std::istream& stream, bool first_line_only) {
  std::string text;
  if (first_line_only) {
    std::getline(stream, text);
  } else {
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_object() ? value : json::object();
}

/// A file of that name is not enough: anyone may have a run.json.
bool is_our_run_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const json run = file ? read_object(file, /*first_line_only=*/false) : json::object();
  return run.contains("fairground") && run.contains("plan_sha256");
}

bool is_our_plan(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const json line = file ? read_object(file, /*first_line_only=*/true) : json::object();
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
  return is_inside && path == path.lexically_normal() ? path : fs::path();
}

void delete_media(const fs::path& directory) {
  std::set<fs::path> folders;
  std::ifstream plan(directory / kPlan, std::ios::binary);
  for (std::string line; std::getline(plan, line);) {
    const json of_variant = json::parse(line, nullptr, /*allow_exceptions=*/false);
    for (const char* field : {"file", "mask_file"}) {
      const fs::path file = media_file(of_variant, field);
      if (!file.empty()) {
        delete_path(directory / file);
        delete_path(directory / (file.string() + ".part"));
        folders.insert(file.parent_path());
      }
    }
  }
  for (const fs::path& folder : folders) {
    delete_path(directory / folder);
  }
}

void delete_run(const fs::path& directory) {
  // A link is not ours to follow: what it leads to stays.
  for (const char* medium : {"audio", "image"}) {
    if (fs::is_symlink(directory / medium)) {
      delete_path(directory / medium);
    }
  }
  delete_path(directory / kOwnNames.front());
  delete_media(directory);
  for (const char* name : kOwnNames) {
    delete_path(directory / name);
  }
  delete_path(directory / "audio");
  delete_path(directory / "image");
  delete_path(directory / kUnfinishedPlan);
  delete_path(directory / kPlan);
}

/// Whether there is nothing, or only what a run leaves that was stopped before its plan was written.
bool is_as_good_as_empty(const fs::path& directory) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path name = entry->path().filename();
    if (name != kLock && name != kUnfinishedPlan) {
      return false;
    }
  }
  if (error) {
    throw PassingFault(directory.string() + ": cannot look into the folder: " + error.message());
  }
  return true;
}

void prepare(const fs::path& directory, const std::string& plan_sha256, bool restart) {
  if (is_as_good_as_empty(directory)) {
    return;
  }
  const bool is_finished = is_our_run_file(directory / "run.json");
  if (!is_finished && !is_our_plan(directory / kPlan)) {
    throw UserError(
        directory.string() +
        ": the output directory is not empty and holds no run of fairground; choose an empty one with --out");
  }
  if (!restart && is_finished) {
    throw UserError(directory.string() +
                    ": the output directory holds a finished run; delete it and make it again "
                    "with --restart, or choose another with --out");
  }
  if (!restart && file_sha256(directory / kPlan) != plan_sha256) {
    throw UserError(directory.string() +
                    ": the output directory holds an unfinished run of another plan (the config or the "
                    "sources have changed); delete it and begin anew with --restart, or choose another with --out");
  }
  delete_run(directory);
}

}  // namespace

FolderClaim::FolderClaim(fs::path directory, const std::string& plan_sha256, bool restart)
    : directory_(std::move(directory)) {
  std::error_code error;
  if (fs::exists(directory_, error) && !fs::is_directory(directory_, error)) {
    throw UserError(directory_.string() + ": the output directory is a file; choose another with --out");
  }
  const bool existed = fs::exists(directory_, error);
  make_folder(directory_);
  lock();
  try {
    prepare(directory_, plan_sha256, restart);
  } catch (...) {
    // A folder that is not ours is left as it was found.
    ::unlink((directory_ / kLock).c_str());
    ::close(lock_);
    if (!existed) {
      fs::remove(directory_, error);
    }
    throw;
  }
}

FolderClaim::~FolderClaim() {
  ::unlink((directory_ / kLock).c_str());
  ::close(lock_);
}

void FolderClaim::lock() {
  const fs::path path = directory_ / kLock;
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    throw PassingFault(path.string() + ": cannot create the file: " + std::generic_category().message(errno));
  }
  // The system lets go of the lock when the process ends, however it ends, so a file that is left over locks nobody
  // out.
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(lock_);
    throw PassingFault(reason == EWOULDBLOCK
                           ? directory_.string() + ": another run is writing to this folder"
                           : path.string() + ": cannot lock the file: " + std::generic_category().message(reason));
  }
  // The run that held the file before may have deleted it between our two calls; then a third could lock a new one.
  struct stat locked {};
  struct stat present {};
  if (::fstat(lock_, &locked) != 0 || ::stat(path.c_str(), &present) != 0 || locked.st_ino != present.st_ino) {
    ::close(lock_);
    throw PassingFault(directory_.string() + ": another run has just ended in this folder");
  }
}

}  // namespace fairground
