// The records of a finished set, read one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/design/chain.h"
#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// One line of metadata.jsonl. The fields are docs/design.md, section 7. Texts hold until the next record is read.
struct Record {
  std::string_view line;             ///< as it stands in the file
  std::string_view file_name;        ///< inside the medium's folder
  std::string_view clean_file_name;  ///< likewise; empty where the set has no clean references
  std::string_view variant_id;
  std::string_view source_id;
  std::string_view subject;
  std::vector<std::string_view> groups;  ///< in the order of MediaFacts::groups
  std::vector<std::string_view> kept;    ///< in the order of MediaFacts::kept
  std::vector<std::string_view> levels;  ///< in the order of MediaFacts::axes
  std::int64_t realization = 0;
  std::string_view pair_id;
  std::string_view draw_id;
  bool synthetic = false;
  Control control = Control::none;
  std::string_view source_sha256;
  std::string_view sha256;
  std::string_view augmentations;   ///< JSON
  std::string_view measured;        ///< JSON
  std::string_view words;           ///< JSON; empty, here and below, where the set has none
  std::string_view boxes;           ///< JSON
  std::string_view keypoints;       ///< JSON
  std::string_view mask_file_name;  ///< inside the medium's folder
  std::string_view mask_source;
  std::vector<double> numbers;  ///< in the order of Records::numbers(); NaN for null

  /// Whether this is the clean reference itself, and no control.
  [[nodiscard]] bool is_clean(const MediaFacts& facts) const;
  /// What a kept column holds; empty where there is no such column.
  [[nodiscard]] std::string_view kept_in(const MediaFacts& facts, std::string_view column) const;
};

/// The records of one medium, in the order of the plan. The tree and the facts must outlive it.
class Records {
 public:
  /// Reads the first record to learn which numbers all have. Throws UserError where there are no records.
  Records(const OutputTree& tree, const MediaFacts& facts);

  [[nodiscard]] const MediaFacts& facts() const { return facts_; }
  /// The names of the columns of numbers: `measured_…`, and with skin `mask_confidence` and `tone_reference_…`.
  [[nodiscard]] const std::vector<std::string>& numbers() const { return numbers_; }
  /// Where a column stands among them; empty where there is none.
  [[nodiscard]] std::optional<std::size_t> number(std::string_view name) const;

  /// Calls `body` for each record. Throws UserError that names the line that is no record of this set.
  void for_each(const std::function<void(const Record&)>& body) const;
  /// The same in ascending order of `key`, byte by byte; where keys are equal, in the order of the plan. Takes as much
  /// memory as all keys, and reads the file twice.
  void for_each_sorted(const std::function<std::string(const Record&)>& key,
                       const std::function<void(const Record&)>& body) const;

 private:
  [[nodiscard]] UserError refusal(std::size_t line, const std::string& reason) const;
  /// Calls `body` with each record, the number of its line and where that begins.
  void for_each_line(const std::function<void(const Record&, std::size_t, std::uintmax_t)>& body) const;

  const OutputTree& tree_;
  const MediaFacts& facts_;
  std::vector<std::string> numbers_;
};

/// The first line of a medium's records, since all have the same fields; an empty object where there are none. Throws
/// UserError where it is no object.
[[nodiscard]] nlohmann::ordered_json first_record(const OutputTree& tree, const MediaFacts& facts);

/// Whether a field of it holds whole numbers in all records, or null.
[[nodiscard]] bool is_whole_number(std::string_view field, const nlohmann::ordered_json& value);

}  // namespace fairground
