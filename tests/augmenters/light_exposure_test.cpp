// The claims of light.exposure, in floats and as they decode from a PNG of 16 bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/flow/picture_path.h"
#include "pipeline/media/image_file.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

/// Levels from `low` to `high` in equal steps, in all channels.
Image ramp(int width, double low, double high, int channels = 1) {
  Image image{width, 8, channels, 16, {}, {}};
  for (int row = 0; row < 8 * channels; ++row) {
    for (int x = 0; x < width; ++x) {
      image.samples.push_back(static_cast<float>(low + (high - low) * x / (width - 1)));
    }
  }
  return image;
}

Image expose(const Image& image, double ev, const std::string& highlights = "shoulder", double knee = 0.8) {
  return apply_rows("light.exposure", {{"ev", ev}, {"highlights", highlights}, {"knee", knee}}, image);
}

/// As it decodes from the PNG that the renderer would write.
Image through_png(const Image& image, double ev, const std::string& highlights = "shoulder") {
  const Augmenter& exposure = augmenter("light.exposure");
  const auto operation =
      row_operation(exposure, values_of(exposure.schema, {{"ev", ev}, {"highlights", highlights}}), image, {});
  const Raster raster = render_rows(image, {operation}, /*bits=*/16);
  return to_linear(decode_own_image(encode_image(raster, ImageContainer::png, /*quality=*/100)));
}

constexpr double kDoubling = 0.005;  // what is promised of the luminance below the knee

TEST(LightExposure, DoublesTheLightOfEachStop) {
  const Image image = ramp(512, 0.002, 0.4, 3);  // doubled, it ends at the knee
  const Image brighter = expose(image, 1.0);
  const Image darker = expose(image, -1.0);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    // A power of two is exact in floats.
    ASSERT_EQ(brighter.samples[i], 2 * image.samples[i]);
    ASSERT_EQ(darker.samples[i], 0.5F * image.samples[i]);
  }
}

TEST(LightExposure, DoublesTheLightOfAFile) {
  const Image image = ramp(512, 0.002, 0.399, 3);
  const Image brighter = through_png(image, 1.0);
  const Image darker = through_png(image, -2.0);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    ASSERT_NEAR(brighter.samples[i] / image.samples[i], 2.0, 2.0 * kDoubling) << image.samples[i];
    ASSERT_NEAR(darker.samples[i] / image.samples[i], 0.25, 0.25 * kDoubling) << image.samples[i];
  }
}

TEST(LightExposure, GivesTheInputBackAtZero) {
  const Image image = ramp(4096, -0.1, 1.3, 3);
  for (const char* highlights : {"shoulder", "clip"}) {
    for (const double knee : {0.0, 0.8, 0.95}) {
      EXPECT_EQ(expose(image, 0.0, highlights, knee).samples, image.samples);
    }
  }
}

TEST(LightExposure, IsExactWhereLightIsTaken) {
  const Image image = ramp(4096, -0.1, 1.3, 3);
  for (const char* highlights : {"shoulder", "clip"}) {
    for (const double ev : {-0.3, -1.0, -4.0, -10.0}) {
      const Image darker = expose(image, ev, highlights);
      const auto gain = static_cast<float>(std::pow(2.0, ev));
      for (std::size_t i = 0; i < image.samples.size(); ++i) {
        ASSERT_FLOAT_EQ(darker.samples[i], image.samples[i] * gain);
      }
    }
  }
}

constexpr double kFloatRounding = 1e-6;  // half a dozen operations in float, near 1

class Shoulder : public testing::TestWithParam<std::pair<double, double>> {};

TEST_P(Shoulder, KeepsWhiteAndOrder) {
  const auto [ev, knee] = GetParam();
  const Image image = ramp(20001, 0.0, 1.0);
  const Image brighter = expose(image, ev, "shoulder", knee);
  EXPECT_EQ(brighter.samples[0], 0.0F);
  EXPECT_NEAR(brighter.samples[20000], 1.0, kFloatRounding);
  for (std::size_t i = 1; i <= 20000; ++i) {
    ASSERT_GE(brighter.samples[i], brighter.samples[i - 1] - kFloatRounding) << image.samples[i];
    ASSERT_GE(brighter.samples[i], image.samples[i] * (1 - kFloatRounding))
        << "adding light darkens " << image.samples[i];
  }
}

TEST_P(Shoulder, StartsWithoutACorner) {
  const auto [ev, knee] = GetParam();
  const double gain = std::exp2(ev);
  const double place = knee / gain;  // what reaches the knee
  const double span = 1 - knee;
  // Seven points about the knee, h apart. Above it the curve bends by 2 (1 - 1/w^2) h / span at most for the h measured
  // in light after the gain, and floats round to 6e-8 of some 1.
  const double h = 0.002 * span / gain;
  Image image = ramp(7, place - 3 * h, place + 3 * h);
  const Image brighter = expose(image, ev, "shoulder", knee);
  const double tolerance = gain * (2 * 3 * 0.002 + 2.0 * 0x1p-24 / (h * gain));
  for (std::size_t i = 1; i < 7; ++i) {
    const double step = static_cast<double>(image.samples[i]) - image.samples[i - 1];
    const double slope = (static_cast<double>(brighter.samples[i]) - brighter.samples[i - 1]) / step;
    if (place - 3 * h > 0.0 || i > 3) {
      EXPECT_NEAR(slope, gain, tolerance) << "between points " << i - 1 << " and " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EvAndKnee, Shoulder,
                         testing::Values(std::pair(0.01, 0.8), std::pair(1.0, 0.8), std::pair(1.0, 0.0),
                                         std::pair(2.5, 0.5), std::pair(4.0, 0.95), std::pair(10.0, 0.8)));

TEST(LightExposure, KeepsTheWhiteOfAFile) {
  const Image white = ramp(16, 1.0, 1.0, 3);
  for (const double ev : {0.01, 1.0, 3.3, 10.0}) {
    const Image brighter = through_png(white, ev);
    EXPECT_EQ(*std::ranges::min_element(brighter.samples), 1.0F) << ev;
  }
}

TEST(LightExposure, RollsHighlightsOffRatherThanCutThem) {
  const Image image = ramp(1024, 0.5, 1.0);
  const Image rolled = through_png(image, 1.0, "shoulder");
  const Image cut = through_png(image, 1.0, "clip");
  const auto white = [](const Image& picture) { return std::ranges::count(picture.samples, 1.0F); };
  EXPECT_LE(white(rolled), 8 * 1);  // one column
  EXPECT_EQ(white(cut), static_cast<std::ptrdiff_t>(image.samples.size()));
}

TEST(LightExposure, CutsAtWhiteOnRequest) {
  const Image image = ramp(1024, 0.002, 1.0);
  const Image brighter = expose(image, 1.5, "clip");
  const Image file = through_png(image, 1.5, "clip");
  const double gain = std::exp2(1.5);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    // The light itself goes on beyond white; only the file cannot hold it.
    ASSERT_FLOAT_EQ(brighter.samples[i], image.samples[i] * static_cast<float>(gain));
    const double expected = std::min(gain * image.samples[i], 1.0);
    ASSERT_NEAR(file.samples[i] / expected, 1.0, kDoubling) << image.samples[i];
  }
}

}  // namespace
}  // namespace fairground
