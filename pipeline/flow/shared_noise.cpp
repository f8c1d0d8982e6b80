#include "pipeline/flow/shared_noise.h"

#include <algorithm>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// All that the sound hangs on but the length.
std::string key_of(const Augmenter& augmenter, const AudioShape& shape, const std::vector<Value>& values,
                   const StepRandom& random) {
  std::string key = augmenter.schema.name + " " + std::to_string(random.key) + " " +
                    std::to_string(random.realization) + " " + std::to_string(shape.sample_rate) + " " +
                    std::to_string(shape.channels);
  for (std::size_t i = kNoiseLevelParameters; i < values.size(); ++i) {
    key += '\n';
    std::visit(
        [&key](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, double>) {
            key += shortest(value);
          } else if constexpr (std::is_same_v<T, std::string>) {
            key += value;
          } else if constexpr (!std::is_same_v<T, std::monostate>) {
            key += std::to_string(value);
          }
        },
        values[i]);
  }
  return key;
}

std::size_t bytes_of(const NoiseSound& sound) {
  return (sound.signal.samples.size() + sound.active.samples.size()) * sizeof(float) +
         sound.events.size() * sizeof(NoiseEvent) + sizeof(NoiseSound);
}

}  // namespace

NoiseSound sound_for(const NoiseSound& whole, std::size_t frames) {
  NoiseSound sound{Audio(whole.signal.sample_rate, whole.signal.channels, frames)};
  for (int channel = 0; channel < sound.signal.channels; ++channel) {
    std::ranges::copy(whole.signal.channel(channel).first(frames), sound.signal.channel(channel).begin());
  }
  // The first event stands even behind the end, so that the mixer can say that the clip is too short for it.
  std::ranges::copy_if(whole.events, std::back_inserter(sound.events), [&](const NoiseEvent& event) {
    return &event == whole.events.data() || event.start_s < sound.signal.seconds();
  });
  sound.active = whole.active;
  return sound;
}

NoiseSound SharedNoise::sound(const Augmenter& augmenter, const PreparedNoise& make, const AudioShape& shape,
                              const std::vector<Value>& values, const StepRandom& random) {
  const std::string key = key_of(augmenter, shape, values, random);
  std::shared_ptr<const NoiseSound> known = cache_.find(key);
  if (!known || known->signal.frames() < shape.frames) {
    AudioShape longer = shape;
    if (known) {
      // Half as long again as before, so that ever longer clips do not each have it made anew.
      longer.frames = std::max(shape.frames, known->signal.frames() + known->signal.frames() / 2);
    }
    known = std::make_shared<const NoiseSound>(make(longer, values, random));
    cache_.keep(key, known, bytes_of(*known));
  }
  return sound_for(*known, shape.frames);
}

}  // namespace fairground
