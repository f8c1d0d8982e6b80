// Levels that change slowly against sound itself: gusts, passing cars, syllables. They are found at knots, a hundred in
// a second at every sample rate, and go straight from knot to knot, so that a sample costs no function of its own.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {

/// Enough for what changes up to ten times a second.
inline constexpr int kKnotsPerS = 100;

/// As many knots as a clip needs: one at its start, and one at or behind its end.
[[nodiscard]] std::size_t knots_of(std::size_t frames, int sample_rate);

/// Multiplies a signal by the level at its knots. Hangs on a sample's own place alone.
void apply_level(std::span<float> signal, int sample_rate, std::span<const float> knots);
/// The same of knots whose sound stands apart: adds `signal` to `out`, times the level.
void add_at_level(std::span<float> out, std::span<const float> signal, int sample_rate, std::span<const float> knots);

/// Normals of variance 1 at the knots, whose spectrum goes as the square of `amplitude` over frequency in Hz, up to
/// half of kKnotsPerS. A longer row begins with a shorter one of the same stream.
[[nodiscard]] std::vector<float> slow_noise(std::size_t knots, const std::function<double(double hz)>& amplitude,
                                            const RandomStream& stream);

}  // namespace fairground
