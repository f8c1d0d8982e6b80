#include "augmenters/image/parts/planes.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {

int inside(int i, int count, Border border) {
  if (i >= 0 && i < count) {
    return i;
  }
  if (count == 1 || border == Border::nearest) {
    return std::clamp(i, 0, count - 1);
  }
  const int period = border == Border::reflect ? 2 * count : 2 * (count - 1);
  const int place = ((i % period) + period) % period;
  if (place < count) {
    return place;
  }
  return border == Border::reflect ? period - 1 - place : period - place;
}

PaddedPlane pad_plane(const std::vector<float>& plane, int width, int height, int pad, Border border) {
  PaddedPlane padded{width + 2 * pad, pad, {}};
  padded.samples.reserve(static_cast<std::size_t>(padded.width) * static_cast<std::size_t>(height + 2 * pad));
  for (int y = -pad; y < height + pad; ++y) {
    const float* row =
        plane.data() + static_cast<std::size_t>(inside(y, height, border)) * static_cast<std::size_t>(width);
    for (int x = -pad; x < 0; ++x) {
      padded.samples.push_back(row[inside(x, width, border)]);
    }
    padded.samples.insert(padded.samples.end(), row, row + width);
    for (int x = width; x < width + pad; ++x) {
      padded.samples.push_back(row[inside(x, width, border)]);
    }
  }
  return padded;
}

FAIRGROUND_HOT void add_weighted(const float* __restrict row, float* __restrict sum, std::size_t count, float weight) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] += weight * row[i];
  }
}

std::vector<float> gaussian_kernel(double sigma, double truncate) {
  const int radius = static_cast<int>(std::floor(truncate * sigma + 0.5));
  std::vector<double> values;
  double sum = 0.0;
  for (int i = -radius; i <= radius; ++i) {
    values.push_back(plain::exp(-0.5 * i * i / (sigma * sigma)));
    sum += values.back();
  }
  std::vector<float> kernel;
  for (const double value : values) {
    kernel.push_back(static_cast<float>(value / sum));
  }
  return kernel;
}

void blur_plane(std::vector<float>& plane, int width, int height, const std::vector<float>& kernel, Border border) {
  const int radius = static_cast<int>(kernel.size() / 2);
  const auto columns = static_cast<std::size_t>(width);
  std::vector<float> padded(columns + 2 * static_cast<std::size_t>(radius));
  std::vector<float> across(plane.size());
  for (int y = 0; y < height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * columns;
    for (int x = -radius; x < width + radius; ++x) {
      padded[static_cast<std::size_t>(x + radius)] = plane[start + static_cast<std::size_t>(inside(x, width, border))];
    }
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      add_weighted(padded.data() + k, across.data() + start, columns, kernel[k]);
    }
  }
  std::ranges::fill(plane, 0.0F);
  for (int y = 0; y < height; ++y) {
    float* out = plane.data() + static_cast<std::size_t>(y) * columns;
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      const int from = inside(y - radius + static_cast<int>(k), height, border);
      add_weighted(across.data() + static_cast<std::size_t>(from) * columns, out, columns, kernel[k]);
    }
  }
}

float bilinear_at(const std::vector<float>& plane, int width, int height, double x, double y, Border border) {
  constexpr double kFarAway = 1e6;  // beyond any picture, and within whole numbers
  x = std::clamp(x, -kFarAway, kFarAway);
  y = std::clamp(y, -kFarAway, kFarAway);
  const double left = std::floor(x);
  const double upper = std::floor(y);
  const auto fx = static_cast<float>(x - left);
  const auto fy = static_cast<float>(y - upper);
  const int x0 = inside(static_cast<int>(left), width, border);
  const int x1 = inside(static_cast<int>(left) + 1, width, border);
  const auto columns = static_cast<std::size_t>(width);
  const float* row0 =
      plane.data() + static_cast<std::size_t>(inside(static_cast<int>(upper), height, border)) * columns;
  const float* row1 =
      plane.data() + static_cast<std::size_t>(inside(static_cast<int>(upper) + 1, height, border)) * columns;
  const float above = row0[x0] + fx * (row0[x1] - row0[x0]);
  const float below = row1[x0] + fx * (row1[x1] - row1[x0]);
  return above + fy * (below - above);
}

}  // namespace fairground
