// journal.jsonl: what a run has done, a line for each variant, written as it is done. All other files of a finished run
// but the media follow from it and the plan, so that a run can go on wherever it was stopped, and shards can be merged.
//
// The first line is the header, which says what the run was begun with. Every line is a JSON object whose last field,
// `check`, is a hash (FieldHash) of all before it, so that a line which was torn or damaged is known as such.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/output/outcome.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// What a line says of a variant: its outcome, but for the bytes of its files.
struct JournalEntry {
  std::size_t index = 0;   ///< in the plan
  std::string variant_id;  ///< a second way to name it, by which a journal of another plan is known
  Fate fate = Fate::failed;
  std::string sha256;             ///< of the file of a written one
  std::uintmax_t bytes = 0;       ///< likewise
  std::string mask_sha256;        ///< of the mask beside it; empty where there is none
  std::uintmax_t mask_bytes = 0;  ///< likewise
  std::string_view record;        ///< of a written one: the line of metadata.jsonl, inside the journal's line
  std::string stage;              ///< of the others
  std::string reason;
  std::optional<GateFigure> figure = {};
  std::optional<SkinOutcome> skin = {};
};

/// The header's line, and that of an outcome, without the lines' ends. `index` is the variant's in the plan.
[[nodiscard]] std::string journal_header(const nlohmann::ordered_json& facts);
[[nodiscard]] std::string journal_line(std::size_t index, const Outcome& outcome);

/// What a line says, or nothing where it was damaged or is no such line. The entry's `record` lies in `line`.
[[nodiscard]] std::optional<nlohmann::ordered_json> parse_journal_header(std::string_view line);
[[nodiscard]] std::optional<JournalEntry> parse_journal_line(std::string_view line);

/// Up to where a journal goes, and the check of the line that ends there, which no other journal has.
struct JournalEnd {
  std::uintmax_t bytes = 0;
  std::string check;
};

/// Whether a line of the journal ends there and has that check.
[[nodiscard]] bool is_end_in(const OutputTree& tree, const std::filesystem::path& name, const JournalEnd& end);

/// Appends to a journal. What was added has left the process, so that it outlives a kill.
class JournalWriter {
 public:
  /// Goes on behind the first `keep` bytes.
  JournalWriter(const OutputTree& tree, const std::filesystem::path& name, std::uintmax_t keep);

  void add(std::string_view line);
  /// The bytes that have left the process.
  [[nodiscard]] std::uintmax_t size() const { return end_.bytes; }
  /// The same with the check of the last line; empty where none was added. May be asked by any thread.
  [[nodiscard]] JournalEnd end() const;
  /// Throws where the file system refuses only now.
  void close();

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
  mutable std::mutex mutex_;
  JournalEnd end_;
};

}  // namespace fairground
