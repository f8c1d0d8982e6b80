// Shards for WebDataset and whoever reads its convention: in a tar, the files of one sample stand side by side and
// share all of their names up to the first dot (github.com/webdataset/webdataset, tariterators.py). A sample is a
// variant:
//
//   VARIANT_ID.flac       the file, with its own extension
//   VARIANT_ID.json       its record, as metadata.jsonl has it; its clean reference is the sample whose key is the
//                         name in `clean_file_name`, without folder and extension
//   VARIANT_ID.txt        what is said, where the config names a column of transcripts
//   VARIANT_ID.mask.png   where pictures have masks
//
// All samples of a medium have the same members, as Hugging Face's reader wants it. Variants of one source are in one
// shard, so that whoever reads a shard has the pairs. `shards.json` lists the shards of each medium.
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/output/export_files.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/webdataset_shards.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uintmax_t kTarBlock = 512;

/// A member takes a header, and its bytes up to a whole block.
std::uintmax_t tar_bytes(std::uintmax_t bytes) { return kTarBlock + (bytes + kTarBlock - 1) / kTarBlock * kTarBlock; }

fs::path folder() { return export_folder(ExportFormat::webdataset); }

/// One file of a sample.
struct Member {
  std::string name;
  fs::path file;       ///< in the run's folder; empty: the bytes are `text`
  std::string sha256;  ///< of the file, where the record tells it
  std::string text;
  std::uintmax_t bytes = 0;
};

struct Sample {
  std::vector<Member> members;
  std::uintmax_t tar_bytes = 0;
};

/// A tar that grows into a derived file.
class TarShard {
 public:
  TarShard(const OutputTree& tree, DerivedFiles& files, const fs::path& name)
      : tree_(tree), name_(name.filename().string()), file_(files.begin(name)), archive_(archive_write_new()) {
    // Plain ustar where the names and sizes allow it, which those of fairground do.
    check(archive_write_set_format_pax_restricted(archive_.get()));
    check(archive_write_add_filter_none(archive_.get()));
    check(archive_write_open(archive_.get(), this, nullptr, &TarShard::write, nullptr));
  }
  TarShard(const TarShard&) = delete;
  TarShard& operator=(const TarShard&) = delete;

  void add(const Sample& sample) {
    for (const Member& member : sample.members) {
      add(member);
    }
    ++samples_;
    tar_bytes_ += sample.tar_bytes;
  }

  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] std::uintmax_t tar_bytes() const { return tar_bytes_; }

  /// Its line in shards.json.
  ordered_json finish() {
    check(archive_write_close(archive_.get()));
    file_->finish();
    return {{"name", name_}, {"samples", samples_}, {"bytes", bytes_}, {"sha256", hash_.hex()}};
  }

 private:
  struct Free {
    void operator()(archive* open) const { archive_write_free(open); }
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  };

  /// libarchive is C and must see no exception, so that one waits until its call is over.
  static la_ssize_t write(archive* open, void* shard, const void* bytes, std::size_t count) {
    auto& self = *static_cast<TarShard*>(shard);
    try {
      const std::string_view text(static_cast<const char*>(bytes), count);
      self.file_->add(text);
      self.hash_.update(text);
      self.bytes_ += count;
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      self.thrown_ = std::current_exception();
      archive_set_error(open, EIO, "the shard cannot be written");
      return -1;
    }
  }

  void check(la_ssize_t result) {
    if (thrown_) {
      std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
    if (result < ARCHIVE_OK) {
      const char* const reason = archive_error_string(archive_.get());
      throw std::logic_error(name_ + ": libarchive says: " + (reason == nullptr ? "nothing" : reason));
    }
  }

  void add(const Member& member) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new2(archive_.get()));
    archive_entry_set_pathname(entry.get(), member.name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.bytes));
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    archive_entry_set_mtime(entry.get(), 0, 0);
    check(archive_write_header(archive_.get(), entry.get()));
    if (member.file.empty()) {
      check(archive_write_data(archive_.get(), member.text.data(), member.text.size()));
    } else {
      add_file(member);
    }
  }

  void add_file(const Member& member) {
    const std::string path = (tree_.root() / member.file).string();
    const Descriptor file = tree_.open_to_read(member.file);
    Sha256 hash;
    std::uintmax_t left = member.bytes;
    while (file.is_open()) {
      std::array<std::byte, std::size_t{1} << 16U> bytes;
      const ::ssize_t got = ::read(file.number(), bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        throw PassingFault(path + ": cannot read: " + std::generic_category().message(errno));
      }
      const auto count = static_cast<std::size_t>(got);
      if (count == 0 || count > left) {
        left = count == 0 ? left : 1;
        break;
      }
      hash.update(std::span(bytes).first(count));
      check(archive_write_data(archive_.get(), bytes.data(), count));
      left -= count;
    }
    if (left > 0 || (!member.sha256.empty() && hash.hex() != member.sha256)) {
      throw UserError(path + ": is not the file that its record tells of; `fairground verify` names all such files");
    }
  }

  const OutputTree& tree_;
  std::string name_;
  std::unique_ptr<DerivedFile> file_;
  Sha256 hash_;
  std::uintmax_t bytes_ = 0;
  std::exception_ptr thrown_;
  std::size_t samples_ = 0;
  std::uintmax_t tar_bytes_ = 0;
  std::unique_ptr<archive, Free> archive_;  // last: it writes into the others
};

/// Deals the samples of one medium to shards.
class Shards {
 public:
  Shards(const ExportInputs& inputs, DerivedFiles& files, Media medium, const ShardLimits& limits)
      : tree_(inputs.tree), files_(files), medium_(medium), limits_(limits) {}

  /// Samples of one source come one after the other. They are kept until the next source comes, since only then it is
  /// known whether they fit behind those that the shard holds.
  void add(std::string_view source, Sample sample) {
    const bool is_full = waiting_.size() == limits_.samples || waiting_bytes_ + sample.tar_bytes > limits_.bytes;
    if (source != source_ || is_full) {
      write_waiting();
      source_ = source;
    }
    waiting_bytes_ += sample.tar_bytes;
    waiting_.push_back(std::move(sample));
  }

  ordered_json finish() {
    write_waiting();
    finish_shard();
    return std::move(list_);
  }

 private:
  void write_waiting() {
    if (shard_ && (shard_->samples() + waiting_.size() > limits_.samples ||
                   shard_->tar_bytes() + waiting_bytes_ > limits_.bytes)) {
      finish_shard();
    }
    for (const Sample& sample : waiting_) {
      if (!shard_) {
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "%s-%06zu.tar", to_string(medium_), list_.size());
        shard_.emplace(tree_, files_, folder() / name.data());
      }
      shard_->add(sample);
    }
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  void finish_shard() {
    if (shard_) {
      list_.push_back(shard_->finish());
      shard_.reset();
    }
  }

  const OutputTree& tree_;
  DerivedFiles& files_;
  Media medium_;
  ShardLimits limits_;
  ordered_json list_ = ordered_json::array();
  std::optional<TarShard> shard_;
  std::string source_;
  std::vector<Sample> waiting_;
  std::uintmax_t waiting_bytes_ = 0;
};

Sample sample_of(const OutputTree& tree, const MediaFacts& facts, const Record& record) {
  Sample sample;
  const std::string key(record.variant_id);
  const auto add_file = [&](std::string_view name, const std::string& extension, std::string_view sha256) {
    const fs::path file = fs::path(to_string(facts.media)) / name;
    const auto bytes = tree.size_of(file);
    if (!bytes) {
      throw UserError((tree.root() / file).string() +
                      ": is missing, and its record is there; `fairground verify` names all such files");
    }
    sample.members.push_back(
        {.name = key + extension, .file = file, .sha256 = std::string(sha256), .text = {}, .bytes = *bytes});
  };
  const auto add_text = [&](const char* extension, std::string_view text) {
    sample.members.push_back(
        {.name = key + extension, .file = {}, .sha256 = {}, .text = std::string(text), .bytes = text.size()});
  };
  add_file(record.file_name, fs::path(record.file_name).extension().string(), record.sha256);
  if (facts.mask) {
    add_file(record.mask_file_name, ".mask.png", {});
  }
  add_text(".json", record.line);
  if (!facts.transcript.empty()) {
    add_text(".txt", record.kept_in(facts, facts.transcript));
  }
  for (const Member& member : sample.members) {
    sample.tar_bytes += tar_bytes(member.bytes);
  }
  return sample;
}

}  // namespace

void export_webdataset(const ExportInputs& inputs, DerivedFiles& files) {
  export_webdataset(inputs, files, ShardLimits());
}

void export_webdataset(const ExportInputs& inputs, DerivedFiles& files, const ShardLimits& limits) {
  ordered_json list = ordered_json::object();
  for (const MediaFacts& facts : inputs.set.media) {
    const Records records(inputs.tree, facts);
    Shards shards(inputs, files, facts.media, limits);
    records.for_each(
        [&](const Record& record) { shards.add(record.source_id, sample_of(inputs.tree, facts, record)); });
    list[to_string(facts.media)] = shards.finish();
  }
  files.write(folder() / "shards.json", list.dump(2) + '\n');
}

}  // namespace fairground
