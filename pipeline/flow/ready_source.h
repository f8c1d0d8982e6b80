// From a source's file to what all of its variants are made of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/catalog/words.h"
#include "pipeline/flow/shared_rooms.h"
#include "pipeline/flow/workshop.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/skin_finder.h"
#include "pipeline/output/outcome.h"

namespace fairground {

/// A source as all its variants start from it.
struct DecodedSource {
  Audio audio;                ///< at the run's rate, channels and active level
  SpeechLevel speech_level;   ///< of `audio`
  double own_level_dbov = 0;  ///< active speech level before it was brought to the run's
  std::vector<SpokenWord> words;
  std::shared_ptr<SharedSpectra> spectra = std::make_shared<SharedSpectra>();  ///< of `audio`
  std::shared_ptr<SharedSpeech> in_rooms = std::make_shared<SharedSpeech>();   ///< `audio` there
  /// A-weighted active level of `audio`, in dBov; empty where no active speech is found.
  std::shared_ptr<MadeOnce<std::optional<double>>> weighted_level = std::make_shared<MadeOnce<std::optional<double>>>();
  Image image;                    ///< in linear light
  PictureLabels labels;           ///< of `image`
  std::optional<SkinFacts> skin;  ///< of `image`, where the config has steps that work on it
  Bytes mask_file;                ///< of variants in which nothing moves, where there is a mask
  Fate fate = Fate::written;      ///< rejected or failed: none of its variants can be made
  bool passing = false;           ///< as in Outcome
  std::string stage;
  std::string reason;
  std::optional<GateFigure> figure;  ///< where a gate that measures rejected it
};

/// Reads a source and brings it to the run's rate, channels and level, or to linear light. What goes wrong stands
/// in the result's `fate`, since it is the source's fault and not the run's.
[[nodiscard]] DecodedSource decode_source(const Config& config, const MediaCatalog& catalog, Media media,
                                          std::size_t index);
[[nodiscard]] inline DecodedSource decode_source(const Plan& plan, Media media, std::size_t index) {
  return decode_source(plan.config(), *plan.of(media).catalog, media, index);
}

/// Finds what is found once of a source, for the steps of all its variants: where its skin is, if some level needs it.
void analyse_source(const Workshop& workshop, Media media, std::size_t index, DecodedSource& decoded);
/// decode_source() and analyse_source().
[[nodiscard]] DecodedSource ready_source(const Workshop& workshop, Media media, std::size_t index);

}  // namespace fairground
