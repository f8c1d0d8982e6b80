#include "augmenters/audio/parts/device_filter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kHalf = kFourierSize / 2;
constexpr double kLowestDb = -120.0;

/// A complex signal of the transform's size.
struct Grid {
  std::vector<float> values = std::vector<float>(2 * kFourierSize);

  [[nodiscard]] std::span<float, kFourierSize> real() { return std::span(values).first<kFourierSize>(); }
  [[nodiscard]] std::span<float, kFourierSize> imaginary() { return std::span(values).last<kFourierSize>(); }
};

/// The gains at the transform's frequencies, mirrored. That at 0 Hz is the lowest one's.
std::vector<double> gains_on_grid(int sample_rate, const GainCurve& gain_db) {
  std::vector<double> gains(kFourierSize);
  for (std::size_t k = 1; k <= kHalf; ++k) {
    const double hz = static_cast<double>(k) * sample_rate / static_cast<double>(kFourierSize);
    gains[k] = gains[kFourierSize - k] = std::max(gain_db(hz), kLowestDb);
  }
  gains[0] = gains[1];
  return gains;
}

}  // namespace

std::vector<float> minimum_phase_taps(int sample_rate, const GainCurve& gain_db, std::size_t count) {
  // The logarithm of a spectrum of minimum phase is that of a signal without a past: fold its past over.
  const std::vector<double> gains = gains_on_grid(sample_rate, gain_db);
  Grid grid;
  const auto real = grid.real();
  const auto imaginary = grid.imaginary();
  std::ranges::transform(gains, real.begin(), [](double db) {
    return static_cast<float>(db * (plain::kLn10 / 20.0) / static_cast<double>(kFourierSize));
  });
  inverse_fourier(real, imaginary);
  for (std::size_t n = 1; n < kHalf; ++n) {
    real[n] *= 2.0F;
    real[kFourierSize - n] = 0.0F;
  }
  std::ranges::fill(imaginary, 0.0F);
  forward_fourier(real, imaginary);
  for (std::size_t k = 0; k < kFourierSize; ++k) {
    const double amplitude = plain::exp(real[k]) / static_cast<double>(kFourierSize);
    const double turns = static_cast<double>(imaginary[k]) / (2.0 * plain::kPi);
    real[k] = static_cast<float>(amplitude * plain::cosine_of_turns(turns));
    imaginary[k] = static_cast<float>(amplitude * plain::sine_of_turns(turns));
  }
  inverse_fourier(real, imaginary);
  std::vector<float> taps(real.begin(), real.begin() + static_cast<std::ptrdiff_t>(count));
  const std::size_t fade = count / 8;
  for (std::size_t i = 0; i < fade; ++i) {
    const double place = (static_cast<double>(i) + 1.0) / (2.0 * static_cast<double>(fade + 1));
    taps[count - fade + i] *= static_cast<float>(0.5 + 0.5 * plain::cosine_of_turns(place));
  }
  return taps;
}

std::vector<float> zero_phase_taps(int sample_rate, const GainCurve& gain_db, std::size_t reach) {
  const std::vector<double> gains = gains_on_grid(sample_rate, gain_db);
  Grid grid;
  std::ranges::transform(gains, grid.real().begin(), [](double db) {
    return static_cast<float>(plain::amplitude_from_db(db) / static_cast<double>(kFourierSize));
  });
  inverse_fourier(grid.real(), grid.imaginary());
  std::vector<float> taps(2 * reach + 1);
  for (std::size_t n = 0; n <= reach; ++n) {
    const double place = static_cast<double>(n) / (2.0 * static_cast<double>(reach + 1));
    const double window = 0.5 + 0.5 * plain::cosine_of_turns(place);
    taps[reach + n] = taps[reach - n] = static_cast<float>(static_cast<double>(grid.real()[n]) * window);
  }
  return taps;
}

DeviceFilter::DeviceFilter(std::vector<float> taps, std::size_t delay) : filter_(taps), delay_(delay) {}

void DeviceFilter::apply(Audio& audio) const {
  for (int c = 0; c < audio.channels; ++c) {
    filter_.apply(audio.channel(c), delay_);
  }
}

namespace {

constexpr double kLowestHz = 20.0;

double half_octaves_over_lowest(double hz) { return 2.0 * plain::log(hz / kLowestHz) / plain::kLn2; }

}  // namespace

DrawnCurve DrawnCurve::normal(double spread_db, const RandomStream& stream) {
  constexpr double kSureHz = 4000.0;  // up to here units agree best, and from an octave higher on least
  constexpr double kMore = 2.0;
  // The deviation at 1 kHz, which is taken off, adds its own: sqrt(1 + 0.81^2 + 0.19^2) times as much, by the weights
  // that 1 kHz has of its two neighbours.
  constexpr double kWithReference = 1.30;
  std::array<float, kPoints> draws;
  stream.normals(0, draws);
  DrawnCurve curve;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double octaves = (static_cast<double>(i) - half_octaves_over_lowest(kSureHz)) / 2.0;
    curve.db_[i] =
        spread_db / kWithReference * (1.0 + kMore * std::clamp(octaves, 0.0, 1.0)) * static_cast<double>(draws[i]);
  }
  const double reference_db = curve(1000.0);
  for (double& db : curve.db_) {
    db -= reference_db;
  }
  return curve;
}

DrawnCurve DrawnCurve::within(double tolerance_db, RandomStream stream) {
  DrawnCurve curve;
  for (double& db : curve.db_) {
    db = stream.uniform(-tolerance_db, tolerance_db);
  }
  return curve;
}

double DrawnCurve::operator()(double hz) const {
  const double place = std::clamp(half_octaves_over_lowest(hz), 0.0, static_cast<double>(kPoints - 1));
  const auto below = std::min(static_cast<std::size_t>(place), kPoints - 2);
  // A raised cosine from point to point, so that there are no corners, and nothing beyond the points.
  const double t = 0.5 - 0.5 * plain::cosine_of_turns((place - static_cast<double>(below)) / 2.0);
  return db_[below] + t * (db_[below + 1] - db_[below]);
}

}  // namespace fairground
