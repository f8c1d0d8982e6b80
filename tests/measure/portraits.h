// The sample portraits, and what tests do to them.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include "pipeline/measure/face.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"

namespace fairground {

inline const std::filesystem::path kPhotos = FAIRGROUND_SOURCE_DIR "/samples/media/photos";
inline const std::filesystem::path kFaceModels = FAIRGROUND_SOURCE_DIR "/samples/media/models";
inline const std::filesystem::path kCascades = "/usr/share/opencv4/haarcascades";

inline const char* const kAstronaut = "astronaut.png";
inline const char* const kHopper = "grace_hopper_512x512.jpg";

// From samples/photos.csv: from hairline to chin and from side to side of the head, drawn by hand to some pixels.
inline const Box kAstronautBox{{}, 172, 62, 108, 128};
inline const Box kHopperBox{{}, 158, 110, 220, 210};

/// Why the portraits cannot be used; empty if they can.
inline std::string portraits_problem() {
  return std::filesystem::exists(kPhotos / kHopper) ? ""
                                                    : "the sample photographs are missing; samples/fetch fetches them";
}

inline Image photo(const std::string& name) {
  return decode_picture(read_file(kPhotos / name, MediaLimits{}), name, MediaLimits{});
}

inline Image flat(int width, int height, int channels = 3, float value = 0.2F) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), value);
  return image;
}

/// Each pixel of `out` from `source(c, x, y)`.
template <typename Source>
void fill(Image& out, const Source& source) {
  for (int y = 0; y < out.height; ++y) {
    for (int c = 0; c < out.channels; ++c) {
      const std::span<float> to = out.row(y).channel(c);
      for (int x = 0; x < out.width; ++x) to[static_cast<std::size_t>(x)] = source(c, x, y);
    }
  }
}

inline float pixel(const Image& image, int c, int x, int y) {
  x = std::clamp(x, 0, image.width - 1);
  y = std::clamp(y, 0, image.height - 1);
  return image.row(y)[static_cast<std::size_t>(c * image.width + x)];
}

inline void paste(const Image& from, Image& into, int left, int top) {
  Image out = into;
  fill(out, [&](int c, int x, int y) {
    const bool inside = x >= left && x < left + from.width && y >= top && y < top + from.height;
    return inside ? pixel(from, c, x - left, y - top) : pixel(into, c, x, y);
  });
  into = std::move(out);
}

inline Image crop(const Image& image, int left, int top, int width, int height) {
  Image out = flat(width, height, image.channels);
  fill(out, [&](int c, int x, int y) { return pixel(image, c, left + x, top + y); });
  return out;
}

/// Means of squares of `factor` pixels a side.
inline Image shrink(const Image& image, int factor) {
  Image out = flat(image.width / factor, image.height / factor, image.channels);
  fill(out, [&](int c, int x, int y) {
    float sum = 0.0F;
    for (int j = 0; j < factor; ++j) {
      for (int i = 0; i < factor; ++i) sum += pixel(image, c, factor * x + i, factor * y + j);
    }
    return sum / static_cast<float>(factor * factor);
  });
  return out;
}

/// Where a point lies once the picture is turned clockwise about its middle.
inline PixelPoint turned(PixelPoint point, const Image& image, double degrees) {
  const double angle = degrees / 180.0 * std::numbers::pi;
  const double x = point.x - image.width / 2.0;
  const double y = point.y - image.height / 2.0;
  return {image.width / 2.0 + x * std::cos(angle) - y * std::sin(angle),
          image.height / 2.0 + x * std::sin(angle) + y * std::cos(angle)};
}

inline Image turn(const Image& image, double degrees) {
  Image out = flat(image.width, image.height, image.channels);
  fill(out, [&](int c, int x, int y) {
    const PixelPoint from = turned({x + 0.5, y + 0.5}, image, -degrees);
    const double left = std::floor(from.x - 0.5);
    const double top = std::floor(from.y - 0.5);
    const auto across = static_cast<float>(from.x - 0.5 - left);
    const auto down = static_cast<float>(from.y - 0.5 - top);
    const auto at = [&](int i, int j) {
      return pixel(image, c, static_cast<int>(left) + i, static_cast<int>(top) + j);
    };
    return (1.0F - down) * ((1.0F - across) * at(0, 0) + across * at(1, 0)) +
           down * ((1.0F - across) * at(0, 1) + across * at(1, 1));
  });
  return out;
}

inline Image grey(const Image& image) {
  Image out = flat(image.width, image.height, /*channels=*/1);
  fill(out, [&](int, int x, int y) {
    return 0.2126F * pixel(image, 0, x, y) + 0.7152F * pixel(image, 1, x, y) + 0.0722F * pixel(image, 2, x, y);
  });
  return out;
}

inline double shared_part_of_union(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  const double both = std::max(width, 0.0) * std::max(height, 0.0);
  return both / (a.width * a.height + b.width * b.height - both);
}

}  // namespace fairground
