#include "pipeline/output/output_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPartial = ".part";
constexpr std::size_t kBufferBytes = std::size_t{1} << 16U;
// A record holds what the manifest says of its source, in several texts of JSON; a thousand boxes take some 100 kB.
constexpr std::size_t kMostLineBytes = std::size_t{64} << 20U;

[[noreturn]] void refuse(const fs::path& path, const std::string& action, int error) {
  // What the system says of a link in the way sounds like a loop of links, or like a file.
  const std::string reason = error == ELOOP ? "a link is in the way, which a run does not follow; remove it"
                                            : std::generic_category().message(error);
  throw PassingFault(path.string() + ": cannot " + action + ": " + reason);
}

void check_name(const fs::path& name) {
  const bool leads_out = std::ranges::any_of(name, [](const fs::path& part) { return part == ".." || part == "."; });
  if (name.empty() || name.is_absolute() || leads_out || !name.has_filename()) {
    throw std::logic_error("a name leads out of the output directory: " + name.string());
  }
}

std::string partial_of(const fs::path& name) { return name.filename().string() + kPartial; }

/// The file beside the target. What lies there is of an earlier run, or a trap.
Descriptor create_partial(const Descriptor& folder, const std::string& partial, const fs::path& path) {
  const auto create = [&] {
    return Descriptor(
        ::openat(folder.number(), partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  };
  Descriptor file = create();
  if (!file.is_open() && errno == EEXIST && ::unlinkat(folder.number(), partial.c_str(), 0) == 0) {
    file = create();
  }
  if (!file.is_open()) {
    refuse(path, "create the file", errno);
  }
  return file;
}

/// Calls `body` with what a file holds, block by block, until it returns false.
template <class Body>
void read_all(const Descriptor& file, const fs::path& path, const Body& body) {
  std::array<char, kBufferBytes> buffer;
  while (true) {
    const ::ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      refuse(path, "read", errno);
    }
    if (got == 0 || !body(std::string_view(buffer.data(), static_cast<std::size_t>(got)))) {
      return;
    }
  }
}

/// Closes what was written and puts it in its place, or deletes it.
void put_in_place(const Descriptor& folder, Descriptor& file, const std::string& partial, const std::string& target,
                  const fs::path& path) {
  if (const int error = file.close(); error != 0) {
    ::unlinkat(folder.number(), partial.c_str(), 0);
    refuse(path, "finish the file", error);
  }
  if (::renameat(folder.number(), partial.c_str(), folder.number(), target.c_str()) != 0) {
    const int error = errno;
    ::unlinkat(folder.number(), partial.c_str(), 0);
    refuse(path, "put the file in its place", error);
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

int Descriptor::close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

void write_all(const Descriptor& file, const fs::path& path, std::string_view text) {
  while (!text.empty()) {
    const ::ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      refuse(path, "write", errno);
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

OutputTree::OutputTree(fs::path root)
    : root_(std::move(root)), folder_(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_.is_open()) {
    refuse(root_, "open the folder", errno);
  }
}

Descriptor OutputTree::parent_of(const fs::path& name, bool make) const {
  check_name(name);
  Descriptor folder(::openat(folder_.number(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  fs::path so_far = root_;
  const fs::path above = name.parent_path();
  for (const fs::path& part : above) {
    so_far /= part;
    const auto open = [&] {
      return Descriptor(::openat(folder.number(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    };
    Descriptor inner = open();
    if (!inner.is_open() && errno == ENOENT) {
      if (!make) {
        return Descriptor();
      }
      if (::mkdirat(folder.number(), part.c_str(), 0777) != 0 && errno != EEXIST) {
        refuse(so_far, "make the folder", errno);
      }
      inner = open();
    }
    if (!inner.is_open()) {
      const int error = errno;
      struct stat status {};
      const bool is_link =
          ::fstatat(folder.number(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
      refuse(so_far, make ? "make the folder" : "open the folder", is_link ? ELOOP : error);
    }
    folder = std::move(inner);
  }
  if (!folder.is_open()) {
    refuse(root_, "open the folder", errno);
  }
  return folder;
}

void OutputTree::make_folder(const fs::path& name) const { (void)parent_of(name / "x", /*make=*/true); }

void OutputTree::write(const fs::path& name, std::span<const std::byte> bytes) const {
  write(name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void OutputTree::write(const fs::path& name, std::string_view text) const {
  const Descriptor folder = parent_of(name, /*make=*/true);
  const fs::path path = root_ / name;
  const std::string partial = partial_of(name);
  Descriptor file = create_partial(folder, partial, path);
  try {
    write_all(file, path, text);
  } catch (const PassingFault&) {
    ::unlinkat(folder.number(), partial.c_str(), 0);
    throw;
  }
  put_in_place(folder, file, partial, name.filename(), path);
}

void OutputTree::remove(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  for (const std::string& file : {name.filename().string(), partial_of(name)}) {
    if (folder.is_open() && ::unlinkat(folder.number(), file.c_str(), 0) != 0 && errno != ENOENT) {
      refuse(root_ / name, "delete", errno);
    }
  }
}

void OutputTree::remove_unfinished(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  if (folder.is_open() && ::unlinkat(folder.number(), partial_of(name).c_str(), 0) != 0 && errno != ENOENT) {
    refuse(root_ / name, "delete", errno);
  }
}

void OutputTree::remove_folder(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  if (folder.is_open() && ::unlinkat(folder.number(), name.filename().c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT &&
      errno != ENOTEMPTY && errno != EEXIST) {
    refuse(root_ / name, "delete", errno);
  }
}

void OutputTree::rename(const fs::path& from, const fs::path& to) const {
  const Descriptor folder = parent_of(from, /*make=*/false);
  const Descriptor target = parent_of(to, /*make=*/true);
  if (::renameat(folder.number(), from.filename().c_str(), target.number(), to.filename().c_str()) != 0) {
    refuse(root_ / to, "put the file in its place", errno);
  }
}

std::optional<std::uintmax_t> OutputTree::size_of(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  struct stat status {};
  if (!folder.is_open() || ::fstatat(folder.number(), name.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uintmax_t>(status.st_size);
}

bool OutputTree::has_second_name(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  struct stat status {};
  return folder.is_open() && ::fstatat(folder.number(), name.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode) && status.st_nlink > 1;
}

Descriptor OutputTree::open_to_read(const fs::path& name) const {
  const Descriptor folder = parent_of(name, /*make=*/false);
  if (!folder.is_open()) {
    return Descriptor();
  }
  // A named pipe would make an ordinary open() wait for somebody who writes.
  Descriptor file(::openat(folder.number(), name.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() && errno != ENOENT && errno != ELOOP && errno != ENXIO) {
    refuse(root_ / name, "read", errno);
  }
  struct stat status {};
  const bool is_file = file.is_open() && ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? std::move(file) : Descriptor();
}

Descriptor OutputTree::open_to_append(const fs::path& name, std::uintmax_t keep) const {
  const Descriptor folder = parent_of(name, /*make=*/true);
  Descriptor file(::openat(folder.number(), name.filename().c_str(),
                           O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    refuse(root_ / name, "open the file", errno);
  }
  if (::ftruncate(file.number(), static_cast<::off_t>(keep)) != 0) {
    refuse(root_ / name, "shorten the file", errno);
  }
  return file;
}

std::string OutputTree::sha256_of(const fs::path& name) const {
  const Descriptor file = open_to_read(name);
  if (!file.is_open()) {
    return {};
  }
  Sha256 hash;
  read_all(file, root_ / name, [&](std::string_view block) {
    hash.update(block);
    return true;
  });
  return hash.hex();
}

std::optional<std::string> OutputTree::read_text(const fs::path& name, std::size_t most) const {
  const Descriptor file = open_to_read(name);
  if (!file.is_open()) {
    return std::nullopt;
  }
  std::string text;
  read_all(file, root_ / name, [&](std::string_view block) {
    text += block;
    return text.size() <= most;
  });
  return text.size() <= most ? std::optional(std::move(text)) : std::nullopt;
}

bool OutputTree::for_each_line(const fs::path& name, const std::function<bool(const FileLine&)>& body) const {
  const Descriptor file = open_to_read(name);
  if (!file.is_open()) {
    return false;
  }
  constexpr std::size_t kReadBytes = std::size_t{1} << 20U;
  std::string buffer;
  std::uintmax_t offset = 0;  // of the buffer's start in the file
  std::size_t searched = 0;   // bytes of the buffer in which no line ends
  while (true) {
    const std::size_t had = buffer.size();
    buffer.resize(had + kReadBytes);
    const ::ssize_t got = ::read(file.number(), buffer.data() + had, kReadBytes);
    const int error = errno;
    buffer.resize(had + static_cast<std::size_t>(std::max<::ssize_t>(got, 0)));
    if (got < 0 && error != EINTR) {
      refuse(root_ / name, "read", error);
    }
    std::size_t start = 0;
    for (std::size_t end = buffer.find('\n', searched); end != std::string::npos; end = buffer.find('\n', start)) {
      if (!body({offset + start, std::string_view(buffer).substr(start, end - start), true})) {
        return true;
      }
      start = end + 1;
    }
    buffer.erase(0, start);
    offset += start;
    searched = buffer.size();
    if (got == 0 || buffer.size() > kMostLineBytes) {
      if (!buffer.empty()) {
        (void)body({offset, buffer, false});
      }
      return true;
    }
  }
}

void OutputTree::sync() const {
  if (::syncfs(folder_.number()) != 0) {
    refuse(root_, "force the files to the disk", errno);
  }
}

GrowingFile::GrowingFile(const OutputTree& tree, fs::path name)
    : path_(tree.root() / name),
      partial_(path_.string() + kPartial),
      target_name_(name.filename()),
      partial_name_(partial_of(name)),
      folder_(tree.parent_of(name, /*make=*/true)),
      file_(create_partial(folder_, partial_name_, partial_)) {}

GrowingFile::~GrowingFile() {
  if (!is_whole_) {
    ::unlinkat(folder_.number(), partial_name_.c_str(), 0);
  }
}

void GrowingFile::add(std::string_view bytes) {
  if (bytes.size() >= kBufferBytes) {
    flush();
    write_all(file_, partial_, bytes);
    return;
  }
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) {
    flush();
  }
}

void GrowingFile::flush() {
  write_all(file_, partial_, buffer_);
  buffer_.clear();
}

void GrowingFile::finish() {
  flush();
  if (::fdatasync(file_.number()) != 0) {
    refuse(partial_, "force the file to the disk", errno);
  }
  put_in_place(folder_, file_, partial_name_, target_name_, path_);
  is_whole_ = true;
}

}  // namespace fairground
