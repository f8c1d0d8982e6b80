// How noisy a recording is by itself, before anything is added to it.
#pragma once

#include "pipeline/media/audio.h"

namespace fairground {

/// The highest signal-to-noise ratio that is reported. Quieter noise is not told apart; the
/// rounding of 16 bits lies some 15 dB further down.
inline constexpr double kHighestSourceSnrDb = 60.0;

/// The level of speech above the steady noise of its pauses in dB, at most kHighestSourceSnrDb, estimated from the
/// recording alone and from 60 Hz up; the power of speech is that of its active time, as in ITU-T P.56. Channels'
/// powers are added. For steady noise within about 1 dB (one standard deviation) from 0 to 40 dB, for crackle and
/// thumps within 2 to 5 dB. Bursts and babble are taken for speech. Noise that is gated away in the pauses is not seen:
/// where these are digital silence and nothing else is steady, the result is kHighestSourceSnrDb. Speech without any
/// pause measures its own quietest sounds, 15 to 25 dB, or nothing.
///
/// NaN where it cannot be told: in recordings of less than 0.3 s, of noise or silence alone, without steady noise and
/// without anything 20 dB below the speech, or where speech would lie 5 dB below the noise.
[[nodiscard]] double measure_source_snr_db(const Audio& audio);

}  // namespace fairground
