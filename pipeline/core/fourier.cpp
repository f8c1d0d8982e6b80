// Bailey's "FFTs in external or hierarchical memory" (Journal of Supercomputing 4, 1990): with n = 128 n1 + n2 and
// k = k1 + 128 k2, transforms over n1, factors e^(2 pi i n2 k1 / 16384), a transposition, and transforms over n2. All
// 128 transforms of a step run side by side, so every inner loop goes over neighbours and becomes vectors.

#include "pipeline/core/fourier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <memory>
#include <vector>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kSide = 128;
static_assert(kSide * kSide == kFourierSize);

using Half = std::array<float, kFourierSize>;

struct Tables {
  Half twiddle_real;  // e^(2 pi i row column / kFourierSize), the rows in the order that a pass leaves
  Half twiddle_imaginary;
  std::array<float, kSide> root_real;  // e^(2 pi i j / kSide)
  std::array<float, kSide> root_imaginary;
  std::array<std::size_t, kSide> reversed;  // the seven bits of each row mirrored
};

/// e^(2 pi i k / kFourierSize) as a product of the roots that the bits of k stand for. Those come from halving the
/// angle. Square roots and products only: unlike sine and cosine they are exact on every machine.
std::complex<double> root_of_one(std::size_t k) {
  double cosine = -1.0;  // of half a turn, and then of half as much for each bit
  double sine = 0.0;
  std::complex<double> root = 1.0;
  for (std::size_t bit = kFourierSize / 2; bit > 0; bit /= 2) {
    if ((k & bit) != 0) {
      root = {root.real() * cosine - root.imag() * sine, root.real() * sine + root.imag() * cosine};
    }
    const double half_sine = sine == 0.0 ? 1.0 : sine / std::sqrt(2.0 * (1.0 + cosine));
    cosine = std::sqrt(0.5 * (1.0 + cosine));
    sine = half_sine;
  }
  return root;
}

std::unique_ptr<const Tables> make_tables() {
  auto tables = std::make_unique<Tables>();
  for (std::size_t row = 0; row < kSide; ++row) {
    std::size_t reversed = 0;
    for (std::size_t bit = 1; bit < kSide; bit *= 2) {
      reversed = 2 * reversed + ((row & bit) != 0 ? 1 : 0);
    }
    tables->reversed[row] = reversed;
    const std::complex<double> root = root_of_one(row * kSide);
    tables->root_real[row] = static_cast<float>(root.real());
    tables->root_imaginary[row] = static_cast<float>(root.imag());
    for (std::size_t column = 0; column < kSide; ++column) {
      const std::complex<double> twiddle = root_of_one(reversed * column);
      tables->twiddle_real[row * kSide + column] = static_cast<float>(twiddle.real());
      tables->twiddle_imaginary[row * kSide + column] = static_cast<float>(twiddle.imag());
    }
  }
  return tables;
}

const Tables& tables() {
  static const std::unique_ptr<const Tables> instance = make_tables();
  return *instance;
}

/// Transforms all columns. Row r of the result stands at the mirrored r.
FAIRGROUND_HOT void transform_columns(float* real, float* imaginary, const Tables& t) {
  // Decimation in frequency: two steps of radix 2 in one pass, and a last step alone.
  for (std::size_t length = kSide; length > 2; length /= 4) {
    const std::size_t quarter = length / 4;
    const std::size_t step = kSide / length;
    for (std::size_t first = 0; first < kSide; first += length) {
      for (std::size_t j = 0; j < quarter; ++j) {
        const float r1 = t.root_real[j * step], i1 = t.root_imaginary[j * step];
        const float r2 = t.root_real[2 * j * step], i2 = t.root_imaginary[2 * j * step];
        const float r3 = t.root_real[3 * j * step], i3 = t.root_imaginary[3 * j * step];
        float* __restrict ar = real + (first + j) * kSide;
        float* __restrict br = ar + quarter * kSide;
        float* __restrict cr = br + quarter * kSide;
        float* __restrict dr = cr + quarter * kSide;
        float* __restrict ai = imaginary + (first + j) * kSide;
        float* __restrict bi = ai + quarter * kSide;
        float* __restrict ci = bi + quarter * kSide;
        float* __restrict di = ci + quarter * kSide;
        // Without this, g++ checks eight streams against each other before each short loop.
        FAIRGROUND_INDEPENDENT
        for (std::size_t x = 0; x < kSide; ++x) {
          const float sum_ac_r = ar[x] + cr[x], sum_ac_i = ai[x] + ci[x];
          const float sum_bd_r = br[x] + dr[x], sum_bd_i = bi[x] + di[x];
          const float diff_ac_r = ar[x] - cr[x], diff_ac_i = ai[x] - ci[x];
          const float diff_bd_r = br[x] - dr[x], diff_bd_i = bi[x] - di[x];
          ar[x] = sum_ac_r + sum_bd_r;
          ai[x] = sum_ac_i + sum_bd_i;
          const float b_r = sum_ac_r - sum_bd_r, b_i = sum_ac_i - sum_bd_i;
          br[x] = b_r * r2 - b_i * i2;
          bi[x] = b_r * i2 + b_i * r2;
          const float c_r = diff_ac_r - diff_bd_i, c_i = diff_ac_i + diff_bd_r;
          cr[x] = c_r * r1 - c_i * i1;
          ci[x] = c_r * i1 + c_i * r1;
          const float d_r = diff_ac_r + diff_bd_i, d_i = diff_ac_i - diff_bd_r;
          dr[x] = d_r * r3 - d_i * i3;
          di[x] = d_r * i3 + d_i * r3;
        }
      }
    }
  }
  for (std::size_t row = 0; row < kSide; row += 2) {
    for (float* __restrict half : {real + row * kSide, imaginary + row * kSide}) {
      FAIRGROUND_INDEPENDENT
      for (std::size_t x = 0; x < kSide; ++x) {
        const float a = half[x], b = half[x + kSide];
        half[x] = a + b;
        half[x + kSide] = a - b;
      }
    }
  }
}

FAIRGROUND_HOT void twiddle(float* real, float* imaginary, const Tables& t) {
  for (std::size_t i = 0; i < kFourierSize; ++i) {
    const float r = real[i], m = imaginary[i];
    real[i] = r * t.twiddle_real[i] - m * t.twiddle_imaginary[i];
    imaginary[i] = r * t.twiddle_imaginary[i] + m * t.twiddle_real[i];
  }
}

/// Columns of `in`, whose rows are mirrored, become rows of `out`.
void transpose(const float* in, float* out, const Tables& t) {
  constexpr std::size_t kTile = 16;  // floats of a cache line
  for (std::size_t top = 0; top < kSide; top += kTile) {
    for (std::size_t left = 0; left < kSide; left += kTile) {
      for (std::size_t row = top; row < top + kTile; ++row) {
        const float* from = in + t.reversed[row] * kSide;
        for (std::size_t column = left; column < left + kTile; ++column) {
          out[column * kSide + row] = from[column];
        }
      }
    }
  }
}

}  // namespace

void inverse_fourier(std::span<float, kFourierSize> real, std::span<float, kFourierSize> imaginary) {
  const Tables& t = tables();
  transform_columns(real.data(), imaginary.data(), t);
  twiddle(real.data(), imaginary.data(), t);
  std::vector<float> other(2 * kFourierSize);
  float* const other_real = other.data();
  float* const other_imaginary = other.data() + kFourierSize;
  transpose(real.data(), other_real, t);
  transpose(imaginary.data(), other_imaginary, t);
  transform_columns(other_real, other_imaginary, t);
  for (std::size_t row = 0; row < kSide; ++row) {
    const std::size_t from = t.reversed[row] * kSide;
    std::copy_n(other_real + from, kSide, real.begin() + static_cast<std::ptrdiff_t>(row * kSide));
    std::copy_n(other_imaginary + from, kSide, imaginary.begin() + static_cast<std::ptrdiff_t>(row * kSide));
  }
}

}  // namespace fairground
