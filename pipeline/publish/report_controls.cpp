#include "pipeline/publish/report_controls.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/publish/report_words.h"

namespace fairground {

using nlohmann::ordered_json;

ControlTally::ControlTally(const MediaFacts& facts, const ReportCoverage& coverage)
    : facts_(facts), coverage_(coverage) {
  keeps_variants_ = facts.json.at("settings").at("controls").at("repeat").get<double>() > 0.0;
  identity_.groups.resize(coverage.groups.size());
  repeat_.groups.resize(coverage.groups.size());
}

void ControlTally::compare(Kind& kind, std::uint32_t group, const Variant& control, const Variant& original) {
  ++kind.compared;
  kind.same_bytes += control.sha256 == original.sha256 ? 1 : 0;
  for (std::size_t q = 0; q < kMostQuantities; ++q) {
    const double difference = control.values[q] - original.values[q];
    if (!std::isnan(difference)) {
      Difference& of_quantity = kind.groups[group][q];
      ++of_quantity.n;
      of_quantity.sum += difference;
      of_quantity.largest = std::max(of_quantity.largest, std::abs(difference));
    }
  }
}

void ControlTally::close_source() {
  for (const Variant& control : identities_) {
    if (has_clean_) {
      compare(identity_, group_, control, clean_);
    }
  }
  for (const auto& [condition, control] : repeats_) {
    const auto original = originals_.find(condition);
    if (original != originals_.end()) {
      compare(repeat_, group_, control, original->second);
    }
  }
  has_clean_ = false;
  originals_.clear();
  identities_.clear();
  repeats_.clear();
}

void ControlTally::add(const SeenRecord& seen) {
  if (seen.is_new_source) {
    close_source();
    group_ = seen.group;
  }
  const bool is_needed = seen.is_control() || seen.is_clean || keeps_variants_;
  if (!is_needed) {
    return;
  }
  Variant variant{seen.values, std::string(seen.record->sha256)};
  if (seen.record->control == Control::identity) {
    ++identity_.n;
    identities_.push_back(std::move(variant));
  } else if (seen.record->control == Control::repeat) {
    ++repeat_.n;
    repeats_.emplace_back(seen.condition, std::move(variant));
  } else {
    if (seen.is_clean) {
      clean_ = variant;
      has_clean_ = true;
    }
    if (keeps_variants_) {
      originals_[seen.condition] = std::move(variant);
    }
  }
}

void ControlTally::finish() { close_source(); }

ordered_json ControlTally::kind_json(const Kind& kind) {
  return {{"n", kind.n}, {"compared", kind.compared}, {"same_bytes", kind.same_bytes}};
}

ordered_json ControlTally::json() const {
  if (identity_.n + repeat_.n == 0) {
    return nullptr;
  }
  const std::vector<ReportQuantity>& quantities = report_quantities(facts_.media);
  std::vector<std::size_t> known;
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    const auto has_it = [q](const auto& group) { return group[q].n > 0; };
    if (std::ranges::any_of(identity_.groups, has_it) || std::ranges::any_of(repeat_.groups, has_it)) {
      known.push_back(q);
    }
  }
  ordered_json json;
  json["identity"] = kind_json(identity_);
  json["identity"]["conditions"] = facts_.json.at("design").at("identity_conditions");
  json["repeat"] = kind_json(repeat_);
  json["quantities"] = ordered_json::array();
  for (const std::size_t q : known) {
    json["quantities"].push_back(
        {{"id", quantities[q].info.name}, {"name", quantities[q].name}, {"unit", quantities[q].info.unit}});
  }
  const auto differences_json = [&](const std::array<Difference, kMostQuantities>& of_group) {
    ordered_json list = ordered_json::array();
    for (const std::size_t q : known) {
      const Difference& it = of_group[q];
      list.push_back(it.n == 0 ? ordered_json(nullptr)
                               : ordered_json{{"n", it.n},
                                              {"mean_difference", number_to_read(it.sum / static_cast<double>(it.n))},
                                              {"max_abs", number_to_read(it.largest)}});
    }
    return list;
  };
  json["by_group"] = ordered_json::array();
  for (std::size_t g = 0; g < coverage_.groups_shown; ++g) {
    const auto has_any = [](const auto& of_group) {
      return std::ranges::any_of(of_group, [](const Difference& it) { return it.n > 0; });
    };
    if (has_any(identity_.groups[g]) || has_any(repeat_.groups[g])) {
      json["by_group"].push_back({{"group", g},
                                  {"identity", differences_json(identity_.groups[g])},
                                  {"repeat", differences_json(repeat_.groups[g])}});
    }
  }
  json["note"] =
      "An identity variant went through every step that can be set to change nothing, and is compared with the clean "
      "reference of its source; a repeat is compared with the variant that it repeats, with which it shares every "
      "draw. "
      "What a service answers otherwise to them is no effect of a condition.";
  return json;
}

}  // namespace fairground
