// From the microphone to whoever listens in the end: the steps behind the mixer.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/flow/scene.h"

namespace fairground {

/// What came out at the end.
struct Delivered {
  Audio audio;
  TimeMap time_map;                ///< from times of the mixture to times of `audio`
  std::vector<StepMeasure> steps;  ///< of the steps that found something out; times are those of `audio`
};

/// Runs the steps that stand behind the mixer, in order. `full_scale_dba` is that of AudioSignal.
[[nodiscard]] Delivered deliver(const std::vector<ReadyStep>& steps, Audio mixture,
                                const std::function<std::optional<double>()>& full_scale_dba);

}  // namespace fairground
