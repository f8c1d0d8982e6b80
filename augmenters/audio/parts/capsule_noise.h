// The noise of a microphone's capsule and amplifier: white, and flicker noise below a hundred hertz.
//
// Flicker noise has a power density of 1 / f. Here it comes from three low-passes of one white noise, at 1, 10 and
// 100 Hz, each with a tenth of the power density of the one before; it equals the white noise at about 100 Hz, which is
// empirical. It is drawn for every sixteenth sample and joined by straight lines, as it is slow.
#pragma once

#include "pipeline/core/random.h"
#include "pipeline/media/audio.h"

namespace fairground {

class CapsuleNoise {
 public:
  explicit CapsuleNoise(int sample_rate);

  /// Multiplies every sample by `gain` and adds noise of an A-weighted RMS of `rms`, over the band of the rate.
  /// Channels have noises of their own. A longer clip begins with the noise of a shorter one.
  void add(Audio& audio, double gain, double rms, const StepRandom& random) const;

 private:
  double weighted_rms_ = 0.0;  ///< of white noise whose RMS is 1. Flicker noise is nothing to the A-weighting
  struct Pole {
    float keep = 0.0F;
    float take = 0.0F;
  };
  Pole poles_[3];
};

}  // namespace fairground
