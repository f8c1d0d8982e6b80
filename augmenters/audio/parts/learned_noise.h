// A noise as it was learned from a recording, ready to be made again, for noise.profile.
#pragma once

#include <optional>
#include <vector>

#include "augmenters/audio/parts/drawn_noise.h"
#include "pipeline/measure/modulation.h"
#include "pipeline/media/audio.h"

namespace fairground {

/// How the power of a part of the sound goes over time.
struct Swell {
  PartModulation modulation;
  bool has_rhythm = false;
  double rhythm_mean = 1.0;
  std::optional<DrawnNoise> waver;  // at kEnvelopeRate, of any variance
  double waver_scale = 0.0;         // that makes it the logarithm of a power
  double log_variance = 0.0;
};

/// An octave of noise, or all those together that are steady.
struct NoiseBand {
  DrawnNoise noise;
  Swell swell;
};

struct NoiseLine {
  double hz = 0.0;
  double amplitude = 0.0;
  Swell swell;
};

struct LearnedNoise {
  std::vector<Rhythm> rhythms;
  std::vector<NoiseBand> bands;
  std::vector<NoiseLine> lines;
  double share = 0.0;  // of the wavering that all parts have in common
};

/// Of a recording in which noise_character_problem() finds nothing. What is found is rounded.
[[nodiscard]] LearnedNoise learn_noise(const Audio& recording);

}  // namespace fairground
