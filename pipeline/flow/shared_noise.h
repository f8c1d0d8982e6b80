// One making of a noise for all variants that meet the realization.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "augmenters/augmenter.h"
#include "pipeline/core/bounded_cache.h"

namespace fairground {

/// What the augmenter would have made for a clip of `frames`, taken from what it made for one at least as long.
[[nodiscard]] NoiseSound sound_for(const NoiseSound& whole, std::size_t frames);
/// The same, without a copy where nobody else has it and it is as long: long recordings need the memory.
[[nodiscard]] NoiseSound sound_for(std::shared_ptr<const NoiseSound> whole, std::size_t frames);

/// All that a step's result hangs on beside what it is applied to: its parameters from `first` on, and the draw.
[[nodiscard]] std::string step_key(const Augmenter& augmenter, const std::vector<Value>& values, std::size_t first,
                                   const StepRandom& random);

/// All that the sound of a noise hangs on but its length: not the level, so that a ladder of levels has one sound.
[[nodiscard]] std::string noise_key(const Augmenter& augmenter, const AudioShape& shape,
                                    const std::vector<Value>& values, const StepRandom& random);

/// Remembers noises.
class SharedNoise {
 public:
  explicit SharedNoise(std::size_t bytes) : cache_(bytes) {}

  /// The sound under this key for a clip of that shape or a longer one. `make` makes what is not yet known, for a clip
  /// of any length.
  [[nodiscard]] std::shared_ptr<const NoiseSound> whole(const std::string& key, const AudioShape& shape,
                                                        const std::function<NoiseSound(const AudioShape&)>& make);
  /// The same, for a clip of that shape.
  [[nodiscard]] NoiseSound sound(const std::string& key, const AudioShape& shape,
                                 const std::function<NoiseSound(const AudioShape&)>& make);

 private:
  BoundedCache<NoiseSound> cache_;
};

}  // namespace fairground
