// A filter that changes the spectrum and nothing else, for voices that are tilted or muffled.
#pragma once

#include <functional>
#include <vector>

#include "pipeline/media/audio.h"
#include "pipeline/media/response_curve.h"

namespace fairground {

class LinearPhaseFilter {
 public:
  /// `gain_db` gives the gain for each frequency in Hz above 0 and up to half the rate. What it does within less than
  /// about 100 Hz is smoothed. To keep the bits equal on every machine, use plain arithmetic or pipeline/core/plain.h.
  LinearPhaseFilter(int sample_rate, const std::function<double(double hz)>& gain_db);

  /// Filters every channel in place. The filter's delay is taken out, so that nothing moves in time; beyond the clip
  /// there is silence.
  void apply(Audio& audio) const;

 private:
  std::vector<float> taps_;  ///< the middle one and those behind it; those before it are the same
};

}  // namespace fairground
