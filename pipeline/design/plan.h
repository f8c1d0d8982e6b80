// The exact list of variants that a run will make. A variant is worked out when it is asked for, so that a
// plan's memory grows with the sources and not with the variants.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/chain.h"

namespace fairground {

/// One line of the plan.
struct Variant {
  Media media = Media::audio;
  std::size_t source = 0;     ///< index into MediaCatalog::sources
  std::size_t condition = 0;  ///< index into MediaPlan::conditions
  int realization = 0;
  std::string variant_id;
  std::string pair_id;    ///< the variants of one source that differ in condition only
  std::string draw_id;    ///< all variants that met one draw
  std::string file_name;  ///< inside the folder of the medium
};

struct MediaPlan {
  Media media = Media::audio;
  const MediaSettings* settings = nullptr;
  const MediaCatalog* catalog = nullptr;
  std::vector<Condition> conditions;
  std::vector<int> realizations;  ///< of each source

  [[nodiscard]] std::size_t variants() const { return catalog->sources.size() * conditions.size(); }
};

/// Holds references to the config and the catalog, which must outlive it.
class Plan {
 public:
  /// Throws UserError where the axes of a medium make more than kMostConditions.
  Plan(const Config& config, const Catalog& catalog);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const std::vector<MediaPlan>& media() const { return media_; }
  [[nodiscard]] const MediaPlan& of(Media media) const;
  [[nodiscard]] std::size_t size() const;

  /// Variant `index`, 0 to size() - 1: audio first, then source by source in the catalog's order, then condition
  /// by condition.
  [[nodiscard]] Variant at(std::size_t index) const;
  /// A number that all variants of one source share and no other source's do.
  [[nodiscard]] std::size_t source_number(std::size_t index) const;
  /// The clean reference of the same source. Only where the config includes clean references.
  [[nodiscard]] Variant clean_of(const Variant& variant) const;

  /// The line of plan.jsonl, without the line's end.
  [[nodiscard]] std::string line(const Variant& variant) const;
  /// All lines of plan.jsonl in order, without the lines' ends.
  void for_each_line(const std::function<void(const std::string&)>& body) const;
  /// SHA-256 of all lines, each with a newline at its end.
  [[nodiscard]] std::string sha256() const;

 private:
  [[nodiscard]] Variant make(const MediaPlan& plan, std::size_t source, std::size_t condition) const;
  [[nodiscard]] std::string condition_text(const MediaPlan& plan, const Condition& condition) const;

  const Config& config_;
  const Catalog& catalog_;
  std::vector<MediaPlan> media_;
  std::map<const Condition*, std::string> condition_texts_;
};

}  // namespace fairground
