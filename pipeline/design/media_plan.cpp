#include "pipeline/design/media_plan.h"

#include <algorithm>

namespace fairground {
namespace {

/// Takes out the conditions that are in no block.
void drop_unmet_conditions(MediaPlan& plan) {
  std::vector<bool> is_met(plan.conditions.size(), false);
  for (const std::uint32_t block : plan.block_of) {
    for (const std::uint32_t condition : plan.blocks[block]) {
      is_met[condition] = true;
    }
  }
  for (const Repeat& repeat : plan.repeats) {
    is_met[repeat.condition] = true;
  }
  std::vector<std::uint32_t> place(plan.conditions.size());
  std::vector<Condition> met;
  for (std::size_t c = 0; c < plan.conditions.size(); ++c) {
    place[c] = static_cast<std::uint32_t>(met.size());
    if (is_met[c]) {
      met.push_back(std::move(plan.conditions[c]));
    }
  }
  plan.conditions = std::move(met);
  for (std::vector<std::uint32_t>& block : plan.blocks) {
    std::erase_if(block, [&](std::uint32_t condition) { return !is_met[condition]; });
    std::ranges::transform(block, block.begin(), [&](std::uint32_t condition) { return place[condition]; });
  }
  for (Repeat& repeat : plan.repeats) {
    repeat.condition = place[repeat.condition];
  }
}

void count_variants(MediaPlan& plan) {
  plan.starts.assign(1, 0);
  plan.starts.reserve(plan.catalog->sources.size() + 1);
  std::size_t repeat = 0;
  for (std::size_t source = 0; source < plan.catalog->sources.size(); ++source) {
    std::size_t count = plan.block(source).size();
    for (; repeat < plan.repeats.size() && plan.repeats[repeat].source == source; ++repeat) {
      ++count;
    }
    plan.starts.push_back(plan.starts.back() + count);
  }
}

}  // namespace

std::optional<std::size_t> MediaPlan::clean_condition() const {
  const auto clean = std::ranges::find(conditions, true, &Condition::is_clean);
  return clean == conditions.end() ? std::nullopt : std::optional(static_cast<std::size_t>(clean - conditions.begin()));
}

void settle(MediaPlan& plan) {
  drop_unmet_conditions(plan);
  count_variants(plan);
}

std::size_t count_parts(const MediaPlan& plan, Part part) {
  return static_cast<std::size_t>(std::ranges::count(plan.parts, part));
}

std::size_t count_conditions(const MediaPlan& plan, Control control) {
  return static_cast<std::size_t>(std::ranges::count(plan.conditions, control, &Condition::control));
}

}  // namespace fairground
