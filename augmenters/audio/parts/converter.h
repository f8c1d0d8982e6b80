// An analogue-to-digital converter: full scale, steps and dither.
#pragma once

#include "pipeline/core/random.h"
#include "pipeline/media/audio.h"

namespace fairground {

/// Rounds every sample to a word of `bits` (2 to 24), after adding triangular dither of two steps' width from the
/// streams `dither 0`, `dither 1` and so on, one for each channel; what lies beyond full scale saturates. Returns the
/// share of the samples that did. Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey",
/// JAES 40(5), 1992: the error's mean and power are then free of the signal, and its power is a quarter of a step
/// squared.
double convert(Audio& audio, int bits, const StepRandom& random);

}  // namespace fairground
