#include "augmenters/image/parts/directed_blur.h"

#include <algorithm>
#include <cmath>

#include "augmenters/image/parts/planes.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// Which old samples a line's new ones lie between, and how far towards the second.
struct ZoomedLine {
  std::vector<int> first;
  std::vector<float> part;
};

ZoomedLine zoomed_line(int size, double factor) {
  const int cut = static_cast<int>(std::ceil(size / factor));
  const int start = (size - cut) / 2;
  const int zoomed = static_cast<int>(std::floor(cut * factor + 0.5));
  const int trimmed = std::max((zoomed - size) / 2, 0);
  ZoomedLine line;
  for (int i = 0; i < size; ++i) {
    const double place =
        zoomed > 1 ? static_cast<double>(i + trimmed) * (cut - 1) / static_cast<double>(zoomed - 1) : 0.0;
    const int first = std::clamp(static_cast<int>(std::floor(place)), 0, std::max(cut - 2, 0));
    line.first.push_back(start + first);
    line.part.push_back(cut > 1 ? static_cast<float>(std::min(place - first, 1.0)) : 0.0F);
  }
  return line;
}

}  // namespace

void directed_blur(std::vector<float>& plane, int width, int height, double radius, double sigma, double angle_deg) {
  const int taps = 2 * static_cast<int>(std::ceil(radius)) + 1;
  const double right = plain::cosine_of_turns(angle_deg / 360.0);
  const double down = plain::sine_of_turns(angle_deg / 360.0);
  double sum = 0.0;
  for (int i = 0; i < taps; ++i) {
    sum += plain::exp(-0.5 * i * i / (sigma * sigma));
  }
  const PaddedPlane padded = pad_plane(plane, width, height, taps, Border::nearest);
  std::ranges::fill(plane, 0.0F);
  const auto columns = static_cast<std::size_t>(width);
  for (int y = 0; y < height; ++y) {
    float* out = plane.data() + static_cast<std::size_t>(y) * columns;
    for (int i = 0; i < taps; ++i) {
      const auto weight = static_cast<float>(plain::exp(-0.5 * i * i / (sigma * sigma)) / sum);
      const int dx = static_cast<int>(std::ceil(i * right - 0.5));
      const int dy = static_cast<int>(std::ceil(i * down - 0.5));
      add_weighted(padded.at(dx, y + dy), out, columns, weight);
    }
  }
}

std::vector<float> zoomed_middle(const std::vector<float>& plane, int width, int height, double factor) {
  const ZoomedLine across = zoomed_line(width, factor);
  const ZoomedLine down = zoomed_line(height, factor);
  const auto columns = static_cast<std::size_t>(width);
  std::vector<float> mixed(columns);
  std::vector<float> zoomed(plane.size());
  for (std::size_t y = 0; y < down.first.size(); ++y) {
    const int first = down.first[y];
    const float* upper = plane.data() + static_cast<std::size_t>(first) * columns;
    const float* lower = plane.data() + static_cast<std::size_t>(std::min(first + 1, height - 1)) * columns;
    for (std::size_t x = 0; x < columns; ++x) {
      mixed[x] = upper[x] + down.part[y] * (lower[x] - upper[x]);
    }
    for (std::size_t x = 0; x < columns; ++x) {
      const auto left = static_cast<std::size_t>(across.first[x]);
      const float next = mixed[std::min(left + 1, columns - 1)];
      zoomed[y * columns + x] = mixed[left] + across.part[x] * (next - mixed[left]);
    }
  }
  return zoomed;
}

}  // namespace fairground
