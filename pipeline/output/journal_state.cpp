#include "pipeline/output/journal_state.h"

#include <algorithm>
#include <limits>

#include "pipeline/core/parallel.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostProblems = 5;

/// A written variant whose files must be read again.
struct ToHash {
  std::size_t done = 0;  ///< index into JournalState::done
  std::size_t line = 0;
  fs::path file;
  std::string sha256;
  fs::path mask;  ///< empty where there is none
  std::string mask_sha256;
};

class Reader {
 public:
  Reader(const OutputTree& tree, const fs::path& name, const Plan& plan, const JournalChecks& checks)
      : tree_(tree), name_(name), plan_(plan), checks_(checks), seen_(plan.size(), false) {}

  JournalState read() {
    state_.is_there = tree_.for_each_line(name_, [&](const FileLine& line) {
      ++number_;
      return number_ == 1 ? add_header(line) : add(line);
    });
    hash_files();
    find_end();
    return std::move(state_);
  }

 private:
  bool add_header(const FileLine& line) {
    state_.header = line.is_whole ? parse_journal_header(line.text) : std::nullopt;
    header_end_ = line.offset + line.text.size() + 1;
    if (!state_.header) {
      drop("its header is damaged");
    }
    return state_.header.has_value();
  }

  bool add(const FileLine& line) {
    const auto entry = line.is_whole ? parse_journal_line(line.text) : std::nullopt;
    if (!entry || line.text.size() > std::numeric_limits<std::uint32_t>::max()) {
      drop(line.is_whole ? "the line is damaged" : "the line has no end");
      return line.is_whole;  // Each line has a check of its own.
    }
    if (entry->index >= plan_.size() || plan_.at(entry->index).variant_id != entry->variant_id) {
      drop("the line is of no variant of the plan");
      return true;
    }
    if (checks_.belongs && !checks_.belongs(entry->index)) {
      drop("the line is of a variant of another shard");
      return true;
    }
    if (seen_[entry->index]) {
      drop("the variant has a line already");
      return true;
    }
    if (checks_.drop_failed && entry->fate == Fate::failed) {
      ++state_.dropped;
      return true;
    }
    const JournalPlace place{entry->index, line.offset, static_cast<std::uint32_t>(line.text.size())};
    if (entry->fate == Fate::written && !are_files_there(*entry, place)) {
      return true;
    }
    seen_[entry->index] = true;
    state_.done.push_back(place);
    fates_.push_back(entry->fate);
    return true;
  }

  bool are_files_there(const JournalEntry& entry, const JournalPlace& place) {
    const Variant variant = plan_.at(entry.index);
    const fs::path folder = to_string(variant.media);
    const fs::path file = folder / variant.file_name;
    const fs::path mask = variant.mask_file_name.empty() ? fs::path() : folder / variant.mask_file_name;
    for (const auto& [path, bytes] : {std::pair(file, entry.bytes), {mask, entry.mask_bytes}}) {
      if (!path.empty() && tree_.size_of(path) != bytes) {
        drop(path.string() + " is missing or has another size");
        return false;
      }
    }
    if (place.offset >= checks_.synced) {
      to_hash_.push_back({state_.done.size(), number_, file, entry.sha256, mask, entry.mask_sha256});
    }
    return true;
  }

  void hash_files() {
    std::vector<char> is_same(to_hash_.size(), 0);
    parallel_for(to_hash_.size(), checks_.jobs, [&](std::size_t i) {
      const ToHash& one = to_hash_[i];
      const bool has_mask = one.mask.empty() || tree_.sha256_of(one.mask) == one.mask_sha256;
      is_same[i] = has_mask && tree_.sha256_of(one.file) == one.sha256 ? 1 : 0;
    });
    std::vector<char> keep(state_.done.size(), 1);
    for (std::size_t i = 0; i < to_hash_.size(); ++i) {
      if (is_same[i] == 0) {
        keep[to_hash_[i].done] = 0;
        drop(to_hash_[i].file.string() + " is not whole", to_hash_[i].line);
      }
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < state_.done.size(); ++i) {
      if (keep[i] == 1) {
        state_.done[kept++] = state_.done[i];
        state_.counts.add(fates_[i]);
      }
    }
    state_.done.resize(kept);
  }

  void find_end() {
    state_.end = state_.header ? header_end_ : 0;
    for (const JournalPlace& place : state_.done) {
      state_.is_solid = state_.is_solid && place.offset == state_.end;
      state_.end = place.offset + place.length + 1;
    }
  }

  void drop(const std::string& reason, std::size_t line = 0) {
    ++state_.dropped;
    if (state_.problems.size() < kMostProblems) {
      state_.problems.push_back((tree_.root() / name_).string() + ":" + std::to_string(line == 0 ? number_ : line) +
                                ": " + reason);
    }
  }

  const OutputTree& tree_;
  const fs::path& name_;
  const Plan& plan_;
  const JournalChecks& checks_;
  JournalState state_;
  std::vector<bool> seen_;
  std::vector<Fate> fates_;  ///< of JournalState::done
  std::vector<ToHash> to_hash_;
  std::size_t number_ = 0;  ///< of the line
  std::uintmax_t header_end_ = 0;
};

}  // namespace

JournalState read_journal(const OutputTree& tree, const fs::path& name, const Plan& plan, const JournalChecks& checks) {
  return Reader(tree, name, plan, checks).read();
}

std::optional<nlohmann::ordered_json> read_journal_header(const OutputTree& tree, const fs::path& name) {
  std::optional<nlohmann::ordered_json> header;
  tree.for_each_line(name, [&](const FileLine& line) {
    header = line.is_whole ? parse_journal_header(line.text) : std::nullopt;
    return false;
  });
  return header;
}

}  // namespace fairground
