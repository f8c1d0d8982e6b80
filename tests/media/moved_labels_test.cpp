// Labels follow what moves: boxes, key points and masks through maps whose results are known in closed form.
#include "pipeline/media/moved_labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fairground {
namespace {

/// x to `sx` x + `dx`, and y likewise.
PointMap affine(double sx, double dx, double sy, double dy) {
  return {[=](PixelPoint p) {
            return PixelPoint{sx * p.x + dx, sy * p.y + dy};
          },
          [=](PixelPoint p) {
            return PixelPoint{(p.x - dx) / sx, (p.y - dy) / sy};
          }};
}

/// Turned about a centre.
PointMap turned(PixelPoint centre, double radians) {
  const auto turn = [=](double angle) {
    return [=](PixelPoint p) {
      const double x = p.x - centre.x;
      const double y = p.y - centre.y;
      return PixelPoint{centre.x + std::cos(angle) * x - std::sin(angle) * y,
                        centre.y + std::sin(angle) * x + std::cos(angle) * y};
    };
  };
  return {turn(radians), turn(-radians)};
}

Mask empty_mask(int width, int height) {
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height))};
}

std::uint8_t& at(Mask& mask, int x, int y) { return mask.codes[static_cast<std::size_t>(y * mask.width + x)]; }

void add_disk(Mask& mask, PixelPoint centre, double radius, std::uint8_t code) {
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) < radius) {
        at(mask, x, y) = code;
      }
    }
  }
}

/// The smallest box around the pixels of a code.
Box box_around(const Mask& mask, std::uint8_t code, const std::string& label) {
  int left = mask.width, top = mask.height, right = 0, bottom = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.codes[static_cast<std::size_t>(y * mask.width + x)] == code) {
        left = std::min(left, x);
        right = std::max(right, x + 1);
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
    }
  }
  return {label, double(left), double(top), double(right - left), double(bottom - top)};
}

TEST(MovedLabels, StayWhereNothingMoves) {
  PictureLabels labels{{{"far out", -0.5, 3, 200, 1}}, {{"nose", {120, 3}}}, empty_mask(10, 7)};
  at(*labels.mask, 3, 2) = 9;
  const PictureLabels moved = moved_labels(labels, {}, {10, 7}, {10, 7});
  EXPECT_EQ(moved.boxes, labels.boxes);
  EXPECT_EQ(moved.keypoints, labels.keypoints);
  EXPECT_EQ(moved.mask->codes, labels.mask->codes);
}

TEST(MovedLabels, FollowAScaleAndAShift) {
  const PictureLabels labels{{{"face", 10, 20, 30, 40}, {"line", 10, 20, 0, 40}}, {{"nose", {12.5, 30}}}};
  const PictureLabels moved = moved_labels(labels, affine(2, 5, 0.5, -1), {100, 100}, {300, 60});
  EXPECT_EQ(moved.boxes, (std::vector<Box>{{"face", 25, 9, 60, 20}, {"line", 25, 9, 0, 20}}));
  EXPECT_EQ(moved.keypoints, (std::vector<KeyPoint>{{"nose", {30, 14}}}));
}

// As the loaders of COCO's format do: what is cut by the frame ends there, and what is outside is no label.
TEST(MovedLabels, AreCutToTheFrameAndDroppedOutsideOfIt) {
  const PictureLabels labels{{{"cut", 80, 40, 20, 30}, {"gone", 90, 10, 10, 10}, {"at the edge", 85, 10, 5, 5}},
                             {{"inside", {89, 1}}, {"outside", {91, 1}}}};
  const PictureLabels moved = moved_labels(labels, affine(1, 10, 1, 0), {100, 60}, {100, 60});
  EXPECT_EQ(moved.boxes, (std::vector<Box>{{"cut", 90, 40, 10, 20}, {"at the edge", 95, 10, 5, 5}}));
  EXPECT_EQ(moved.keypoints, (std::vector<KeyPoint>{{"inside", {99, 1}}}));
}

// The corners of a bent box are not its extremes: a barrel map bulges each edge in its middle.
TEST(MovedLabels, BoxesHoldTheirBentEdges) {
  constexpr double kBend = 1e-3;
  const PixelPoint centre{50, 50};
  const PointMap bend(
      [=](PixelPoint p) {
        return PixelPoint{p.x, p.y - kBend * (p.x - centre.x) * (p.x - centre.x)};
      },
      [=](PixelPoint p) {
        return PixelPoint{p.x, p.y + kBend * (p.x - centre.x) * (p.x - centre.x)};
      });
  const PictureLabels labels{{{"face", 20, 40, 60, 20}}};
  const Box moved = moved_labels(labels, bend, {100, 100}, {100, 100}).boxes.at(0);
  // The ends fall by 0.9 and the middle stays.
  EXPECT_DOUBLE_EQ(moved.y, 40 - 0.9);
  EXPECT_DOUBLE_EQ(moved.y + moved.height, 60.0);
  EXPECT_DOUBLE_EQ(moved.x, 20.0);
  EXPECT_DOUBLE_EQ(moved.width, 60.0);
}

TEST(MovedLabels, MasksKeepTheirCodesAndTheirPlace) {
  Mask mask = empty_mask(120, 100);
  const PixelPoint centre{40, 55};
  add_disk(mask, centre, 20.0, 200);
  add_disk(mask, centre, 8.0, 3);
  const PointMap turn = turned({60, 50}, 0.5);
  const Mask moved = *moved_labels({{}, {}, mask}, turn, {120, 100}, {120, 100}).mask;
  Mask expected = empty_mask(120, 100);
  add_disk(expected, turn(centre), 20.0, 200);
  add_disk(expected, turn(centre), 8.0, 3);
  // Nearest pixels round the edge by half a pixel: at most one pixel in two along both circumferences.
  const double kMostWrong = 0.5 * 2.0 * 3.1416 * (20.0 + 8.0);
  int wrong = 0;
  for (std::size_t i = 0; i < moved.codes.size(); ++i) {
    EXPECT_TRUE(moved.codes[i] == 0 || moved.codes[i] == 3 || moved.codes[i] == 200);
    wrong += moved.codes[i] != expected.codes[i] ? 1 : 0;
  }
  EXPECT_LT(wrong, kMostWrong);
  EXPECT_GT(wrong, 0) << "the comparison is exact only for a map that does nothing";
}

// What comes from beyond the picture is nothing.
TEST(MovedLabels, MasksAreEmptyBeyondThePicture) {
  Mask mask = empty_mask(9, 8);
  std::ranges::fill(mask.codes, std::uint8_t{7});
  Mask moved = *moved_labels({{}, {}, mask}, affine(1, 2, 1, 0), {9, 8}, {9, 8}).mask;
  for (int x = 0; x < 9; ++x) {
    EXPECT_EQ(at(moved, x, 3), x < 2 ? 0 : 7) << x;
  }
}

TEST(MovedLabels, MasksThatShrinkTakeTheMajority) {
  Mask mask = empty_mask(9, 9);
  // In the middle block of 3 x 3 pixels the middle one, which the nearest would take, is not the majority.
  for (int y = 3; y < 6; ++y) {
    for (int x = 3; x < 6; ++x) {
      at(mask, x, y) = 5;
    }
  }
  at(mask, 4, 4) = 9;
  Mask moved = *moved_labels({{}, {}, mask}, affine(1.0 / 3, 0, 1.0 / 3, 0), {9, 9}, {3, 3}).mask;
  EXPECT_EQ(at(moved, 1, 1), 5);
  EXPECT_EQ(std::ranges::count(moved.codes, 0), 8);
}

TEST(MovedLabels, TightBoxesStayTightAroundMovedMasks) {
  Mask mask = empty_mask(200, 150);
  add_disk(mask, {70, 60}, 30.0, 1);
  add_disk(mask, {150, 90}, 20.0, 2);
  const Box face = box_around(mask, 1, "face");
  Box loose = face;
  loose.x -= 6;
  loose.width += 12;
  Box rounded = box_around(mask, 2, "counted to the last pixel");
  rounded.width -= 1;
  rounded.height -= 1;
  const PictureLabels labels{{face, loose, rounded}, {}, mask};
  const PointMap turn = turned({100, 75}, 0.6);
  const PictureLabels moved = moved_labels(labels, turn, {200, 150}, {200, 150});
  ASSERT_EQ(moved.boxes.size(), 3U);
  EXPECT_EQ(moved.boxes[0], box_around(*moved.mask, 1, "face"));
  EXPECT_EQ(moved.boxes[2], box_around(*moved.mask, 2, "counted to the last pixel"));
  // A disk's box turned by 0.6 rad grows by cos + sin, unless it is kept tight.
  const double growth = std::cos(0.6) + std::sin(0.6);
  EXPECT_NEAR(moved.boxes[0].width, face.width, 1.0);
  EXPECT_NEAR(moved.boxes[1].width, loose.width * std::cos(0.6) + loose.height * std::sin(0.6), 1e-9);
  EXPECT_GT(growth, 1.3);
  // Without the mask nobody knows what the box was tight around.
  EXPECT_NEAR(moved_labels({{face}}, turn, {200, 150}, {200, 150}).boxes.at(0).width, face.width * growth, 1e-9);
}

// Two faces of one code, so near that the turned outline of each holds a part of the other.
TEST(MovedLabels, TightBoxesHoldTheirOwnPartOfTheMask) {
  Mask alike = empty_mask(200, 150);
  Mask apart = empty_mask(200, 150);
  add_disk(alike, {70, 75}, 20.0, 255);
  add_disk(alike, {115, 75}, 20.0, 255);
  add_disk(apart, {70, 75}, 20.0, 1);
  add_disk(apart, {115, 75}, 20.0, 2);
  const std::vector<Box> boxes{box_around(apart, 1, "left"), box_around(apart, 2, "right")};
  const PointMap turn = turned({100, 75}, 0.7);
  const PictureLabels moved = moved_labels({boxes, {}, alike}, turn, {200, 150}, {200, 150});
  const Mask expected = *moved_labels({{}, {}, apart}, turn, {200, 150}, {200, 150}).mask;
  EXPECT_EQ(moved.boxes, (std::vector<Box>{box_around(expected, 1, "left"), box_around(expected, 2, "right")}));
}

// A box that cuts through what the mask shows is no box around it.
TEST(MovedLabels, BoxesThatCutThroughTheMaskFollowTheirOutline) {
  Mask mask = empty_mask(100, 100);
  std::ranges::fill(mask.codes, std::uint8_t{1});
  const Box part{"part", 30, 30, 20, 10};
  const PictureLabels moved = moved_labels({{part}, {}, mask}, affine(1.02, 0.25, 1, 0), {100, 100}, {100, 100});
  EXPECT_NEAR(moved.boxes.at(0).x, 1.02 * 30 + 0.25, 1e-12);
  EXPECT_NEAR(moved.boxes.at(0).width, 1.02 * 20, 1e-12);
}

TEST(MovedLabels, BoxesTightAroundSeveralCodesStayTightAroundAllOfThem) {
  Mask mask = empty_mask(100, 100);
  add_disk(mask, {40, 40}, 20.0, 10);  // skin
  add_disk(mask, {40, 22}, 12.0, 20);  // hair
  Mask any = mask;
  std::ranges::transform(mask.codes, any.codes.begin(), [](std::uint8_t code) { return std::uint8_t{code != 0}; });
  const Box face = box_around(any, 1, "face");
  const PictureLabels moved = moved_labels({{face}, {}, mask}, turned({50, 50}, 0.4), {100, 100}, {100, 100});
  Mask moved_any = *moved.mask;
  std::ranges::transform(moved_any.codes, moved_any.codes.begin(),
                         [](std::uint8_t code) { return std::uint8_t{code != 0}; });
  EXPECT_EQ(moved.boxes.at(0), box_around(moved_any, 1, "face"));
}

TEST(MovedLabels, DepthsAndNormalsMoveWithThePicture) {
  Image depth{4, 3, 1, 16, {}, {}};
  Image normals{4, 3, 3, 8, {}, {}};
  for (int i = 0; i < 12; ++i) {
    depth.samples.push_back(static_cast<float>(i));
  }
  normals.samples.resize(36);
  for (int i = 0; i < 36; ++i) {
    normals.samples[static_cast<std::size_t>(i)] = static_cast<float>(i);
  }
  PictureLabels moved = moved_labels({{}, {}, {}, depth, normals}, affine(1, -1, 1, 1), {4, 3}, {4, 3});
  EXPECT_EQ(moved.depth->samples, (std::vector<float>{0, 0, 0, 0, 1, 2, 3, 0, 5, 6, 7, 0}));
  EXPECT_EQ(moved.normals->row(1).samples.size(), 12U);
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(moved.normals->row(1).channel(c)[0], normals.row(0).channel(c)[1]);
    EXPECT_EQ(moved.normals->row(2).channel(c)[2], normals.row(1).channel(c)[3]);
    EXPECT_EQ(moved.normals->row(2).channel(c)[3], c == 2 ? 1.0F : 0.0F) << "beyond the picture: to the camera";
  }
}

TEST(MovedLabels, TakeTheSmallestPictures) {
  Mask mask{1, 1, {4}};
  const PictureLabels labels{{{"all", 0, 0, 1, 1}}, {{"middle", {0.5, 0.5}}}, mask};
  const PictureLabels moved = moved_labels(labels, affine(3, 0, 2, 0), {1, 1}, {3, 2});
  EXPECT_EQ(moved.boxes.at(0), (Box{"all", 0, 0, 3, 2}));
  EXPECT_EQ(moved.keypoints.at(0).point, (PixelPoint{1.5, 1.0}));
  EXPECT_EQ(moved.mask->codes, std::vector<std::uint8_t>(6, 4));
}

}  // namespace
}  // namespace fairground
