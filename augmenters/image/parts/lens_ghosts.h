// Images of a bright source that the surfaces of a lens mirror, and the glow around it.
#pragma once

#include <array>
#include <cstddef>

#include "augmenters/image/parts/soft_copy.h"
#include "pipeline/core/random.h"

namespace fairground {

inline constexpr std::size_t kGhosts = 6;

struct Ghost {
  double place = 0.0;   ///< along the line through the middle: 1 is where the source is, below 0 beyond the middle
  double radius = 0.0;  ///< of the diagonal
  double share = 0.0;   ///< of the light of all of them
  std::array<double, 3> colour{};
};

/// Those of one lens, by the stream `ghosts`.
[[nodiscard]] std::array<Ghost, kGhosts> draw_ghosts(const StepRandom& random);

/// Places in a copy, from its middle.
struct Frame {
  double middle_x = 0.0;
  double middle_y = 0.0;
  double diagonal = 0.0;
};

[[nodiscard]] Frame frame_of(const SoftCopy& copy);

/// A lamp, relative to the middle of the frame, in diagonals.
struct Lamp {
  double x = 0.0;
  double y = 0.0;
  double light = 0.0;
};

/// Adds a lamp, the glow around it, and its ghosts, which have `ghost_share` of its light in total.
void add_lamp(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, const Lamp& lamp,
              double ghost_share);

/// Adds what each ghost makes of the bright parts of a picture: a blurred copy of them, about the middle.
void add_mirrored(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, const Image& bright,
                  double ghost_share);

}  // namespace fairground
