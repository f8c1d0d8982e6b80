// What a capsule makes of sound that is too loud for it.
//
// A curve without memory, y = x / (1 + (x / limit)^4)^(1/4), whose limit is set so that a tone at the overload point
// has 10 % of total harmonic distortion: then 0.22 % 10 dB below it and 0.02 % 15 dB below. Data sheets lie on either
// side: ST's MP34DT05-A has 0.7 % 12.5 dB below, Infineon's IM69D130 less than 1 % 2 dB below. The curve is symmetric,
// so even harmonics, which real capsules have as well, are missing. Where it matters, it runs at four times the rate,
// so that harmonics beyond half of it do not fold back, as they do not in the air.
#pragma once

#include "pipeline/media/audio.h"
#include "pipeline/media/polyphase.h"

namespace fairground {

class Overload {
 public:
  explicit Overload(int sample_rate);

  /// Distorts every channel. `overload_rms` is the root mean square of a tone at the overload point, in the audio's own
  /// unit.
  void apply(Audio& audio, double overload_rms) const;

 private:
  RateConverter up_;
  RateConverter down_;
};

}  // namespace fairground
