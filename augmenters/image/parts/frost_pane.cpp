// Every figure here is empirical: chosen by eye.

#include "augmenters/image/parts/frost_pane.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "augmenters/image/parts/planes.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// A twig leaves its barb at 43 degrees.
constexpr double kTwigCosine = 0.731;
constexpr double kTwigSine = 0.682;

constexpr int kMargin = 2;  // cells beyond the picture from which a feather may reach into it

/// A plane that strokes of ice are laid on; where they meet, the thicker one is seen.
struct Pane {
  int width;
  int height;
  std::vector<float> ice;

  /// A straight stroke that gets thinner towards its end.
  void stroke(double x, double y, double dx, double dy, double half_width, double strength) {
    const double length = std::sqrt(dx * dx + dy * dy);
    const int left = std::max(static_cast<int>(std::floor(std::min(x, x + dx) - half_width - 1.0)), 0);
    const int right = std::min(static_cast<int>(std::ceil(std::max(x, x + dx) + half_width + 1.0)), width - 1);
    const int upper = std::max(static_cast<int>(std::floor(std::min(y, y + dy) - half_width - 1.0)), 0);
    const int lower = std::min(static_cast<int>(std::ceil(std::max(y, y + dy) + half_width + 1.0)), height - 1);
    for (int row = upper; row <= lower; ++row) {
      // Of each row, only what is near the line.
      int first = left;
      int last = right;
      if (std::fabs(dy) > 1e-3 * length) {
        const double middle = x + dx * (row + 0.5 - y) / dy;
        const double near = (half_width + 1.5) * length / std::fabs(dy);
        first = std::max(first, static_cast<int>(std::floor(middle - near)));
        last = std::min(last, static_cast<int>(std::ceil(middle + near)));
      }
      for (int column = first; column <= last; ++column) {
        const double px = column + 0.5 - x;
        const double py = row + 0.5 - y;
        const double along = std::clamp((px * dx + py * dy) / (length * length), 0.0, 1.0);
        const double ox = px - along * dx;
        const double oy = py - along * dy;
        const double reach = half_width * (1.0 - 0.7 * along) + 0.5;
        const double distance = std::sqrt(ox * ox + oy * oy);
        if (distance < reach) {
          const auto value = static_cast<float>(strength * std::min(reach - distance, 1.0) * (1.0 - 0.4 * along));
          float& pixel =
              ice[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column)];
          pixel = std::max(pixel, value);
        }
      }
    }
  }
};

/// The draws of one cell of an endless grid.
class CellDraws {
 public:
  CellDraws(const RandomStream& stream, int column, int row)
      : stream_(stream),
        next_(((static_cast<std::uint64_t>(row + kMargin) << 20U) + static_cast<std::uint64_t>(column + kMargin))
              << 12U) {}
  double uniform(double low, double high) { return low + (high - low) * (stream_.word_at(next_++) * 0x1p-32); }

 private:
  const RandomStream& stream_;
  std::uint64_t next_;
};

/// A stem that bends, with barbs on both sides that get shorter towards its tip, and twigs on these. No two of them
/// stand alike.
void grow_feather(Pane& pane, CellDraws draws, double left, double top, double cell) {
  const int joints = std::clamp(static_cast<int>(cell / 2.5), 8, 26);  // small feathers have no room for more
  double x = left + cell * draws.uniform(0.0, 1.0);
  double y = top + cell * draws.uniform(0.0, 1.0);
  double turns = draws.uniform(0.0, 1.0);
  const double bend = draws.uniform(-0.008, 0.008);
  const double length = cell * draws.uniform(0.9, 1.8);
  const double strength = draws.uniform(0.45, 1.0);
  const double thickness = 0.008 * cell;
  for (int joint = 0; joint < joints; ++joint) {
    const double dx = length / joints * plain::cosine_of_turns(turns);
    const double dy = length / joints * plain::sine_of_turns(turns);
    pane.stroke(x, y, dx, dy, thickness, strength);
    for (const double side : {-1.0, 1.0}) {
      const double barb = 0.36 * length * (1.0 - static_cast<double>(joint) / joints) * draws.uniform(0.35, 1.0);
      const double direction = turns + side * draws.uniform(0.08, 0.17);  // 30 to 60 degrees
      const double bx = barb * plain::cosine_of_turns(direction);
      const double by = barb * plain::sine_of_turns(direction);
      const double seen = strength * draws.uniform(0.4, 1.0);
      pane.stroke(x, y, bx, by, 0.6 * thickness, seen);
      const int twigs = std::clamp(static_cast<int>(barb), 0, 6);
      for (int twig = 1; twig <= twigs; ++twig) {
        const double place = (twig + draws.uniform(-0.4, 0.4)) / (twigs + 1);
        const double reach = 0.4 * barb * (1.0 - place) * draws.uniform(0.3, 1.0);
        const double turned = (twig % 2 == 0 ? 1.0 : -1.0) * kTwigSine;
        const double part = reach / barb;
        pane.stroke(x + place * bx, y + place * by, part * (kTwigCosine * bx - turned * by),
                    part * (turned * bx + kTwigCosine * by), 0.3 * thickness, 0.8 * seen);
      }
    }
    x += dx;
    y += dy;
    turns += bend + draws.uniform(-0.008, 0.008);
  }
}

/// Adds smooth noise of one size, from 0 to `gain`.
void add_haze(Pane& pane, double cell, float gain, const RandomStream& stream) {
  const auto columns = static_cast<std::size_t>(pane.width / cell) + 2;
  const auto lattice_row = [&](int row) {
    std::vector<float> values(columns);
    for (std::size_t i = 0; i < columns; ++i) {
      values[i] =
          static_cast<float>(stream.word_at((static_cast<std::uint64_t>(row) << 20U) + i) >> 8U) * 0x1p-24F * gain;
    }
    return values;
  };
  const auto smooth = [](double part) { return static_cast<float>(part * part * (3.0 - 2.0 * part)); };
  int row = 0;
  std::vector<float> above = lattice_row(0);
  std::vector<float> below = lattice_row(1);
  for (int y = 0; y < pane.height; ++y) {
    const double place = y / cell;
    for (; row < static_cast<int>(place); ++row) {
      above = std::move(below);
      below = lattice_row(row + 2);
    }
    const float down = smooth(place - row);
    float* out = pane.ice.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(pane.width);
    for (int x = 0; x < pane.width; ++x) {
      const double across = x / cell;
      const auto i = static_cast<std::size_t>(across);
      const float right = smooth(across - static_cast<double>(i));
      const float upper = above[i] + right * (above[i + 1] - above[i]);
      const float lower = below[i] + right * (below[i + 1] - below[i]);
      out[x] += upper + down * (lower - upper);
    }
  }
}

}  // namespace

std::vector<float> frost_pane(int width, int height, double full_scale, const StepRandom& random) {
  // Feathers that are smaller than a pixel would only cost time.
  constexpr double kSmallest = 0.1;
  const double scale = std::max(full_scale, kSmallest);
  Pane feathers{width, height, {}};
  feathers.ice.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Pane haze = feathers;
  struct Octave {
    const char* name;
    double cell;
    float gain;
  };
  for (const Octave& octave : {Octave{"haze 90", 90.0, 0.40F}, Octave{"haze 30", 30.0, 0.24F},
                               Octave{"haze 7", 7.0, 0.16F}, Octave{"haze 2", 2.0, 0.20F}}) {
    add_haze(haze, octave.cell * scale, octave.gain, random.stream(octave.name));
  }
  struct Size {
    const char* name;
    double cell;
  };
  for (const Size& size : {Size{"feathers 80", 80.0}, Size{"feathers 40", 40.0}, Size{"feathers 20", 20.0}}) {
    const double cell = size.cell * scale;
    const RandomStream stream = random.stream(size.name);
    for (int row = -kMargin; row * cell < height + kMargin * cell; ++row) {
      for (int column = -kMargin; column * cell < width + kMargin * cell; ++column) {
        grow_feather(feathers, CellDraws(stream, column, row), column * cell, row * cell, cell);
      }
    }
  }
  // Between its strokes a feather is filled with finer ones, of which a blur is all that shows.
  std::vector<float> filling = feathers.ice;
  blur_plane(filling, width, height, gaussian_kernel(2.0 * scale, /*truncate=*/3.0), Border::nearest);
  for (std::size_t i = 0; i < haze.ice.size(); ++i) {
    const float crystals = 0.7F * feathers.ice[i] + 1.8F * filling[i];
    haze.ice[i] = std::min(0.6F * haze.ice[i] + crystals * (0.3F + 0.9F * haze.ice[i]), 1.0F);
  }
  return std::move(haze.ice);
}

}  // namespace fairground
