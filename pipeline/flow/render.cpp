#include "pipeline/flow/render.h"

#include <algorithm>
#include <new>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/flow/render_gates.h"
#include "pipeline/flow/scene.h"
#include "pipeline/flow/signal_path.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/digital_source_type.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/moved_labels.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/output/record.h"

namespace fairground {
namespace {

ImageContainer image_container(FileFormat format) {
  switch (format) {
    case FileFormat::png:
      return ImageContainer::png;
    case FileFormat::webp:
      return ImageContainer::webp;
    case FileFormat::tiff:
      return ImageContainer::tiff;
    default:
      return ImageContainer::jpeg;
  }
}

/// What 0 dBov of the mixture stands for, in dBA: see AudioSignal.
std::optional<double> full_scale_dba(const DecodedSource& source, const SourceSettings& settings) {
  const auto level = source.weighted_level->get([&]() -> std::optional<double> {
    const SpeechLevel& active = source.speech_level;
    const double power = active.active_level_dbov > kSilenceDbov
                             ? weighted_power(source.audio, Weighting::a_weighted) / active.activity_factor
                             : 0.0;
    return power > 0.0 ? std::optional(rounded_db(level_dbov(power))) : std::nullopt;
  });
  return level ? std::optional(settings.speech_dba - *level) : std::nullopt;
}

/// Whether its file says that an algorithm has altered it. A clean reference is as its source is, and an identity
/// control as its clean reference, to the bit.
bool says_altered(const Plan& plan, const Variant& variant) {
  const Condition& condition = plan.of(variant.media).conditions[variant.condition];
  return plan.config().digital_source_type && !condition.chain.empty() && condition.control == Control::none;
}

DrawnChain draw_chain(const Plan& plan, const Variant& variant, std::vector<StepRandom>& randoms) {
  const MediaPlan& media = plan.of(variant.media);
  const bool independent = media.settings->design.pairing == Pairing::independent;
  const std::string source = independent ? std::string(media.catalog->sources[variant.source].id()) : std::string();
  DrawnChain drawn;
  for (const ChainStep& step : media.conditions[variant.condition].chain) {
    randoms.push_back(step_random(plan.config(), step, variant.realization, source));
    drawn.push_back(draw_values(*step.step, randoms.back()));
  }
  return drawn;
}

void render_audio(const Workshop& workshop, const DecodedSource& source, Outcome& outcome) {
  const Plan& plan = workshop.plan();
  const MediaPlan& media = plan.of(Media::audio);
  const std::vector<ChainStep>& chain = media.conditions[outcome.variant.condition].chain;
  std::vector<StepRandom> randoms;
  const DrawnChain drawn = draw_chain(plan, outcome.variant, randoms);

  AudioLabels labels;
  const SourceSettings& settings = plan.config().sources[media.catalog->sources[outcome.variant.source].settings];
  const std::vector<ReadyStep> steps = ready_steps(workshop, chain, drawn, randoms, source.audio.sample_rate);
  MixedScene mixed = mix_scene(workshop, steps, source, settings.speech_dba);
  mixed.scene.noise.clear();  // long recordings need the memory
  TimeMap time_map = mixed.scene.time_map;
  Delivered delivered = deliver(steps, std::move(mixed.scene.speech), [&] { return full_scale_dba(source, settings); });
  labels.steps = std::move(delivered.steps);
  labels.mix = std::move(mixed.measure);
  for (StemMeasure& stem : labels.mix.stems) {
    for (NoiseEvent& event : stem.events) {
      event.start_s = delivered.time_map(event.start_s);
      event.end_s = delivered.time_map(event.end_s);
    }
  }
  time_map.then(delivered.time_map);
  for (const SpokenWord& word : source.words) {
    labels.words.push_back({word.word, time_map(word.start_s), time_map(word.end_s)});
  }
  labels.duration_s = delivered.audio.seconds();
  const PcmAudio pcm = quantise(delivered.audio, media.settings->output.bits);
  delivered.audio = {};
  labels.file = measure_audio(pcm);
  check_clipping(plan.config().gates, labels.file.clipped_fraction);
  const auto container = media.settings->output.format == FileFormat::wav ? AudioContainer::wav : AudioContainer::flac;
  outcome.file = encode_audio(pcm, container);
  if (says_altered(plan, outcome.variant)) {
    outcome.file = with_digital_source_type(std::move(outcome.file), container);
  }
  outcome.sha256 = sha256_hex(outcome.file);
  outcome.record = record_line(plan, outcome.variant, drawn, labels, outcome.sha256);
}

/// What is known before anything is rendered.
SkinOutcome skin_outcome(const SkinFacts& facts) {
  SkinOutcome skin;
  if (facts.core_tone) {
    skin.source_lightness = facts.core_tone->lightness;
  }
  if (facts.region) {
    skin.mask_source = facts.region->source;
    skin.mask_confidence = facts.region->confidence;
  }
  return skin;
}

/// The tones of a variant. Skin that has left the picture has none in the file.
ToneLabels tone_labels(const SkinFacts& skin, const TakenPicture& taken, const PictureSize& before) {
  ToneLabels labels;
  if (!skin.region) {
    return labels;
  }
  labels.mask_source = skin.region->source;
  labels.mask_confidence = skin.region->confidence;
  labels.reference = taken.tone;
  const PictureSize after{taken.raster.codes.cols, taken.raster.codes.rows};
  const Image file = to_linear(taken.raster);
  const auto measure = [&](const Mask& parts) {
    const bool has_skin =
        std::ranges::any_of(parts.codes, [](std::uint8_t code) { return is_skin(static_cast<SkinPart>(code)); });
    if (has_skin && file.channels == 3) {
      labels.measured = measure_apparent_tone(file, parts);
    }
  };
  if (taken.point_map.is_identity() && before == after) {
    measure(skin.region->parts);
  } else {
    PictureLabels labels_of_skin;
    labels_of_skin.mask = skin.region->parts;
    measure(*moved_labels(labels_of_skin, taken.point_map, before, after).mask);
  }
  return labels;
}

void render_image(const Workshop& workshop, const DecodedSource& source, Outcome& outcome) {
  const Plan& plan = workshop.plan();
  const MediaPlan& media = plan.of(Media::image);
  const std::vector<ChainStep>& chain = media.conditions[outcome.variant.condition].chain;
  std::vector<StepRandom> randoms;
  const DrawnChain drawn = draw_chain(plan, outcome.variant, randoms);

  const OutputFormat& output = media.settings->output;
  const ImageContainer container = image_container(output.format);
  TakenPicture taken =
      take_picture(ready_steps(workshop, chain, drawn, randoms, /*sample_rate=*/0), source.image, source.labels,
                   container_bits(container, source.image.bits), source.skin ? &*source.skin : nullptr);
  const bool is_written = taken.written && taken.written->container == container;
  outcome.file = is_written ? std::move(taken.written->bytes) : encode_image(taken.raster, container, output.quality);
  const bool is_lossy = container == ImageContainer::jpeg || container == ImageContainer::webp;
  if (is_lossy && !is_written) {
    taken.raster = decode_own_image(outcome.file);
  }
  if (says_altered(plan, outcome.variant)) {
    outcome.file = with_digital_source_type(std::move(outcome.file), container);
  }
  const PictureSize before{source.image.width, source.image.height};
  const PictureSize after{taken.raster.codes.cols, taken.raster.codes.rows};
  // Depths and normals are for steps and not for records.
  const PictureLabels recorded{source.labels.boxes, source.labels.keypoints, source.labels.mask};
  PictureLabels moved = moved_labels(recorded, taken.point_map, before, after);
  if (moved.mask) {
    const bool is_still = taken.point_map.is_identity() && before == after;
    outcome.mask = is_still ? source.mask_file : encode_mask(*moved.mask);
  }
  std::optional<ToneLabels> tone;
  if (source.skin) {
    tone = tone_labels(*source.skin, taken, before);
    if (tone->reference) {
      outcome.skin->lightness = tone->reference->lightness;
    }
  }
  const ImageLabels labels{measure_image(taken.raster),
                           after.width,
                           after.height,
                           std::move(taken.steps),
                           std::move(moved.boxes),
                           std::move(moved.keypoints),
                           moved.mask ? sha256_hex(outcome.mask) : std::string(),
                           tone};
  outcome.sha256 = sha256_hex(outcome.file);
  outcome.record = record_line(plan, outcome.variant, drawn, labels, outcome.sha256);
}

void set_fate(Outcome& outcome, Fate fate, const std::string& stage, const std::string& reason) {
  outcome.fate = fate;
  outcome.stage = stage;
  outcome.reason = reason;
  outcome.file.clear();
  outcome.mask.clear();
  outcome.sha256.clear();
}

}  // namespace

Outcome render_variant(const Workshop& workshop, std::size_t index, const DecodedSource& source) {
  Outcome outcome;
  outcome.index = index;
  outcome.variant = workshop.plan().at(index);
  outcome.fate = Fate::written;
  if (source.fate != Fate::written) {
    set_fate(outcome, source.fate, source.stage, source.reason);
    outcome.figure = source.figure;
    outcome.passing = source.passing;
    return outcome;
  }
  if (source.skin) {
    outcome.skin = skin_outcome(*source.skin);
  }
  try {
    if (outcome.variant.media == Media::audio) {
      render_audio(workshop, source, outcome);
    } else {
      render_image(workshop, source, outcome);
    }
  } catch (const GateError& error) {
    set_fate(outcome, Fate::rejected, "gate", error.what());
    outcome.figure = error.figure();
  } catch (const std::bad_alloc&) {
    set_fate(outcome, Fate::failed, "render", kOutOfMemory);
    outcome.passing = true;
  } catch (const std::exception& error) {
    set_fate(outcome, Fate::failed, "render", error.what());
  }
  return outcome;
}

}  // namespace fairground
