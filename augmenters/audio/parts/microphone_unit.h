// One unit of a model of microphone: no two of them have the same response.
#pragma once

#include <vector>

#include "augmenters/audio/parts/device_filter.h"
#include "augmenters/audio/parts/held_device.h"
#include "augmenters/audio/parts/microphone_profiles.h"
#include "augmenters/audio/parts/user_response.h"

namespace fairground {

/// The unit's response, of minimum phase and relative to the model's at 1 kHz: the model's, or one of the user's own,
/// if there are any, in its place; the unit's deviation, by the model's `spread_db`; and what its place does to it.
/// Deviations of low cut and resonance go with `spread_db`, too; how much is empirical.
[[nodiscard]] DeviceFilter microphone_unit(const MicrophoneModel& model, const std::vector<UserResponse>& own,
                                           Held held, int sample_rate, const StepRandom& random);

}  // namespace fairground
