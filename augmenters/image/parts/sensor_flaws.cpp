#include "augmenters/image/parts/sensor_flaws.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// A uniform draw from above 0 to 1, by its place in the stream.
double uniform_at(const RandomStream& stream, std::uint64_t index) {
  return (static_cast<double>(stream.word_at(index)) + 1.0) * 0x1p-32;
}

}  // namespace

void add_row_noise(const ImageRow& row, const std::array<double, 3>& sigmas, const RandomStream& stream) {
  float draw = 0.0F;
  stream.normals(static_cast<std::uint64_t>(row.y), {&draw, 1});
  for (int channel = 0; channel < row.channels; ++channel) {
    const float offset = draw * static_cast<float>(sigmas[static_cast<std::size_t>(channel)]);
    for (float& sample : row.channel(channel)) {
      sample += offset;
    }
  }
}

void add_hot_pixels(const ImageRow& row, double probability, const std::array<double, 3>& means,
                    const RandomStream& stream) {
  constexpr std::uint64_t kRowDraws = std::uint64_t{1} << 24U;
  const double all_cold = plain::log(1.0 - probability);
  if (all_cold == 0.0) {
    return;  // so few that a double cannot tell
  }
  std::uint64_t draw = static_cast<std::uint64_t>(row.y) * kRowDraws;
  double x = -1.0;
  while (true) {
    // How many pixels lie between two hot ones is spread geometrically.
    x += 1.0 + std::floor(plain::log(uniform_at(stream, draw)) / all_cold);
    if (x >= static_cast<double>(row.width)) {
      return;
    }
    const auto column = static_cast<std::size_t>(x);
    const int site = row.channels == 1 ? 0 : static_cast<int>(column % 2) + row.y % 2;
    const double charge = -means[static_cast<std::size_t>(site)] * plain::log(uniform_at(stream, draw + 1));
    row.channel(site)[column] += static_cast<float>(charge);
    draw += 2;
  }
}

}  // namespace fairground
