// The corruptions of ImageNet-C, each by the definition that its authors published: Hendrycks and Dietterich,
// "Benchmarking neural network robustness to common corruptions and perturbations" (ICLR 2019), and their
// make_imagenet_c.py. They are not physical: they work on sRGB codes, and their severities are ad hoc.
#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/media/image.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// A picture as the benchmark has it: sRGB-encoded values from 0 to 1, in planes.
struct CodePlanes {
  int width = 0;
  int height = 0;
  std::vector<std::vector<float>> colour;  ///< red, green, blue; or grey
  std::vector<float> alpha;                ///< or empty
  PointMap point_map;                      ///< what was done to places

  [[nodiscard]] std::size_t area() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
};

/// Of 8 bits.
[[nodiscard]] CodePlanes to_planes(const Raster& raster);
/// Values beyond 0 to 1 saturate, the others are rounded to codes of 8 bits.
[[nodiscard]] Raster from_planes(const CodePlanes& planes);

struct CorruptionSetting {
  std::size_t severity = 0;  ///< 0 to 4, where the benchmark says 1 to 5
  double scale = 1.0;        ///< times what it states in pixels
  StepRandom random;
};

using Corruption = void (*)(CodePlanes&, const CorruptionSetting&);

void gaussian_noise(CodePlanes& picture, const CorruptionSetting& setting);
void shot_noise(CodePlanes& picture, const CorruptionSetting& setting);
void impulse_noise(CodePlanes& picture, const CorruptionSetting& setting);
void defocus_blur(CodePlanes& picture, const CorruptionSetting& setting);
void glass_blur(CodePlanes& picture, const CorruptionSetting& setting);
void motion_blur(CodePlanes& picture, const CorruptionSetting& setting);
void zoom_blur(CodePlanes& picture, const CorruptionSetting& setting);
void snow(CodePlanes& picture, const CorruptionSetting& setting);
void frost(CodePlanes& picture, const CorruptionSetting& setting);
void fog(CodePlanes& picture, const CorruptionSetting& setting);
void brightness(CodePlanes& picture, const CorruptionSetting& setting);
void contrast(CodePlanes& picture, const CorruptionSetting& setting);
void elastic_transform(CodePlanes& picture, const CorruptionSetting& setting);
void pixelate(CodePlanes& picture, const CorruptionSetting& setting);
void jpeg_compression(CodePlanes& picture, const CorruptionSetting& setting);

}  // namespace fairground
