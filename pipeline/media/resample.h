// Sample-rate conversion.
#pragma once

#include "pipeline/core/resampler.h"
#include "pipeline/media/audio.h"

namespace fairground {

/// Whether the resampler takes this ratio: polyphase a fraction of whole numbers up to 1000, libsamplerate 1/256 to
/// 256.
[[nodiscard]] bool can_resample(int from, int to, Resampler resampler);

/// `audio` at another rate: round(frames * rate / old rate) frames, no delay. Returns it as it is where the rate does
/// not change. Up to 0.9 of the lower Nyquist frequency both resamplers are flat within 0.01 dB, and what lies 3 % and
/// more above it is down by 100 dB; between the two, libsamplerate keeps more. Throws ItemError where can_resample() is
/// false.
[[nodiscard]] Audio resample(Audio audio, int sample_rate, Resampler resampler);

/// The mean of all channels.
[[nodiscard]] Audio to_mono(Audio audio);

}  // namespace fairground
