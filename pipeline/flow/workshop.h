// What rendering needs beside a source: the plan, its assets, and its steps made ready.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "augmenters/augmenter.h"
#include "pipeline/design/plan.h"
#include "pipeline/flow/shared_noise.h"
#include "pipeline/flow/shared_rooms.h"
#include "pipeline/measure/skin_finder.h"
#include "pipeline/media/assets.h"

namespace fairground {

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

}  // namespace fairground
