// The records of a finished run against its plan and each other.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

#include "pipeline/flow/verify_records.h"

namespace fairground {

/// Checks that each record agrees with the plan, and that all variants of one draw had the same parameters.
class PairingCheck {
 public:
  PairingCheck(PlannedVariants& planned, Differences& differences) : planned_(planned), differences_(differences) {}

  /// `at` is where the record begins in its file, `hash` that of its line; see line_hash(). To be called in the order
  /// of the file.
  void add(const std::string& medium, const nlohmann::json& record, std::uintmax_t at, std::uint64_t hash);

  /// Whether some record tells how its skin was found.
  [[nodiscard]] bool has_masks_of_skin() const { return has_masks_of_skin_; }

  /// What the records of a source say of it, by field; no object where there is none.
  [[nodiscard]] nlohmann::json labels_of(const std::string& medium, const std::string& source_id) const;

  /// To be called after all records: is each clean reference that they name one?
  void finish();

 private:
  struct CleanReference {
    std::string named;       ///< `clean_file_name` of the first record of the pair
    std::string variant_id;  ///< of that record
    std::string own;         ///< the file of the pair's record that is not synthetic; empty where none is
  };

  void compare_with_plan(const std::string& id, const PlannedVariant& variant, const std::string& medium,
                         const nlohmann::json& record);
  void check_clean(const std::string& id, const PlannedVariant& variant, const nlohmann::json& record);
  void check_labels(const std::string& id, const PlannedVariant& variant, const nlohmann::json& record);
  void check_blocks();
  void check_draws();

  PlannedVariants& planned_;
  Differences& differences_;
  std::map<std::string, std::string> draws_;
  std::map<std::string, CleanReference> clean_;
  /// By medium and source, the labels of its first record, as a JSON object, and whose they are.
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> labels_;
  std::map<std::string, std::size_t> last_line_;  ///< by medium, the highest line of the plan that had a record so far
  bool has_masks_of_skin_ = false;
};

}  // namespace fairground
