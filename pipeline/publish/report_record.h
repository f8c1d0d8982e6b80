// A record with what the report's parts all ask of it.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/design/balance.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/report_coverage.h"

namespace fairground {

/// Something measured of every variant.
struct ReportQuantity {
  std::string name;  ///< as people say it
  QualityInfo info;  ///< its name is an identifier
};

inline constexpr std::size_t kMostQuantities = 4;
/// Of a variant, in the order of report_quantities(); NaN where unknown.
using QuantityValues = std::array<double, kMostQuantities>;

[[nodiscard]] const std::vector<ReportQuantity>& report_quantities(Media media);

/// Stands for a control, whose condition is none of the set's.
inline constexpr std::uint32_t kNoCondition = 0xFFFFFFFFU;

struct SeenRecord {
  const Record* record = nullptr;
  std::uint32_t group = 0;
  std::uint32_t condition = kNoCondition;  ///< of repeats too; kNoCondition of identity controls
  bool is_clean = false;
  bool is_new_source = false;  ///< the record before was of another source; all of one stand together
  QuantityValues values = {};
  simdjson::dom::element measured;  ///< Record::measured

  [[nodiscard]] bool is_control() const { return record->control != Control::none; }
};

/// Looks up what records say. The facts, the coverage and the records must outlive it.
class RecordReader {
 public:
  RecordReader(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records);

  /// What it returns holds until the next call. Throws UserError where the record does not fit coverage.json.
  [[nodiscard]] const SeenRecord& read(const Record& record);

 private:
  [[nodiscard]] QuantityValues values_of(const Record& record) const;

  const MediaFacts& facts_;
  const ReportCoverage& coverage_;
  std::array<std::ptrdiff_t, kMostQuantities> columns_ = {};  ///< among Record::numbers; -1: in `measured`
  SeenRecord seen_;
  std::string source_;
  std::string key_;
  std::string padded_;
  simdjson::dom::parser parser_;
};

}  // namespace fairground
