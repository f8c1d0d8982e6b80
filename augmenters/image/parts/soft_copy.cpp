#include "augmenters/image/parts/soft_copy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace fairground {
namespace {

/// The running mean over 2 `reach` + 1 samples of `stride` apart. Sums are double, so that what is flat stays so.
void run_mean(float* samples, std::size_t count, std::size_t stride, int reach, std::vector<double>& sums) {
  const auto last = static_cast<int>(count) - 1;
  sums.assign(count + 2 * static_cast<std::size_t>(reach) + 1, 0.0);
  for (std::size_t i = 0; i + 1 < sums.size(); ++i) {
    const int place = std::clamp(static_cast<int>(i) - reach, 0, last);
    sums[i + 1] = sums[i] + static_cast<double>(samples[static_cast<std::size_t>(place) * stride]);
  }
  const std::size_t width = 2 * static_cast<std::size_t>(reach) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    samples[i * stride] = static_cast<float>((sums[i + width] - sums[i]) / static_cast<double>(width));
  }
}

}  // namespace

SoftCopy soft_copy(const Image& image) {
  constexpr double kDiagonal = 300.0;
  const double diagonal =
      std::sqrt(static_cast<double>(image.width) * image.width + static_cast<double>(image.height) * image.height);
  const int step = std::max(1, static_cast<int>(diagonal / kDiagonal));
  SoftCopy copy{{(image.width + step - 1) / step, (image.height + step - 1) / step, image.channels, image.bits, {}, {}},
                step,
                image.width,
                image.height};
  Image& small = copy.small;
  std::vector<double> sums(small.row_size());
  for (int y = 0; y < small.height; ++y) {
    std::ranges::fill(sums, 0.0);
    const int rows = std::min(step, image.height - y * step);
    for (int row = 0; row < rows; ++row) {
      const std::span<const float> line = image.row(y * step + row);
      for (int channel = 0; channel < image.channels; ++channel) {
        const float* in = line.data() + static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width);
        double* out = sums.data() + static_cast<std::size_t>(channel) * static_cast<std::size_t>(small.width);
        for (int x = 0; x < image.width; x += step) {
          const int end = std::min(x + step, image.width);
          double sum = 0.0;
          for (int i = x; i < end; ++i) {
            sum += static_cast<double>(in[i]);
          }
          *out++ += sum;
        }
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const int column = static_cast<int>(i % static_cast<std::size_t>(small.width));
      const int columns = std::min(step, image.width - column * step);
      small.samples.push_back(static_cast<float>(sums[i] / (rows * columns)));
    }
  }
  return copy;
}

void soften(Image& image, double sigma) {
  constexpr int kRuns = 3;
  // A mean over w samples has the variance (w^2 - 1) / 12.
  const int reach = static_cast<int>(0.5 * (std::sqrt(12.0 * sigma * sigma / kRuns + 1.0) - 1.0) + 0.5);
  if (reach == 0) {
    return;
  }
  std::vector<double> sums;
  const auto width = static_cast<std::size_t>(image.width);
  const auto height = static_cast<std::size_t>(image.height);
  for (int run = 0; run < kRuns; ++run) {
    for (int y = 0; y < image.height; ++y) {
      for (int channel = 0; channel < image.channels; ++channel) {
        run_mean(image.row(y).channel(channel).data(), width, 1, reach, sums);
      }
    }
    for (std::size_t i = 0; i < image.row_size(); ++i) {
      run_mean(image.samples.data() + i, height, image.row_size(), reach, sums);
    }
  }
}

void enlarge_row(const SoftCopy& copy, int y, int channel, int first, std::span<float> out) {
  const Image& small = copy.small;
  const auto inverse = 1.0F / static_cast<float>(copy.step);
  const float place_y = (static_cast<float>(y) + 0.5F) * inverse - 0.5F;
  const float before_y = std::floor(place_y);
  const float down = place_y - before_y;
  const auto row = [&](int index) {
    return small.row(std::clamp(index, 0, small.height - 1)).data() +
           static_cast<std::size_t>(channel) * static_cast<std::size_t>(small.width);
  };
  const float* upper = row(static_cast<int>(before_y));
  const float* lower = row(static_cast<int>(before_y) + 1);
  // The two rows become one first, and then the columns are found.
  std::vector<float> line(static_cast<std::size_t>(small.width));
  for (std::size_t i = 0; i < line.size(); ++i) {
    line[i] = upper[i] + down * (lower[i] - upper[i]);
  }
  const int last = small.width - 1;
  for (std::size_t x = 0; x < out.size(); ++x) {
    const float place = (static_cast<float>(first + static_cast<int>(x)) + 0.5F) * inverse - 0.5F;
    const float before = std::floor(place);
    const auto left = static_cast<std::size_t>(std::clamp(static_cast<int>(before), 0, last));
    const auto right = static_cast<std::size_t>(std::clamp(static_cast<int>(before) + 1, 0, last));
    out[x] = line[left] + (place - before) * (line[right] - line[left]);
  }
}

}  // namespace fairground
