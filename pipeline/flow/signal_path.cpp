#include "pipeline/flow/signal_path.h"

#include <utility>

namespace fairground {

Delivered deliver(const std::vector<ReadyStep>& steps, Audio mixture,
                  const std::function<std::optional<double>()>& full_scale_dba) {
  Delivered delivered{std::move(mixture), {}, {}};
  std::optional<AudioSignal> signal;
  for (const ReadyStep& ready : steps) {
    if (!ready.step->signal) {
      continue;
    }
    if (!signal) {
      signal.emplace(AudioSignal{std::move(delivered.audio), full_scale_dba});
    }
    signal->time_map = {};
    signal->measure = {ready.step->augmenter->schema.name, {}};
    ready.step->signal(*signal, *ready.values, ready.random);
    signal->coded = std::exchange(signal->sends, std::nullopt);
    for (StepMeasure& earlier : delivered.steps) {
      if (earlier.lost) {
        for (TimeSpan& span : *earlier.lost) {
          span = {signal->time_map(span.start_s), signal->time_map(span.end_s)};
        }
      }
    }
    if (!signal->measure.is_empty()) {
      delivered.steps.push_back(std::move(signal->measure));
    }
    delivered.time_map.then(signal->time_map);
  }
  if (signal) {
    delivered.audio = std::move(signal->audio);
  }
  return delivered;
}

}  // namespace fairground
