// Controls against what they repeat: how far a service's answers may differ without any difference in the condition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/publish/report_record.h"

namespace fairground {

/// Identity variants against the clean reference of their source, and repeats against their originals.
class ControlTally {
 public:
  /// The facts and the coverage must outlive it.
  ControlTally(const MediaFacts& facts, const ReportCoverage& coverage);

  void add(const SeenRecord& seen);
  /// When all were added.
  void finish();

  /// `controls` of the page's data.
  [[nodiscard]] nlohmann::ordered_json json() const;

 private:
  struct Variant {
    QuantityValues values = {};
    std::string sha256;
  };
  struct Difference {
    std::size_t n = 0;
    double sum = 0.0;
    double largest = 0.0;
  };
  struct Kind {
    std::size_t n = 0;
    std::size_t compared = 0;
    std::size_t same_bytes = 0;
    std::vector<std::array<Difference, kMostQuantities>> groups;
  };

  void close_source();
  static void compare(Kind& kind, std::uint32_t group, const Variant& control, const Variant& original);
  [[nodiscard]] static nlohmann::ordered_json kind_json(const Kind& kind);

  const MediaFacts& facts_;
  const ReportCoverage& coverage_;
  bool keeps_variants_ = false;  ///< for repeats
  Kind identity_;
  Kind repeat_;
  // Of the source whose records are coming in:
  std::uint32_t group_ = 0;
  bool has_clean_ = false;
  Variant clean_;
  std::unordered_map<std::uint32_t, Variant> originals_;
  std::vector<Variant> identities_;
  std::vector<std::pair<std::uint32_t, Variant>> repeats_;
};

}  // namespace fairground
