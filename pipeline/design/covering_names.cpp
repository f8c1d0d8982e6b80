#include "pipeline/design/covering_names.h"

#include "pipeline/core/text.h"

namespace fairground::covering {

std::string factor_name(const CoveringModel& model, std::size_t factor) {
  if (factor < model.factor_names.size()) {
    return on_one_line(model.factor_names[factor]);
  }
  return "factor " + std::to_string(factor + 1);
}

std::string level_name(const CoveringModel& model, std::size_t factor, std::size_t level) {
  if (factor < model.level_names.size() && level < model.level_names[factor].size()) {
    return on_one_line(model.level_names[factor][level]);
  }
  return "level " + std::to_string(level + 1);
}

std::string exclusion_text(const CoveringModel& model, const Exclusion& exclusion) {
  std::string text = "{";
  for (const auto& [factor, levels] : exclusion.cells) {
    text += (text.size() > 1 ? ", " : "") + factor_name(model, factor) + ": ";
    std::string list;
    for (const std::size_t level : levels) {
      list += (list.empty() ? "" : ", ") + level_name(model, factor, level);
    }
    text += levels.size() == 1 ? list : "[" + list + "]";
  }
  return text + "}";
}

}  // namespace fairground::covering
