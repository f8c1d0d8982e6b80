#include "pipeline/flow/render.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <new>

#include "pipeline/catalog/path_resolver.h"
#include "pipeline/catalog/picture_cells.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/mixer.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/flow/scene.h"
#include "pipeline/flow/signal_path.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/digital_source_type.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/moved_labels.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/media/resample.h"
#include "pipeline/output/record.h"

namespace fairground {
namespace {

constexpr const char* kOutOfMemory = "not enough memory; use fewer --jobs, or smaller `limits` in the config";

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

/// Throws GateError; `whose` comes before what is said of it.
void check_clipping(const Gates& gates, double clipped_fraction, const std::string& whose = {}) {
  if (clipped_fraction > gates.clipped_fraction) {
    throw GateError(whose + "share of clipped samples is " + shortest(clipped_fraction) +
                        ", and gates: clipped_fraction allows " + shortest(gates.clipped_fraction),
                    GateFigure{"clipped_fraction", clipped_fraction, gates.clipped_fraction});
  }
}

/// Sets the active level. P.56's fixed thresholds make it scale almost, but not quite, with the signal, so the gain is
/// found in a few steps. In very short recordings the level jumps with the gain, and may pass the target by.
void set_active_level(DecodedSource& source, const GainedSpeech& speech, double target_dbov) {
  constexpr int kFullSteps = 3;
  constexpr int kMostSteps = 12;
  constexpr double kTolerance = 0.005;  // in dB; a twentieth of the tolerance of an SNR
  constexpr double kLimit = 0.5;        // in dB; what the ITU's own sv56 takes for equal
  double gain_db = 0.0;
  double best_gain_db = 0.0;
  double best_error_db = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kMostSteps; ++step) {
    const double level = speech.level(static_cast<float>(amplitude_from_db(gain_db))).active_level_dbov;
    if (level <= kSilenceDbov) {
      throw ItemError(
          "no active speech is found (ITU-T P.56), so the level cannot be set; use `active_level: keep` for recordings "
          "without speech");
    }
    const double error_db = target_dbov - level;
    if (std::abs(error_db) < std::abs(best_error_db)) {
      best_error_db = error_db;
      best_gain_db = gain_db;
    }
    if (std::abs(error_db) <= kTolerance) {
      break;
    }
    // Half steps end a swing from one side of the target to the other.
    gain_db += step < kFullSteps ? error_db : 0.5 * error_db;
  }
  if (std::abs(best_error_db) > kLimit) {
    throw ItemError("the active level cannot be set nearer to " + shortest(target_dbov) + " dBov than by " +
                    shortest(std::round(std::abs(best_error_db) * 100.0) / 100.0) +
                    " dB; the recording is too short for ITU-T P.56");
  }
  if (best_gain_db != 0.0) {
    const auto gain = static_cast<float>(amplitude_from_db(best_gain_db));
    scale(source.audio.samples, gain);
    source.speech_level = speech.level(gain);
  }
}

void decode_audio_source(const Config& config, const SourceSettings& settings, const MediaFile& file,
                         std::span<const std::byte> bytes, DecodedSource& decoded) {
  decoded.audio = decode_audio(bytes, file.path.str(), media_limits(config.limits));
  if (settings.mono) {
    decoded.audio = to_mono(std::move(decoded.audio));
  }
  if (settings.sample_rate != 0) {
    decoded.audio = resample(std::move(decoded.audio), settings.sample_rate, config.resampler);
  }
  const GainedSpeech speech(decoded.audio);
  decoded.speech_level = speech.level(1.0F);
  decoded.own_level_dbov = decoded.speech_level.active_level_dbov;
  if (settings.active_level_dbov) {
    set_active_level(decoded, speech, *settings.active_level_dbov);
  }
}

/// Whether they can be read was asked before; whether they are of this recording only shows here.
void read_words(std::string_view text, DecodedSource& decoded) {
  decoded.words = parse_words(text).words;
  const std::string late = late_word(decoded.words, decoded.audio.seconds());
  if (!late.empty()) {
    throw ItemError(late + "; are the words in the manifest those of this file?");
  }
}

Bytes read_unchanged(const MediaFile& file, const MediaLimits& limits) {
  Bytes bytes = read_file(file.path.str(), limits, Links::refused);
  if (sha256(bytes) != file.sha256) {
    throw ItemError(
        "the file has changed since the plan was made; put it back as it was and run again with --retry-failed, or "
        "begin "
        "anew with --restart");
  }
  return bytes;
}

/// Whether boxes and key points can be read was asked before; whether they are of this picture only shows here.
void read_picture_labels(const MediaCatalog& catalog, const Source& source, const MediaLimits& limits,
                         DecodedSource& decoded) {
  const auto read_map = [&](std::size_t map, const auto& decode, auto& into) {
    const MediaFile* file = catalog.map_of(source, map);
    if (file == nullptr) {
      return;
    }
    try {
      into = decode(read_unchanged(*file, limits), std::filesystem::path(file->path.str()), limits);
      if (into->width != decoded.image.width || into->height != decoded.image.height) {
        throw ItemError("it has " + std::to_string(into->width) + " x " + std::to_string(into->height) +
                        " pixels, but the upright picture has " + std::to_string(decoded.image.width) + " x " +
                        std::to_string(decoded.image.height));
      }
    } catch (const ItemError& error) {
      throw ItemError(std::string(kPictureMaps[map].name) + ": " + error.what());
    }
  };
  PictureLabels& labels = decoded.labels;
  read_map(kMaskMap, decode_mask, labels.mask);
  read_map(kDepthMap, decode_depth, labels.depth);
  read_map(kNormalsMap, decode_normals, labels.normals);
  if (labels.mask) {
    decoded.mask_file = encode_mask(*labels.mask);
  }
  if (catalog.has_boxes) {
    labels.boxes = parse_boxes(catalog.boxes_of(source)).boxes;
    labels.boxes_are_known = true;
  }
  if (catalog.has_keypoints) {
    labels.keypoints = parse_keypoints(catalog.keypoints_of(source)).keypoints;
  }
  const std::string outside = label_outside(labels, decoded.image.width, decoded.image.height);
  if (!outside.empty()) {
    throw ItemError(outside + "; are the labels in the manifest those of this file?");
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

/// A source whose clean reference may not enter the set has nothing to compare its variants with.
void check_clean_reference(const Config& config, DecodedSource& decoded) {
  const MediaSettings& settings = config.media.at(Media::audio);
  if (!settings.design.include_clean) {
    return;
  }
  const AudioMeasures measures = measure_audio(quantise(decoded.audio, settings.output.bits));
  check_clipping(config.gates, measures.clipped_fraction, "clean reference: ");
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
                           std::move(tone)};
  outcome.sha256 = sha256_hex(outcome.file);
  outcome.record = record_line(plan, outcome.variant, drawn, labels, outcome.sha256);
}

/// None of its variants can be made.
void lose(DecodedSource& decoded, const char* stage, const std::string& reason) {
  decoded = {};
  decoded.fate = Fate::failed;
  decoded.stage = stage;
  decoded.reason = reason;
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

DecodedSource decode_source(const Config& config, const MediaCatalog& catalog, Media media, std::size_t index) {
  const Source& source = catalog.sources[index];
  const MediaFile& file = catalog.file_of(source);
  const SourceSettings& settings = config.sources[source.settings];
  DecodedSource decoded;
  try {
    const std::string problem = catalog.problem_of(source);
    if (!problem.empty()) {
      throw ItemError(problem);
    }
    const MediaLimits limits = media_limits(config.limits);
    const Bytes bytes = read_unchanged(file, limits);
    if (media == Media::audio) {
      decode_audio_source(config, settings, file, bytes, decoded);
      if (catalog.has_words) {
        read_words(catalog.words_of(source), decoded);
      }
      check_clean_reference(config, decoded);
    } else {
      decoded.image = decode_picture(bytes, file.path.str(), limits);
      read_picture_labels(catalog, source, limits, decoded);
    }
  } catch (const GateError& error) {
    lose(decoded, "gate", error.what());
    decoded.fate = Fate::rejected;
    decoded.figure = error.figure();
  } catch (const std::bad_alloc&) {
    lose(decoded, "read", kOutOfMemory);
    decoded.passing = true;
  } catch (const PassingFault& fault) {
    lose(decoded, "read", fault.what());
    decoded.passing = true;
  } catch (const std::exception& error) {
    lose(decoded, "read", error.what());
  }
  if (decoded.fate != Fate::written && !decoded.passing) {
    decoded.reason = PathResolver(settings.manifest, config.roots).without_folders(std::move(decoded.reason));
  }
  return decoded;
}

void analyse_source(const Workshop& workshop, Media media, std::size_t source, DecodedSource& decoded) {
  if (media != Media::image || workshop.skin_finder() == nullptr || decoded.fate != Fate::written) {
    return;
  }
  const Plan& plan = workshop.plan();
  const SourceSettings& settings = plan.config().sources[plan.of(media).catalog->sources[source].settings];
  const MaskCodes codes = settings.mask_codes.value_or(plain_mask_codes());
  try {
    decoded.skin = workshop.skin_finder()->find(decoded.image, decoded.labels, codes);
  } catch (const std::bad_alloc&) {
    lose(decoded, "read", kOutOfMemory);
    decoded.passing = true;
  } catch (const std::exception& error) {
    lose(decoded, "read", error.what());
  }
}

DecodedSource ready_source(const Workshop& workshop, Media media, std::size_t source) {
  DecodedSource decoded = decode_source(workshop.plan(), media, source);
  analyse_source(workshop, media, source, decoded);
  return decoded;
}

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
