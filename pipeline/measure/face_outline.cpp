#include "pipeline/measure/face_outline.h"

#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>

namespace fairground {
namespace {

// Chains of landmarks in MediaPipe's canonical face mesh.
constexpr std::array kOval = {10,  338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
                              152, 148, 176, 149, 150, 136, 172, 58,  132, 93,  234, 127, 162, 21,  54,  103, 67,  109};
constexpr std::array kLips = {61,  146, 91,  181, 84,  17, 314, 405, 321, 375,
                              291, 409, 270, 269, 267, 0,  37,  39,  40,  185};
constexpr std::array kMouth = {78,  95,  88,  178, 87,  14, 317, 402, 318, 324,
                               308, 415, 310, 311, 312, 13, 82,  81,  80,  191};
constexpr std::array kRightEye = {33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246};
constexpr std::array kLeftEye = {263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466};
constexpr std::array kRightBrow = {70, 63, 105, 66, 107, 55, 65, 52, 53, 46};
constexpr std::array kLeftBrow = {300, 293, 334, 296, 336, 285, 295, 282, 283, 276};
constexpr std::size_t kRightSide = 234;
constexpr std::size_t kLeftSide = 454;
constexpr std::size_t kChin = 152;

// Of a face that looks straight ahead: x in widths of its box from the middle, y in heights from the brow. Empirical:
// means of the landmarks of three portraits, and the subject's left side alone, since the other mirrors it.
constexpr std::array kMeanOval = {PixelPoint{0.0, -0.19},  PixelPoint{0.15, -0.19}, PixelPoint{0.26, -0.18},
                                  PixelPoint{0.38, -0.14}, PixelPoint{0.44, -0.08}, PixelPoint{0.48, 0.0},
                                  PixelPoint{0.5, 0.08},   PixelPoint{0.5, 0.28},   PixelPoint{0.49, 0.38},
                                  PixelPoint{0.48, 0.5},   PixelPoint{0.45, 0.61},  PixelPoint{0.41, 0.71},
                                  PixelPoint{0.35, 0.78},  PixelPoint{0.29, 0.85},  PixelPoint{0.23, 0.9},
                                  PixelPoint{0.16, 0.95},  PixelPoint{0.1, 0.99},   PixelPoint{0.0, 1.0}};
constexpr std::array kMeanLips = {PixelPoint{0.0, 0.62},  PixelPoint{0.1, 0.62},  PixelPoint{0.16, 0.63},
                                  PixelPoint{0.2, 0.64},  PixelPoint{0.16, 0.69}, PixelPoint{0.11, 0.73},
                                  PixelPoint{0.05, 0.75}, PixelPoint{0.0, 0.76}};
constexpr std::array kMeanMouth = {PixelPoint{0.0, 0.655}, PixelPoint{0.09, 0.65}, PixelPoint{0.17, 0.64},
                                   PixelPoint{0.09, 0.68}, PixelPoint{0.0, 0.69}};
constexpr std::array kMeanEye = {PixelPoint{0.13, 0.18},  PixelPoint{0.17, 0.15}, PixelPoint{0.22, 0.14},
                                 PixelPoint{0.27, 0.145}, PixelPoint{0.33, 0.17}, PixelPoint{0.28, 0.2},
                                 PixelPoint{0.23, 0.205}, PixelPoint{0.17, 0.2}};
constexpr std::array kMeanBrow = {PixelPoint{0.1, 0.03},  PixelPoint{0.22, 0.0},  PixelPoint{0.31, 0.0},
                                  PixelPoint{0.38, 0.03}, PixelPoint{0.43, 0.07}, PixelPoint{0.36, 0.07},
                                  PixelPoint{0.22, 0.06}, PixelPoint{0.1, 0.09}};

PixelPoint mean_of(std::span<const PixelPoint> points) {
  PixelPoint sum;
  for (const PixelPoint& point : points) {
    sum.x += point.x;
    sum.y += point.y;
  }
  const auto count = static_cast<double>(points.size());
  return {sum.x / count, sum.y / count};
}

/// The levels in the face's own axes, once these are known.
void find_levels(FaceOutline& outline, PixelPoint chin) {
  std::vector<PixelPoint> eyes;
  std::vector<PixelPoint> brows;
  for (const auto& eye : outline.eyes) {
    eyes.push_back(mean_of(eye));
  }
  for (const auto& brow : outline.brows) {
    brows.push_back(mean_of(brow));
  }
  outline.brow_level = outline.in_face(mean_of(brows)).y;
  outline.eye_level = outline.in_face(mean_of(eyes)).y;
  outline.mouth_level = outline.in_face(mean_of(outline.lips)).y;
  outline.chin_level = outline.in_face(chin).y;
}

FaceOutline outline_of_mesh(const std::vector<PixelPoint>& mesh) {
  if (mesh.size() != kFaceMeshPoints) {
    throw std::logic_error("a face's mesh has another number of landmarks");
  }
  const auto chain = [&](std::span<const int> indices) {
    std::vector<PixelPoint> points;
    points.reserve(indices.size());
    for (const int index : indices) {
      points.push_back(mesh[static_cast<std::size_t>(index)]);
    }
    return points;
  };
  FaceOutline outline;
  outline.oval = chain(kOval);
  outline.lips = chain(kLips);
  outline.mouth = chain(kMouth);
  outline.eyes = {chain(kRightEye), chain(kLeftEye)};
  outline.brows = {chain(kRightBrow), chain(kLeftBrow)};
  const PixelPoint right = mesh[kRightSide];
  const PixelPoint left = mesh[kLeftSide];
  outline.middle = {(right.x + left.x) / 2.0, (right.y + left.y) / 2.0};
  const double x = left.x - right.x;
  const double y = left.y - right.y;
  outline.width = std::max(std::sqrt(x * x + y * y), 1.0);
  // The line between the eyes is steadier than that between the sides where the head is turned.
  const PixelPoint right_eye = mean_of(outline.eyes[0]);
  const PixelPoint left_eye = mean_of(outline.eyes[1]);
  const double eye_x = left_eye.x - right_eye.x;
  const double eye_y = left_eye.y - right_eye.y;
  const double length = std::sqrt(eye_x * eye_x + eye_y * eye_y);
  if (length > 0.0) {
    outline.across = {eye_x / length, eye_y / length};
    outline.down = {-outline.across.y, outline.across.x};
  }
  find_levels(outline, mesh[kChin]);
  return outline;
}

FaceOutline outline_of_box(const Box& box) {
  const double middle = box.x + box.width / 2.0;
  const auto place = [&](PixelPoint point, double side) {
    return PixelPoint{middle + side * point.x * box.width, box.y + point.y * box.height};
  };
  const auto one_side = [&](std::span<const PixelPoint> half, double side) {
    std::vector<PixelPoint> points;
    for (const PixelPoint& point : half) {
      points.push_back(place(point, side));
    }
    return points;
  };
  const auto both_sides = [&](std::span<const PixelPoint> half) {
    std::vector<PixelPoint> points = one_side(half, 1.0);
    for (std::size_t i = half.size() - 1; i-- > 1;) {
      points.push_back(place(half[i], -1.0));
    }
    return points;
  };
  FaceOutline outline;
  outline.oval = both_sides(kMeanOval);
  outline.lips = both_sides(kMeanLips);
  outline.mouth = both_sides(kMeanMouth);
  outline.eyes = {one_side(kMeanEye, -1.0), one_side(kMeanEye, 1.0)};
  outline.brows = {one_side(kMeanBrow, -1.0), one_side(kMeanBrow, 1.0)};
  outline.middle = {middle, box.y + 0.28 * box.height};
  outline.width = std::max(box.width, 1.0);
  find_levels(outline, {middle, box.y + box.height});
  return outline;
}

}  // namespace

FaceOutline outline_of(const Face& face) {
  return face.mesh.empty() ? outline_of_box(face.box) : outline_of_mesh(face.mesh);
}

}  // namespace fairground
