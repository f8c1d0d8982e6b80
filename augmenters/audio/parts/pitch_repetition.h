// What a receiver of waveform codecs puts where packets are missing: the last pitch period, over and over, and softer.
//
// After ITU-T G.711 Appendix I, "A high quality low-complexity algorithm for packet loss concealment with G.711"
// (1999), by its published facts: pitch from 66.7 to 200 Hz by normalised cross-correlation over 20 ms, one period
// repeated in the first 10 ms, two from 10 ms on, three from 20 ms on; joints overlap by a quarter of a period; the
// gain falls from 10 ms on by 0.2 in each 10 ms and is 0 from 60 ms on; what arrives again is faded in over a quarter
// of a period and 4 ms more for each further 10 ms that were lost, at most 10 ms.
#pragma once

#include <cstddef>

#include "pipeline/media/audio.h"

namespace fairground {

/// Frames from `begin` to before `end`.
struct LostFrames {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const LostFrames&) const = default;
};

/// Fills the gap with what the signal before it suggests. The same pitch serves all channels. Up to 3.75 ms before the
/// gap and 10 ms behind it are changed too, for the joints. Gaps are filled in order, the first one first.
void repeat_pitch(Audio& audio, const LostFrames& gap);

}  // namespace fairground
