// The claims of processing.denoise: how far noise falls, how far what is left hangs together, and that edges stay.
#include <gtest/gtest.h>

#include <cmath>

#include "augmenters/image/parts/encoded_light.h"
#include "tests/augmenters/every_augmenter.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kSide = 256;
constexpr int kMargin = 20;  // where the edges of the picture are seen

/// Encoded noise of standard deviation `sigma` about `level(x)`, the same in all channels or each channel's own.
template <class Level>
Image noisy(int channels, double sigma, bool coloured, Level level) {
  Image image{kSide, kSide, channels, 16, {}, {}};
  std::vector<float> normals(kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int c = 0; c < channels; ++c) {
      const auto line = static_cast<std::uint64_t>(coloured ? y * 3 + c : y * 3);
      RandomStream(3, 0, "noise").normals(line * kSide, normals);
      for (int x = 0; x < kSide; ++x) {
        const double encoded = level(x) + sigma * static_cast<double>(normals[static_cast<std::size_t>(x)]);
        image.samples.push_back(static_cast<float>(decoded_light(encoded)));
      }
    }
  }
  return image;
}

Image denoised(const Given& given, const Image& image) {
  return apply_picture("processing.denoise", given, image).image;
}

/// The inner encoded values of channel c.
std::vector<float> inner(const Image& image, std::size_t c) {
  std::vector<float> values;
  for (int y = kMargin; y < kSide - kMargin; ++y) {
    for (std::size_t x = kMargin; x < kSide - kMargin; ++x) {
      values.push_back(static_cast<float>(encoded_light(image.row(y)[c * kSide + x])));
    }
  }
  return values;
}

double spread(const std::vector<float>& values) { return std::sqrt(moments(std::span<const float>(values)).variance); }

/// The correlation of neighbours in a row.
double neighbours(const std::vector<float>& values) {
  const std::span<const float> all(values);
  return correlation(all.first(all.size() - 1), all.subspan(1));
}

/// What the header says of a flat field.
double left_of(double sigma, double strength, int radius) {
  const double m = 2.0 * radius + 1.0;
  const double a = sigma * sigma / (sigma * sigma + strength * strength);
  const double twice = (2.0 * m * m + 1.0) / (3.0 * m * m * m);
  return sigma * std::sqrt(a * a + 2.0 * a * (1.0 - a) / (m * m) + (1.0 - a) * (1.0 - a) * twice * twice);
}

// The variance within a window scatters, which the formula leaves out: by 20 % of 49 pixels.
constexpr double kFallTolerance = 0.05;

TEST(ProcessingDenoise, LetsNoiseFallByItsFormula) {
  for (const double sigma : {0.01, 0.03}) {
    for (const double strength : {0.02, 0.06}) {
      for (const int radius : {3, 5}) {
        const Given given{{"luma_strength", strength}, {"chroma_strength", 0.0}, {"radius_px", std::int64_t{radius}}};
        const std::vector<float> out = inner(denoised(given, noisy(3, sigma, false, [](int) { return 0.5; })), 1);
        const double wanted = left_of(sigma, strength, radius);
        EXPECT_NEAR(spread(out), wanted, kFallTolerance * wanted) << sigma << ", " << strength << ", " << radius;
      }
    }
  }
}

TEST(ProcessingDenoise, LeavesNoiseThatHangsTogether) {
  const Image image = noisy(3, 0.02, false, [](int) { return 0.5; });
  double before = neighbours(inner(image, 1));
  EXPECT_NEAR(before, 0.0, 0.02);  // 46656 draws: 4 standard errors
  for (const std::int64_t passes : {1, 2, 4}) {
    const std::vector<float> out = inner(denoised({{"luma_strength", 0.03}, {"passes", passes}}, image), 1);
    EXPECT_GT(neighbours(out), before + 0.01) << passes;
    before = neighbours(out);
  }
  EXPECT_GT(before, 0.9);
}

TEST(ProcessingDenoise, KeepsEdges) {
  const auto step = [](int x) { return x < kSide / 2 ? 0.3 : 0.7; };
  const Image out = denoised({}, noisy(3, 0.01, false, step));
  // Columns beside the edge, averaged over rows.
  const auto column = [&](int x) {
    double sum = 0.0;
    for (int y = 0; y < kSide; ++y) {
      sum += encoded_light(out.row(y)[static_cast<std::size_t>(kSide + x)]) / kSide;
    }
    return sum;
  };
  // Of a step h = 0.4 in a window that it cuts in half, t^2 / (h^2 / 4 + t^2) is lost at most: 2.2 % of h / 2.
  const double lost = 0.03 * 0.03 / (0.04 + 0.03 * 0.03) * 0.2;
  for (const int x : {0, 1, 2, 5, 10}) {
    EXPECT_NEAR(column(kSide / 2 + x), 0.7, lost + 0.003) << x;
    EXPECT_NEAR(column(kSide / 2 - 1 - x), 0.3, lost + 0.003) << x;
  }
}

/// Encoded luma of a pixel, and the distance of one of its channels from it.
double luma_at(const Image& picture, int y, std::size_t x) {
  const auto at = [&](std::size_t c) { return encoded_light(picture.row(y)[c * kSide + x]); };
  return 0.2126 * at(0) + 0.7152 * at(1) + 0.0722 * at(2);
}

std::vector<float> differences(const Image& picture, std::size_t c) {
  std::vector<float> values;
  for (int y = kMargin; y < kSide - kMargin; ++y) {
    for (std::size_t x = kMargin; x < kSide - kMargin; ++x) {
      values.push_back(static_cast<float>(encoded_light(picture.row(y)[c * kSide + x]) - luma_at(picture, y, x)));
    }
  }
  return values;
}

// The differences of red and of blue are filtered with twice the reach, and luma stays if only they are.
TEST(ProcessingDenoise, SmearsColourFarther) {
  constexpr double kStrength = 0.08;
  constexpr int kRadius = 3;
  const Image image = noisy(3, 0.02, true, [](int) { return 0.5; });
  const Given given{{"luma_strength", 0.0}, {"chroma_strength", kStrength}, {"radius_px", std::int64_t{kRadius}}};
  const Image out = denoised(given, image);
  for (const std::size_t c : {0, 2}) {
    const double wanted = left_of(spread(differences(image, c)), kStrength, 2 * kRadius);
    EXPECT_NEAR(spread(differences(out, c)), wanted, kFallTolerance * wanted) << c;
    EXPECT_GT(neighbours(differences(out, c)), 0.1) << c;  // before, it is nothing
  }
  constexpr double kEncodedSteps = 3e-6;
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      ASSERT_NEAR(luma_at(out, y, x), luma_at(image, y, x), kEncodedSteps);
    }
  }
}

TEST(ProcessingDenoise, FiltersGreyAsItFiltersLuma) {
  const auto half = [](int) { return 0.5; };
  const std::vector<float> grey = inner(denoised({}, noisy(1, 0.02, false, half)), 0);
  const std::vector<float> colour = inner(denoised({}, noisy(3, 0.02, false, half)), 1);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    ASSERT_NEAR(grey[i], colour[i], 3e-6);
  }
}

TEST(ProcessingDenoise, ChangesNothingWithoutStrength) {
  for (const int channels : {1, 3}) {
    const Image image = test_picture(40, 30, channels);
    EXPECT_EQ(denoised({{"luma_strength", 0.0}, {"chroma_strength", 0.0}, {"passes", std::int64_t{4}}}, image).samples,
              image.samples);
  }
}

}  // namespace
}  // namespace fairground
