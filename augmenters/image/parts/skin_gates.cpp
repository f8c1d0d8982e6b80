#include "augmenters/image/parts/skin_gates.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <cmath>
#include <vector>

#include "augmenters/image/parts/encoded_light.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// ln x of normal floats above 0, within 2e-7 of it or relative to it: five terms of the area hyperbolic tangent.
[[gnu::always_inline]] inline float short_log(float x) {
  constexpr std::int32_t kSqrtHalf = 0x3F3504F3;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - kSqrtHalf) >> 23;
  const float mantissa = std::bit_cast<float>(bits - exponent * (1 << 23));  // from sqrt(1/2) to sqrt(2)
  const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
  const float s2 = s * s;
  float sum = 1.0F / 9.0F;
  sum = sum * s2 + 1.0F / 7.0F;
  sum = sum * s2 + 0.2F;
  sum = sum * s2 + 1.0F / 3.0F;
  return 2.0F * s * (sum * s2 + 1.0F) + static_cast<float>(exponent) * 0.693147180559945F;
}

/// Below this luminance, a logarithm tells of codes and noise more than of skin.
constexpr float kFloor = 1e-3F;

/// The output may be the input.
FAIRGROUND_HOT void log_row(const float* luminance, float* logs, std::size_t count) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    logs[i] = short_log(std::max(luminance[i], kFloor));
  }
}

/// From this weight on, a pixel is more skin than not. What lies beyond may change its contrast with skin.
constexpr float kInside = 0.5F;

/// Sums of products of gradients, before and after.
struct Products {
  double before = 0.0;
  double after = 0.0;
  double both = 0.0;
};

/// Eight sums side by side, which a compiler can keep in one register; they are added up in the same order everywhere.
constexpr std::size_t kLanes = 8;

FAIRGROUND_HOT void sum_products(const float* __restrict before1, const float* __restrict before2,
                                 const float* __restrict after1, const float* __restrict after2,
                                 const float* __restrict weights1, const float* __restrict weights2, std::size_t count,
                                 float* __restrict sums) {
  for (std::size_t i = 0; i + kLanes <= count; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const bool inside = weights1[i + k] >= kInside && weights2[i + k] >= kInside;
      const float before = inside ? before2[i + k] - before1[i + k] : 0.0F;
      const float after = inside ? after2[i + k] - after1[i + k] : 0.0F;
      sums[k] += before * before;
      sums[kLanes + k] += after * after;
      sums[2 * kLanes + k] += before * after;
    }
  }
}

void add_products(std::span<const float> before1, std::span<const float> before2, std::span<const float> after1,
                  std::span<const float> after2, std::span<const float> weights1, std::span<const float> weights2,
                  Products& products) {
  std::array<float, 3 * kLanes> sums = {};
  const std::size_t count = before1.size();
  sum_products(before1.data(), before2.data(), after1.data(), after2.data(), weights1.data(), weights2.data(), count,
               sums.data());
  for (std::size_t i = count - count % kLanes; i < count; ++i) {
    if (weights1[i] >= kInside && weights2[i] >= kInside) {
      const float before = before2[i] - before1[i];
      const float after = after2[i] - after1[i];
      sums[0] += before * before;
      sums[kLanes] += after * after;
      sums[2 * kLanes] += before * after;
    }
  }
  for (std::size_t k = 0; k < kLanes; ++k) {
    products.before += static_cast<double>(sums[k]);
    products.after += static_cast<double>(sums[kLanes + k]);
    products.both += static_cast<double>(sums[2 * kLanes + k]);
  }
}

/// Notes which 8-bit codes of luminance the skin of a row has.
void note_levels(std::span<const float> luminance, std::span<const std::uint8_t> parts, std::vector<float>& encoded,
                 std::bitset<256>& levels) {
  encoded.assign(luminance.begin(), luminance.end());
  encode_light(encoded);
  for (std::size_t x = 0; x < parts.size(); ++x) {
    if (is_skin(static_cast<SkinPart>(parts[x]))) {
      levels.set(static_cast<std::size_t>(std::clamp(encoded[x] * 255.0F + 0.5F, 0.0F, 255.0F)));
    }
  }
}

std::optional<double> correlation_of_gradients(const SkinPatch& patch, const Plane& before, const Plane& after) {
  Products products;
  for (int y = 0; y < patch.height; ++y) {
    const ColumnSpan& span = patch.spans[static_cast<std::size_t>(y)];
    if (span.size() == 0) {
      continue;
    }
    const auto part = [&](const Plane& plane, int row, std::size_t from) {
      return plane.row(row).subspan(span.begin + from, span.size() - from);
    };
    const std::size_t rest = span.size() - 1;
    add_products(part(before, y, 0).first(rest), part(before, y, 1), part(after, y, 0).first(rest), part(after, y, 1),
                 part(patch.weights, y, 0).first(rest), part(patch.weights, y, 1), products);
    if (y > 0) {  // what has no weight there counts for nothing
      add_products(part(before, y - 1, 0), part(before, y, 0), part(after, y - 1, 0), part(after, y, 0),
                   part(patch.weights, y - 1, 0), part(patch.weights, y, 0), products);
    }
  }
  if (products.before <= 0.0 || products.after <= 0.0) {
    return std::nullopt;
  }
  return products.both / std::sqrt(products.before * products.after);
}

FAIRGROUND_HOT std::uint32_t count_changed(const float* __restrict before, const float* __restrict after,
                                           const float* __restrict weights, std::size_t count) {
  std::uint32_t changed = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_same = std::bit_cast<std::int32_t>(before[i]) == std::bit_cast<std::int32_t>(after[i]);
    changed += weights[i] <= 0.0F && !is_same ? 1U : 0U;
  }
  return changed;
}

}  // namespace

SkinFigures measure_moved_skin(const SkinPatch& patch, const Image& after) {
  constexpr float kWhite = 1.0F;
  SkinFigures figures;
  std::bitset<256> levels;
  std::bitset<256> levels_before;
  std::size_t clipped = 0;
  const auto width = static_cast<std::size_t>(patch.width);
  Plane luminance_before(patch.width, patch.height);
  Plane luminance(patch.width, patch.height);
  std::vector<float> encoded;
  for (int y = 0; y < patch.height; ++y) {
    std::array<std::span<const float>, 3> rows;
    for (std::size_t c = 0; c < rows.size(); ++c) {
      const std::size_t begin = c * static_cast<std::size_t>(after.width) + static_cast<std::size_t>(patch.left);
      rows[c] = after.row(patch.top + y).subspan(begin, width);
      figures.changed_outside +=
          count_changed(patch.before[c].row(y).data(), rows[c].data(), patch.weights.row(y).data(), width);
    }
    const ColumnSpan& span = patch.spans[static_cast<std::size_t>(y)];
    const auto part = [&](auto row) { return row.subspan(span.begin, span.size()); };
    const std::span<const std::uint8_t> parts = part(patch.parts_row(y));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (is_skin(static_cast<SkinPart>(parts[i]))) {
        const std::size_t x = span.begin + i;
        ++figures.pixels;
        clipped += std::max({rows[0][x], rows[1][x], rows[2][x]}) >= kWhite ? 1 : 0;
      }
    }
    luma_of(part(std::span<const float>(patch.before[0].row(y))), part(std::span<const float>(patch.before[1].row(y))),
            part(std::span<const float>(patch.before[2].row(y))), part(luminance_before.row(y)));
    luma_of(part(rows[0]), part(rows[1]), part(rows[2]), part(luminance.row(y)));
    note_levels(part(luminance_before.row(y)), parts, encoded, levels_before);
    note_levels(part(luminance.row(y)), parts, encoded, levels);
    for (Plane* plane : {&luminance_before, &luminance}) {
      const std::span<float> row = part(plane->row(y));
      log_row(row.data(), row.data(), row.size());
    }
  }
  figures.levels = static_cast<int>(levels.count());
  figures.levels_before = static_cast<int>(levels_before.count());
  if (figures.pixels > 0) {
    figures.clipped_fraction = static_cast<double>(clipped) / static_cast<double>(figures.pixels);
  }
  figures.gradient_correlation = correlation_of_gradients(patch, luminance_before, luminance);
  return figures;
}

double noise_ratio(const SkinPatch& patch, const OdShift& shift, const NoiseLevelFunction& noise) {
  constexpr std::size_t kMostSamples = 4096;
  const auto is_counted = [](std::uint8_t part) { return is_skin(static_cast<SkinPart>(part)); };
  const auto pixels = static_cast<std::size_t>(std::ranges::count_if(patch.parts, is_counted));
  const std::size_t stride = (pixels + kMostSamples - 1) / kMostSamples;
  std::vector<std::size_t> places;
  std::size_t wait = 0;
  for (std::size_t i = 0; i < patch.parts.size(); ++i) {
    if (is_counted(patch.parts[i])) {
      if (wait == 0) {
        places.push_back(i);
        wait = stride;
      }
      --wait;
    }
  }
  if (places.empty()) {
    return 1.0;
  }
  double largest = 0.0;
  for (std::size_t c = 0; c < shift.size(); ++c) {
    std::vector<float> lights;
    for (const std::size_t place : places) {
      lights.push_back(patch.before[c].samples[place]);
    }
    const auto middle = lights.begin() + static_cast<std::ptrdiff_t>(lights.size() / 2);
    std::ranges::nth_element(lights, middle);
    const double light = *middle;
    const double gain = plain::exp(-shift[c]);
    const double expected = noise.variance(static_cast<int>(c), gain * light);
    const double ratio = expected > 0.0 ? gain * std::sqrt(noise.variance(static_cast<int>(c), light) / expected) : 1.0;
    largest = std::max(largest, ratio);
  }
  return largest;
}

}  // namespace fairground
