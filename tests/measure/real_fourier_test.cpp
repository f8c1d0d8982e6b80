// The meters' transform against the sum that defines it.
#include "pipeline/measure/real_fourier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

std::vector<float> noise(int size) {
  std::vector<float> samples(static_cast<std::size_t>(size));
  RandomStream(static_cast<std::uint64_t>(size), 0, "noise").normals(0, samples);
  return samples;
}

TEST(RealFourier, IsTheSumThatDefinesIt) {
  for (const int size : {2, 6, 10, 16, 90, 640, 1500}) {
    const std::vector<float> samples = noise(size);
    std::vector<std::complex<float>> bins(samples.size() / 2 + 1);
    RealFourier(size).forward(samples, bins);
    for (std::size_t k = 0; k < bins.size(); ++k) {
      std::complex<double> sum = 0.0;
      for (std::size_t n = 0; n < samples.size(); ++n) {
        const double turns = static_cast<double>(k * n % samples.size()) / size;
        sum += static_cast<double>(samples[n]) * std::polar(1.0, -2.0 * std::numbers::pi * turns);
      }
      EXPECT_LE(std::abs(std::complex<double>(bins[k]) - sum), 2e-6 * std::sqrt(size)) << size << ' ' << k;
    }
  }
}

TEST(RealFourier, ComesBack) {
  for (const int size : {2, 6, 90, 640, 1500}) {
    const std::vector<float> samples = noise(size);
    std::vector<std::complex<float>> bins(samples.size() / 2 + 1);
    const RealFourier fourier(size);
    fourier.forward(samples, bins);
    std::vector<float> back(samples.size());
    fourier.inverse(bins, back);
    for (std::size_t n = 0; n < samples.size(); ++n) {
      ASSERT_NEAR(back[n] / static_cast<float>(size), samples[n], 2e-6) << size << ' ' << n;
    }
  }
}

TEST(RealFourier, KnowsTheFastSizes) {
  for (const auto& [size, fast] :
       {std::pair{1, 2}, {2, 2}, {3, 4}, {7, 8}, {11, 12}, {13, 16}, {640, 640}, {641, 648}}) {
    EXPECT_EQ(RealFourier::fast_size(size), fast) << size;
  }
}

}  // namespace
}  // namespace fairground
