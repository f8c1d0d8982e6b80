// What a design says in numbers: shares, budgets, controls, the assumptions of power.

#include <algorithm>

#include "pipeline/config/design_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {

void must_not_be_empty(const ValueReader& value, const std::string& wanted) {
  if (value.is(YamlNode::Kind::map) && value.node().entries.empty()) {
    value.error(in_ticks(value.name()) + " must have " + wanted);
  }
}

void read_share(const ValueReader& value, bool has_at_least, DesignSettings& design) {
  const AtLeast& at_least = design.at_least;
  const int needed = std::max(at_least.sources, at_least.subjects);
  if (value.is_word("at_least")) {
    design.sources_per_group = needed;
    if (!has_at_least) {
      value.error(
          "`sources_per_group: at_least` takes the larger number of `at_least`, which is missing; add it, or "
          "write a number");
    }
    return;
  }
  const auto share = value.integer(kCountBounds, "`at_least`");
  if (share && *share < needed) {
    const bool lacks_sources = at_least.sources == needed;
    value.error("`sources_per_group: " + std::to_string(*share) + "` leaves each group fewer " +
                (lacks_sources ? "sources" : "subjects") + " than the " + std::to_string(needed) +
                " of `at_least`; write " + std::to_string(needed) + " or more, or `at_least`");
  } else if (share) {
    design.sources_per_group = static_cast<int>(*share);
  }
}

void read_match_on(const ValueReader& value, DesignSettings& design) {
  for (const ValueReader& item : value.list("qualities or columns").value_or(std::vector<ValueReader>{})) {
    const auto name = item.text();
    if (name && std::ranges::find(design.match_on, *name) != design.match_on.end()) {
      item.error(in_ticks(*name) + " is named twice; take one away");
    } else if (name) {
      design.match_on.push_back(*name);
    }
  }
}

void read_budget(const ValueReader& value, Budget& budget) {
  MapReader map(value);
  if (const auto variants = map.find("variants")) {
    budget.variants = variants->integer({1, 1'000'000'000'000});
  }
  if (const auto bytes = map.find("bytes")) {
    budget.bytes = bytes->number({1, 1e18}, "bytes");
  }
  map.finish();
  must_not_be_empty(value, "`variants`, `bytes` or both");
}

void read_controls(const ValueReader& value, Controls& controls) {
  MapReader map(value);
  map.flag("identity", controls.identity);
  map.number("repeat", controls.repeat, {0, 1});
  map.finish();
}

void read_power(const ValueReader& value, PowerSettings& power) {
  constexpr Bounds kSpread{0, 3};
  const std::size_t mistakes_before = value.mistakes().count();
  MapReader map(value);
  map.number("baseline_error", power.baseline_error, {1e-6, 1});
  map.number("degradation", power.degradation, {1, 1000});
  map.integer("units", power.units, {1, 1'000'000});
  map.number("subject_sd", power.subject_sd, kSpread);
  map.number("source_sd", power.source_sd, kSpread);
  map.number("interaction_sd", power.interaction_sd, kSpread);
  map.number("alpha", power.alpha, {1e-6, 0.5});
  map.number("power", power.power, {0.05, 0.999});
  map.finish();
  const double degraded = power.baseline_error * power.degradation;
  if (degraded > 1.0 && value.mistakes().count() == mistakes_before) {
    value.error("`baseline_error` " + number_text(power.baseline_error) + " times `degradation` " +
                number_text(power.degradation) +
                " is more than one error in each unit, which nothing measures; lower " + "one of them");
  }
}

}  // namespace fairground
