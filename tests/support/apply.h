// One augmenter by itself, without config, plan or files.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/flow/picture_path.h"

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

/// What the noise augmenter puts beside a clip of that shape.
[[nodiscard]] inline NoiseSound make_noise(const std::string& name, const Given& given, const AudioShape& shape,
                                           const StepRandom& random, const Assets* assets = nullptr) {
  const Augmenter& noise = augmenter(name);
  const std::vector<Value> values = values_of(noise.schema, given);
  return noise.prepare_noise(values, {shape.sample_rate, assets})(shape, values, random);
}

/// `speech` with what a step of audio makes of it, where the chain declares these noises.
[[nodiscard]] inline AudioScene apply_audio(const Augmenter& augmenter, const std::vector<Value>& values,
                                            const Audio& speech, const StepRandom& random, const Assets* assets,
                                            const std::vector<NoiseLevel>& declared = {}) {
  AudioScene scene{speech, {}, declared};
  const PrepareContext context{speech.sample_rate, assets};
  if (augmenter.prepare_noise) {
    NoiseSound sound = augmenter.prepare_noise(values, context)(scene.shape(), values, random);
    scene.noise.push_back({augmenter.schema.name, std::move(sound), augmenter.noise_level(values)});
  } else {
    augmenter.prepare_audio(values, context)(scene, values, random);
  }
  return scene;
}

/// What the step behind the mixer makes of a signal.
[[nodiscard]] inline AudioSignal apply_signal(const std::string& name, const Given& given, AudioSignal signal,
                                              const StepRandom& random = {}, const Assets* assets = nullptr) {
  const Augmenter& step = augmenter(name);
  const std::vector<Value> values = values_of(step.schema, given);
  step.prepare_signal(values, {signal.audio.sample_rate, assets})(signal, values, random);
  return signal;
}

/// Its signal alone.
[[nodiscard]] inline Audio noise_of(const std::string& name, const Given& given, const Audio& clip,
                                    const StepRandom& random, const Assets* assets = nullptr) {
  return make_noise(name, given, AudioScene{clip}.shape(), random, assets).signal;
}

/// What the steps of a picture know of it, where nothing is declared.
[[nodiscard]] inline Shot shot_of(const Image& image, const PictureLabels* labels = nullptr) {
  return {image.width, image.height, image.channels, {}, {}, labels};
}

[[nodiscard]] inline RowOperation row_operation(const Augmenter& augmenter, const std::vector<Value>& values,
                                                const Image& image, const StepRandom& random) {
  return augmenter.prepare_rows(values, {0, nullptr})(shot_of(image), values, random);
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

/// What a step makes of a picture, and says of it. A step of the file stage gets it in codes of `image.bits`.
[[nodiscard]] inline Picture apply_picture(const Augmenter& augmenter, const std::vector<Value>& values, Image image,
                                           const StepRandom& random = {}, Shot shot = {}) {
  const PrepareContext context{};
  shot.width = image.width;
  shot.height = image.height;
  shot.channels = image.channels;
  Picture picture{std::move(image), shot};
  if (augmenter.prepare_rows) {
    const RowOperation operation = augmenter.prepare_rows(values, context)(shot, values, random);
    picture.image = apply_rows(std::move(picture.image), operation);
    if (operation.found) {
      picture.measure.values = operation.found();
    }
  } else if (augmenter.prepare_picture) {
    augmenter.prepare_picture(values, context)(picture, values, random);
  } else {
    PictureFile file{render_rows(picture.image, {}, picture.image.bits), shot};
    augmenter.prepare_file(values, context)(file, values, random);
    picture.image = to_linear(file.raster);
    picture.point_map = file.point_map;
    picture.measure = file.measure;
  }
  return picture;
}

[[nodiscard]] inline Picture apply_picture(const std::string& name, const Given& given, Image image,
                                           const StepRandom& random = {}, const Shot& shot = {}) {
  const Augmenter& step = augmenter(name);
  return apply_picture(step, values_of(step.schema, given), std::move(image), random, shot);
}

}  // namespace fairground
