// How much of the spectrum a recording uses.
#pragma once

#include "pipeline/media/audio.h"

namespace fairground {

/// The highest frequency in Hz from which the 250 Hz band upwards of the long-term spectrum lies within 60 dB of
/// the strongest band (both figures empirical: they separate 4 kHz telephone prompts from wide-band speech). The
/// channels' powers are added. 0 for silence.
[[nodiscard]] double measure_bandwidth_hz(const Audio& audio);

}  // namespace fairground
