#include "pipeline/measure/reverberation.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/real_fourier.h"

namespace fairground {
namespace {

constexpr double kAllEarlyDb = 100.0;

double energy(std::span<const float> samples) { return mean_power(samples) * static_cast<double>(samples.size()); }

double early_to_late_db(std::span<const float> response, int sample_rate, double seconds) {
  const auto split = std::min(response.size(), static_cast<std::size_t>(std::lround(seconds * sample_rate)));
  const double early = energy(response.first(split));
  const double late = split < response.size() ? energy(response.subspan(split)) : 0.0;
  if (late <= early * power_from_db(-kAllEarlyDb)) {
    return kAllEarlyDb;
  }
  return db_from_power(std::max(early / late, power_from_db(-kAllEarlyDb)));
}

}  // namespace

std::optional<double> reverberation_time_s(std::span<const float> response, int sample_rate) {
  constexpr double kFromDb = -5.0;
  constexpr double kToDb = -25.0;
  // What is cut off behind the end must not bend the line: as ISO 3382-2 has it for noise, the decay goes on for 10 dB.
  constexpr double kBeyondDb = 10.0;
  std::vector<double> behind(response.size());
  double sum = 0.0;
  for (std::size_t i = response.size(); i-- > 0;) {
    sum += static_cast<double>(response[i]) * response[i];
    behind[i] = sum;
  }
  if (sum <= 0.0) {
    return std::nullopt;
  }
  // The line of least squares through all points in between.
  double n = 0.0, x_sum = 0.0, y_sum = 0.0, xx_sum = 0.0, xy_sum = 0.0;
  double last_s = 0.0;
  for (std::size_t i = 0; i < behind.size() && behind[i] > 0.0; ++i) {
    const double db = db_from_power(behind[i] / sum);
    if (db < kToDb) {
      break;
    }
    if (db <= kFromDb) {
      const double x = static_cast<double>(i) / sample_rate;
      last_s = x;
      n += 1.0;
      x_sum += x;
      y_sum += db;
      xx_sum += x * x;
      xy_sum += x * db;
    }
  }
  constexpr double kLeastPoints = 8;
  const double spread = n * xx_sum - x_sum * x_sum;
  if (n < kLeastPoints || spread <= 0.0) {
    return std::nullopt;
  }
  const double db_per_s = (n * xy_sum - x_sum * y_sum) / spread;
  const double rest_s = static_cast<double>(behind.size()) / sample_rate - last_s;
  return -db_per_s * rest_s >= kBeyondDb ? std::optional(-60.0 / db_per_s) : std::nullopt;
}

OctaveBand octave_band(std::span<const float> response, int sample_rate, double centre_hz) {
  OctaveBand band;
  band.start = static_cast<std::size_t>(std::ceil(8.0 / centre_hz * sample_rate));
  const int size = RealFourier::fast_size(static_cast<int>(response.size() + 2 * band.start));
  const auto length = static_cast<std::size_t>(size);
  band.samples.resize(length);
  std::ranges::copy(response, band.samples.begin() + static_cast<std::ptrdiff_t>(band.start));
  std::vector<std::complex<float>> spectrum(length / 2 + 1);
  const RealFourier fourier(size);
  fourier.forward(band.samples, spectrum);
  // From all to nothing, half the power at the edge of the band. Steeper edges ring longer than short rooms.
  constexpr double kEdgeOctaves = 0.5;
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    const double hz = static_cast<double>(k) * sample_rate / size;
    const double octaves = hz > 0.0 ? std::abs(std::log2(hz / centre_hz)) : 100.0;
    const double place = std::clamp((octaves - 0.5) / kEdgeOctaves + 0.5, 0.0, 1.0);
    const auto gain = static_cast<float>(std::cos(place * std::acos(0.0)) / size);
    spectrum[k] *= gain;
  }
  fourier.inverse(spectrum, band.samples);
  return band;
}

double clarity_50_db(std::span<const float> response, int sample_rate) {
  return early_to_late_db(response, sample_rate, 0.05);
}

double direct_to_reverberant_db(std::span<const float> response, int sample_rate) {
  return early_to_late_db(response, sample_rate, 0.0025);
}

}  // namespace fairground
