// What was asked for against what was measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/publish/report_record.h"

namespace fairground {

/// The rule, for all augmenters alike. A measured number answers a parameter of the step that it was measured of
/// - in a noise: `snr_db` answers `requested_snr_db`, and so for any other name;
/// - in a step behind the mixer: where both have one name. A step that says what was asked of it, as `requested_NAME`,
///   is answered by its own NAME, or by the record's `tone_reference_NAME`, and by nothing else: its other parameters
///   are limits;
/// - in a room: likewise, and `t20_s` answers `rt60_s`;
/// - in a step with `ev` that is alone in its condition: how much brighter than its clean reference the file is.
/// Beside these, the level of the clean references answers the one that sources are brought to.
class RequestTally {
 public:
  /// The facts, the coverage and the records must outlive it.
  RequestTally(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records);

  void add(const SeenRecord& seen);

  /// `requests` of the page's data.
  [[nodiscard]] nlohmann::ordered_json json() const;

 private:
  struct Tally {
    std::size_t n = 0;
    double lowest_request = 0.0;
    double highest_request = 0.0;
    double sum = 0.0;
    double lowest = 0.0;
    double highest = 0.0;
    double sum_of_errors = 0.0;
    double largest_error = 0.0;

    void add(double requested, double measured);
  };
  /// A step of a level.
  struct Place {
    std::uint32_t axis = 0;
    std::uint32_t level = 0;
    std::uint32_t step = 0;
    bool operator==(const Place&) const = default;
  };
  [[nodiscard]] static std::uint64_t key_of(const Place* place);
  /// A parameter of a step, and what answers it.
  struct Row {
    std::optional<Place> place;  ///< empty: the sources' own level
    std::string parameter;
    std::string quantity;
    Tally all;
    std::vector<std::pair<std::uint32_t, Tally>> by_condition;
  };

  [[nodiscard]] const StepFacts& step_at(const Place& place) const;
  [[nodiscard]] std::vector<Place> places_of(const std::vector<std::string>& levels) const;
  /// The step that the `ordinal`-th measurement of an augmenter is of.
  [[nodiscard]] const Place* find(std::uint32_t condition, std::string_view augmenter, std::size_t ordinal) const;
  /// A parameter as this variant has it: what the level says, or what was drawn.
  [[nodiscard]] std::optional<double> requested(const SeenRecord& seen, const Place& place, std::string_view parameter);
  [[nodiscard]] std::optional<double> tone_reference(const SeenRecord& seen, std::string_view name) const;
  void tally(const SeenRecord& seen, const Place* place, std::string_view parameter, std::string_view quantity,
             double requested, double measured);
  void add_stems(const SeenRecord& seen);
  void add_steps(const SeenRecord& seen);
  void add_room(const SeenRecord& seen);
  void add_lone_step(const SeenRecord& seen);
  void add_level(const SeenRecord& seen);

  const MediaFacts& facts_;
  const ReportCoverage& coverage_;
  std::vector<std::vector<Place>> places_;  ///< of each condition, in the order of the axes
  std::vector<bool> is_answered_;           ///< of each condition
  std::vector<bool> has_files_;             ///< likewise
  std::vector<Row> rows_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> rows_of_step_;  ///< into rows_, by key_of()
  /// Of each axis, its levels by name.
  std::vector<std::unordered_map<std::string, std::uint32_t>> levels_by_name_;
  std::optional<double> level_dbov_;                               ///< that all sources are brought to
  std::vector<std::pair<std::string, std::size_t>> tone_columns_;  ///< of Record::numbers, by what they are of
  double clean_luminance_ = 0.0;  ///< of the source whose records are coming in; 0: unknown
  std::string padded_;
  simdjson::dom::parser parser_;
  std::string_view parsed_;  ///< the variant whose augmentations are
  simdjson::dom::array augmentations_;
};

}  // namespace fairground
