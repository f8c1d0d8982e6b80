// Where in a recording somebody speaks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// Samples `begin` up to `end`, which is not among them.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Stretch&) const = default;
};

/// The time that ITU-T P.56 (method B) counts as active: the envelope stands within 15.9 dB of the active speech level,
/// or did within the last 0.2 s. Stretches come in order and never touch. Their mean power is thus the active speech
/// level, as far as that is a crossing between two thresholds. They are moved earlier by as much as the envelope lags
/// behind, so that they begin with the word. Silence has none; sound that is active without ever coming so near to its
/// level, such as a lone click, is one stretch from end to end.
[[nodiscard]] std::vector<Stretch> active_stretches(std::span<const float> samples, int sample_rate);

}  // namespace fairground
