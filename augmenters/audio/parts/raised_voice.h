// A voice of another level and spectrum.
#pragma once

#include "augmenters/audio/parts/linear_phase.h"
#include "pipeline/measure/weighted_level.h"

namespace fairground {

/// Filters `speech`, and sets its level so that it lies `rise_db` over what it was. Silence stays silence.
void raise_voice(Audio& speech, const LinearPhaseFilter& shape, double rise_db, Weighting weighting);

}  // namespace fairground
