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
  NoiseSound sound;
  sound.signal.sample_rate = whole.signal.sample_rate;
  sound.signal.channels = whole.signal.channels;
  sound.signal.samples.reserve(frames * static_cast<std::size_t>(whole.signal.channels));
  for (int channel = 0; channel < whole.signal.channels; ++channel) {
    const std::span<const float> start = whole.signal.channel(channel).first(frames);
    sound.signal.samples.insert(sound.signal.samples.end(), start.begin(), start.end());
  }
  // The first event stands even behind the end, so that the mixer can say that the clip is too short for it.
  std::ranges::copy_if(whole.events, std::back_inserter(sound.events), [&](const NoiseEvent& event) {
    return &event == whole.events.data() || event.start_s < sound.signal.seconds();
  });
  sound.active = whole.active;
  sound.voices = whole.voices;
  return sound;
}

NoiseSound sound_for(std::shared_ptr<const NoiseSound> whole, std::size_t frames) {
  if (whole.use_count() == 1 && whole->signal.frames() == frames) {
    return std::move(*std::const_pointer_cast<NoiseSound>(whole));
  }
  return sound_for(*whole, frames);
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

std::shared_ptr<const NoiseSound> SharedNoise::whole(const std::string& key, const AudioShape& shape,
                                                     const std::function<NoiseSound(const AudioShape&)>& make) {
  std::shared_ptr<const NoiseSound> known = cache_.find(key);
  if (known && known->signal.frames() >= shape.frames) {
    return known;
  }
  AudioShape longer = shape;
  if (known) {
    // Half as long again as before, so that ever longer clips do not each have it made anew.
    longer.frames = std::max(shape.frames, known->signal.frames() + known->signal.frames() / 2);
  }
  known = std::make_shared<NoiseSound>(make(longer));
  cache_.keep(key, known, bytes_of(*known));
  return known;
}

NoiseSound SharedNoise::sound(const std::string& key, const AudioShape& shape,
                              const std::function<NoiseSound(const AudioShape&)>& make) {
  return sound_for(whole(key, shape, make), shape.frames);
}

}  // namespace fairground
