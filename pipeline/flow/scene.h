// What a variant sounds like before anything has recorded it: the voice, the noises beside it, and the room around all.
#pragma once

#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/flow/ready_source.h"
#include "pipeline/output/record.h"

namespace fairground {

/// A step of a variant's chain with all that it needs.
struct ReadyStep {
  const PreparedStep* step = nullptr;
  const std::vector<Value>* values = nullptr;
  StepRandom random;
};

/// `drawn` must outlive what is returned.
[[nodiscard]] std::vector<ReadyStep> ready_steps(const Workshop& workshop, const std::vector<ChainStep>& chain,
                                                 const DrawnChain& drawn, const std::vector<StepRandom>& randoms,
                                                 int sample_rate);

/// Runs the steps of a chain up to the scene's, puts what they made into the room if there is one, and mixes it. Leaves
/// the mixture in `speech`. Throws GateError where an SNR or a level cannot be had.
struct MixedScene {
  AudioScene scene;
  MixMeasure measure;
};
[[nodiscard]] MixedScene mix_scene(const Workshop& workshop, const std::vector<ReadyStep>& steps,
                                   const DecodedSource& source, double speech_dba);

}  // namespace fairground
