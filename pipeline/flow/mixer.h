// The end of the scene stage: where noise meets speech.
#pragma once

#include <span>

#include "augmenters/augmenter.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/output/record.h"

namespace fairground {

/// Multiplies every sample.
void scale(std::span<float> samples, double gain);

/// A-weighted active level of `speech` over that of the source it was made of, in dB. What stands for so many dBA at
/// the microphone is the source, so this is how much louder a raised voice is there. 0 where either has no active
/// speech. Throws GateError where one is silent to the A-weighting.
[[nodiscard]] double raise_dba(const Audio& speech, const SpeechLevel& speech_level, const Audio& source,
                               const SpeechLevel& source_level);

/// The speech that an SNR refers to where it is not all of it.
struct ReferenceSpeech {
  Audio speech;
  SpeechLevel level;
};

/// Sets each stem to its level and adds it to the speech. `speech_level` is the ITU-T P.56 level of the scene's speech,
/// and `speech_dba` the level that this speech has at the microphone: a noise in dBA is as loud beside a raised voice
/// as beside any other. In a band, the speech's active level is its mean power there over its activity factor. A stem's
/// level is its mean power over the whole clip and all channels or, where it is made of events, that of its example
/// while it is active. SNRs are measured again after the gains, on the samples that are added. Throws GateError where
/// an SNR has no meaning (no active speech in the band, or a stem that is silent there), and where the clip ends before
/// the first event of a stem does. `early` is the speech of stems with that reference; without it, all of the speech is
/// early, as in the open.
[[nodiscard]] MixMeasure mix(AudioScene& scene, const SpeechLevel& speech_level,
                             double speech_dba = SourceSettings().speech_dba, const ReferenceSpeech* early = nullptr);

/// Whether mix_shared() serves a stem: its level is the mean power of all of it, of one channel and in no band.
[[nodiscard]] bool is_plain(const NoiseSound& sound, const NoiseLevel& level);

/// mix(), to the bit, where the scene has one stem and that is plain. Its sound is the start of `sound`, which stays as
/// it is and is not copied: that of the stem is not looked at.
[[nodiscard]] MixMeasure mix_shared(AudioScene& scene, const NoiseSound& sound, const SpeechLevel& speech_level,
                                    const ReferenceSpeech* early);

}  // namespace fairground
