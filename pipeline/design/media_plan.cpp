#include "pipeline/design/media_plan.h"

#include <algorithm>

namespace fairground {

std::size_t count_parts(const MediaPlan& plan, Part part) {
  return static_cast<std::size_t>(std::ranges::count(plan.parts, part));
}

std::size_t count_conditions(const MediaPlan& plan, Control control) {
  return static_cast<std::size_t>(std::ranges::count(plan.conditions, control, &Condition::control));
}

}  // namespace fairground
