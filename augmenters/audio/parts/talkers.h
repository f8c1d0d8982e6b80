// Draws of people from a pool of talkers, and their voices as endless loops of equal level.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"

namespace fairground {

/// All that one person of a pool says: the recordings in the order of their hashes, end to end and round again, each
/// with the gain that brings it to one active speech level (ITU-T P.56), the same for all talkers.
struct Talker {
  struct Take {
    std::span<const float> samples;  ///< of an asset, which outlives this
    float gain = 1.0F;
  };

  std::string subject;
  std::string key;  ///< tells the talker from the others and hangs on no name: the hash of the first recording
  std::vector<Take> takes;
  std::size_t period = 0;       ///< samples of all takes together
  std::size_t fade_frames = 0;  ///< at both ends of each take

  /// Adds the voice from sample `start` of the loop on. The ends of each take are faded over 5 ms, so that joints do
  /// not click.
  void add_to(std::span<float> out, std::size_t start) const;
  /// A moment of the loop, drawn once for the realization.
  [[nodiscard]] std::size_t draw_moment(const StepRandom& random) const;
};

/// The people of a pool, ready to be drawn. Whoever draws them sees neither the speech nor its group, so that all
/// groups meet the same people.
class Talkers {
 public:
  /// `count` of them will be drawn at a time. Throws UserError that lists every recording of which no level can be
  /// found and, where too few different people have the labels that draws are balanced over, says of which.
  Talkers(const std::string& asset, std::size_t count, const PrepareContext& context);

  /// `count` different people. Each combination of the labels that the pool is balanced over gives as many, and where
  /// that leaves a rest, some give one more: which ones moves on from realization to realization, so that over a run
  /// all give equally many, or differ by one.
  [[nodiscard]] std::vector<const Talker*> draw(const StepRandom& random) const;

  [[nodiscard]] const std::vector<Talker>& all() const { return talkers_; }

 private:
  void add(const AssetRecording& recording, float gain);
  void check_count(const std::string& asset) const;

  /// The talkers that share their labels, as indices into `talkers_`.
  struct Group {
    std::vector<std::string> labels;
    std::vector<std::size_t> talkers;
  };

  std::size_t count_;
  std::vector<Talker> talkers_;  ///< in the order of their keys
  std::vector<Group> groups_;    ///< in the order of their first talkers; one where the pool is balanced over nothing
};

}  // namespace fairground
