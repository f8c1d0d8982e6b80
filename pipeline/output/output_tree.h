// A folder that is written to, and the files below it, which are whole or not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace fairground {

/// An open file or folder of the system, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  /// Returns the system's error, or 0. Some file systems report a full disk only here.
  [[nodiscard]] int close();

 private:
  int number_;
};

/// A line of a file, and where in it it stands. `is_whole` is false for a last line without its end and for one that is
/// too long to be kept in memory; nothing comes after it.
struct FileLine {
  std::uintmax_t offset = 0;
  std::string_view text;  ///< without the line's end
  bool is_whole = true;
};

/// A folder and what lies below it, by names relative to it. Names must not lead out, and no link below the folder is
/// followed, neither to read nor to write nor to delete: whoever may put links there must not choose what else is
/// changed. (The folder itself may be reached through links, which its user chose.) Functions may be called by several
/// threads at once, for different names. They throw PassingFault, with the system's reason, where the disk refuses or
/// a link is in the way, and std::logic_error for a name that leads out.
class OutputTree {
 public:
  explicit OutputTree(std::filesystem::path root);

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  /// Makes a folder and those above it.
  void make_folder(const std::filesystem::path& name) const;
  /// Writes beside the target and renames, so that the name has the old bytes or all of the new ones.
  void write(const std::filesystem::path& name, std::span<const std::byte> bytes) const;
  void write(const std::filesystem::path& name, std::string_view text) const;
  /// Deletes a file or a link, and whatever was left of it beside it. Nothing, where there is none.
  void remove(const std::filesystem::path& name) const;
  /// Deletes only what was left beside a file that was never finished.
  void remove_unfinished(const std::filesystem::path& name) const;
  /// Deletes a folder if it is empty.
  void remove_folder(const std::filesystem::path& name) const;
  /// Puts one file in the place of another in one go.
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) const;
  /// The size of a regular file; nothing where there is none.
  [[nodiscard]] std::optional<std::uintmax_t> size_of(const std::filesystem::path& name) const;
  /// Whether it is a file that has a second name, a hard link, somewhere: what is written into it changes there too.
  [[nodiscard]] bool has_second_name(const std::filesystem::path& name) const;
  /// A regular file to read, or one that is not open where there is none.
  [[nodiscard]] Descriptor open_to_read(const std::filesystem::path& name) const;
  /// A file to go on with: all behind its first `keep` bytes is cut off. It is made where there is none.
  [[nodiscard]] Descriptor open_to_append(const std::filesystem::path& name, std::uintmax_t keep) const;
  /// SHA-256 of a regular file; empty where there is none.
  [[nodiscard]] std::string sha256_of(const std::filesystem::path& name) const;
  /// All bytes of a regular file that has at most `most` of them; nothing where there is none.
  [[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& name, std::size_t most) const;
  /// Calls `body` for each line of a file until it returns false. Returns false where there is no such file. Takes as
  /// much memory as the longest line, and at most 64 MiB.
  bool for_each_line(const std::filesystem::path& name, const std::function<bool(const FileLine&)>& body) const;

  /// Forces to the disk all that was written to its file system.
  void sync() const;

 private:
  friend class GrowingFile;
  /// The folder that holds `name`; not open where it is missing and `make` is false.
  [[nodiscard]] Descriptor parent_of(const std::filesystem::path& name, bool make) const;

  std::filesystem::path root_;
  Descriptor folder_;
};

/// Writes all of it. Throws PassingFault that names `path`.
void write_all(const Descriptor& file, const std::filesystem::path& path, std::string_view text);

/// A text file that grows line by line beside its target and takes its place when it is finished. Throws PassingFault.
class GrowingFile {
 public:
  GrowingFile(const OutputTree& tree, std::filesystem::path name);
  /// Deletes what was written unless it was finished.
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  void add(std::string_view bytes);
  void add_line(std::string_view line) {
    add(line);
    add("\n");
  }
  /// Forces the bytes to the disk before the name has them: after a power cut the file is whole or as it was before.
  void finish();

 private:
  void flush();

  std::filesystem::path path_;     ///< for messages
  std::filesystem::path partial_;  ///< likewise
  std::string target_name_;
  std::string partial_name_;
  Descriptor folder_;
  Descriptor file_;
  std::string buffer_;
  bool is_whole_ = false;
};

}  // namespace fairground
