// What several steps of pictures share: encoded light, blurs and the guided filter.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "pipeline/media/blur.h"
#include "augmenters/image/parts/encoded_light.h"
#include "pipeline/core/random.h"

namespace fairground {
namespace {

/// IEC 61966-2-1, sections 5.2 and 5.3, in double, mirrored at black and with its tangent beyond white.
double encoded(double x) {
  const double size = std::abs(x);
  const double e = size <= 0.0031308 ? 12.92 * size
                   : size <= 1.0     ? 1.055 * std::pow(size, 1.0 / 2.4) - 0.055
                                     : 1.0 + 1.055 / 2.4 * (size - 1.0);
  return x < 0 ? -e : e;
}

/// Every 997th float from `low` to `high`, and their negatives.
std::vector<float> floats(float low, float high) {
  std::vector<float> all{0.0F, -0.0F};
  for (auto bits = std::bit_cast<std::uint32_t>(low); bits <= std::bit_cast<std::uint32_t>(high); bits += 997) {
    all.push_back(std::bit_cast<float>(bits));
    all.push_back(-all.back());
  }
  return all;
}

constexpr double kEncodedTolerance = 5e-7;  // as encoded_light.h promises
constexpr float kSmallest = 1e-6F;
constexpr float kLargest = 2.0F;

TEST(EncodedLight, FollowsTheStandardAndItsExtensions) {
  const std::vector<float> linear = floats(kSmallest, kLargest);
  std::vector<float> there = linear;
  encode_light(there);
  for (std::size_t i = 0; i < linear.size(); ++i) {
    ASSERT_NEAR(there[i], encoded(linear[i]), kEncodedTolerance * std::max(1.0F, std::abs(linear[i]))) << linear[i];
    ASSERT_NEAR(encoded_light(linear[i]), encoded(linear[i]), 1e-15) << linear[i];
  }
}

TEST(EncodedLight, ComesBack) {
  const std::vector<float> linear = floats(kSmallest, kLargest);
  std::vector<float> back = linear;
  encode_light(back);
  decode_light(back);
  std::vector<float> codes = floats(kSmallest, 1.4F);
  const std::vector<float> wanted = codes;
  decode_light(codes);
  for (std::size_t i = 0; i < linear.size(); ++i) {
    ASSERT_NEAR(back[i], linear[i], 3e-6 * (std::abs(linear[i]) + 0.01)) << linear[i];
    ASSERT_NEAR(decoded_light(encoded_light(linear[i])), linear[i], 1e-15) << linear[i];
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    ASSERT_NEAR(encoded(codes[i]), wanted[i], kEncodedTolerance * std::max(1.0F, std::abs(wanted[i]))) << wanted[i];
  }
}

TEST(EncodedLight, GivesGreyItsOwnLuma) {
  const std::vector<float> grey = floats(kSmallest, kLargest);
  std::vector<float> luma(grey.size());
  luma_of(grey, grey, grey, luma);
  EXPECT_EQ(luma, grey);
  const std::vector<float> one{1.0F};
  const std::vector<float> zero{0.0F};
  std::vector<float> share(1);
  luma_of(one, zero, zero, share);
  EXPECT_FLOAT_EQ(share[0], 0.2126F);
  luma_of(zero, one, zero, share);
  EXPECT_FLOAT_EQ(share[0], 0.7152F);
  luma_of(zero, zero, one, share);
  EXPECT_FLOAT_EQ(share[0], 0.0722F);
}

Plane drawn_plane(int width, int height) {
  Plane plane(width, height);
  RandomStream(7, 0, "plane").normals(0, plane.samples);
  return plane;
}

double at(const Plane& plane, int x, int y) {
  return plane.row(std::clamp(y, 0, plane.height - 1))[static_cast<std::size_t>(std::clamp(x, 0, plane.width - 1))];
}

/// The weighted mean around each pixel, summed as it is written.
template <class Weight>
std::vector<double> mean_by_sums(const Plane& plane, int reach, Weight weight) {
  std::vector<double> means;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0.0;
      double weights = 0.0;
      for (int v = -reach; v <= reach; ++v) {
        for (int u = -reach; u <= reach; ++u) {
          sum += weight(u) * weight(v) * at(plane, x + u, y + v);
          weights += weight(u) * weight(v);
        }
      }
      means.push_back(sum / weights);
    }
  }
  return means;
}

constexpr double kFloatSteps = 2e-6;  // a few roundings of samples of up to 5

constexpr double kWorstOfPeak = 0.07;  // as blur.h promises

const std::vector<std::pair<int, int>> kSizes{{1, 1}, {1, 7}, {7, 1}, {2, 2}, {33, 19}};

TEST(GaussianBlur, IsTheSumOfItsTaps) {
  for (const auto& [width, height] : kSizes) {
    for (const double sigma : {0.2, 0.8, 1.7, 5.0}) {
      Plane plane = drawn_plane(width, height);
      const auto wanted = mean_by_sums(plane, static_cast<int>(std::ceil(4 * sigma)),
                                       [&](int k) { return std::exp(-0.5 * k * k / (sigma * sigma)); });
      gaussian_blur(plane, sigma);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_NEAR(plane.samples[i], wanted[i], kFloatSteps) << width << " x " << height << ", " << sigma;
      }
    }
  }
}

TEST(GaussianBlur, LeavesThePlaneWithoutSigma) {
  Plane plane = drawn_plane(9, 5);
  gaussian_blur(plane, 0.0);
  EXPECT_EQ(plane.samples, drawn_plane(9, 5).samples);
}

// Four running means in place of a wide Gaussian.
TEST(GaussianBlur, SpreadsAPointAsFarWhereItIsWide) {
  for (const double sigma : {8.1, 10.0, 13.7, 20.0}) {
    Plane plane(201, 201);
    plane.row(100)[100] = 1.0F;
    gaussian_blur(plane, sigma);
    constexpr double kPi = 3.14159265358979;
    const double peak = 1.0 / (2 * kPi * sigma * sigma);
    double sum = 0.0;
    double spread = 0.0;
    double worst = 0.0;
    for (int y = 0; y < 201; ++y) {
      for (int x = 0; x < 201; ++x) {
        const double r2 = (x - 100) * (x - 100) + (y - 100) * (y - 100);
        sum += at(plane, x, y);
        spread += at(plane, x, y) * (x - 100) * (x - 100);
        worst = std::max(worst, std::abs(at(plane, x, y) - peak * std::exp(-0.5 * r2 / (sigma * sigma))));
      }
    }
    EXPECT_NEAR(sum, 1.0, 1e-4) << sigma;
    EXPECT_NEAR(std::sqrt(spread), sigma, 1e-3 * sigma) << sigma;
    EXPECT_LT(worst / peak, kWorstOfPeak) << sigma;
  }
}

TEST(RunningMean, CountsTheOutermostPixelsByTheFraction) {
  for (const auto& [width, height] : kSizes) {
    for (const double radius : {0.4, 1.0, 3.25, 12.0}) {
      Plane plane = drawn_plane(width, height);
      const int whole = static_cast<int>(radius);
      const auto wanted = mean_by_sums(plane, whole + 1, [&, whole = whole, radius = radius](int k) {
        return std::abs(k) <= whole ? 1.0 : radius - whole;
      });
      running_mean(plane, radius);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_NEAR(plane.samples[i], wanted[i], kFloatSteps) << width << " x " << height << ", " << radius;
      }
    }
  }
}

// The paper's algorithm 1, written out.
TEST(GuidedFilter, IsThePapersAlgorithm) {
  for (const auto& [width, height] : kSizes) {
    for (const int radius : {1, 3, 9}) {
      for (const double edge : {0.1, 1.0}) {
        Plane plane = drawn_plane(width, height);
        const auto box = [&](const Plane& p) { return mean_by_sums(p, radius, [](int) { return 1.0; }); };
        Plane squares = plane;
        std::ranges::transform(squares.samples, squares.samples.begin(), [](float s) { return s * s; });
        const std::vector<double> mean = box(plane);
        const std::vector<double> power = box(squares);
        Plane a(width, height);
        Plane b(width, height);
        for (std::size_t i = 0; i < mean.size(); ++i) {
          const double variance = power[i] - mean[i] * mean[i];
          a.samples[i] = static_cast<float>(variance / (variance + edge * edge));
          b.samples[i] = static_cast<float>((1 - a.samples[i]) * mean[i]);
        }
        const std::vector<double> mean_a = box(a);
        const std::vector<double> mean_b = box(b);
        const Plane before = plane;
        guided_filter(plane, radius, edge);
        for (std::size_t i = 0; i < mean.size(); ++i) {
          ASSERT_NEAR(plane.samples[i], mean_a[i] * before.samples[i] + mean_b[i], kFloatSteps)
              << width << " x " << height << ", " << radius << ", " << edge;
        }
      }
    }
  }
}

TEST(GuidedFilter, LeavesAFlatPlane) {
  Plane plane(40, 30);
  std::ranges::fill(plane.samples, 0.3F);
  guided_filter(plane, 5, 0.01);
  EXPECT_EQ(plane.samples, std::vector<float>(1200, 0.3F));
}

}  // namespace
}  // namespace fairground
