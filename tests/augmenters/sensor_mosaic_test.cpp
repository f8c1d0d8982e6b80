// The claims of sensor.mosaic: what it keeps, what it makes up, and how noise is correlated behind it.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr StepRandom kRandom{0x305A1C, 1};

Image filled(int width, int height, int channels, float level) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), level);
  return image;
}

float at(const Image& image, int x, int y, int channel) {
  return image.row(
      y)[static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)];
}

/// The colour that the sensor sees at a place.
int site(int x, int y) { return x % 2 + y % 2; }

// A dozen operations in float near 1.
constexpr double kRounding = 1e-6;

TEST(SensorMosaic, KeepsWhatTheSensorSees) {
  Image image = filled(33, 17, 3, 0.0F);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    image.samples[i] = static_cast<float>(i % 97) / 97.0F;
  }
  for (const char* method : {"malvar", "bilinear"}) {
    const Image seen = apply_picture("sensor.mosaic", {{"method", method}}, image).image;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        ASSERT_EQ(at(seen, x, y, site(x, y)), at(image, x, y, site(x, y)));
      }
    }
  }
}

// Both methods are exact for light that grows steadily, where no border is near.
TEST(SensorMosaic, IsExactOnSlopes) {
  Image image = filled(40, 30, 3, 0.0F);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.row(y).channel(c)[static_cast<std::size_t>(x)] =
            static_cast<float>(0.2 + 0.01 * x + 0.005 * y + 0.1 * c);  // colours differ by a constant
      }
    }
  }
  for (const char* method : {"malvar", "bilinear"}) {
    const Image seen = apply_picture("sensor.mosaic", {{"method", method}}, image).image;
    for (int y = 3; y < image.height - 3; ++y) {
      for (int x = 3; x < image.width - 3; ++x) {
        for (int c = 0; c < 3; ++c) {
          ASSERT_NEAR(at(seen, x, y, c), at(image, x, y, c), kRounding) << method << " " << x << " " << y << " " << c;
        }
      }
    }
  }
}

TEST(SensorMosaic, KeepsFlatColours) {
  Image image = filled(9, 8, 3, 0.0F);
  for (int y = 0; y < image.height; ++y) {
    for (int c = 0; c < 3; ++c) {
      std::ranges::fill(image.row(y).channel(c), 0.2F + 0.3F * static_cast<float>(c));
    }
  }
  for (const char* method : {"malvar", "bilinear"}) {
    const Image seen = apply_picture("sensor.mosaic", {{"method", method}}, image).image;
    for (std::size_t i = 0; i < image.samples.size(); ++i) {
      EXPECT_NEAR(seen.samples[i], image.samples[i], kRounding) << method;
    }
  }
}

TEST(SensorMosaic, LeavesGreyAndSingleLines) {
  for (const auto& [width, height, channels] : {std::array{9, 8, 1}, {1, 8, 3}, {9, 1, 3}, {1, 1, 3}}) {
    Image image = filled(width, height, channels, 0.5F);
    image.samples[0] = 0.25F;
    EXPECT_EQ(apply_picture("sensor.mosaic", {}, image).image.samples, image.samples);
  }
}

/// Weights of the published filters (Malvar et al., figure 2, times 8), rows from the top, for green at red; for the
/// colour beside green; for the one above it; for blue at red.
using Filter = std::array<std::array<double, 5>, 5>;
constexpr Filter kGreen{{{0, 0, -1, 0, 0}, {0, 0, 2, 0, 0}, {-1, 2, 4, 2, -1}, {0, 0, 2, 0, 0}, {0, 0, -1, 0, 0}}};
constexpr Filter kBeside{
    {{0, 0, 0.5, 0, 0}, {0, -1, 0, -1, 0}, {-1, 4, 5, 4, -1}, {0, -1, 0, -1, 0}, {0, 0, 0.5, 0, 0}}};
constexpr Filter kAbove{
    {{0, 0, -1, 0, 0}, {0, -1, 4, -1, 0}, {0.5, 0, 5, 0, 0.5}, {0, -1, 4, -1, 0}, {0, 0, -1, 0, 0}}};
constexpr Filter kOpposite{
    {{0, 0, -1.5, 0, 0}, {0, 2, 0, 2, 0}, {-1.5, 0, 6, 0, -1.5}, {0, 2, 0, 2, 0}, {0, 0, -1.5, 0, 0}}};
constexpr Filter kSeen{{{}, {}, {0, 0, 8, 0, 0}, {}, {}}};

const Filter& filter_at(int x, int y, int channel) {
  const int seen = site(x, y);
  if (channel == seen) {
    return kSeen;
  }
  if (channel == 1) {
    return kGreen;
  }
  if (seen == 1) {
    return (y % 2 == 0) == (channel == 0) ? kBeside : kAbove;
  }
  return kOpposite;
}

/// The covariance of one channel's noise between neighbours, where each site has independent noise of variance 1, as
/// the mean over the four places of the pattern.
double expected_covariance(int channel, int dx, int dy) {
  double sum = 0.0;
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 2; ++x) {
      const Filter& here = filter_at(x, y, channel);
      const Filter& there = filter_at((x + dx) % 2, (y + dy) % 2, channel);
      for (int v = 0; v < 5; ++v) {
        for (int u = 0; u < 5; ++u) {
          const int other_u = u - dx;
          const int other_v = v - dy;
          if (other_u >= 0 && other_u < 5 && other_v >= 0 && other_v < 5) {
            sum += here[static_cast<std::size_t>(v)][static_cast<std::size_t>(u)] *
                   there[static_cast<std::size_t>(other_v)][static_cast<std::size_t>(other_u)] / 64.0 / 4.0;
          }
        }
      }
    }
  }
  return sum;
}

// Of 512 x 512 places, whose covariances vary by 1 / 512 or a little more, as neighbours are not independent.
constexpr double kCovarianceTolerance = 0.012;

TEST(SensorMosaic, CorrelatesNoiseAsItsFiltersMust) {
  constexpr int kSide = 512;
  constexpr double kVariance = 1e-4;
  const Image noisy =
      apply_rows("sensor.noise", {{"a", 0.0}, {"b", kVariance}}, filled(kSide, kSide, 3, 0.5F), kRandom);
  const Image seen = apply_picture("sensor.mosaic", {}, noisy).image;
  for (int channel = 0; channel < 3; ++channel) {
    for (const auto& [dx, dy] : {std::pair(0, 0), {1, 0}, {0, 1}, {1, 1}, {2, 0}, {0, 2}}) {
      double sum = 0.0;
      int count = 0;
      for (int y = 4; y < kSide - 4 - dy; ++y) {
        for (int x = 4; x < kSide - 4 - dx; ++x) {
          sum += (at(seen, x, y, channel) - 0.5) * (at(seen, x + dx, y + dy, channel) - 0.5) / kVariance;
          ++count;
        }
      }
      const double expected = expected_covariance(channel, dx, dy);
      const double measured = sum / count;
      EXPECT_NEAR(measured, expected, kCovarianceTolerance) << "channel " << channel << " at " << dx << ", " << dy;
      RecordProperty("channel " + std::to_string(channel) + " at " + std::to_string(dx) + " " + std::to_string(dy),
                     std::to_string(measured) + " expected " + std::to_string(expected));
    }
    // Neighbours share a good part of their noise, where there was none in common before.
    const double correlation = expected_covariance(channel, 1, 0) / expected_covariance(channel, 0, 0);
    EXPECT_GT(correlation, 0.2) << channel;
  }
}

}  // namespace
}  // namespace fairground
