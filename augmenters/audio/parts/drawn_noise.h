// Gaussian noise of any given spectrum, for several augmenters.
//
// The spectrum is drawn rather than filtered: each block is the inverse transform of independent complex normals that
// are weighted by the wanted amplitude (Timmer and Koenig, "On generating power law noise", Astronomy and Astrophysics
// 300, 1995). So the spectrum is exact at every rate, without a filter's ripple or start. Blocks are joined by a
// cross-fade that keeps the power.
//
// A filter behind such a noise can be a part of it: its response multiplies what is drawn, so that the noise costs no
// more with it than without. Each block is then filtered as if it went on in a circle, with nothing else before it than
// its own end, and it is steady from its first sample to its last.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "pipeline/core/fourier.h"
#include "pipeline/core/random.h"
#include "pipeline/media/audio.h"

namespace fairground {

class DrawnNoise {
 public:
  /// `amplitude` gives the square root of the wanted power density for each frequency in Hz above 0 and below half the
  /// rate. Its largest value should be near 1: the level is the mixer's business, the range of floats is not. To keep
  /// the bits equal on every machine, use plain arithmetic or pipeline/core/plain.h.
  DrawnNoise(int sample_rate, const std::function<double(double hz)>& amplitude);

  /// Fills `out`. A longer noise begins with a shorter one of the same stream.
  void synthesise(std::span<float> out, const RandomStream& stream) const;
  /// Fills all channels with independent noises, from the streams `spectrum 0`, `spectrum 1` and so on.
  void synthesise(Audio& out, const StepRandom& random) const;

  static constexpr std::size_t kMostTaps = kFourierSize;

  /// The same noises, as they are behind a filter of these taps; there may be kMostTaps. They keep no time that the
  /// filter takes: it goes in a circle.
  void synthesise_through(std::span<const float> taps, Audio& out, const StepRandom& random) const;

  /// Mean power of the noise, over a long time.
  [[nodiscard]] double power() const;
  /// Mean power of a noise if the square of `amplitude`, integrated over frequency, is 1.
  [[nodiscard]] static double power_of_density(int sample_rate);

 private:
  std::vector<float> weights_;  ///< amplitude of each bin, the negative frequencies mirrored
};

}  // namespace fairground
