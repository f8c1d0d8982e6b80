// One augmenter by itself, without config, plan or files.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"

namespace fairground {

using Given = std::map<std::string, Value>;

[[nodiscard]] inline const Augmenter& augmenter(const std::string& name) {
  const Augmenter* found = find_augmenter(name);
  if (found == nullptr) {
    throw std::logic_error("there is no augmenter " + name);
  }
  return *found;
}

/// Values in the schema's order: those that are given, and the defaults for the others.
[[nodiscard]] inline std::vector<Value> values_of(const StepSchema& schema, const Given& given) {
  std::vector<Value> values;
  for (const ParameterSpec& spec : schema.parameters) {
    values.push_back(given.contains(spec.name) ? given.at(spec.name) : spec.fallback);
  }
  for (const auto& [name, value] : given) {
    if (!schema.find(name)) {
      throw std::logic_error(schema.name + " has no parameter " + name);
    }
  }
  return values;
}

/// `speech` with what a step of the scene stage puts beside it.
[[nodiscard]] inline AudioScene apply_audio(const Augmenter& augmenter, const std::vector<Value>& values,
                                            const Audio& speech, const StepRandom& random, const Assets* assets) {
  AudioScene scene{speech, {}};
  augmenter.prepare_audio(values, {speech.sample_rate, assets})(scene, values, random);
  return scene;
}

/// The noise that an augmenter sets beside silence of a clip's size.
[[nodiscard]] inline Audio noise_of(const std::string& name, const Given& given, const Audio& clip,
                                    const StepRandom& random, const Assets* assets = nullptr) {
  const Augmenter& noise = augmenter(name);
  return apply_audio(noise, values_of(noise.schema, given), clip, random, assets).noise.at(0).signal;
}

[[nodiscard]] inline RowOperation row_operation(const Augmenter& augmenter, const std::vector<Value>& values,
                                                const Image& image, const StepRandom& random) {
  return augmenter.prepare_rows(values, {0, nullptr})({image.width, image.height, image.channels}, values, random);
}

/// The whole picture, row after row, from the top.
[[nodiscard]] inline Image apply_rows(Image image, const RowOperation& operation) {
  for (int y = 0; y < image.height; ++y) {
    operation(image.row(y));
  }
  return image;
}

[[nodiscard]] inline Image apply_rows(const std::string& name, const Given& given, const Image& image,
                                      const StepRandom& random = {}) {
  const Augmenter& rows = augmenter(name);
  return apply_rows(image, row_operation(rows, values_of(rows.schema, given), image, random));
}

}  // namespace fairground
