#include "pipeline/core/fourier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

// Rounding of fourteen steps in single precision, relative to the root mean square of the result.
constexpr double kRounding = 2e-6;

struct Signal {
  std::vector<float> real = std::vector<float>(kFourierSize);
  std::vector<float> imaginary = std::vector<float>(kFourierSize);

  void transform() { inverse_fourier(std::span<float, kFourierSize>(real), std::span<float, kFourierSize>(imaginary)); }
};

Signal noise(std::uint64_t key) {
  Signal signal;
  RandomStream(key, 0, "real").normals(0, signal.real);
  RandomStream(key, 0, "imaginary").normals(0, signal.imaginary);
  return signal;
}

TEST(Fourier, AgreesWithTheDirectSumAtManyPlaces) {
  const Signal spectrum = noise(1);
  Signal result = spectrum;
  result.transform();
  const double root_mean_square = std::sqrt(2.0 * static_cast<double>(kFourierSize));
  for (std::size_t n = 0; n < kFourierSize; n += 331) {
    std::complex<double> sum = 0.0;
    for (std::size_t k = 0; k < kFourierSize; ++k) {
      // The product is reduced first, so that the angle keeps its precision.
      const double turn = static_cast<double>(k * n % kFourierSize) / static_cast<double>(kFourierSize);
      sum += std::complex<double>(spectrum.real[k], spectrum.imaginary[k]) *
             std::polar(1.0, 2.0 * std::numbers::pi * turn);
    }
    EXPECT_NEAR(result.real[n], sum.real(), kRounding * root_mean_square) << n;
    EXPECT_NEAR(result.imaginary[n], sum.imag(), kRounding * root_mean_square) << n;
  }
}

TEST(Fourier, EachBinBecomesItsOwnTurningLine) {
  for (const std::size_t bin :
       {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{128}, std::size_t{8192}, kFourierSize - 1}) {
    Signal signal;
    signal.real[bin] = 1.0F;
    signal.transform();
    for (std::size_t n = 0; n < kFourierSize; n += 97) {
      const double turn = static_cast<double>(bin * n % kFourierSize) / static_cast<double>(kFourierSize);
      EXPECT_NEAR(signal.real[n], std::cos(2.0 * std::numbers::pi * turn), kRounding) << bin << ' ' << n;
      EXPECT_NEAR(signal.imaginary[n], std::sin(2.0 * std::numbers::pi * turn), kRounding) << bin << ' ' << n;
    }
  }
}

TEST(Fourier, KeepsThePower) {
  Signal signal = noise(2);
  const auto power = [](const Signal& s) {
    double sum = 0.0;
    for (std::size_t i = 0; i < kFourierSize; ++i) {
      sum += double{s.real[i]} * s.real[i] + double{s.imaginary[i]} * s.imaginary[i];
    }
    return sum;
  };
  const double before = power(signal);
  signal.transform();
  EXPECT_NEAR(power(signal) / (before * static_cast<double>(kFourierSize)), 1.0, kRounding);
}

TEST(Fourier, ForwardUndoesTheInverse) {
  const Signal original = noise(5);
  Signal signal = original;
  signal.transform();
  forward_fourier(std::span<float, kFourierSize>(signal.real), std::span<float, kFourierSize>(signal.imaginary));
  for (std::size_t i = 0; i < kFourierSize; ++i) {
    ASSERT_NEAR(signal.real[i] / kFourierSize, original.real[i], 10 * kRounding) << i;
    ASSERT_NEAR(signal.imaginary[i] / kFourierSize, original.imaginary[i], 10 * kRounding) << i;
  }
}

TEST(Fourier, AMixedSpectrumComesBack) {
  const Signal original = noise(6);
  Signal signal = original;
  forward_fourier_to_mixed(FourierPart(signal.real), FourierPart(signal.imaginary));
  inverse_fourier_of_mixed(FourierPart(signal.real), FourierPart(signal.imaginary));
  for (std::size_t i = 0; i < kFourierSize; ++i) {
    ASSERT_NEAR(signal.real[i] / kFourierSize, original.real[i], 10 * kRounding) << i;
    ASSERT_NEAR(signal.imaginary[i] / kFourierSize, original.imaginary[i], 10 * kRounding) << i;
  }
}

// Every bin has a place of its own, which is where it always is: that is all that the order promises.
TEST(Fourier, AMixedSpectrumHasTheBinsOfTheOther) {
  const Signal original = noise(7);
  Signal ordered = original;
  Signal mixed = original;
  forward_fourier(FourierPart(ordered.real), FourierPart(ordered.imaginary));
  forward_fourier_to_mixed(FourierPart(mixed.real), FourierPart(mixed.imaginary));
  const auto sorted = [](const Signal& signal) {
    std::vector<std::pair<float, float>> bins;
    for (std::size_t i = 0; i < kFourierSize; ++i) {
      bins.emplace_back(signal.real[i], signal.imaginary[i]);
    }
    std::ranges::sort(bins);
    return bins;
  };
  EXPECT_NE(mixed.real, ordered.real);
  EXPECT_EQ(sorted(mixed), sorted(ordered));
}

// Of the second signal of one pair and the first of another.
TEST(Fourier, GivesThePairBetweenTwo) {
  const Signal before = noise(8);
  const Signal behind = noise(9);
  const auto mixed = [](const std::vector<float>& real, const std::vector<float>& imaginary) {
    std::vector<float> spectrum = real;
    spectrum.insert(spectrum.end(), imaginary.begin(), imaginary.end());
    forward_fourier_to_mixed(FourierPart(spectrum.data(), kFourierSize),
                             FourierPart(spectrum.data() + kFourierSize, kFourierSize));
    return spectrum;
  };
  using Spectrum = std::span<const float, 2 * kFourierSize>;
  const std::vector<float> first = mixed(before.real, before.imaginary);
  const std::vector<float> second = mixed(behind.real, behind.imaginary);
  std::vector<float> between(2 * kFourierSize);
  for (std::size_t group = 0; group < kFourierGroups; ++group) {
    float* const real = between.data() + group * kFourierGroup;
    mixed_group_between(Spectrum(first), Spectrum(second), group, std::span<float, kFourierGroup>(real, kFourierGroup),
                        std::span<float, kFourierGroup>(real + kFourierSize, kFourierGroup));
  }
  const std::vector<float> expected = mixed(before.imaginary, behind.real);
  // Bins of noise are some sqrt(kFourierSize) large.
  const double tolerance = 10 * kRounding * std::sqrt(kFourierSize);
  for (std::size_t i = 0; i < between.size(); ++i) {
    ASSERT_NEAR(between[i], expected[i], tolerance) << i;
  }
}

}  // namespace
}  // namespace fairground
