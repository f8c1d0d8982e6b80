// What masks of skin are made of: shapes, laws of colours, the cut, and filters that are guided.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/measure/skin_colour.h"
#include "pipeline/measure/skin_cut.h"
#include "pipeline/measure/skin_shapes.h"
#include "pipeline/media/blur.h"

namespace fairground {
namespace {

Shape random_shape(int width, int height, double share) {
  Shape shape(width, height);
  std::vector<float> draws(shape.pixels.size());
  RandomStream(9, 0, "shape").normals(0, draws);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    shape.pixels[i] = std::erfc(static_cast<double>(draws[i]) / std::sqrt(2.0)) / 2.0 < share ? 1 : 0;
  }
  return shape;
}

Shape disc(int size, double radius) {
  Shape shape(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      shape.pixels[shape.at(x, y)] = std::hypot(x + 0.5 - size / 2.0, y + 0.5 - size / 2.0) < radius ? 1 : 0;
    }
  }
  return shape;
}

TEST(SkinShapes, DistancesAreThoseToTheNearestPixel) {
  const Shape shape = random_shape(23, 17, 0.05);
  ASSERT_GT(shape.count(), 0U);
  const std::vector<float> distances = squared_distances(shape);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      int nearest = 1 << 30;
      for (int j = 0; j < shape.height; ++j) {
        for (int i = 0; i < shape.width; ++i) {
          nearest = shape.has(i, j) ? std::min(nearest, (i - x) * (i - x) + (j - y) * (j - y)) : nearest;
        }
      }
      ASSERT_EQ(distances[shape.at(x, y)], static_cast<float>(nearest)) << x << ", " << y;
    }
  }
}

TEST(SkinShapes, GrowShrinkOpenAndFill) {
  const Shape small = disc(60, 12.0);
  EXPECT_NEAR(static_cast<double>(grown(small, 5.0).count()), 3.14159 * 17.0 * 17.0, 60.0);
  EXPECT_NEAR(static_cast<double>(shrunk(small, 5.0).count()), 3.14159 * 7.0 * 7.0, 45.0);
  Shape thorn = small;
  for (int x = 40; x < 58; ++x) {
    thorn.pixels[thorn.at(x, 30)] = 1;
  }
  EXPECT_EQ(opened(thorn, 2.0).has(50, 30), false);
  EXPECT_EQ(touching(either(thorn, Shape(60, 60)), small).count(), thorn.count());
  const Shape ring = without(small, disc(60, 6.0));
  EXPECT_EQ(filled(ring).pixels, small.pixels);
  Shape square(20, 20);
  add_polygon(square, std::vector<PixelPoint>{{2.0, 3.0}, {12.0, 3.0}, {12.0, 9.0}, {2.0, 9.0}});
  EXPECT_EQ(square.count(), 60U);
  EXPECT_EQ(pieces_of(either(square, Shape(20, 20))).sizes.size(), 1U);
}

std::vector<LogColour> draws_of(const LogColour& mean, float deviation, std::size_t count, std::uint64_t seed) {
  std::vector<float> normals(3 * count);
  RandomStream(seed, 0, "colours").normals(0, normals);
  std::vector<LogColour> colours(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      colours[i][c] = mean[c] + deviation * normals[3 * i + c];
    }
  }
  return colours;
}

TEST(SkinColour, LawsAreFittedWithoutOutliers) {
  const LogColour mean = {-1.0F, 0.6F, -0.4F};
  std::vector<LogColour> colours = draws_of(mean, 0.1F, 4000, 1);
  const std::vector<LogColour> others = draws_of({-3.0F, 0.0F, 0.3F}, 0.1F, 1000, 2);
  colours.insert(colours.end(), others.begin(), others.end());
  const ColourLaw law = fit_most_colours(colours, 1e-4, 12.0);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(law.mean[c], static_cast<double>(mean[c]), 0.01);
    EXPECT_NEAR(std::sqrt(law.covariance[c][c]), 0.1, 0.005);
  }
  EXPECT_NEAR(law.distance({-0.8F, 0.6F, -0.4F}), 4.0, 0.4);
  EXPECT_NEAR(law.chroma_distance({5.0F, 0.9F, -0.4F}), 9.0, 0.9);
}

TEST(SkinCut, FindsADiscInNoise) {
  constexpr int kSize = 80;
  const Shape truth = disc(kSize, 25.0);
  ColourField field;
  field.width = kSize;
  field.height = kSize;
  const std::vector<LogColour> skin = draws_of({-1.0F, 0.6F, -0.4F}, 0.12F, truth.pixels.size(), 3);
  const std::vector<LogColour> wall = draws_of({-1.2F, 0.3F, -0.2F}, 0.12F, truth.pixels.size(), 4);
  std::vector<Guess> guesses;
  std::vector<LogColour> sure;
  const Shape seed = disc(kSize, 8.0);
  const Shape bounds = disc(kSize, 36.0);
  for (std::size_t i = 0; i < truth.pixels.size(); ++i) {
    field.colours.push_back(truth.pixels[i] != 0 ? skin[i] : wall[i]);
    guesses.push_back(seed.pixels[i] != 0 ? Guess::surely : bounds.pixels[i] != 0 ? Guess::hardly : Guess::surely_not);
    if (seed.pixels[i] != 0) {
      sure.push_back(skin[i]);
    }
  }
  const ColourLaw start = fit_colours(sure, 0.02);
  for (std::size_t i = 0; i < guesses.size(); ++i) {
    if (guesses[i] == Guess::hardly && start.distance(field.colours[i]) < 14.0) {
      guesses[i] = Guess::probably;  // as it is for most of the wall near by, too
    }
  }
  const ColourMixture law(sure, 1, 0.02);
  const Shape found = cut_skin(field, guesses, law, std::vector<float>(truth.pixels.size()));
  const auto wrong = static_cast<double>(without(found, truth).count() + without(truth, found).count());
  EXPECT_LT(wrong, 0.05 * static_cast<double>(truth.count()));  // single colours alone mistake far more
}

TEST(SkinCut, TakesOpenPixelsThatTouchNoOther) {
  const LogColour skin{-1.0F, 0.6F, -0.4F};
  const LogColour wall{-1.2F, -0.3F, 0.3F};
  const ColourMixture law(std::vector<LogColour>(9, skin), 1, 0.02);
  for (const bool is_like_skin : {true, false}) {
    ColourField field;
    field.width = 3;
    field.height = 3;
    field.colours.assign(9, wall);
    field.colours[4] = is_like_skin ? skin : wall;
    std::vector<Guess> guesses(9, Guess::surely_not);
    guesses[4] = Guess::probably;
    const Shape found = cut_skin(field, guesses, law, std::vector<float>(9, is_like_skin ? 500.0F : 0.0F));
    EXPECT_EQ(found.count(), is_like_skin ? 1U : 0U);
    EXPECT_EQ(found.has(1, 1), is_like_skin);
  }
}

/// The guided filter by its definition, with sums over every window.
TEST(GuidedLines, AreThoseOfTheDefinition) {
  constexpr int kWidth = 19;
  constexpr int kHeight = 14;
  constexpr int kRadius = 2;
  constexpr double kEdge = 0.05;
  std::vector<float> normals(4 * kWidth * kHeight);
  RandomStream(6, 0, "guide").normals(0, normals);
  Plane plane(kWidth, kHeight);
  std::array<Plane, 3> guide = {plane, plane, plane};
  for (std::size_t i = 0; i < plane.samples.size(); ++i) {
    plane.samples[i] = normals[4 * i] > 0.0F ? 1.0F : 0.0F;
    for (std::size_t c = 0; c < 3; ++c) {
      guide[c].samples[i] = 0.5F + 0.1F * normals[4 * i + 1 + c] + 0.2F * plane.samples[i];
    }
  }
  const GuidedLines lines = fit_guided_lines(plane, guide, kRadius, kEdge);
  const auto at = [&](const Plane& of, int x, int y) {
    return static_cast<double>(
        of.row(std::clamp(y, 0, kHeight - 1))[static_cast<std::size_t>(std::clamp(x, 0, kWidth - 1))]);
  };
  const auto mean = [&](int x, int y, auto value) {
    double sum = 0.0;
    for (int j = -kRadius; j <= kRadius; ++j) {
      for (int i = -kRadius; i <= kRadius; ++i) {
        sum += value(x + i, y + j);
      }
    }
    return sum / 25.0;
  };
  // Well inside, what is fitted in each window is the least of squared errors plus the factors' own; the means of the
  // fits are compared at one pixel.
  std::array<double, 4> expected{};
  for (int j = -kRadius; j <= kRadius; ++j) {
    for (int i = -kRadius; i <= kRadius; ++i) {
      const int x = 9 + i;
      const int y = 7 + j;
      std::array<std::array<double, 4>, 3> system{};
      const double p = mean(x, y, [&](int a, int b) { return at(plane, a, b); });
      std::array<double, 3> m{};
      for (std::size_t r = 0; r < 3; ++r) {
        m[r] = mean(x, y, [&](int a, int b) { return at(guide[r], a, b); });
      }
      for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t c = 0; c < 3; ++c) {
          system[r][c] =
              mean(x, y, [&](int a, int b) { return (at(guide[r], a, b) - m[r]) * (at(guide[c], a, b) - m[c]); });
        }
        system[r][r] += kEdge * kEdge;
        system[r][3] = mean(x, y, [&](int a, int b) { return (at(guide[r], a, b) - m[r]) * (at(plane, a, b) - p); });
      }
      for (std::size_t pivot = 0; pivot < 3; ++pivot) {
        for (std::size_t r = 0; r < 3; ++r) {
          if (r != pivot) {
            const double factor = system[r][pivot] / system[pivot][pivot];
            for (std::size_t c = 0; c < 4; ++c) {
              system[r][c] -= factor * system[pivot][c];
            }
          }
        }
      }
      double offset = p;
      for (std::size_t r = 0; r < 3; ++r) {
        const double factor = system[r][3] / system[r][r];
        expected[r] += factor / 25.0;
        offset -= factor * m[r];
      }
      expected[3] += offset / 25.0;
    }
  }
  constexpr double kTolerance = 2e-3;  // means are kept in single precision, and their differences are small
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_NEAR(at(lines.factors[r], 9, 7), expected[r], kTolerance);
  }
  EXPECT_NEAR(at(lines.offset, 9, 7), expected[3], kTolerance);
}

}  // namespace
}  // namespace fairground
