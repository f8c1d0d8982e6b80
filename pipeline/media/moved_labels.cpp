#include "pipeline/media/moved_labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace fairground {
namespace {

/// Edges on all sides; empty where `right` is less than `left`.
struct Extent {
  double left = std::numeric_limits<double>::infinity();
  double top = std::numeric_limits<double>::infinity();
  double right = -std::numeric_limits<double>::infinity();
  double bottom = -std::numeric_limits<double>::infinity();

  [[nodiscard]] bool is_empty() const { return !(right >= left && bottom >= top); }
  void hold(PixelPoint point) {
    left = std::min(left, point.x);
    top = std::min(top, point.y);
    right = std::max(right, point.x);
    bottom = std::max(bottom, point.y);
  }
  void hold_pixel(int x, int y) {
    hold({static_cast<double>(x), static_cast<double>(y)});
    hold({x + 1.0, y + 1.0});
  }
};

Extent extent_of(const Box& box) { return {box.x, box.y, box.x + box.width, box.y + box.height}; }

Extent cut(const Extent& extent, PictureSize frame) {
  return {std::max(extent.left, 0.0), std::max(extent.top, 0.0), std::min(extent.right, double(frame.width)),
          std::min(extent.bottom, double(frame.height))};
}

/// Only a box that had no width or height before may be left without.
bool is_gone(const Extent& extent, const Box& box) {
  return extent.is_empty() || (extent.right == extent.left && box.width > 0.0) ||
         (extent.bottom == extent.top && box.height > 0.0);
}

Extent moved_outline(const Box& box, const PointMap& map) {
  // A point for every two pixels of an edge, as distortions are smooth; more would not move an extreme by a hundredth.
  const auto steps = [](double length) {
    constexpr double kFewest = 16.0;
    constexpr double kMost = 4096.0;
    return static_cast<int>(std::clamp(length / 2.0, kFewest, kMost));
  };
  Extent outline;
  const int across = steps(box.width);
  for (int i = 0; i <= across; ++i) {
    const double x = box.x + box.width * i / across;
    outline.hold(map({x, box.y}));
    outline.hold(map({x, box.y + box.height}));
  }
  const int down = steps(box.height);
  for (int i = 0; i <= down; ++i) {
    const double y = box.y + box.height * i / down;
    outline.hold(map({box.x, y}));
    outline.hold(map({box.x + box.width, y}));
  }
  return outline;
}

/// The pixels whose middles lie in an extent, cut to the frame.
struct Pixels {
  int left, top, right, bottom;  ///< the last two not included

  Pixels(const Extent& extent, PictureSize frame)
      : left(first(extent.left, frame.width)),
        top(first(extent.top, frame.height)),
        right(first(extent.right, frame.width)),
        bottom(first(extent.bottom, frame.height)) {}

 private:
  static int first(double edge, int size) {
    return static_cast<int>(std::ceil(std::clamp(edge, 0.0, static_cast<double>(size)) - 0.5));
  }
};

/// What a box is tight around: a code, or one of these.
constexpr int kNothing = -1;
constexpr int kAnything = 0;  ///< all codes but 0

bool belongs(std::uint8_t code, int to) { return to == kAnything ? code != 0 : code == to; }

int tight_around(const Box& box, const Mask& mask) {
  constexpr double kTight = 1.0;
  const Extent edges = extent_of(box);
  // What reaches farther out than is allowed shows in this margin: the box then cuts through it.
  constexpr double kMargin = 2.0 * kTight;
  const Pixels looked_at({edges.left - kMargin, edges.top - kMargin, edges.right + kMargin, edges.bottom + kMargin},
                         {mask.width, mask.height});
  std::array<Extent, 256> extents;  // of code 0: of all others together
  for (int y = looked_at.top; y < looked_at.bottom; ++y) {
    const std::uint8_t* row = mask.codes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width);
    for (int x = looked_at.left; x < looked_at.right; ++x) {
      if (row[x] != 0) {
        extents[row[x]].hold_pixel(x, y);
        extents[kAnything].hold_pixel(x, y);
      }
    }
  }
  const auto is_tight = [&](const Extent& extent) {
    return !extent.is_empty() && std::abs(extent.left - edges.left) <= kTight &&
           std::abs(extent.top - edges.top) <= kTight && std::abs(extent.right - edges.right) <= kTight &&
           std::abs(extent.bottom - edges.bottom) <= kTight;
  };
  const auto* const tight = std::ranges::find_if(extents, is_tight);
  return tight == extents.end() ? kNothing : static_cast<int>(tight - extents.begin());
}

/// The extent of what belongs `to` in the moved mask and came out of the box.
Extent tight_extent(const Box& box, int to, const Extent& outline, const Mask& moved, const PointMap& map) {
  constexpr double kMargin = 1.0;
  const Extent edges = extent_of(box);
  const Pixels looked_at(
      {outline.left - kMargin, outline.top - kMargin, outline.right + kMargin, outline.bottom + kMargin},
      {moved.width, moved.height});
  Extent tight;
  for (int y = looked_at.top; y < looked_at.bottom; ++y) {
    const std::uint8_t* row = moved.codes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(moved.width);
    for (int x = looked_at.left; x < looked_at.right; ++x) {
      if (!belongs(row[x], to)) {
        continue;
      }
      const PixelPoint from = map.back({x + 0.5, y + 0.5});
      if (from.x >= edges.left - kMargin && from.x <= edges.right + kMargin && from.y >= edges.top - kMargin &&
          from.y <= edges.bottom + kMargin) {
        tight.hold_pixel(x, y);
      }
    }
  }
  return tight;
}

/// How many samples of the picture before a pixel covers along an edge, at the most over the picture.
int samples_per_pixel(const PointMap& map, PictureSize after) {
  constexpr int kPlaces = 8;
  constexpr double kMost = 8.0;
  double largest = 1.0;
  for (int j = 0; j <= kPlaces; ++j) {
    for (int i = 0; i <= kPlaces; ++i) {
      const double x = (after.width - 1.0) * i / kPlaces;
      const double y = (after.height - 1.0) * j / kPlaces;
      const PixelPoint corner = map.back({x, y});
      for (const PixelPoint& other : {map.back({x + 1.0, y}), map.back({x, y + 1.0})}) {
        largest = std::max({largest, std::abs(other.x - corner.x), std::abs(other.y - corner.y)});
      }
    }
  }
  constexpr double kHardlyMore = 0.25;  // lenses move pixels by less from one to the next
  return static_cast<int>(std::ceil(std::min(largest, kMost) - kHardlyMore));
}

/// The index of the pixel that a point lies in; nothing outside of the picture.
std::ptrdiff_t pixel_at(PixelPoint point, PictureSize size) {
  if (!(point.x >= 0.0) || !(point.y >= 0.0) || !(point.x < size.width) || !(point.y < size.height)) {
    return -1;
  }
  return static_cast<std::ptrdiff_t>(point.y) * size.width + static_cast<std::ptrdiff_t>(point.x);
}

Mask moved_mask(const Mask& mask, const PointMap& map, PictureSize after) {
  const PictureSize before{mask.width, mask.height};
  Mask moved{after.width, after.height, {}};
  moved.codes.resize(static_cast<std::size_t>(after.width) * static_cast<std::size_t>(after.height));
  const int samples = samples_per_pixel(map, after);
  std::array<int, 256> votes{};
  std::size_t at = 0;
  for (int y = 0; y < after.height; ++y) {
    for (int x = 0; x < after.width; ++x) {
      // Of codes with as many votes, the lowest one wins.
      std::uint8_t winner = 0;
      for (int j = 0; j < samples; ++j) {
        for (int i = 0; i < samples; ++i) {
          const std::ptrdiff_t from = pixel_at(map.back({x + (i + 0.5) / samples, y + (j + 0.5) / samples}), before);
          const std::uint8_t code = from < 0 ? std::uint8_t{0} : mask.codes[static_cast<std::size_t>(from)];
          ++votes[code];
          const bool wins = votes[code] > votes[winner] || (votes[code] == votes[winner] && code < winner);
          winner = wins ? code : winner;
        }
      }
      votes.fill(0);
      moved.codes[at++] = winner;
    }
  }
  return moved;
}

/// What comes from beyond the picture is 0, and `beyond` in the last channel.
Image moved_image(const Image& image, const PointMap& map, PictureSize after, float beyond) {
  const PictureSize before{image.width, image.height};
  Image moved{after.width, after.height, image.channels, image.bits, {}, {}};
  moved.samples.resize(moved.row_size() * static_cast<std::size_t>(after.height));
  for (int y = 0; y < after.height; ++y) {
    const ImageRow row = moved.row(y);
    for (int x = 0; x < after.width; ++x) {
      const std::ptrdiff_t from = pixel_at(map.back({x + 0.5, y + 0.5}), before);
      if (from < 0) {
        row.channel(image.channels - 1)[static_cast<std::size_t>(x)] = beyond;
        continue;
      }
      const auto from_y = static_cast<std::size_t>(from / before.width);
      const auto from_x = static_cast<std::size_t>(from % before.width);
      const float* source = image.samples.data() + from_y * image.row_size() + from_x;
      for (int c = 0; c < image.channels; ++c) {
        row.channel(c)[static_cast<std::size_t>(x)] =
            source[static_cast<std::size_t>(c) * static_cast<std::size_t>(before.width)];
      }
    }
  }
  return moved;
}

}  // namespace

PictureLabels moved_labels(const PictureLabels& labels, const PointMap& map, PictureSize before, PictureSize after) {
  if (map.is_identity() && before == after) {
    return labels;
  }
  PictureLabels moved;
  moved.boxes_are_known = labels.boxes_are_known;
  if (labels.mask) {
    moved.mask = moved_mask(*labels.mask, map, after);
  }
  for (const Box& box : labels.boxes) {
    const Extent outline = moved_outline(box, map);
    Extent extent = outline;
    const int around = labels.mask ? tight_around(box, *labels.mask) : kNothing;
    if (around != kNothing) {
      const Extent tight = tight_extent(box, around, outline, *moved.mask, map);
      extent = tight.is_empty() ? outline : tight;
    }
    extent = cut(extent, after);
    if (!is_gone(extent, box)) {
      moved.boxes.push_back(
          {box.label, extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top});
    }
  }
  for (const KeyPoint& keypoint : labels.keypoints) {
    const PixelPoint point = map(keypoint.point);
    if (point.x >= 0.0 && point.y >= 0.0 && point.x <= after.width && point.y <= after.height) {
      moved.keypoints.push_back({keypoint.name, point});
    }
  }
  if (labels.depth) {
    moved.depth = moved_image(*labels.depth, map, after, 0.0F);
  }
  if (labels.normals) {
    // Of length 1 there too: towards the camera.
    moved.normals = moved_image(*labels.normals, map, after, 1.0F);
  }
  return moved;
}

}  // namespace fairground
