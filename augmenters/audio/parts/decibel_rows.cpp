#include "augmenters/audio/parts/decibel_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr float kDbOfDoubled = 6.0205999132796239F;  // 20 log10 2
constexpr float kLowest = 1e-8F;                     // kLowestRowDb

FAIRGROUND_HOT void to_db(float* row, std::size_t count) {
  constexpr std::int32_t kSqrtHalf = 0x3F3504F3;  // the bits of 0.70710677
  constexpr float kTwiceOverLn2 = 2.8853900817779268F;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = row[i] > kLowest ? row[i] : kLowest;
    const auto bits = std::bit_cast<std::int32_t>(x);
    const std::int32_t exponent = (bits - kSqrtHalf) >> 23;
    const auto mantissa = std::bit_cast<float>(bits - (exponent << 23));  // 0.707 to 1.414
    // The logarithm by its series in s, which is at most 0.172.
    const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
    const float s2 = s * s;
    const float series = 1.0F + s2 * (1.0F / 3.0F + s2 * (1.0F / 5.0F + s2 * (1.0F / 7.0F)));
    row[i] = kDbOfDoubled * (static_cast<float>(exponent) + kTwiceOverLn2 * s * series);
  }
}

FAIRGROUND_HOT void to_amplitudes(float* row, std::size_t count) {
  constexpr float kLn2 = 0.69314718055994530942F;
  for (std::size_t i = 0; i < count; ++i) {
    const float doublings = row[i] * (1.0F / kDbOfDoubled);
    const float whole = std::floor(doublings + 0.5F);
    const float x = (doublings - whole) * kLn2;  // at most 0.35
    const float series =
        1.0F +
        x * (1.0F + x * (1.0F / 2 +
                         x * (1.0F / 6 + x * (1.0F / 24 + x * (1.0F / 120 + x * (1.0F / 720 + x * (1.0F / 5040)))))));
    const std::int32_t bits = (static_cast<std::int32_t>(whole) + 127) << 23;
    row[i] = series * std::bit_cast<float>(bits);
  }
}

FAIRGROUND_HOT void keep_larger(const float* x, float* row, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float magnitude = std::fabs(x[i]);
    row[i] = row[i] > magnitude ? row[i] : magnitude;
  }
}

FAIRGROUND_HOT void multiply_by(float* __restrict x, const float* __restrict row, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    x[i] *= row[i];
  }
}

}  // namespace

void magnitudes_to_db(std::span<float> row) { to_db(row.data(), row.size()); }

void db_to_amplitudes(std::span<float> row) { to_amplitudes(row.data(), row.size()); }

void largest_magnitudes(const Audio& audio, std::size_t first, std::span<float> row) {
  std::ranges::fill(row, 0.0F);
  for (int c = 0; c < audio.channels; ++c) {
    keep_larger(audio.channel(c).data() + first, row.data(), row.size());
  }
}

void multiply(Audio& audio, std::size_t first, std::span<const float> row) {
  for (int c = 0; c < audio.channels; ++c) {
    multiply_by(audio.channel(c).data() + first, row.data(), row.size());
  }
}

}  // namespace fairground
