// The end of the scene stage: where noise meets speech.
#pragma once

#include "augmenters/augmenter.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/output/record.h"

namespace fairground {

/// Sets each stem to its SNR and adds it to the speech. `speech_level` is the ITU-T P.56 level of the scene's
/// speech; a stem's level is its mean power over the whole clip and all channels. SNRs are measured again
/// after the gains, on the samples that are added. Throws GateError where an SNR has no meaning: no active speech,
/// or a stem that is silent over the clip.
[[nodiscard]] MixMeasure mix(AudioScene& scene, const SpeechLevel& speech_level);

}  // namespace fairground
