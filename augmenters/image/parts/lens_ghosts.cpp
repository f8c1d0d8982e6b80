#include "augmenters/image/parts/lens_ghosts.h"

#include <algorithm>
#include <cmath>

namespace fairground {
namespace {

/// How much of a channel's light a ghost keeps. Grey pictures see its mean.
double colour_of(const Ghost& ghost, int channel, int channels) {
  return channels == 3 ? ghost.colour[static_cast<std::size_t>(channel)]
                       : (ghost.colour[0] + ghost.colour[1] + ghost.colour[2]) / 3.0;
}

/// A disk with a soft edge and a slightly brighter rim, as ghosts have; 1 inside. Distances are in radii.
float ghost_shape(double distance, double softness) {
  const double inside = std::clamp((1.0 - distance) / softness + 0.5, 0.0, 1.0);
  return static_cast<float>(inside * inside * (3.0 - 2.0 * inside) * (0.75 + 0.25 * std::min(distance, 1.0)));
}

/// A sample of one channel between its neighbours; black beyond the picture.
float between(const Image& image, double x, double y, int channel) {
  const double before_x = std::floor(x - 0.5);
  const double before_y = std::floor(y - 0.5);
  const auto right = static_cast<float>(x - 0.5 - before_x);
  const auto down = static_cast<float>(y - 0.5 - before_y);
  const auto sample = [&](double column, double row) {
    if (column < 0.0 || row < 0.0 || column >= image.width || row >= image.height) {
      return 0.0F;
    }
    return image.row(static_cast<int>(row))[static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width) +
                                            static_cast<std::size_t>(column)];
  };
  const float above = sample(before_x, before_y) * (1.0F - right) + sample(before_x + 1.0, before_y) * right;
  const float below =
      sample(before_x, before_y + 1.0) * (1.0F - right) + sample(before_x + 1.0, before_y + 1.0) * right;
  return above * (1.0F - down) + below * down;
}

}  // namespace

std::array<Ghost, kGhosts> draw_ghosts(const StepRandom& random) {
  RandomStream stream = random.stream("ghosts");
  std::array<Ghost, kGhosts> ghosts;
  double sum = 0.0;
  for (Ghost& ghost : ghosts) {
    ghost.place = stream.uniform(-1.3, 0.75);
    ghost.radius = 0.015 + 0.075 * stream.uniform() * stream.uniform();
    // The same light is fainter in a larger ghost.
    ghost.share = stream.uniform(0.3, 1.0) * 0.015 / ghost.radius;
    sum += ghost.share;
    // Coatings mirror green, violet or amber most; no channel is without light.
    for (double& part : ghost.colour) {
      part = stream.uniform(0.25, 1.0);
    }
  }
  for (Ghost& ghost : ghosts) {
    ghost.share /= sum;
  }
  return ghosts;
}

Frame frame_of(const SoftCopy& copy) {
  const double width = static_cast<double>(copy.full_width) / copy.step;
  const double height = static_cast<double>(copy.full_height) / copy.step;
  return {0.5 * width, 0.5 * height, std::sqrt(width * width + height * height)};
}

void add_lamp(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, const Lamp& lamp,
              double ghost_share) {
  // The glow falls with the square of the distance, as that of dust and scratches does: a narrow one and a wide one.
  // Radii are of the diagonal, and glows of the lamp's light; all are empirical.
  constexpr double kLampRadius = 0.012;
  constexpr double kNarrowRadius = 0.02;
  constexpr double kNarrowGlow = 0.04;
  constexpr double kWideRadius = 0.1;
  constexpr double kWideGlow = 0.012;
  for (int y = 0; y < flare.height; ++y) {
    for (int x = 0; x < flare.width; ++x) {
      const double right = (x + 0.5 - frame.middle_x) / frame.diagonal;
      const double down = (y + 0.5 - frame.middle_y) / frame.diagonal;
      const auto distance2 = [&](double place) {
        const double dx = right - place * lamp.x;
        const double dy = down - place * lamp.y;
        return dx * dx + dy * dy;
      };
      const double far2 = distance2(1.0);
      const double core = std::max(1.0 - far2 / (kLampRadius * kLampRadius), 0.0);
      const double glow = kNarrowGlow / (1.0 + far2 / (kNarrowRadius * kNarrowRadius)) +
                          kWideGlow / (1.0 + far2 / (kWideRadius * kWideRadius));
      const auto light = static_cast<float>(lamp.light * (core * core + glow));
      for (int channel = 0; channel < flare.channels; ++channel) {
        float& sample = flare.row(y).channel(channel)[static_cast<std::size_t>(x)];
        sample += light;
        for (const Ghost& ghost : ghosts) {
          const double distance = std::sqrt(distance2(ghost.place)) / ghost.radius;
          const double softness = 0.3 + 3.0 / (ghost.radius * frame.diagonal);
          sample +=
              static_cast<float>(ghost_share * lamp.light * ghost.share * colour_of(ghost, channel, flare.channels)) *
              ghost_shape(distance, softness);
        }
      }
    }
  }
}

void add_mirrored(Image& flare, const Frame& frame, const std::array<Ghost, kGhosts>& ghosts, const Image& bright,
                  double ghost_share) {
  for (const Ghost& ghost : ghosts) {
    Image mirrored = bright;
    // In the copy's scale, before the ghost makes it smaller or larger.
    const double size = std::max(std::fabs(ghost.place), 0.1) * (ghost.place < 0.0 ? -1.0 : 1.0);
    soften(mirrored, 0.5 * ghost.radius * frame.diagonal / std::fabs(size));
    for (int y = 0; y < flare.height; ++y) {
      const double from_y = frame.middle_y + (y + 0.5 - frame.middle_y) / size;
      for (int x = 0; x < flare.width; ++x) {
        const double from_x = frame.middle_x + (x + 0.5 - frame.middle_x) / size;
        for (int channel = 0; channel < flare.channels; ++channel) {
          const double share = ghost_share * ghost.share * colour_of(ghost, channel, flare.channels);
          flare.row(y).channel(channel)[static_cast<std::size_t>(x)] +=
              static_cast<float>(share) * between(mirrored, from_x, from_y, channel);
        }
      }
    }
  }
}

}  // namespace fairground
