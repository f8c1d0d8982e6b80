// The claims of processing.beautify: where it works, what it takes from dark and from light skin, how it lightens.
#include <gtest/gtest.h>

#include <cmath>

#include "augmenters/image/parts/encoded_light.h"
#include "tests/augmenters/every_augmenter.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kSide = 160;
constexpr double kEncodedSteps = 4e-6;  // roundings there and back

Picture beautified(const Given& given, const Image& image, const PictureLabels* labels = nullptr) {
  return apply_picture("processing.beautify", given, image, {}, shot_of(image, labels));
}

/// A patch of skin: smooth noise of one value on four pixels by four, added to encoded values.
Image skin(double encoded, double texture_in_codes) {
  Image image{kSide, kSide, 3, 16, {}, {}};
  std::vector<float> texture(kSide * kSide / 16);
  RandomStream(5, 0, "texture").normals(0, texture);
  for (int y = 0; y < kSide; ++y) {
    for (int c = 0; c < 3; ++c) {
      for (int x = 0; x < kSide; ++x) {
        const float value = texture[static_cast<std::size_t>(y / 4 * (kSide / 4) + x / 4)];
        image.samples.push_back(
            static_cast<float>(decoded_light(encoded + texture_in_codes * static_cast<double>(value))));
      }
    }
  }
  return image;
}

/// Standard deviation of encoded green away from the picture's edges.
double texture_of(const Image& image) {
  std::vector<double> values;
  for (int y = 24; y < kSide - 24; ++y) {
    for (std::size_t x = 24; x < kSide - 24; ++x) {
      values.push_back(encoded_light(image.row(y)[kSide + x]));
    }
  }
  return std::sqrt(moments(std::span<const double>(values)).variance);
}

double kept(double encoded, double texture_in_codes) {
  const Image patch = skin(encoded, texture_in_codes);
  return texture_of(beautified({{"smoothing", 1.0}, {"radius", 0.04}}, patch).image) / texture_of(patch);
}

constexpr double kDark = 0.3;
constexpr double kLight = 0.8;

TEST(ProcessingBeautify, TakesEqualTextureInCodesFromDarkAndLightSkin) {
  for (const double texture : {0.01, 0.02, 0.05}) {
    EXPECT_NEAR(kept(kDark, texture), kept(kLight, texture), 1e-3) << texture;  // up to roundings
  }
  EXPECT_LT(kept(kDark, 0.01), 0.2);
}

// Texture of 10 % in reflectance has a standard deviation of 0.1 (e + 0.055) / 2.4 in encoded values.
TEST(ProcessingBeautify, TakesMoreFromDarkSkinOfEqualTextureInReflectance) {
  const auto in_codes = [](double encoded) { return 0.1 * (encoded + 0.055) / 2.4; };
  const double dark = kept(kDark, in_codes(kDark));
  const double light = kept(kLight, in_codes(kLight));
  EXPECT_NEAR(in_codes(kLight) / in_codes(kDark), 2.4, 0.05);
  // As the augmenter's header says.
  EXPECT_NEAR(dark, 0.16, 0.01);
  EXPECT_NEAR(light, 0.31, 0.01);
}

TEST(ProcessingBeautify, KeepsStrongEdges) {
  Image image = skin(kDark, 0.0);
  const Image light = skin(kLight, 0.0);
  for (int y = 0; y < kSide; ++y) {
    for (int c = 0; c < 3; ++c) {
      std::ranges::copy(light.row(y).subspan(static_cast<std::size_t>(c) * kSide + kSide / 2, kSide / 2),
                        image.row(y).channel(c).begin() + kSide / 2);
    }
  }
  const Image out = beautified({{"smoothing", 1.0}}, image).image;
  // Where a window is cut in half, its variance is 0.25^2, and 0.06^2 / (0.25^2 + 0.06^2) of half the step is lost.
  const double lost = 0.25 * 0.06 * 0.06 / (0.25 * 0.25 + 0.06 * 0.06);
  for (std::size_t x = kSide / 2 - 1; x <= kSide / 2; ++x) {
    EXPECT_NEAR(encoded_light(out.row(80)[kSide + x]), x < kSide / 2 ? kDark : kLight, 1.5 * lost) << x;
  }
}

TEST(ProcessingBeautify, LightensByItsFormula) {
  for (const double encoded : {0.0, 0.2, kDark, 0.5, kLight, 1.0}) {
    for (const double brighten : {0.1, 0.5, 1.0}) {
      const Image out = beautified({{"smoothing", 0.0}, {"brighten", brighten}}, skin(encoded, 0.0)).image;
      EXPECT_NEAR(encoded_light(out.samples[500]), encoded * (1.0 + brighten * (1.0 - encoded)), kEncodedSteps);
    }
  }
}

/// Pixels of which anything changed.
std::vector<bool> changed(const Image& before, const Image& after) {
  std::vector<bool> pixels;
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      bool differs = false;
      for (std::size_t c = 0; c < 3; ++c) {
        differs = differs || before.row(y)[c * kSide + x] != after.row(y)[c * kSide + x];
      }
      pixels.push_back(differs);
    }
  }
  return pixels;
}

const Given kAll{{"smoothing", 1.0}, {"brighten", 0.5}};

TEST(ProcessingBeautify, StaysWithinTheLabelledFaces) {
  const Image image = test_picture(kSide, kSide, 3);
  const PictureLabels labels{{{"face", 20, 30, 40, 50}, {"dog", 100, 100, 40, 40}, {"face", 500, 500, 10, 10}}};
  const Picture out = beautified(kAll, image, &labels);
  const std::vector<bool> pixels = changed(image, out.image);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool inside = x >= 16 && x < 64 && y >= 25 && y < 85;  // with a tenth of the box around it
      const bool well_inside = x >= 20 && x < 60 && y >= 30 && y < 80;
      ASSERT_LE(pixels[static_cast<std::size_t>(y * kSide + x)], inside) << x << ", " << y;
      ASSERT_GE(pixels[static_cast<std::size_t>(y * kSide + x)], well_inside) << x << ", " << y;
    }
  }
  // The box, and half of what fades around it.
  EXPECT_NEAR(out.measure.values.at(0).second, 44.0 * 55.0 / (kSide * kSide), 1e-3);
}

// Boxes of two detectors, or of faces side by side.
TEST(ProcessingBeautify, CountsAndSmoothsOverlapsOnce) {
  const Image image = test_picture(kSide, kSide, 3);
  const Box face{"face", 20, 30, 80, 60};
  const Box other{"face", 70, 50, 50, 70};
  const Given half{{"smoothing", 0.5}, {"brighten", 0.5}};
  const auto with = [&](const std::vector<Box>& boxes) {
    const PictureLabels labels{boxes};
    return beautified(half, image, &labels);
  };
  const Picture once = with({face});
  const Picture thrice = with({face, face, face});
  EXPECT_NEAR(thrice.measure.values.at(0).second, once.measure.values.at(0).second, 1e-6);
  const Picture alone = with({other});
  const Picture both = with({face, other});
  const Picture turned = with({other, face});
  // Where both count wholly, it is the mean of the two; at each end what the one makes.
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < 3 * kSide; ++x) {
      ASSERT_NEAR(thrice.image.row(y)[x], once.image.row(y)[x], kEncodedSteps) << x << ", " << y;
      ASSERT_NEAR(turned.image.row(y)[x], both.image.row(y)[x], kEncodedSteps) << x << ", " << y;
      if (x % kSide < 60) {
        ASSERT_EQ(both.image.row(y)[x], once.image.row(y)[x]) << x << ", " << y;
      } else if (x % kSide >= 70 && x % kSide < 100 && y >= 50 && y < 90) {
        ASSERT_NEAR(both.image.row(y)[x], 0.5F * (once.image.row(y)[x] + alone.image.row(y)[x]), kEncodedSteps);
      }
    }
  }
  // The larger of two weights, which fade by the same curve from 1 at their boxes.
  const auto inside = [](double place, double begin, double length) {
    const double t =
        std::clamp(1.0 - std::max({begin - place, place - begin - length, 0.0}) / (0.1 * length), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
  };
  const auto weight = [&](const Box& box, int x, int y) {
    return inside(x + 0.5, box.x, box.width) * inside(y + 0.5, box.y, box.height);
  };
  double sum = 0.0;
  for (int i = 0; i < kSide * kSide; ++i) {
    sum += std::max(weight(face, i % kSide, i / kSide), weight(other, i % kSide, i / kSide));
  }
  EXPECT_NEAR(both.measure.values.at(0).second, sum / (kSide * kSide), 1e-6);
}

// What is around a face, as far as the filter sees it, is the same whether the whole frame is worked on or a part.
TEST(ProcessingBeautify, FiltersAFaceAsItFiltersAFrame) {
  const Image image = test_picture(kSide, kSide, 3);
  const PictureLabels labels{{{"face", 30, 30, 100, 100}}};
  // The same radius of 12 px in both, so that the filter sees farther than the box's fade.
  const Image face = beautified({{"smoothing", 1.0}, {"radius", 12.0 / (100 * std::sqrt(2.0))}}, image, &labels).image;
  const Image frame = beautified({{"smoothing", 1.0}, {"radius", 12.0 / (kSide * std::sqrt(2.0))}}, image).image;
  for (int y = 30; y < 130; ++y) {
    for (std::size_t x = 30; x < 130; ++x) {
      ASSERT_NEAR(face.row(y)[x], frame.row(y)[x], kEncodedSteps * 3) << x << ", " << y;
    }
  }
}

TEST(ProcessingBeautify, StaysWithinTheMask) {
  const Image image = test_picture(kSide, kSide, 3);
  PictureLabels labels;
  labels.mask = Mask{kSide, kSide, std::vector<std::uint8_t>(kSide * kSide)};
  for (std::size_t y = 50; y < 110; ++y) {
    for (std::size_t x = 60; x < 100; ++x) {
      labels.mask->codes[y * kSide + x] = 7;
    }
  }
  const Given given{{"smoothing", 1.0}, {"radius", 0.01}};  // 2 px
  const std::vector<bool> pixels = changed(image, beautified(given, image, &labels).image);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool inside = x >= 58 && x < 102 && y >= 48 && y < 112;
      ASSERT_EQ(pixels[static_cast<std::size_t>(y * kSide + x)], inside) << x << ", " << y;
    }
  }
}

TEST(ProcessingBeautify, TakesTheWholeFrameWhereItIsAskedForOrNothingIsLabelled) {
  const Image image = test_picture(kSide, kSide, 3);
  const PictureLabels labels{{{"face", 20, 30, 40, 50}}};
  const PictureLabels others{{{"dog", 20, 30, 40, 50}}};
  Given frame = kAll;
  frame["region"] = std::string("frame");
  const Picture all = beautified(kAll, image);
  EXPECT_EQ(beautified(frame, image, &labels).image.samples, all.image.samples);
  EXPECT_EQ(beautified(kAll, image, &others).image.samples, all.image.samples);
  EXPECT_EQ(all.measure.values.at(0), std::pair(std::string("beautified_fraction"), 1.0));
}

TEST(ProcessingBeautify, ChangesNothingWithoutStrength) {
  for (const int channels : {1, 3}) {
    const Image image = test_picture(40, 30, channels);
    EXPECT_EQ(beautified({{"smoothing", 0.0}, {"brighten", 0.0}}, image).image.samples, image.samples);
  }
}

}  // namespace
}  // namespace fairground
