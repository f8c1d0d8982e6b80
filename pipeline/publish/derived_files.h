// Files that follow from a finished set: written, or compared with those that lie there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/output/output_tree.h"

namespace fairground {

/// One such file, from its first byte to its last.
class DerivedFile {
 public:
  virtual ~DerivedFile() = default;
  virtual void add(std::string_view bytes) = 0;
  void add_line(std::string_view line) {
    add(line);
    add("\n");
  }
  /// Must be called once all is added; what was not finished is not there.
  virtual void finish() = 0;
};

/// Where they go. Names are relative to the run's folder.
class DerivedFiles {
 public:
  virtual ~DerivedFiles() = default;
  [[nodiscard]] virtual std::unique_ptr<DerivedFile> begin(const std::filesystem::path& name) = 0;
  void write(const std::filesystem::path& name, std::string_view text) {
    const std::unique_ptr<DerivedFile> file = begin(name);
    file->add(text);
    file->finish();
  }
};

/// Writes them. Each is whole or as it was before. Throws PassingFault where the disk refuses.
class WrittenFiles : public DerivedFiles {
 public:
  explicit WrittenFiles(const OutputTree& tree) : tree_(tree) {}
  [[nodiscard]] std::unique_ptr<DerivedFile> begin(const std::filesystem::path& name) override;

 private:
  const OutputTree& tree_;
};

/// Compares them with what lies in the folder, without keeping either in memory.
class ComparedFiles : public DerivedFiles {
 public:
  explicit ComparedFiles(const OutputTree& tree) : tree_(tree) {}
  [[nodiscard]] std::unique_ptr<DerivedFile> begin(const std::filesystem::path& name) override;

  /// For each file that is missing or another one: its name, and from which byte on it differs.
  [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }
  /// Whether a file of this name was compared.
  [[nodiscard]] bool has(const std::filesystem::path& name) const { return names_.contains(name); }

 private:
  const OutputTree& tree_;
  std::vector<std::string> differences_;
  std::set<std::filesystem::path> names_;
};

}  // namespace fairground
