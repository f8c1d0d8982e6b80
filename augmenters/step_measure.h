// What a step says of what it did.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairground {

/// From `start_s` to `end_s`, in seconds of the signal as it leaves the step that says so.
struct TimeSpan {
  double start_s = 0.0;
  double end_s = 0.0;
  bool operator==(const TimeSpan&) const = default;
};

/// What a step found out about what it did. It goes into the record, in this order.
struct StepMeasure {
  std::string augmenter;                               ///< filled in by the renderer
  std::vector<std::pair<std::string, double>> values;  ///< by name, units in the name: `gain_db`
  std::optional<std::vector<TimeSpan>> lost = {};  ///< what never arrived, in order; empty of steps that lose nothing
  /// Whose voices the step added: subjects of a pool of talkers. Only beside values.
  std::vector<std::string> voices = {};

  [[nodiscard]] bool is_empty() const { return values.empty() && !lost && voices.empty(); }
};

}  // namespace fairground
