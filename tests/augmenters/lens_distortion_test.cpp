// The claims of lens.distortion: where things go, in the picture and in the labels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;

struct Lens {
  double k1;
  double k2;
  double k3;
  double p1;
  double p2;
};

const std::vector<Lens> kLenses{{-0.25, 0.0, 0.0, 0.0, 0.0},     {0.3, 0.0, 0.0, 0.0, 0.0},
                                {-0.3, 0.1, 0.02, 0.0, 0.0},     {0.1, -0.1, 0.05, 0.01, -0.02},
                                {-0.15, 0.05, 0.0, -0.02, 0.01}, {-0.03, 0.0, 0.0, 0.0, 0.0}};

Given given(const Lens& lens, const std::string& fit) {
  return {{"k1", lens.k1}, {"k2", lens.k2}, {"k3", lens.k3}, {"p1", lens.p1}, {"p2", lens.p2}, {"fit", fit}};
}

/// By the formula, as it stands in OpenCV's documentation, without any scale.
PixelPoint closed_form(const Lens& lens, PixelPoint point, double scale) {
  const double unit = 0.5 * std::hypot(kWidth, kHeight);
  const double x = (point.x - 0.5 * kWidth) / unit;
  const double y = (point.y - 0.5 * kHeight) / unit;
  const double r2 = x * x + y * y;
  const double radial = 1 + lens.k1 * r2 + lens.k2 * r2 * r2 + lens.k3 * r2 * r2 * r2;
  const double moved_x = x * radial + 2 * lens.p1 * x * y + lens.p2 * (r2 + 2 * x * x);
  const double moved_y = y * radial + lens.p1 * (r2 + 2 * y * y) + 2 * lens.p2 * x * y;
  return {0.5 * kWidth + unit * scale * moved_x, 0.5 * kHeight + unit * scale * moved_y};
}

/// Black, with round white dots of that radius.
Image dots(const std::vector<PixelPoint>& places, double radius) {
  Image image{kWidth, kHeight, 1, 8, {}, {}};
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      double light = 0.0;
      for (const PixelPoint& place : places) {
        const double distance = std::hypot(x + 0.5 - place.x, y + 0.5 - place.y);
        light += std::exp(-0.5 * distance * distance / (radius * radius));
      }
      image.samples.push_back(static_cast<float>(light));
    }
  }
  return image;
}

/// The centre of the light within `reach` of a place.
PixelPoint light_near(const Image& image, PixelPoint place, double reach) {
  double sum = 0.0;
  PixelPoint mean;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (std::hypot(x + 0.5 - place.x, y + 0.5 - place.y) < reach) {
        const double light = static_cast<double>(image.row(y)[static_cast<std::size_t>(x)]);
        sum += light;
        mean.x += light * (x + 0.5);
        mean.y += light * (y + 0.5);
      }
    }
  }
  return {mean.x / sum, mean.y / sum};
}

std::vector<PixelPoint> grid() {
  std::vector<PixelPoint> places;
  for (int y = 30; y < kHeight; y += 45) {
    for (int x = 30; x < kWidth; x += 52) {
      places.push_back({x + 0.3, y + 0.7});
    }
  }
  return places;
}

constexpr double kKeyPointTolerance = 0.1;  // what is promised, in pixels

TEST(LensDistortion, MovesThePictureWithItsKeyPoints) {
  // Dots are widened a little differently on their two sides, which moves their centres by less than this.
  constexpr double kDotRadius = 1.5;
  for (const Lens& lens : kLenses) {
    for (const char* fit : {"fill", "keep"}) {
      const Picture moved = apply_picture("lens.distortion", given(lens, fit), dots(grid(), kDotRadius));
      const double scale = moved.measure.values.at(0).second;
      int seen = 0;
      for (const PixelPoint& place : grid()) {
        const PixelPoint expected = closed_form(lens, place, scale);
        const PixelPoint mapped = moved.point_map(place);
        EXPECT_NEAR(mapped.x, expected.x, 1e-6);
        EXPECT_NEAR(mapped.y, expected.y, 1e-6);
        if (std::min({expected.x, expected.y, kWidth - expected.x, kHeight - expected.y}) < 8.0) {
          continue;
        }
        const PixelPoint found = light_near(moved.image, expected, 7.0);
        EXPECT_NEAR(found.x, expected.x, kKeyPointTolerance) << lens.k1 << " " << fit << " " << place.x;
        EXPECT_NEAR(found.y, expected.y, kKeyPointTolerance) << lens.k1 << " " << fit << " " << place.y;
        ++seen;
      }
      EXPECT_GT(seen, 10);
    }
  }
}

TEST(LensDistortion, HasAnInverseEverywhere) {
  constexpr double kPixels = 1e-6;
  for (const Lens& lens : kLenses) {
    for (const char* fit : {"fill", "keep"}) {
      const Picture moved = apply_picture("lens.distortion", given(lens, fit), dots({}, 1.0));
      for (double y = -60.0; y <= kHeight + 60.0; y += 7.3) {
        for (double x = -80.0; x <= kWidth + 80.0; x += 9.1) {
          const PixelPoint there = moved.point_map({x, y});
          const PixelPoint back = moved.point_map.back(there);
          ASSERT_NEAR(back.x, x, kPixels) << lens.k1 << " " << fit << " " << x << " " << y;
          ASSERT_NEAR(back.y, y, kPixels) << lens.k1 << " " << fit << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(LensDistortion, FillsTheFrameAndNoMore) {
  for (const Lens& lens : kLenses) {
    const Picture moved = apply_picture("lens.distortion", given(lens, "fill"), dots({}, 1.0));
    double farthest_out = -1e9;  // of what the frame's border shows, from the source's border
    const auto look = [&](double x, double y) {
      const PixelPoint source = moved.point_map.back({x, y});
      farthest_out = std::max({farthest_out, -source.x, -source.y, source.x - kWidth, source.y - kHeight});
    };
    for (int i = 0; i <= 1000; ++i) {
      look(i * 1e-3 * kWidth, 0);
      look(i * 1e-3 * kWidth, kHeight);
      look(0, i * 1e-3 * kHeight);
      look(kWidth, i * 1e-3 * kHeight);
    }
    EXPECT_NEAR(farthest_out, 0.0, 0.01) << lens.k1;
  }
}

TEST(LensDistortion, KeepsTheMiddleAtItsSizeOnRequest) {
  const Picture moved = apply_picture("lens.distortion", given(kLenses[0], "keep"), dots({}, 1.0));
  EXPECT_EQ(moved.measure.values.at(0).second, 1.0);
  const PixelPoint near = moved.point_map({0.5 * kWidth + 0.01, 0.5 * kHeight});
  EXPECT_NEAR(near.x - 0.5 * kWidth, 0.01, 1e-8);
}

TEST(LensDistortion, MovesTransparencyToo) {
  Image image = dots({{60.3, 40.7}}, 2.0);
  for (const float sample : image.samples) {
    image.alpha.push_back(static_cast<std::uint16_t>(255.0F * std::min(sample, 1.0F) + 0.5F));
  }
  const Image moved = apply_picture("lens.distortion", given(kLenses[0], "fill"), image).image;
  ASSERT_EQ(moved.alpha.size(), image.alpha.size());
  for (std::size_t i = 0; i < moved.alpha.size(); ++i) {
    ASSERT_NEAR(moved.alpha[i], 255.0 * static_cast<double>(moved.samples[i]), 12.0);  // linear beside cubic
  }
}

TEST(LensDistortion, GivesTheInputBackWithoutCoefficients) {
  const Image image = dots(grid(), 1.2);
  const Picture moved = apply_picture("lens.distortion", {}, image);
  EXPECT_EQ(moved.image.samples, image.samples);
  EXPECT_TRUE(moved.point_map.is_identity());
}

TEST(LensDistortion, RefusesWhatFoldsThePicture) {
  const StepSchema& schema = augmenter("lens.distortion").schema;
  const auto problem = [&](Setting k1, Setting k2, Setting p1) {
    return schema.check({k1, k2, 0.0, p1, 0.0, std::string("fill")});
  };
  EXPECT_EQ(problem(-0.25, 0.0, 0.0), "");
  EXPECT_EQ(problem(0.5, 0.5, 0.1), "");
  EXPECT_EQ(problem(Range{-0.25, 0.5}, Range{0.0, 0.5}, 0.0), "");
  // r (1 - 0.35 r^2) turns back at r = 0.98.
  EXPECT_NE(problem(-0.35, 0.0, 0.0), "");
  EXPECT_NE(problem(Range{-0.35, 0.0}, 0.0, 0.0), "");
  EXPECT_NE(problem(-0.25, Range{-0.1, 0.1}, 0.0), "");
  EXPECT_EQ(problem(-0.35, 0.2, 0.0), "");
  EXPECT_NE(problem(-0.25, 0.0, 0.1), "");
}

}  // namespace
}  // namespace fairground
