// From journals to a finished run: everything but the media and the plan is written at the end, from what the journals
// say. One run, a run that was resumed and merged shards thus end in the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "pipeline/design/coverage.h"
#include "pipeline/output/journal_state.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// What is made of a whole run beside media, plan and records, by rooms that this one does not know. Each may be empty.
struct Publisher {
  std::function<std::string()> describe;  ///< the text of set.json
  /// Writes what follows from the finished records; gets what run.json will hold, but for the seconds.
  std::function<void(const OutputTree&, const nlohmann::ordered_json& run)> publish;
  std::function<bool(const OutputTree&)> is_published;  ///< whether all of that is there
};

/// What coverage must know of a variant that was lost. What failed to be read counts as not recorded at all.
[[nodiscard]] LostVariant lost_variant(const Outcome& outcome);

/// What failures.jsonl has of a lost variant beside the reason: `gate`, `value` and `limit` where a gate with a figure
/// rejected it, and `source_lightness` where it was measured. Each has the same type wherever it stands.
[[nodiscard]] nlohmann::ordered_json failure_figures(const Outcome& outcome);

/// The files whose hashes run.json has, those that are there: what nobody could make again without config and sources.
[[nodiscard]] std::span<const char* const> sealed_files();

/// The line of failures.jsonl of a lost variant, without the line's end.
[[nodiscard]] std::string failure_line(const Plan& plan, const Outcome& outcome);

class Assembly {
 public:
  /// Journals are read on up to `jobs` threads.
  Assembly(const OutputTree& tree, const Plan& plan, int jobs = 1);

  /// A journal, and where in it the lines of variants stand.
  void add(const std::filesystem::path& journal, const std::vector<JournalPlace>& places);
  /// Of the plan, how many have no line yet.
  [[nodiscard]] std::size_t missing() const { return missing_; }

  /// Called with each outcome in the order of the plan; without its files and its record.
  using Observer = std::function<void(const Outcome&)>;

  /// Writes metadata, failures, coverage and the account of skin, in the order of the plan; with `own_journal` also the
  /// journal, with this as its header. Every variant must have a line. Throws PassingFault, and std::logic_error where
  /// a journal is not what it was when its places were found.
  void write(const Observer& observe, const std::string& own_journal = {});

  /// Publishes what was written, and writes run.json, which marks the run as finished, once all else is on the disk.
  void finish(const nlohmann::ordered_json& facts, double seconds, const Publisher& publisher) const;

  // Of what was written:
  [[nodiscard]] const RunCounts& counts() const { return counts_; }
  [[nodiscard]] const std::map<Media, RunCounts>& media_counts() const { return media_counts_; }
  [[nodiscard]] std::size_t skin_warnings() const { return skin_warnings_; }

 private:
  struct Place {
    std::uintmax_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t journal = 0;  ///< 1 more than an index into `journals_`; 0: there is none
  };

  /// Variants that follow each other in the plan and are of one medium, and what their lines say.
  struct Piece {
    std::string lines;    ///< of the journals, each with its end
    std::string records;  ///< likewise, of metadata.jsonl
    std::vector<Outcome> outcomes;
  };

  [[nodiscard]] std::shared_ptr<const Descriptor> opened(std::size_t journal);
  /// Where pieces of the plan begin, and behind them where it ends.
  [[nodiscard]] std::vector<std::size_t> pieces() const;
  /// Appends the lines of the journals that the variants from `begin` to before `end` have, each with its end.
  void read_lines(std::size_t begin, std::size_t end, std::string& lines);
  void read_piece(std::size_t begin, std::size_t end, Piece& piece);

  const OutputTree& tree_;
  const Plan& plan_;
  int jobs_;
  std::vector<std::filesystem::path> journals_;
  std::mutex open_mutex_;
  std::map<std::size_t, std::shared_ptr<const Descriptor>> open_;  ///< by index into `journals_`; few at a time
  std::vector<Place> places_;
  std::size_t missing_;
  std::map<std::filesystem::path, std::string> sha256_;  ///< of files, as they were written
  RunCounts counts_;
  std::map<Media, RunCounts> media_counts_;
  std::size_t skin_warnings_ = 0;
};

}  // namespace fairground
