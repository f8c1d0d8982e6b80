// Levels and gains in blocks of about a millisecond, for processing that follows the level of a signal.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// One block, over all channels, so that a gain found from it keeps a stereo image where it is.
struct BlockLevel {
  double power = 0.0;  ///< the mean over samples and channels; full scale squared is 1
  double peak = 0.0;   ///< the largest magnitude
};

/// Blocks of `block_frames`, of which the last may be shorter.
[[nodiscard]] std::vector<BlockLevel> block_levels(const Audio& audio, std::size_t block_frames);

/// Multiplies all channels by a gain that goes in straight lines: `gains[0]` stands at the start, and `gains[k + 1]` at
/// the end of block k, of which there are as many as in block_levels().
void apply_block_gains(Audio& audio, std::size_t block_frames, std::span<const float> gains);

}  // namespace fairground
