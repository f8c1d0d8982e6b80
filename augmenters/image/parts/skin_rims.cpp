#include "augmenters/image/parts/skin_rims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "pipeline/core/hot.h"
#include "pipeline/measure/cie_lab.h"

namespace fairground {
namespace {

constexpr int kReach = 9;  // of a profile to either side, in reduced pixels
constexpr int kLength = 2 * kReach + 1;
constexpr float kEdge = 0.5F;          // the weight within the mask's edge
constexpr float kSeen = 8.0F;          // in L*: from here on a rim counts
constexpr float kEdgeOfSource = 8.0F;  // a step in colour (CIE 1976) that explains any step in lightness

int reduction_of(double face_width_px) { return std::max(static_cast<int>(face_width_px / kRimFaceWidth), 1); }

/// A plane that lies anywhere.
struct Rows {
  const float* samples = nullptr;
  std::size_t stride = 0;
};

/// Patch and picture, reduced, or as they are where nothing is to be reduced.
struct Reduced {
  int width = 0;
  int height = 0;
  std::array<Rows, 3> before;  ///< linear light
  std::array<Rows, 3> after;   ///< likewise
  Rows weights;
  std::vector<Plane> kept = {};  ///< what was reduced
};

FAIRGROUND_HOT void add_block_row(const float* __restrict in, float* __restrict out, std::size_t count,
                                  std::size_t block, float scale) {
  for (std::size_t i = 0; i < count; ++i) {
    float sum = 0.0F;
    for (std::size_t k = 0; k < block; ++k) {
      sum += in[i * block + k];
    }
    out[i] += scale * sum;
  }
}

/// The mean of `block` x `block` pixels each.
Plane reduce(const Rows& rows, int width, int height, int block) {
  Plane plane(width, height);
  const float scale = 1.0F / static_cast<float>(block * block);
  for (int y = 0; y < height * block; ++y) {
    add_block_row(rows.samples + static_cast<std::size_t>(y) * rows.stride, plane.row(y / block).data(),
                  plane.row(y / block).size(), static_cast<std::size_t>(block), scale);
  }
  return plane;
}

Reduced reduced(const SkinPatch& patch, const Image& after, int block) {
  Reduced out{patch.width / block, patch.height / block, {}, {}, {}};
  const auto rows_of = [](const Plane& plane) {
    return Rows{plane.samples.data(), static_cast<std::size_t>(plane.width)};
  };
  for (std::size_t c = 0; c < out.before.size(); ++c) {
    out.before[c] = rows_of(patch.before[c]);
    out.after[c] = {after.row(patch.top).data() + c * static_cast<std::size_t>(after.width) + patch.left,
                    after.row_size()};
  }
  out.weights = rows_of(patch.weights);
  if (block > 1) {
    for (Rows* rows :
         {&out.before[0], &out.before[1], &out.before[2], &out.after[0], &out.after[1], &out.after[2], &out.weights}) {
      out.kept.push_back(reduce(*rows, out.width, out.height, block));
      *rows = rows_of(out.kept.back());  // moving a plane leaves its samples where they are
    }
  }
  return out;
}

/// A pixel of the mask's edge, and a step outwards of length 1.
struct EdgePoint {
  int x;
  int y;
  float dx;
  float dy;
};

std::vector<EdgePoint> edge_of(const Reduced& picture) {
  constexpr int kWindow = 3;  // pixels to either side, over which the way out is sought
  std::vector<EdgePoint> edge;
  const std::size_t stride = picture.weights.stride;
  const auto row_of = [&](int y) { return picture.weights.samples + static_cast<std::size_t>(y) * stride; };
  for (int y = 1; y + 1 < picture.height; ++y) {
    const float* row = row_of(y);
    for (int x = 1; x + 1 < picture.width; ++x) {
      const float* here = row + x;
      if (*here < kEdge || std::min({here[-1], here[1], *(here - stride), here[stride]}) >= kEdge) {
        continue;
      }
      // Away from where the weight around the pixel lies.
      float dx = 0.0F;
      float dy = 0.0F;
      for (int down = -kWindow; down <= kWindow; ++down) {
        const float* around = row_of(std::clamp(y + down, 0, picture.height - 1));
        for (int right = -kWindow; right <= kWindow; ++right) {
          const float weight = around[std::clamp(x + right, 0, picture.width - 1)];
          dx -= weight * static_cast<float>(right);
          dy -= weight * static_cast<float>(down);
        }
      }
      const float length = std::sqrt(dx * dx + dy * dy);
      if (length > 0.0F) {  // a line of single pixels has no side
        edge.push_back({x, y, dx / length, dy / length});
      }
    }
  }
  return edge;
}

/// What lies along the normal of one pixel of the edge, from inside to outside.
struct Profile {
  std::array<std::array<float, kLength>, 3> before;  ///< L*, a*, b*
  std::array<std::array<float, kLength>, 3> after;   ///< likewise
};

float between(const Rows& plane, int column, int row, float right, float down) {
  const float* above = plane.samples + static_cast<std::size_t>(row) * plane.stride + column;
  const float* below = above + plane.stride;
  const float upper = above[0] + right * (above[1] - above[0]);
  const float lower = below[0] + right * (below[1] - below[0]);
  return upper + down * (lower - upper);
}

Profile profile_at(const Reduced& picture, const EdgePoint& point) {
  Profile profile;
  const auto last_x = static_cast<float>(picture.width - 1) - 1e-3F;
  const auto last_y = static_cast<float>(picture.height - 1) - 1e-3F;
  for (int t = -kReach; t <= kReach; ++t) {
    const float place_x = std::clamp(static_cast<float>(point.x) + static_cast<float>(t) * point.dx, 0.0F, last_x);
    const float place_y = std::clamp(static_cast<float>(point.y) + static_cast<float>(t) * point.dy, 0.0F, last_y);
    const int column = static_cast<int>(place_x);
    const int row = static_cast<int>(place_y);
    const float right = place_x - static_cast<float>(column);
    const float down = place_y - static_cast<float>(row);
    const auto at = static_cast<std::size_t>(t + kReach);
    for (std::size_t c = 0; c < 3; ++c) {
      profile.before[c][at] = between(picture.before[c], column, row, right, down);
      profile.after[c][at] = between(picture.after[c], column, row, right, down);
    }
  }
  for (auto* colours : {&profile.before, &profile.after}) {
    auto& [first, second, third] = *colours;
    cie_lab_row(first.data(), second.data(), third.data(), first.data(), second.data(), third.data(), kLength);
  }
  return profile;
}

/// From the mean of `window` places inwards of `middle` to that of as many outwards, `gap` and more away from it.
float step_of(const std::array<float, kLength>& values, int middle, int gap, int window) {
  float inside = 0.0F;
  float outside = 0.0F;
  for (int k = 0; k < window; ++k) {
    inside += values[static_cast<std::size_t>(middle - gap - k)];
    outside += values[static_cast<std::size_t>(middle + gap + k)];
  }
  return (outside - inside) / static_cast<float>(window);
}

/// How much of a new step in lightness no step in the source's colour explains.
float unexplained_step(const Profile& profile, int middle, int gap, int window) {
  const float lightness = step_of(profile.before[0], middle, gap, window);
  const float a = step_of(profile.before[1], middle, gap, window);
  const float b = step_of(profile.before[2], middle, gap, window);
  const float colour = std::sqrt(lightness * lightness + a * a + b * b);
  const float change = std::fabs(step_of(profile.after[0], middle, gap, window) - lightness);
  return change * std::max(1.0F - colour / kEdgeOfSource, 0.0F);
}

/// Of each place, how far it is above the lowest on either side, whichever is less.
std::array<float, kLength> prominence(const std::array<float, kLength>& values) {
  std::array<float, kLength> out;
  float least = values[0];
  for (std::size_t i = 0; i < kLength; ++i) {
    least = std::min(least, values[i]);
    out[i] = values[i] - least;
  }
  least = values[kLength - 1];
  for (std::size_t i = kLength; i-- > 0;) {
    least = std::min(least, values[i]);
    out[i] = std::min(out[i], values[i] - least);
  }
  return out;
}

/// The most by which a place with the colour of skin stands out more than it, or a neighbour of it, did before.
float new_ridge(const Profile& profile) {
  constexpr std::size_t kOwnColour = kReach - 2;  // places from the inside on that are surely the skin's own
  constexpr float kLikeSkin = 0.5F;               // of its chroma, in its direction; teeth and eyes are greyer
  constexpr std::size_t kMargin = 2;
  float skin_a = 0.0F;
  float skin_b = 0.0F;
  for (std::size_t i = 0; i < kOwnColour; ++i) {
    skin_a += profile.before[1][i];
    skin_b += profile.before[2][i];
  }
  skin_a /= static_cast<float>(kOwnColour);
  skin_b /= static_cast<float>(kOwnColour);
  const float least = kLikeSkin * std::max(skin_a * skin_a + skin_b * skin_b, 1.0F);
  const std::array<float, kLength> before = prominence(profile.before[0]);
  const std::array<float, kLength> after = prominence(profile.after[0]);
  float most = 0.0F;
  for (std::size_t i = kMargin; i + kMargin < kLength; ++i) {
    if (profile.before[1][i] * skin_a + profile.before[2][i] * skin_b > least) {
      most = std::max(most, after[i] - std::max({before[i - 1], before[i], before[i + 1]}));
    }
  }
  return most;
}

bool has_rim(const Profile& profile) {
  constexpr int kSharp = 2;    // places on either side of a sharp step
  constexpr int kWideGap = 4;  // what lies nearer to a wide step may be a crease between two parts
  constexpr int kWideWindow = 5;
  if (new_ridge(profile) > kSeen) {
    return true;
  }
  for (int middle = kSharp; middle + kSharp < kLength; ++middle) {
    if (unexplained_step(profile, middle, /*gap=*/1, kSharp) > kSeen) {
      return true;
    }
  }
  for (int middle = kReach - 1; middle <= kReach + 1; ++middle) {
    if (unexplained_step(profile, middle, kWideGap, kWideWindow) > kSeen) {
      return true;
    }
  }
  return false;
}

}  // namespace

int rim_reach_px(double face_width_px) { return (kReach + 2) * reduction_of(face_width_px); }

double supposed_face_width(const SkinRegion& region) {
  constexpr double kOfRoot = 0.85;  // of the root of the area of a face with a neck; empirical
  if (region.face_width_px) {
    return *region.face_width_px;
  }
  const auto area = std::ranges::count_if(region.weights, [](float weight) { return weight > 0.0F; });
  return kOfRoot * std::sqrt(static_cast<double>(area));
}

bool fills_the_frame(const SkinPatch& patch) {
  return std::ranges::all_of(patch.weights.samples, [](float weight) { return weight >= kEdge; });
}

std::optional<double> rim_fraction(const SkinPatch& patch, const Image& after, double face_width_px) {
  const int block = reduction_of(face_width_px);
  if (patch.width / block < 3 || patch.height / block < 3) {
    return std::nullopt;
  }
  const Reduced picture = reduced(patch, after, block);
  const std::vector<EdgePoint> edge = edge_of(picture);
  // A share of so many is sure to two hundredths, and more would only cost time.
  constexpr std::size_t kEnough = 600;
  const std::size_t stride = std::max<std::size_t>(edge.size() / kEnough, 1);
  std::size_t looked_at = 0;
  std::size_t rims = 0;
  for (std::size_t i = 0; i < edge.size(); i += stride) {
    ++looked_at;
    rims += has_rim(profile_at(picture, edge[i])) ? 1 : 0;
  }
  return looked_at > 0 ? std::optional(static_cast<double>(rims) / static_cast<double>(looked_at)) : std::nullopt;
}

}  // namespace fairground
