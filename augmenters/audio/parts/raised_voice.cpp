#include "augmenters/audio/parts/raised_voice.h"

#include "pipeline/core/plain.h"
#include "pipeline/core/units.h"

namespace fairground {

void raise_voice(Audio& speech, const LinearPhaseFilter& shape, double rise_db, Weighting weighting) {
  const double before = weighted_power(speech, weighting);
  shape.apply(speech);
  const double after = weighted_power(speech, weighting);
  if (before <= 0.0 || after <= 0.0) {
    return;
  }
  // Rounded, so that the last bits of a machine's mathematics library decide nothing.
  const double gain_db = rounded_db(rise_db + db_from_power(before) - db_from_power(after));
  const auto gain = static_cast<float>(plain::amplitude_from_db(gain_db));
  for (float& sample : speech.samples) {
    sample *= gain;
  }
}

}  // namespace fairground
