// The four blurs.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "augmenters/image/parts/corruptions.h"
#include "augmenters/image/parts/directed_blur.h"
#include "augmenters/image/parts/planes.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

/// sum += last - first, the sums of a row up to either end of a stretch.
FAIRGROUND_HOT void add_stretches(const std::int32_t* __restrict first, const std::int32_t* __restrict last,
                                  std::int32_t* __restrict sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] += last[i] - first[i];
  }
}

/// The mean over the pixels whose middles lie within `radius`. Whole numbers of codes keep it exact, and sums along
/// each row make it linear in the radius.
void blur_by_disk(std::vector<float>& plane, int width, int height, double radius) {
  const int reach = static_cast<int>(std::floor(radius));
  const PaddedPlane padded = pad_plane(plane, width, height, reach, Border::reflect_101);
  const auto rows = static_cast<std::size_t>(height + 2 * reach);
  const auto stride = static_cast<std::size_t>(padded.width) + 1;
  std::vector<std::int32_t> sums(rows * stride);
  for (std::size_t y = 0; y < rows; ++y) {
    const float* in = padded.samples.data() + y * static_cast<std::size_t>(padded.width);
    std::int32_t* out = sums.data() + y * stride;
    for (std::size_t x = 0; x + 1 < stride; ++x) {
      out[x + 1] = out[x] + static_cast<std::int32_t>(255.0F * in[x] + 0.5F);
    }
  }
  std::vector<std::size_t> half_widths;
  std::size_t count = 0;
  for (int dy = -reach; dy <= reach; ++dy) {
    half_widths.push_back(static_cast<std::size_t>(std::floor(std::sqrt(radius * radius - dy * dy))));
    count += 2 * half_widths.back() + 1;
  }
  const float scale = 1.0F / (255.0F * static_cast<float>(count));
  const auto columns = static_cast<std::size_t>(width);
  std::vector<std::int32_t> total(columns);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    std::ranges::fill(total, 0);
    for (std::size_t k = 0; k < half_widths.size(); ++k) {
      const std::int32_t* row = sums.data() + (y + k) * stride + static_cast<std::size_t>(reach);
      add_stretches(row - half_widths[k], row + half_widths[k] + 1, total.data(), columns);
    }
    std::ranges::transform(total, plane.begin() + static_cast<std::ptrdiff_t>(y * columns),
                           [scale](std::int32_t sum) { return static_cast<float>(sum) * scale; });
  }
}

}  // namespace

/// A disk of pixels whose edge is softened by a Gaussian of 3 or 5 samples. The published kernel is softened within a
/// square that just holds the two widest disks, and reflects them at its edge, by which it gets a sum above 1.
void defocus_blur(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Disk {
    double radius;
    double sigma;
    float sum;
  };
  constexpr std::array kDisks{Disk{3, 0.1, 1.0F}, Disk{4, 0.5, 1.0F}, Disk{6, 0.5, 1.0F}, Disk{8, 0.5, 1.012975F},
                              Disk{10, 0.5, 1.010786F}};
  const Disk& disk = kDisks[setting.severity];
  const double taps = disk.radius <= 8 ? 1.0 : 2.0;  // on each side
  std::vector<float> edge = gaussian_kernel(disk.sigma * setting.scale, taps / disk.sigma);
  const float each_way = std::sqrt(disk.sum);
  std::ranges::transform(edge, edge.begin(), [each_way](float weight) { return weight * each_way; });
  for (std::vector<float>& plane : picture.colour) {
    blur_by_disk(plane, picture.width, picture.height, disk.radius * setting.scale);
    blur_plane(plane, picture.width, picture.height, edge, Border::reflect_101);
  }
}

/// Blurred, then each pixel made like a near one, then blurred again. The published code means to swap the two, but its
/// tuple of views of one array copies the one into the other, and so do we. Its range of shifts has no upper end.
void glass_blur(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Glass {
    double sigma;
    double shift;
    int times;
  };
  constexpr std::array kGlasses{Glass{0.7, 1, 2}, Glass{0.9, 2, 1}, Glass{1.0, 2, 3}, Glass{1.1, 3, 2},
                                Glass{1.5, 4, 2}};
  const Glass& glass = kGlasses[setting.severity];
  constexpr double kTruncate = 4.0;
  const std::vector<float> kernel = gaussian_kernel(glass.sigma * setting.scale, kTruncate);
  for (std::vector<float>& plane : picture.colour) {
    blur_plane(plane, picture.width, picture.height, kernel, Border::nearest);
    std::ranges::transform(plane, plane.begin(), [](float value) {
      return static_cast<float>(static_cast<int>(value * 255.0F + 1e-3F)) / 255.0F;  // cut, but for what floats lose
    });
  }
  const int shift = std::max(static_cast<int>(std::floor(glass.shift * setting.scale + 0.5)), 1);
  const auto span = static_cast<std::uint32_t>(2 * shift);
  const RandomStream stream = setting.random.stream("shifts");
  const auto columns = static_cast<std::size_t>(picture.width);
  for (int i = 0; i < glass.times; ++i) {
    for (int y = picture.height - shift; y > shift; --y) {
      for (int x = picture.width - shift; x > shift; --x) {
        const auto index = (static_cast<std::uint64_t>(i) << 40U) + (static_cast<std::uint64_t>(y) << 20U) +
                           static_cast<std::uint64_t>(x);
        const std::uint32_t word = stream.word_at(index);
        const int dx = static_cast<int>(((word & 0xFFFFU) * span) >> 16U) - shift;
        const int dy = static_cast<int>(((word >> 16U) * span) >> 16U) - shift;
        const std::size_t to = static_cast<std::size_t>(y) * columns + static_cast<std::size_t>(x);
        const std::size_t from = static_cast<std::size_t>(y + dy) * columns + static_cast<std::size_t>(x + dx);
        for (std::vector<float>& plane : picture.colour) {
          plane[to] = plane[from];
        }
      }
    }
  }
  for (std::vector<float>& plane : picture.colour) {
    blur_plane(plane, picture.width, picture.height, kernel, Border::nearest);
  }
}

void motion_blur(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Motion {
    double radius;
    double sigma;
  };
  constexpr std::array kMotions{Motion{10, 3}, Motion{15, 5}, Motion{15, 8}, Motion{15, 12}, Motion{20, 15}};
  const Motion& motion = kMotions[setting.severity];
  const double angle = setting.random.stream("angle").uniform(-45.0, 45.0);
  for (std::vector<float>& plane : picture.colour) {
    directed_blur(plane, picture.width, picture.height, motion.radius * setting.scale, motion.sigma * setting.scale,
                  angle);
  }
}

/// The mean of the picture and of so many zooms of it, of which the first is the picture again.
void zoom_blur(CodePlanes& picture, const CorruptionSetting& setting) {
  struct Zoom {
    int count;  // as NumPy's arange has it: of its ends only 1.11 is reached, by rounding
    double step;
  };
  constexpr std::array kZooms{Zoom{12, 0.01}, Zoom{16, 0.01}, Zoom{11, 0.02}, Zoom{13, 0.02}, Zoom{11, 0.03}};
  const Zoom& zoom = kZooms[setting.severity];
  const float weight = 1.0F / static_cast<float>(zoom.count + 1);
  for (std::vector<float>& plane : picture.colour) {
    std::vector<float> sum(plane.size());
    add_weighted(plane.data(), sum.data(), sum.size(), weight);
    for (int i = 0; i < zoom.count; ++i) {
      const std::vector<float> zoomed = zoomed_middle(plane, picture.width, picture.height, 1.0 + i * zoom.step);
      add_weighted(zoomed.data(), sum.data(), sum.size(), weight);
    }
    plane = std::move(sum);
  }
}

}  // namespace fairground
