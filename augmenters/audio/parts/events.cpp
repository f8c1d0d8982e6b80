#include "augmenters/audio/parts/events.h"

#include <algorithm>
#include <cmath>

namespace fairground {

double first_onset_s(const std::optional<double>& given, const StepRandom& random) {
  return given ? *given : random.stream("first event").uniform(0.0, kLatestFirstEventS);
}

void add_event(NoiseSound& noise, const NoiseEvent& event, std::span<const float> sound) {
  const auto start = static_cast<std::size_t>(std::floor(event.start_s * noise.signal.sample_rate + 0.5));
  const std::size_t frames = noise.signal.frames();
  const std::size_t heard = start < frames ? std::min(sound.size(), frames - start) : 0;
  for (int channel = 0; channel < noise.signal.channels; ++channel) {
    const std::span<float> out = noise.signal.channel(channel);
    for (std::size_t i = 0; i < heard; ++i) {
      out[start + i] += sound[i];
    }
  }
  noise.events.push_back(event);
}

}  // namespace fairground
