#include "pipeline/publish/derived_files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

class WrittenFile : public DerivedFile {
 public:
  WrittenFile(const OutputTree& tree, const fs::path& name) : file_(tree, name) {}
  void add(std::string_view bytes) override { file_.add(bytes); }
  void finish() override { file_.finish(); }

 private:
  GrowingFile file_;
};

class ComparedFile : public DerivedFile {
 public:
  ComparedFile(const OutputTree& tree, const fs::path& name, std::vector<std::string>& differences)
      : path_(tree.root() / name), name_(name), file_(tree.open_to_read(name)), differences_(differences) {
    if (!file_.is_open()) {
      report("is missing");
    }
  }

  void add(std::string_view bytes) override {
    while (!is_other_ && !bytes.empty()) {
      std::array<char, std::size_t{1} << 16U> there;
      const std::size_t got = read(std::span(there).first(std::min(there.size(), bytes.size())));
      const auto [here, end] =
          std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got), there.begin());
      offset_ += static_cast<std::uintmax_t>(here - bytes.begin());
      if (got == 0 || here != bytes.begin() + static_cast<std::ptrdiff_t>(got)) {
        report("is not what the records make, from byte " + std::to_string(offset_) + " on");
        return;
      }
      bytes.remove_prefix(got);
    }
  }

  void finish() override {
    std::array<char, 1> more;
    if (!is_other_ && read(more) > 0) {
      report("has more than what the records make, from byte " + std::to_string(offset_) + " on");
    }
  }

 private:
  std::size_t read(std::span<char> into) {
    while (true) {
      const ::ssize_t got = ::read(file_.number(), into.data(), into.size());
      if (got >= 0) {
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) {
        throw PassingFault(path_.string() + ": cannot read: " + std::generic_category().message(errno));
      }
    }
  }

  void report(const std::string& what) {
    is_other_ = true;
    differences_.push_back(name_.string() + ": " + what);
  }

  fs::path path_;
  fs::path name_;
  Descriptor file_;
  std::vector<std::string>& differences_;
  std::uintmax_t offset_ = 0;
  bool is_other_ = false;
};

}  // namespace

std::unique_ptr<DerivedFile> WrittenFiles::begin(const fs::path& name) {
  return std::make_unique<WrittenFile>(tree_, name);
}

std::unique_ptr<DerivedFile> ComparedFiles::begin(const fs::path& name) {
  names_.insert(name);
  return std::make_unique<ComparedFile>(tree_, name, differences_);
}

}  // namespace fairground
