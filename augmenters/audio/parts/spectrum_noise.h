// How a noise is registered that is a drawn spectrum and nothing else.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/augmenter.h"

namespace fairground {

/// The spectrum made last: its parameters seldom vary within a level.
class LastSpectrum {
 public:
  /// `make` gives the noise of these values, of which those of the level do not matter.
  template <class Make>
  [[nodiscard]] std::shared_ptr<const DrawnNoise> find_or_make(const std::vector<Value>& values, Make make) {
    std::vector<Value> shape(values.begin() + kNoiseLevelParameters, values.end());
    {
      const std::lock_guard lock(mutex_);
      if (noise_ && shape_ == shape) {
        return noise_;
      }
    }
    auto made = std::make_shared<const DrawnNoise>(make());
    const std::lock_guard lock(mutex_);
    noise_ = made;
    shape_ = std::move(shape);
    return made;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const DrawnNoise> noise_;
  std::vector<Value> shape_;
};

/// An augmenter that adds noise of a spectrum: `DrawnNoise spectrum(const P&, int sample_rate)`. `P` derives from
/// NoiseLevel. It must not look at how loud it is to be: that is the mixer's business.
template <class P>
[[nodiscard]] Augmenter spectrum_noise_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                                 DrawnNoise (*spectrum)(const P&, int)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  const auto prepare = [table, spectrum](const std::vector<Value>& /*fixed*/, const PrepareContext& context) {
    return PreparedSpectrum([table, spectrum, rate = context.sample_rate,
                             last = std::make_shared<LastSpectrum>()](const std::vector<Value>& values) {
      return last->find_or_make(values, [&] { return spectrum(table.bind(values), rate); });
    });
  };
  augmenter.prepare_spectrum = prepare;
  augmenter.prepare_noise = [prepare](const std::vector<Value>& fixed, const PrepareContext& context) {
    return PreparedNoise([spectrum_of = prepare(fixed, context)](
                             const AudioShape& shape, const std::vector<Value>& values, const StepRandom& random) {
      NoiseSound sound{Audio(shape.sample_rate, shape.channels, shape.frames)};
      spectrum_of(values)->synthesise(sound.signal, random);
      return sound;
    });
  };
  augmenter.noise_level = [table](const std::vector<Value>& values) -> NoiseLevel { return table.bind(values); };
  return augmenter;
}

}  // namespace fairground
