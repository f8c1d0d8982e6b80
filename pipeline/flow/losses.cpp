#include "pipeline/flow/losses.h"

#include <algorithm>

#include "pipeline/core/text.h"
#include "pipeline/flow/report_text.h"

namespace fairground {

void Losses::add(const Outcome& outcome) {
  if (outcome.fate == Fate::written) {
    return;
  }
  const std::string place = std::string(to_string(outcome.fate)) + " (" + outcome.stage;
  const std::string name = outcome.figure ? place + " " + outcome.figure->gate + ")" : place + "): " + outcome.reason;
  Loss& loss = losses_[name];
  if (outcome.figure) {
    const double value = outcome.figure->value;
    loss.reason = loss.count == 0 ? outcome.reason : loss.reason;
    loss.lowest = loss.count == 0 ? value : std::min(loss.lowest, value);
    loss.highest = loss.count == 0 ? value : std::max(loss.highest, value);
  }
  ++loss.count;
}

void Losses::print(std::ostream& out) const {
  constexpr std::size_t kMost = 5;
  std::size_t shown = 0;
  for (const auto& [name, loss] : losses_) {
    if (shown++ == kMost) {
      out << "  and " << counted(losses_.size() - kMost, "more reason") << '\n';
      return;
    }
    out << "  " << loss.count << " × " << name;
    if (!loss.reason.empty()) {
      const bool is_one_value = loss.lowest == loss.highest;
      out << (is_one_value ? "" : " with " + number_text(loss.lowest, 3) + " to " + number_text(loss.highest, 3))
          << (loss.count == 1 ? ": " : ", the first: ") << loss.reason;
    }
    out << '\n';
  }
}

}  // namespace fairground
