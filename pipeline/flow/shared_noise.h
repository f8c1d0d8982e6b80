// One making of a noise for all variants that meet the realization.
#pragma once

#include <memory>
#include <string>

#include "augmenters/augmenter.h"
#include "pipeline/core/bounded_cache.h"

namespace fairground {

/// What the augmenter would have made for a clip of `frames`, taken from what it made for one at least as long.
[[nodiscard]] NoiseSound sound_for(const NoiseSound& whole, std::size_t frames);

/// Remembers noises, whatever level they are going to be set to: a ladder of levels has one noise.
class SharedNoise {
 public:
  explicit SharedNoise(std::size_t bytes) : cache_(bytes) {}

  /// The sound of `step` for a clip of that shape. `make` is the step's, and makes what is not yet known.
  [[nodiscard]] NoiseSound sound(const Augmenter& augmenter, const PreparedNoise& make, const AudioShape& shape,
                                 const std::vector<Value>& values, const StepRandom& random);

 private:
  BoundedCache<NoiseSound> cache_;
};

}  // namespace fairground
