// Sound at another tempo and the same pitch.
//
// WSOLA: Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality
// time-scale modification of speech" (IEEE ICASSP 1993, vol. 2, 554-557). Pieces of the source are joined by
// cross-fades. Each new piece is taken from near the moment that is due, from where it is most like what would have
// followed the piece before: so joints come a whole number of pitch periods apart.
//
// Where the two sides of a joint are not alike, as in hiss, a cross-fade loses power. By their correlation, which the
// search finds anyway, that is made up for; without it hiss would lose 1.25 dB and flutter at the rate of the joints.
#pragma once

#include <cstddef>

#include "pipeline/media/audio.h"

namespace fairground {

/// The first `frames` of `source` at `rate` times its tempo, 0.5 to 2. What is heard at a moment comes from within 8 ms
/// of what is due then. All channels are joined at the same places.
[[nodiscard]] Audio stretched(const Audio& source, std::size_t frames, double rate);

}  // namespace fairground
