// Convolution against the sum that defines it.
#include "pipeline/core/convolution.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

// A float has 24 bits; a transform of 2^14 points adds some bits of noise to each of its 14 steps. Relative to the size
// of the largest output.
constexpr double kRelativeError = 2e-6;

std::vector<float> noise(std::size_t size, std::uint64_t seed) {
  std::vector<float> samples(size);
  RandomStream(seed, 0, "noise").normals(0, samples);
  return samples;
}

std::vector<double> direct(const std::vector<float>& x, const std::vector<float>& h, std::size_t size) {
  std::vector<double> y(size);
  for (std::size_t n = 0; n < size; ++n) {
    for (std::size_t k = 0; k < h.size() && k <= n; ++k) {
      if (n - k < x.size()) {
        y[n] += static_cast<double>(h[k]) * x[n - k];
      }
    }
  }
  return y;
}

/// With all spectra of the signal held.
void convolve_held(std::span<const float> signal, const BlockSpectra& response, std::span<float> out) {
  const BlockSpectra pairs = BlockSpectra::of_signal(signal);
  convolve(pairs, BlockSpectra::between(pairs), response, out);
}

TEST(Convolution, IsTheSumOfProducts) {
  constexpr std::size_t b = kConvolutionBlock;
  const std::vector<std::array<std::size_t, 3>> sizes{{1, 1, 1},
                                                      {1, 1, 9},
                                                      {5, 3, 7},
                                                      {100, 20000, 20100},
                                                      {20000, 100, 20000},
                                                      {b, b, 2 * b},
                                                      {b + 1, b + 1, b},
                                                      {3 * b, b + 9, 3 * b},
                                                      {2 * b + 7, 2 * b + 1, 4 * b}};
  for (const auto& [signal, response, size] : sizes) {
    const std::vector<float> x = noise(signal, 1);
    const std::vector<float> h = noise(response, 2);
    std::vector<float> y(size, 99.0F);
    convolve_held(x, BlockSpectra::of_response(h), y);
    const std::vector<double> expected = direct(x, h, size);
    std::vector<float> streamed(size, 99.0F);
    convolve(x, BlockSpectra::of_response(h), streamed);
    EXPECT_EQ(streamed, y) << signal << " with " << response;
    double largest = 0.0;
    double error = 0.0;
    for (std::size_t n = 0; n < size; ++n) {
      largest = std::max(largest, std::abs(expected[n]));
      error = std::max(error, std::abs(expected[n] - y[n]));
    }
    EXPECT_LE(error, kRelativeError * largest) << signal << " with " << response;
  }
}

TEST(Convolution, LeavesASignalAsItIsUnderASinglePulse) {
  const std::vector<float> x = noise(30000, 3);
  std::vector<float> pulse(20000);
  pulse[9000] = 0.5F;
  std::vector<float> y(x.size());
  convolve_held(x, BlockSpectra::of_response(pulse), y);
  for (std::size_t n = 0; n < y.size(); ++n) {
    ASSERT_NEAR(y[n], n < 9000 ? 0.0F : 0.5F * x[n - 9000], 4e-6F) << n;
  }
}

// More blocks than the ring of the streamed form has, with a response of several.
TEST(Convolution, IsTheSameStreamed) {
  const std::vector<float> x = noise(40 * kConvolutionBlock + 77, 6);
  for (const std::size_t taps : {1U, 9000U, 17000U, 30000U}) {
    const BlockSpectra h = BlockSpectra::of_response(noise(taps, 7));
    std::vector<float> whole(x.size() + 1000);
    std::vector<float> streamed(x.size() + 1000);
    convolve_held(x, h, whole);
    convolve(x, h, streamed);
    EXPECT_EQ(streamed, whole) << taps;
    // The same, but for what is left out at the start.
    for (const std::size_t skip : {1U, 128U, 8192U, 20000U}) {
      std::vector<float> rest(50001);
      convolve(x, h, rest, skip);
      EXPECT_TRUE(std::equal(rest.begin(), rest.end(), whole.begin() + static_cast<std::ptrdiff_t>(skip))) << skip;
      std::vector<float> appended{1.0F, 2.0F};
      convolve_onto(appended, rest.size(), x, h, skip);
      EXPECT_EQ(appended.size(), rest.size() + 2);
      EXPECT_EQ(appended[1], 2.0F);
      EXPECT_TRUE(std::equal(rest.begin(), rest.end(), appended.begin() + 2)) << skip;
    }
  }
}

TEST(Convolution, GivesNothingForNothing) {
  std::vector<float> y(100, 1.0F);
  convolve_held(std::span<const float>(), BlockSpectra::of_response(noise(5, 1)), y);
  EXPECT_EQ(y, std::vector<float>(100));
  convolve_held(noise(5, 1), BlockSpectra::of_response({}), y);
  EXPECT_EQ(y, std::vector<float>(100));
  convolve_held(noise(5, 1), BlockSpectra::of_response(noise(5, 1)), {});
  y.assign(100, 1.0F);
  convolve(std::span<const float>(), BlockSpectra::of_response(noise(5, 1)), y);
  EXPECT_EQ(y, std::vector<float>(100));
}

// What is made for a long clip serves a short one, whose length is rounded up to whole pairs of blocks.
TEST(Convolution, StartsAlikeForSignalsThatStartAlike) {
  const std::vector<float> x = noise(40000, 4);
  const BlockSpectra h = BlockSpectra::of_response(noise(12000, 5));
  std::vector<float> whole(x.size());
  convolve_held(x, h, whole);
  for (const std::size_t frames : {2 * kConvolutionBlock, 4 * kConvolutionBlock}) {
    std::vector<float> part(frames);
    convolve_held(std::span(x).first(frames), h, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin())) << frames;
  }
}

}  // namespace
}  // namespace fairground
