// Sample-rate conversion.
#pragma once

#include "pipeline/media/audio.h"

namespace fairground {

/// `audio` at another rate, by libsamplerate's best converter: round(frames * rate / old rate) frames, no
/// delay. Returns it as it is where the rate does not change. Throws ItemError where the ratio is beyond
/// 1/256 to 256.
[[nodiscard]] Audio resample(Audio audio, int sample_rate);

/// The mean of all channels.
[[nodiscard]] Audio to_mono(Audio audio);

}  // namespace fairground
