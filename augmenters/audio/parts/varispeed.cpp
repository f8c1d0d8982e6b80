// Smith and Gossett, "A flexible sampling-rate conversion method" (ICASSP 1984): a table of a windowed sinc, and
// straight lines between its rows. The window is Kaiser's.

#include "augmenters/audio/parts/varispeed.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kTaps = 64;     // samples that one reading looks at
constexpr std::size_t kPhases = 512;  // rows of the table for one sample
constexpr double kBeta = 9.0;         // of the window: with these taps the transition is 0.1 of the rate wide

/// In eight sums, in one order, so that it vectorises. The row of the table is `share` of the way from `row` to the
/// next.
[[gnu::always_inline]] inline float dot(const float* in, const float* row, float share) {
  std::array<float, 8> sums{};
  for (std::size_t i = 0; i < kTaps; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      const float tap = row[i + lane];
      sums[lane] += in[i + lane] * (tap + share * (row[kTaps + i + lane] - tap));
    }
  }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

FAIRGROUND_HOT void read_all(std::span<const float> in, std::span<const double> places, const float* taps, float* out) {
  constexpr double kBefore = 0.5 * kTaps - 1.0;  // taps before the one at the place
  std::array<float, kTaps> edge;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double whole = std::floor(places[i]);
    const double rows = (places[i] - whole) * kPhases;
    const auto row = static_cast<std::size_t>(rows);
    const auto share = static_cast<float>(rows - static_cast<double>(row));
    const double first = whole - kBefore;
    const float* from = edge.data();
    if (first >= 0.0 && first + kTaps <= static_cast<double>(in.size())) {
      from = in.data() + static_cast<std::size_t>(first);
    } else if (first + kTaps <= 0.0 || first >= static_cast<double>(in.size())) {
      out[i] = 0.0F;
      continue;
    } else {
      const auto start = static_cast<std::ptrdiff_t>(first);
      for (std::size_t k = 0; k < kTaps; ++k) {
        const std::ptrdiff_t at = start + static_cast<std::ptrdiff_t>(k);
        edge[k] = at < 0 || at >= std::ssize(in) ? 0.0F : in[static_cast<std::size_t>(at)];
      }
    }
    out[i] = dot(from, taps + row * kTaps, share);
  }
}

}  // namespace

FractionalReader::FractionalReader() : taps_((kPhases + 1) * kTaps) {
  constexpr double kHalf = 0.5 * kTaps;
  const double full = plain::bessel_i0(kBeta);
  for (std::size_t phase = 0; phase <= kPhases; ++phase) {
    float* const row = taps_.data() + phase * kTaps;
    std::array<double, kTaps> values{};
    double sum = 0.0;
    for (std::size_t k = 0; k < kTaps; ++k) {
      // From the place that is read to the sample of this tap.
      const double away = static_cast<double>(k) + 1.0 - kHalf - static_cast<double>(phase) / kPhases;
      const double share = away / kHalf;
      const double window = share * share < 1.0 ? plain::bessel_i0(kBeta * std::sqrt(1.0 - share * share)) / full : 0.0;
      values[k] = window * (away == 0.0 ? 1.0 : plain::sine_of_turns(0.5 * away) / (plain::kPi * away));
      sum += values[k];
    }
    for (std::size_t k = 0; k < kTaps; ++k) {
      row[k] = static_cast<float>(values[k] / sum);
    }
  }
}

void FractionalReader::read(std::span<const float> in, std::span<const double> places, std::span<float> out) const {
  read_all(in, places, taps_.data(), out.data());
}

}  // namespace fairground
