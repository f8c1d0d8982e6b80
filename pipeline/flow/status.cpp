#include "pipeline/flow/status.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/folder_claim.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/run_facts.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/shard_folders.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFinished = "finished";
constexpr const char* kComplete = "complete";
constexpr const char* kRunning = "running";
constexpr const char* kStopped = "stopped";
constexpr const char* kNotBegun = "not begun";

/// How far one journal is.
struct Progressed {
  std::string state = kNotBegun;
  std::optional<std::size_t> planned;
  RunCounts counts;
  std::optional<double> seconds_since_last;
};

std::optional<double> age_s(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    return std::nullopt;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const double age = std::chrono::duration<double>(now).count() - static_cast<double>(status.st_mtim.tv_sec);
  return std::max(0.0, age);  // clocks of two machines differ
}

Progressed read_progress(const OutputTree& tree, const fs::path& state_folder, const char* end_mark,
                         const char* end_state) {
  Progressed progressed;
  const fs::path journal = state_folder / kJournal;
  std::size_t number = 0;
  const bool is_there = tree.for_each_line(journal, [&](const FileLine& line) {
    if (!line.is_whole) {
      return false;
    }
    if (++number == 1) {
      const auto header = parse_journal_header(line.text);
      const ordered_json planned = header ? header->value("planned", ordered_json()) : ordered_json();
      if (planned.is_number_unsigned()) {
        progressed.planned = planned.get<std::size_t>();
      }
      return header.has_value();
    }
    const auto entry = parse_journal_line(line.text);
    if (entry) {
      progressed.counts.add(entry->fate);
    }
    return entry.has_value();
  });
  const bool runs = is_locked(tree.root() / state_folder / kLock);
  progressed.seconds_since_last = is_there ? age_s(tree.root() / journal) : std::nullopt;
  if (runs) {
    progressed.state = kRunning;
  } else if (tree.size_of(state_folder / end_mark)) {
    progressed.state = end_state;
  } else if (is_there) {
    progressed.state = kStopped;
  }
  return progressed;
}

ordered_json counts_of(const Progressed& progressed) {
  ordered_json counts = {{"planned", progressed.planned ? ordered_json(*progressed.planned) : ordered_json(nullptr)}};
  counts["written"] = progressed.counts.written;
  counts["rejected"] = progressed.counts.rejected;
  counts["failed"] = progressed.counts.failed;
  return counts;
}

ordered_json shard_json(const Shard& shard, const Progressed& progressed) {
  const auto& since = progressed.seconds_since_last;
  return {{"shard", shard.index},
          {"of", shard.count},
          {"state", progressed.state},
          {"counts", counts_of(progressed)},
          {"seconds_since_last", since ? ordered_json(*since) : ordered_json(nullptr)}};
}

std::string line_of(const Progressed& progressed) {
  if (progressed.state == kNotBegun) {
    return kNotBegun;
  }
  std::string text = progressed.state + ", " + std::to_string(progressed.counts.done()) + " of " +
                     (progressed.planned ? counted(*progressed.planned, "variant") : std::string("an unknown number"));
  if (progressed.counts.rejected + progressed.counts.failed > 0) {
    text += " (" + std::to_string(progressed.counts.rejected) + " rejected, " +
            std::to_string(progressed.counts.failed) + " failed)";
  }
  const bool has_ended = progressed.state == kComplete || progressed.state == kFinished;
  if (progressed.seconds_since_last && !has_ended) {
    text += ", the last " + std::to_string(static_cast<long>(*progressed.seconds_since_last)) + " s ago";
  }
  return text;
}

/// The whole, from its shards.
Progressed sum_of(const std::vector<Progressed>& shards) {
  Progressed sum;
  sum.planned = 0;
  const auto count_in = [&](const char* state) {
    return static_cast<std::size_t>(std::ranges::count(shards, state, &Progressed::state));
  };
  for (const Progressed& shard : shards) {
    sum.counts.written += shard.counts.written;
    sum.counts.rejected += shard.counts.rejected;
    sum.counts.failed += shard.counts.failed;
    sum.planned = sum.planned && shard.planned ? std::optional(*sum.planned + *shard.planned) : std::nullopt;
  }
  sum.state = count_in(kRunning) > 0 ? kRunning : count_in(kComplete) == shards.size() ? kComplete : kStopped;
  return sum;
}

std::string what_to_do(const std::string& state, const fs::path& directory, bool has_shards) {
  if (state == kComplete) {
    return "all shards are complete; `fairground merge " + directory.string() + "` finishes the set";
  }
  if (state == kStopped) {
    return has_shards ? "shards that are stopped or not begun go on by the same command again"
                      : "the same command again goes on with it";
  }
  return {};
}

}  // namespace

void run_status(const fs::path& directory, bool as_json, std::ostream& out) {
  std::error_code error;
  if (!fs::is_directory(directory, error) || state_of(directory) == FolderState::empty) {
    throw UserError(directory.string() + ": holds no run; name the folder of a run");
  }
  const OutputTree tree(directory);
  const bool is_finished = state_of(tree) == FolderState::finished;
  const std::vector<Shard> begun = is_finished ? std::vector<Shard>() : shards_in(tree);
  ordered_json report;
  report["directory"] = directory.string();
  if (begun.empty()) {
    Progressed whole = read_progress(tree, {}, kRunFile, kFinished);
    if (whole.state == kNotBegun) {
      whole.state = kStopped;  // It has a plan and no more.
    }
    report["state"] = whole.state;
    report["counts"] = counts_of(whole);
    if (as_json) {
      out << report.dump(2) << '\n';
      return;
    }
    out << directory.string() << ": " << line_of(whole) << '\n';
    const std::string advice = what_to_do(whole.state, directory, /*has_shards=*/false);
    out << advice << (advice.empty() ? "" : "\n");
    return;
  }
  // A folder holds one division; what is of another is told of by merge.
  const std::uint32_t count = begun.back().count;
  std::vector<Progressed> shards;
  report["shards"] = ordered_json::array();
  for (std::uint32_t index = 0; index < count; ++index) {
    const Shard shard{index, count};
    const bool is_begun = std::ranges::find(begun, shard) != begun.end();
    shards.push_back(is_begun ? read_progress(tree, shard_folder(shard), kShardFile, kComplete) : Progressed());
    report["shards"].push_back(shard_json(shard, shards.back()));
  }
  const Progressed whole = sum_of(shards);
  report["state"] = whole.state;
  report["counts"] = counts_of(whole);
  if (as_json) {
    out << report.dump(2) << '\n';
    return;
  }
  const auto complete = std::ranges::count(shards, kComplete, &Progressed::state);
  out << directory.string() << ": " << complete << " of " << counted(count, "shard") << " complete\n";
  for (std::uint32_t index = 0; index < count; ++index) {
    out << "  shard " << index << ": " << line_of(shards[index]) << '\n';
  }
  const std::string advice = what_to_do(whole.state, directory, /*has_shards=*/true);
  out << advice << (advice.empty() ? "" : "\n");
}

}  // namespace fairground
