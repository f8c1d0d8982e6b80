#include "augmenters/audio/parts/slow_level.h"

#include <algorithm>
#include <cmath>

#include "augmenters/audio/parts/drawn_noise.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

/// From one knot up to the next, on a straight line.
FAIRGROUND_HOT void add_stretch(float* out, const float* signal, std::size_t count, float level, float step,
                                float first) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += signal[i] * (level + step * (first + static_cast<float>(i)));
  }
}

FAIRGROUND_HOT void multiply_stretch(float* signal, std::size_t count, float level, float step, float first) {
  for (std::size_t i = 0; i < count; ++i) {
    signal[i] *= level + step * (first + static_cast<float>(i));
  }
}

/// Calls `stretch(from, count, level, step, first)` for each pair of knots. Samples seldom stand on a knot: `first` is
/// how many samples the stretch's own first one lies behind it.
template <class Stretch>
void for_stretches(std::size_t frames, int sample_rate, std::span<const float> knots, Stretch stretch) {
  const auto rate = static_cast<std::size_t>(sample_rate);
  const double samples_per_knot = static_cast<double>(sample_rate) / kKnotsPerS;
  std::size_t from = 0;
  for (std::size_t knot = 0; from < frames; ++knot) {
    const std::size_t until = std::min(frames, ((knot + 1) * rate + kKnotsPerS - 1) / kKnotsPerS);
    const auto step = static_cast<float>((knots[knot + 1] - knots[knot]) / samples_per_knot);
    const auto first = static_cast<float>(static_cast<double>(from) - static_cast<double>(knot) * samples_per_knot);
    stretch(from, until - from, knots[knot], step, first);
    from = until;
  }
}

}  // namespace

std::size_t knots_of(std::size_t frames, int sample_rate) {
  return frames * kKnotsPerS / static_cast<std::size_t>(sample_rate) + 2;
}

void apply_level(std::span<float> signal, int sample_rate, std::span<const float> knots) {
  for_stretches(signal.size(), sample_rate, knots,
                [&](std::size_t from, std::size_t count, float level, float step, float first) {
                  multiply_stretch(signal.data() + from, count, level, step, first);
                });
}

void add_at_level(std::span<float> out, std::span<const float> signal, int sample_rate, std::span<const float> knots) {
  for_stretches(signal.size(), sample_rate, knots,
                [&](std::size_t from, std::size_t count, float level, float step, float first) {
                  add_stretch(out.data() + from, signal.data() + from, count, level, step, first);
                });
}

std::vector<float> slow_noise(std::size_t knots, const std::function<double(double hz)>& amplitude,
                              const RandomStream& stream) {
  const DrawnNoise noise(kKnotsPerS, amplitude);
  std::vector<float> row(knots);
  noise.synthesise(row, stream);
  const auto scale = static_cast<float>(1.0 / std::sqrt(noise.power()));
  for (float& knot : row) {
    knot *= scale;
  }
  return row;
}

}  // namespace fairground
