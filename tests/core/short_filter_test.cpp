#include "pipeline/core/short_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

std::vector<float> drawn(std::size_t count, const char* name) {
  std::vector<float> values(count);
  RandomStream(1, 0, name).normals(0, values);
  return values;
}

/// One sum for each sample, in double.
std::vector<double> direct(const std::vector<float>& signal, const std::vector<float>& taps, std::size_t count,
                           std::size_t skip) {
  std::vector<double> out(count);
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t k = 0; k < taps.size() && k <= n + skip; ++k) {
      if (n + skip - k < signal.size()) {
        out[n] += static_cast<double>(taps[k]) * static_cast<double>(signal[n + skip - k]);
      }
    }
  }
  return out;
}

TEST(ShortFilter, IsAConvolution) {
  constexpr double kTolerance = 3e-6;  // of the largest value: floats over 14 steps of the transform there and back
  for (const std::size_t taps : {1U, 2U, 100U, 1023U, 8192U}) {
    const std::vector<float> response = drawn(taps, "taps");
    const ShortFilter filter(response);
    for (const std::size_t frames : {0U, 1U, 77U, 8193U, 20000U, 33000U}) {
      for (const std::size_t skip : {std::size_t{0}, taps / 2, taps - 1, taps + 5}) {
        SCOPED_TRACE(std::to_string(taps) + " taps, " + std::to_string(frames) + " frames, " + std::to_string(skip));
        const std::vector<float> signal = drawn(frames, "signal");
        std::vector<float> out = signal;
        filter.apply(out, skip);
        const std::vector<double> wanted = direct(signal, response, frames, skip);
        double largest = 0.0;
        double error = 0.0;
        for (std::size_t i = 0; i < frames; ++i) {
          largest = std::max(largest, std::abs(wanted[i]));
          error = std::max(error, std::abs(wanted[i] - static_cast<double>(out[i])));
        }
        EXPECT_LE(error, kTolerance * largest);
      }
    }
  }
}

TEST(ShortFilter, RefusesWhatIsNotShort) {
  EXPECT_THROW(ShortFilter(std::vector<float>()), std::invalid_argument);
  EXPECT_THROW(ShortFilter(std::vector<float>(ShortFilter::kMostTaps + 1)), std::invalid_argument);
}

}  // namespace
}  // namespace fairground
