// From a source to its variants: plain functions, called by the flow graph's nodes and tested without it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/catalog/words.h"
#include "pipeline/design/plan.h"
#include "pipeline/flow/shared_noise.h"
#include "pipeline/flow/shared_rooms.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/skin_finder.h"
#include "pipeline/media/assets.h"
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

/// A step, ready for every variant. One of the functions is set, as in its augmenter.
struct PreparedStep {
  const Augmenter* augmenter = nullptr;
  int sample_rate = 0;  ///< that it was prepared for, in Hz; 0 for pictures
  PreparedAudio change;
  PreparedNoise noise;
  PreparedSpectrum spectrum;  ///< beside `noise`, where that is a drawn spectrum and nothing else
  PreparedRoom room;
  PreparedSignal signal;
  PreparedRows rows;
  PreparedPicture picture;
  PreparedFile file;
};

/// Everything that rendering needs and nobody changes: the plan, the assets, and every step made ready.
class Workshop {
 public:
  /// Loads the assets and prepares every step of the plan. Throws UserError where an asset cannot be used.
  explicit Workshop(const Plan& plan) : Workshop(plan, nullptr) {}
  /// For one variant of the plan: only the assets that it draws from are loaded, and its steps alone made ready.
  Workshop(const Plan& plan, const Variant& only) : Workshop(plan, &only) {}

  [[nodiscard]] const Plan& plan() const { return plan_; }
  /// The step at a sample rate, or at 0 for pictures.
  [[nodiscard]] const PreparedStep& prepared(const Step& step, int sample_rate) const;
  /// What was made for earlier variants and serves this one too. Their results never hang on it.
  [[nodiscard]] SharedNoise& shared_noise() const { return shared_noise_; }
  [[nodiscard]] SharedRooms& shared_rooms() const { return shared_rooms_; }
  /// How many rooms the variants of a source may meet, if all are of one realization.
  [[nodiscard]] std::size_t room_count() const { return room_count_; }
  /// Where the config has steps that work on skin; otherwise nullptr.
  [[nodiscard]] const SkinFinder* skin_finder() const { return skin_finder_.get(); }

 private:
  Workshop(const Plan& plan, const Variant* only);
  void load_assets(const std::set<const Step*>& steps, const std::set<int>& rates);
  void prepare(Media media, const Step& step, const std::set<int>& rates);

  const Plan& plan_;
  Assets assets_;
  std::map<std::pair<const Step*, int>, PreparedStep> steps_;
  mutable SharedNoise shared_noise_;
  mutable SharedRooms shared_rooms_;
  std::size_t room_count_ = 0;
  std::unique_ptr<const SkinFinder> skin_finder_;
};

/// Reads a source and brings it to the run's rate, channels and level, or to linear light. What goes wrong stands
/// in the result's `fate`, since it is the source's fault and not the run's.
[[nodiscard]] DecodedSource decode_source(const Config& config, const MediaCatalog& catalog, Media media,
                                          std::size_t source);
[[nodiscard]] inline DecodedSource decode_source(const Plan& plan, Media media, std::size_t source) {
  return decode_source(plan.config(), *plan.of(media).catalog, media, source);
}

/// Finds what is found once of a source, for the steps of all its variants: where its skin is, if some level needs it.
void analyse_source(const Workshop& workshop, Media media, std::size_t index, DecodedSource& decoded);
/// decode_source() and analyse_source().
[[nodiscard]] DecodedSource ready_source(const Workshop& workshop, Media media, std::size_t source);

/// Makes one variant and its record. Never throws for what is wrong with the item.
[[nodiscard]] Outcome render_variant(const Workshop& workshop, std::size_t index, const DecodedSource& source);

}  // namespace fairground
