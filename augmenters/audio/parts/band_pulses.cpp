#include "augmenters/audio/parts/band_pulses.h"

#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kTaps = 64;
constexpr std::size_t kPhases = 128;  // with lines between them
constexpr double kKaiser = 8.0;       // by Kaiser's formula, a ripple at -80 dB and flat up to 0.92 of half the rate

/// A sinc under a Kaiser window at every phase, and at the first again.
using Sinc = std::vector<std::array<float, kTaps>>;

const Sinc& sinc() {
  static const Sinc instance = [] {
    Sinc rows(kPhases + 1);
    constexpr double kHalf = 0.5 * kTaps;
    const double full = plain::bessel_i0(kKaiser);
    for (std::size_t phase = 0; phase <= kPhases; ++phase) {
      for (std::size_t k = 0; k < kTaps; ++k) {
        const double t = static_cast<double>(k) - (kHalf - 1.0) - static_cast<double>(phase) / kPhases;
        const double edge = t / kHalf;
        const double window = edge * edge < 1.0 ? plain::bessel_i0(kKaiser * std::sqrt(1.0 - edge * edge)) / full : 0.0;
        rows[phase][k] =
            static_cast<float>(window * (t == 0.0 ? 1.0 : plain::sine_of_turns(0.5 * t) / (plain::kPi * t)));
      }
    }
    return rows;
  }();
  return instance;
}

FAIRGROUND_HOT void between(const float* low, const float* high, float part, float* out) {
  for (std::size_t k = 0; k < kTaps; ++k) {
    out[k] = low[k] + part * (high[k] - low[k]);
  }
}

FAIRGROUND_HOT void add_scaled(const float* in, float factor, float* out) {
  for (std::size_t k = 0; k < kTaps; ++k) {
    out[k] += factor * in[k];
  }
}

static_assert(kPulseLead == kTaps / 2 - 1);

}  // namespace

BandPulses::BandPulses(std::size_t frames, std::size_t lead) : frames_(frames), lead_(lead) {
  for (std::vector<float>& band : bands_) {
    band.resize(frames + lead + kTaps);
  }
}

void BandPulses::add(double position, const RoomBands& amplitude) {
  const auto whole = static_cast<std::size_t>(position);
  if (whole >= frames_) {
    return;
  }
  const double phase = (position - static_cast<double>(whole)) * kPhases;
  const auto row = static_cast<std::size_t>(phase);
  std::array<float, kTaps> taps;
  between(sinc()[row].data(), sinc()[row + 1].data(), static_cast<float>(phase - static_cast<double>(row)),
          taps.data());
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    add_scaled(taps.data(), static_cast<float>(amplitude[b]), bands_[b].data() + whole + lead_ - kPulseLead);
  }
}

}  // namespace fairground
