// What an earlier start has done: its journal, held against the plan and the files on the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/output_tree.h"
#include "pipeline/output/run_facts.h"

namespace fairground {

/// Where the line of a variant stands.
struct JournalPlace {
  std::size_t index = 0;  ///< of the variant in the plan
  std::uintmax_t offset = 0;
  std::uint32_t length = 0;  ///< without the line's end
};

struct JournalState {
  bool is_there = false;
  std::optional<nlohmann::ordered_json> header;  ///< empty where the file is missing or its first line is not whole
  std::vector<JournalPlace> done;                ///< lines that hold, in the order of the file
  RunCounts counts;                              ///< of these; `planned` is left at 0
  /// Why lines do not hold, the first few, as `FILE:LINE: reason`; and how many do not.
  std::vector<std::string> problems;
  std::size_t dropped = 0;
  std::uintmax_t end = 0;  ///< behind the last line that holds
  bool is_solid = true;    ///< all lines before `end` hold, so that the rest can be cut off
};

struct JournalChecks {
  /// Whether a variant of the plan may stand in this journal. Empty: all may.
  std::function<bool(std::size_t index)> belongs = {};
  /// Files of lines from here on are read again and compared by hash; of those before, only the size is looked at.
  std::uintmax_t synced = 0;
  bool drop_failed = false;  ///< lines of failed variants do not hold, so that these are tried again
  int jobs = 1;
};

/// Reads a journal. A line holds if it is whole, of a variant of the plan that has no other line, and if the files that
/// it speaks of are there. Behind a damaged header nothing holds. Throws PassingFault where the disk refuses.
[[nodiscard]] JournalState read_journal(const OutputTree& tree, const std::filesystem::path& name, const Plan& plan,
                                        const JournalChecks& checks);

/// The header of a journal alone; nothing where there is none.
[[nodiscard]] std::optional<nlohmann::ordered_json> read_journal_header(const OutputTree& tree,
                                                                        const std::filesystem::path& name);

}  // namespace fairground
