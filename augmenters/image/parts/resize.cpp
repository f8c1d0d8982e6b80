// Separable resampling, first down the columns and then along the rows. The kernels and their widening are those of
// Turkowski, "Filters for common resampling tasks" (Graphics Gems, 1990); the cubic is that of Keys, "Cubic convolution
// interpolation for digital image processing" (IEEE TASSP 29(6), 1981).

#include "augmenters/image/parts/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

double radius_of(ResizeKernel kernel) {
  switch (kernel) {
    case ResizeKernel::area:
    case ResizeKernel::box:
      return 0.5;
    case ResizeKernel::bilinear:
      return 1.0;
    case ResizeKernel::bicubic:
      return 2.0;
    case ResizeKernel::lanczos3:
      return 3.0;
  }
  return 0.0;
}

double sinc(double x) { return x == 0.0 ? 1.0 : plain::sine_of_turns(0.5 * x) / (plain::kPi * x); }

double kernel_at(ResizeKernel kernel, double x) {
  const double distance = std::fabs(x);
  switch (kernel) {
    case ResizeKernel::area:
      return 0.0;  // has no kernel; see overlap()
    case ResizeKernel::box:
      return -0.5 < x && x <= 0.5 ? 1.0 : 0.0;
    case ResizeKernel::bilinear:
      return std::max(1.0 - distance, 0.0);
    case ResizeKernel::bicubic:
      return distance < 1.0   ? (1.5 * distance - 2.5) * distance * distance + 1.0
             : distance < 2.0 ? ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
                              : 0.0;
    case ResizeKernel::lanczos3:
      return distance < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
  }
  return 0.0;
}

/// How much of the pixel `i` lies between two places.
double overlap(int i, double from, double to) {
  return std::max(std::min(to, i + 1.0) - std::max<double>(from, i), 0.0);
}

/// acc += weight * row.
template <class Sample>
[[gnu::always_inline]] inline void add_samples(const Sample* __restrict row, float* __restrict sum, std::size_t count,
                                               float weight) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] += weight * static_cast<float>(row[i]);
  }
}

FAIRGROUND_HOT void add_row(const float* __restrict row, float* __restrict sum, std::size_t count, float weight) {
  add_samples(row, sum, count, weight);
}
FAIRGROUND_HOT void add_row(const std::uint8_t* __restrict row, float* __restrict sum, std::size_t count,
                            float weight) {
  add_samples(row, sum, count, weight);
}
FAIRGROUND_HOT void add_row(const std::uint16_t* __restrict row, float* __restrict sum, std::size_t count,
                            float weight) {
  add_samples(row, sum, count, weight);
}

/// One line of samples that lie `stride` apart.
void resample(const ResizeLine& line, const float* in, float* out, std::size_t stride) {
  const float* weights = line.weights.data();
  for (std::size_t x = 0; x < line.first.size(); ++x) {
    const float* from = in + static_cast<std::size_t>(line.first[x]) * stride;
    float sum = 0.0F;
    for (std::size_t k = 0; k < line.taps; ++k) {
      sum += weights[k] * from[k * stride];
    }
    out[x * stride] = sum;
    weights += line.taps;
  }
}

/// The row `y` of the new height, of the old width. `row_at(y)` gives the old rows, of `size` samples.
template <class RowAt>
void mix_rows(const ResizeLine& line, int y, std::vector<float>& sum, const RowAt& row_at) {
  std::ranges::fill(sum, 0.0F);
  const auto place = static_cast<std::size_t>(y);
  for (std::size_t k = 0; k < line.taps; ++k) {
    const float weight = line.weights[place * line.taps + k];
    if (weight != 0.0F) {
      add_row(row_at(line.first[place] + static_cast<int>(k)), sum.data(), sum.size(), weight);
    }
  }
}

template <class Code>
void put_codes(const std::vector<float>& samples, Code* out) {
  constexpr float kHighest = sizeof(Code) == 1 ? 255.0F : 65535.0F;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    out[i] = static_cast<Code>(std::clamp(samples[i], 0.0F, kHighest) + 0.5F);
  }
}

template <class Code>
void resize_codes_of(const cv::Mat& codes, cv::Mat& resized, const ResizeLine& across, const ResizeLine& down) {
  const auto channels = static_cast<std::size_t>(codes.channels());
  std::vector<float> mixed(static_cast<std::size_t>(codes.cols) * channels);
  std::vector<float> row(static_cast<std::size_t>(resized.cols) * channels);
  for (int y = 0; y < resized.rows; ++y) {
    mix_rows(down, y, mixed, [&codes](int old) { return codes.ptr<Code>(old); });
    for (std::size_t c = 0; c < channels; ++c) {
      resample(across, mixed.data() + c, row.data() + c, channels);
    }
    put_codes(row, resized.ptr<Code>(y));
  }
}

}  // namespace

ResizeLine resize_line(int old_size, int new_size, ResizeKernel kernel) {
  const double ratio = static_cast<double>(old_size) / new_size;
  const double widening = kernel == ResizeKernel::area ? ratio : std::max(ratio, 1.0);
  const double radius = radius_of(kernel) * widening;
  ResizeLine line{old_size, new_size, 0, {}, {}};
  line.taps = std::min(static_cast<std::size_t>(std::ceil(2.0 * radius)) + 2, static_cast<std::size_t>(old_size));
  line.first.resize(static_cast<std::size_t>(new_size));
  line.weights.resize(line.first.size() * line.taps);
  std::vector<double> weights(line.taps);
  for (std::size_t x = 0; x < line.first.size(); ++x) {
    const double middle = (static_cast<double>(x) + 0.5) * ratio;
    const int first =
        std::clamp(static_cast<int>(std::floor(middle - radius)), 0, old_size - static_cast<int>(line.taps));
    double sum = 0.0;
    for (std::size_t k = 0; k < line.taps; ++k) {
      const int i = first + static_cast<int>(k);
      weights[k] = kernel == ResizeKernel::area ? overlap(i, middle - radius, middle + radius)
                                                : kernel_at(kernel, (i + 0.5 - middle) / widening);
      sum += weights[k];
    }
    line.first[x] = first;
    for (std::size_t k = 0; k < line.taps; ++k) {
      line.weights[x * line.taps + k] = static_cast<float>(weights[k] / sum);
    }
  }
  return line;
}

Image resize_image(const Image& image, int width, int height, ResizeKernel kernel) {
  const ResizeLine across = resize_line(image.width, width, kernel);
  const ResizeLine down = resize_line(image.height, height, kernel);
  Image resized{width, height, image.channels, image.bits, {}, {}};
  resized.samples.resize(resized.row_size() * static_cast<std::size_t>(height));
  std::vector<float> mixed(image.row_size());
  for (int y = 0; y < height; ++y) {
    mix_rows(down, y, mixed, [&image](int old) { return image.row(old).data(); });
    const ImageRow row = resized.row(y);
    for (int c = 0; c < image.channels; ++c) {
      resample(across, mixed.data() + static_cast<std::size_t>(c) * static_cast<std::size_t>(image.width),
               row.channel(c).data(), 1);
    }
  }
  if (!image.alpha.empty()) {
    // The matrix is only read, but it knows no constant data.
    const cv::Mat alpha(image.height, image.width, CV_16U, const_cast<std::uint16_t*>(image.alpha.data()));
    resized.alpha.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    cv::Mat codes(height, width, CV_16U, resized.alpha.data());
    resize_codes_of<std::uint16_t>(alpha, codes, across, down);
    // Kernels that overshoot may leave the codes of 8 bits, which are held in 16.
    const auto highest = static_cast<std::uint16_t>((1U << static_cast<unsigned>(image.bits)) - 1U);
    std::ranges::transform(resized.alpha, resized.alpha.begin(),
                           [highest](std::uint16_t code) { return std::min(code, highest); });
  }
  return resized;
}

cv::Mat resize_codes(const cv::Mat& codes, int width, int height, ResizeKernel kernel) {
  const ResizeLine across = resize_line(codes.cols, width, kernel);
  const ResizeLine down = resize_line(codes.rows, height, kernel);
  cv::Mat resized(height, width, codes.type());
  if (codes.depth() == CV_16U) {
    resize_codes_of<std::uint16_t>(codes, resized, across, down);
  } else {
    resize_codes_of<std::uint8_t>(codes, resized, across, down);
  }
  return resized;
}

PointMap resize_points(int old_width, int old_height, int width, int height) {
  if (old_width == width && old_height == height) {
    return {};
  }
  const double across = static_cast<double>(width) / old_width;
  const double down = static_cast<double>(height) / old_height;
  return {[=](PixelPoint point) {
            return PixelPoint{point.x * across, point.y * down};
          },
          [=](PixelPoint point) {
            return PixelPoint{point.x / across, point.y / down};
          }};
}

}  // namespace fairground
