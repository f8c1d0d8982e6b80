#include "pipeline/flow/shared_noise.h"

#include <algorithm>

#include "pipeline/design/chain.h"

namespace fairground {
namespace {

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
  sound.voices = whole.voices;
  return sound;
}

std::string step_key(const Augmenter& augmenter, const std::vector<Value>& values, std::size_t first,
                     const StepRandom& random) {
  std::string key = augmenter.schema.name + " " + std::to_string(random.key) + " " + std::to_string(random.realization);
  for (std::size_t i = first; i < values.size(); ++i) {
    key += '\n' + std::visit([](const auto& value) { return canonical(Setting(value)); }, values[i]);
  }
  return key;
}

std::string noise_key(const Augmenter& augmenter, const AudioShape& shape, const std::vector<Value>& values,
                      const StepRandom& random) {
  return step_key(augmenter, values, kNoiseLevelParameters, random) + "\n" + std::to_string(shape.sample_rate) + " " +
         std::to_string(shape.channels);
}

NoiseSound SharedNoise::sound(const std::string& key, const AudioShape& shape,
                              const std::function<NoiseSound(const AudioShape&)>& make) {
  std::shared_ptr<const NoiseSound> known = cache_.find(key);
  if (!known || known->signal.frames() < shape.frames) {
    AudioShape longer = shape;
    if (known) {
      // Half as long again as before, so that ever longer clips do not each have it made anew.
      longer.frames = std::max(shape.frames, known->signal.frames() + known->signal.frames() / 2);
    }
    auto made = std::make_shared<NoiseSound>(make(longer));
    if (!cache_.keep(key, made, bytes_of(*made)) && made->signal.frames() == shape.frames) {
      return std::move(*made);  // nobody else has it
    }
    known = std::move(made);
  }
  return sound_for(*known, shape.frames);
}

}  // namespace fairground
