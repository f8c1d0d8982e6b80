// Columns of a manifest as numbers, for counting combinations of labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/design/uncovered_patterns.h"

namespace fairground {

/// More columns than anybody can look at in combination.
inline constexpr std::size_t kMostAttributes = 64;
/// A column with more values is a name or a number that wants binning.
inline constexpr std::size_t kMostValues = 1000;

/// Half-open intervals of the numbers in a column: below edges[0], [edges[0], edges[1]), …, from the last edge on.
struct Bins {
  std::string column;
  std::vector<double> edges;  ///< ascending, at least one
};

/// Reads "COLUMN=EDGE,EDGE,…". Throws UserError.
[[nodiscard]] Bins parse_bins(std::string_view text);

/// The columns that a manifest has in its head, or in its first row where it is JSON Lines; none where it cannot be
/// read.
[[nodiscard]] std::vector<std::string> first_columns(const std::filesystem::path& manifest);

struct CodedAttribute {
  std::string name;
  /// The labels of its values by code: those that the manifest holds, sorted by their bytes, or all bins in order
  /// (`<18`, `[18,30)`, `>=30`). `unknown` is the last, where any row has it.
  std::vector<std::string> values;
  std::size_t unknown_rows = 0;
  std::vector<double> edges;  ///< of the bins; empty where there are none

  [[nodiscard]] std::size_t known_values() const { return values.size() - (unknown_rows > 0 ? 1 : 0); }
};

/// Values that differ only in the case of ASCII letters or in spaces around them: likely one label, spelt in two ways.
[[nodiscard]] std::vector<std::vector<std::string>> alike_values(const CodedAttribute& attribute);
/// Values that elsewhere stand for a label that is missing: `NA`, `null`, `-` and the like.
[[nodiscard]] std::vector<std::string> values_like_missing(const CodedAttribute& attribute);

/// What the records of a run say beside their labels: there a row is a variant, and a source has many.
struct RunRecord {
  std::vector<std::uint32_t> sources;  ///< of each row: 0, 1, 2, …
  std::vector<bool> synthetic;         ///< of each row
  std::size_t controls = 0;            ///< rows that are left out
};

struct CodedManifest {
  CodedRows rows;
  std::vector<CodedAttribute> attributes;
  std::vector<std::uint32_t> subjects;   ///< of each row: 0, 1, 2, … or kNoSubject; empty without a subject column
  std::size_t repeated_rows = 0;         ///< rows that are like an earlier one in every cell
  std::optional<RunRecord> record = {};  ///< where the manifest is that of a run
};

/// Reads the columns `by` of a manifest, and the column `subject` unless it is empty. Empty cells are `unknown`. Throws
/// UserError with all mistakes: those of the manifest, columns that it does not have, cells of binned columns that are
/// no numbers, columns with more than kMostValues values or with none. A manifest with the columns `variant_id`,
/// `source_id` and `control` is the record of a run: its controls are left out, as they are no part of the design.
[[nodiscard]] CodedManifest read_coded_manifest(const std::filesystem::path& manifest,
                                                const std::vector<std::string>& by, const std::vector<Bins>& bins,
                                                const std::string& subject);

}  // namespace fairground
