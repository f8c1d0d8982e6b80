#include "pipeline/flow/ready_source.h"

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
#include "pipeline/flow/render_gates.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/media/resample.h"

namespace fairground {
namespace {

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

/// A source whose clean reference may not enter the set has nothing to compare its variants with.
void check_clean_reference(const Config& config, DecodedSource& decoded) {
  const MediaSettings& settings = config.media.at(Media::audio);
  if (!settings.design.include_clean) {
    return;
  }
  const AudioMeasures measures = measure_audio(quantise(decoded.audio, settings.output.bits));
  check_clipping(config.gates, measures.clipped_fraction, "clean reference: ");
}

/// None of its variants can be made.
void lose(DecodedSource& decoded, const char* stage, const std::string& reason) {
  decoded = {};
  decoded.fate = Fate::failed;
  decoded.stage = stage;
  decoded.reason = reason;
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

void analyse_source(const Workshop& workshop, Media media, std::size_t index, DecodedSource& decoded) {
  if (media != Media::image || workshop.skin_finder() == nullptr || decoded.fate != Fate::written) {
    return;
  }
  const Plan& plan = workshop.plan();
  const SourceSettings& settings = plan.config().sources[plan.of(media).catalog->sources[index].settings];
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

DecodedSource ready_source(const Workshop& workshop, Media media, std::size_t index) {
  DecodedSource decoded = decode_source(workshop.plan(), media, index);
  analyse_source(workshop, media, index, decoded);
  return decoded;
}

}  // namespace fairground
