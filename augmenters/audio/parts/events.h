// What noises that are made of events have in common.
#pragma once

#include <optional>
#include <span>

#include "augmenters/augmenter.h"

namespace fairground {

/// Where the first event begins if the config does not say: everybody meets it, at an unforeseen moment.
inline constexpr double kLatestFirstEventS = 0.5;

/// The onset of the first event in seconds: as given, or drawn once for the realization.
[[nodiscard]] double first_onset_s(const std::optional<double>& given, const StepRandom& random);

/// Adds `sound`, one channel, at a moment, to all channels; what lies behind the clip is cut off.
void add_event(NoiseSound& noise, const NoiseEvent& event, std::span<const float> sound);

}  // namespace fairground
