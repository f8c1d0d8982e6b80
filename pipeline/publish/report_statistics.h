// What the records hold of each group and condition, in one pass over them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/design/sums.h"
#include "pipeline/publish/report_record.h"

namespace fairground {

using QuantitySums = std::array<Sums, kMostQuantities>;

/// Controls are left out of all of it but `written`. Sums are of values on the compared scale, less `shift`.
class ReportStatistics {
 public:
  ReportStatistics(const MediaFacts& facts, const ReportCoverage& coverage);

  void add(const SeenRecord& seen);
  /// When all were added.
  void finish();

  /// Of a group in a condition, both shown.
  struct Cell {
    std::uint32_t variants = 0;
    QuantitySums sums = {};
  };
  /// A person in a group.
  struct Subject {
    std::uint32_t group = 0;
    std::uint32_t sources = 0;  ///< with a variant in the set
    QuantitySums clean = {};    ///< of the clean references
    QuantitySums means = {};    ///< of each source, the mean over its variants, the clean reference among them
  };
  struct Group {
    std::size_t written = 0;  ///< controls among them
    std::size_t sources = 0;
    std::size_t sources_without_subject = 0;
    std::size_t synthetic = 0;  ///< variants, no clean references and no controls
    QuantitySums clean = {};
    QuantitySums means = {};
    /// Of sources without a known subject, each of which is then a subject of its own.
    std::array<std::size_t, kMostQuantities> clean_alone = {};
    std::array<std::size_t, kMostQuantities> means_alone = {};
  };
  struct Extent {
    bool is_known = false;
    double shift = 0.0;
    double lowest = 0.0;
    double highest = 0.0;
  };

  /// Of group g in condition c at [g * conditions_shown + c].
  std::vector<Cell> cells;
  /// Likewise, times realizations: how many sources of the cell met each realization.
  std::vector<std::uint32_t> realizations;
  std::size_t realizations_told = 0;  ///< 0: they are too many
  std::vector<Group> groups;
  std::vector<Subject> subjects;
  std::array<Extent, kMostQuantities> extents = {};
  std::size_t clean_references = 0;
  std::size_t synthetic = 0;
  std::size_t identity = 0;
  std::size_t repeats = 0;

 private:
  void close_source();
  Subject& subject_of(std::string_view name, std::uint32_t group);

  const std::vector<ReportQuantity>& quantities_;
  const ReportCoverage& coverage_;
  std::unordered_map<std::string, std::uint32_t> subject_numbers_;
  std::string key_;
  // The source whose records are coming in:
  bool is_open_ = false;
  std::uint32_t group_ = 0;
  std::string subject_;
  bool has_variant_ = false;
  bool has_record_ = false;
  QuantitySums source_ = {};
  QuantityValues clean_ = {};
};

}  // namespace fairground
