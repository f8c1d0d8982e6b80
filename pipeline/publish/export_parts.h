// What several exports need: names that other tools accept, labels as JSON, cells of tables.
#pragma once

#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pipeline/publish/records.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// Where a file of the records lies, as seen from the run's folder. Throws UserError for a name that fairground gives
/// to no file: others put these paths into commands of a shell.
[[nodiscard]] std::string path_in_run(const MediaFacts& facts, std::string_view file_name);
/// The same as seen from `exports/NAME/`.
[[nodiscard]] std::string path_from_export(const MediaFacts& facts, std::string_view file_name);

/// The id of the clean reference; empty where the set has none.
[[nodiscard]] std::string_view clean_variant_id(const Record& record);

/// What is said, or nothing where the set has no transcripts.
[[nodiscard]] std::string_view transcript_of(const Record& record, const MediaFacts& facts);

/// The number of a column that every record of this medium has. Throws UserError where they have none of that name.
[[nodiscard]] std::size_t required_number(const Records& records, std::string_view column);

/// The names that an export gives to the set's columns of groups, to those that are kept, and to the axes: their own,
/// unless the export has columns of these names itself. Such a one is called column_NAME, and column_column_NAME where
/// that is a name too, until nothing else is called so. No two columns get one name.
class ColumnNames {
 public:
  ColumnNames(const MediaFacts& facts, std::span<const std::string_view> taken);
  [[nodiscard]] const std::string& of(const std::string& column) const { return names_.at(column); }

 private:
  std::unordered_map<std::string, std::string> names_;
};

/// Names for tools that split at white space, at hyphens or at letters beyond ASCII: of ASCII's letters, digits and the
/// underscore, at most 60 of them. Different texts have different names, which differ in more than their case.
class SafeNames {
 public:
  /// The name for what `key` tells apart; `readable` is what it is made of. The same for the same key.
  const std::string& name_of(const std::string& key, std::string_view readable);

 private:
  std::unordered_map<std::string, std::string> names_;
  std::unordered_set<std::string> taken_;  ///< in lower case
};

/// Who speaks in a recording, for tools that treat the recordings of a speaker as one. A source whose subject is not
/// known is a speaker of its own, as Kaldi's documentation advises, since nobody knows better.
class SpeakerIds {
 public:
  const std::string& of(const Record& record);

 private:
  SafeNames names_;
};

/// Names for groups and conditions, in the order in which they come.
class CellNames {
 public:
  struct Cell {
    std::string name;
    std::vector<std::string> labels;  ///< empty for a control
    Control control = Control::none;
    std::size_t number = 0;  ///< its place among all
  };

  const Cell& of(const std::vector<std::string_view>& labels) { return of(labels, Control::none); }
  /// The condition of a record: its levels, or which control it is.
  const Cell& condition_of(const Record& record) { return of(record.levels, record.control); }
  [[nodiscard]] const std::deque<Cell>& all() const { return cells_; }

 private:
  const Cell& of(const std::vector<std::string_view>& labels, Control control);

  SafeNames names_;
  std::unordered_map<std::string, std::size_t> known_;
  std::deque<Cell> cells_;
};

/// The labels of a record as fields of a JSON object: what it is a variant of, its groups, kept columns, levels and
/// measured numbers. The transcript is left out. All lines have the same fields, of the same types.
class LabelFields {
 public:
  /// Columns whose names are `taken`, or those of fields that are added here, get others.
  LabelFields(const Records& records, std::initializer_list<std::string_view> taken);

  /// Adds `"variant_id":"…","source_id":…`, without braces.
  void append(std::string& json, const Record& record) const;

 private:
  const MediaFacts& facts_;
  std::vector<std::string> groups_;  ///< `,"NAME":`
  std::vector<std::string> kept_;    ///< likewise; empty for the transcript
  std::vector<std::string> axes_;
  std::vector<std::string> numbers_;
};

/// `number` in JSON, with a point even where it is whole, so that no reader takes a column for integers; null for NaN.
[[nodiscard]] std::string json_number(double number);

/// A cell of a CSV file as in RFC 4180, and a line of them with its end.
[[nodiscard]] std::string csv_cell(std::string_view text);
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

}  // namespace fairground
