// Bailey's "FFTs in external or hierarchical memory" (Journal of Supercomputing 4, 1990): with n = 128 n1 + n2 and
// k = k1 + 128 k2, transforms over n1, factors e^(-2 pi i n2 k1 / 16384), and transforms over n2. Sixteen transforms
// run side by side, so that every inner loop goes over neighbours and becomes vectors, and what they work on, 16 KiB,
// stays in the first-level cache from the first step to the last.
//
// Each of 128 points is decimated in frequency, and leaves its results in the mirrored order of its seven bits. A mixed
// spectrum has them so in both directions: k stands at 2048 (row / 16) + 16 column + row % 16, where row and column are
// k1 and k2 mirrored. The way back decimates in time and takes them as they stand.

#include "pipeline/core/fourier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <memory>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kSide = 128;
static_assert(kSide * kSide == kFourierSize);
constexpr std::size_t kLanes = 16;  // transforms side by side; the floats of a cache line
constexpr std::size_t kGroup = kFourierGroup;
static_assert(kGroup == kLanes * kSide);

using Half = std::array<float, kFourierSize>;

// Vectors that cross a line of the cache cost twice.
struct alignas(64) Tables {
  Half twiddle_real;  // e^(2 pi i row column / kFourierSize), the rows mirrored
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

#define FAIRGROUND_PART [[gnu::always_inline]] inline  // of a function that is built for each CPU

/// What sixteen transforms of 128 points work on: rows of kLanes.
struct Work {
  alignas(64) std::array<float, kGroup> real;
  alignas(64) std::array<float, kGroup> imaginary;
};

/// Roots for two steps of radix 2 in one pass: of j, 2 j and 3 j.
struct Roots {
  float r1, i1, r2, i2, r3, i3;

  FAIRGROUND_PART Roots(const Tables& t, std::size_t j)
      : r1(t.root_real[j]),
        i1(t.root_imaginary[j]),
        r2(t.root_real[2 * j]),
        i2(t.root_imaginary[2 * j]),
        r3(t.root_real[3 * j]),
        i3(t.root_imaginary[3 * j]) {}
};

// In the loops below every element is read before its place is written, and none is read by another turn. Without the
// promise g++ would check eight streams against each other before each short loop.

/// Two steps of decimation in frequency over transforms of `length`. Rows of `from` are `stride` apart; they may be
/// those of `work`.
FAIRGROUND_PART void split(const float* from_real, const float* from_imaginary, std::size_t stride, Work& work,
                           std::size_t length, const Tables& t) {
  const std::size_t quarter = length / 4;
  const std::size_t in = quarter * stride;
  const std::size_t out = quarter * kLanes;
  for (std::size_t j = 0; j < quarter; ++j) {
    const Roots w(t, j * (kSide / length));
    for (std::size_t row = j; row < kSide; row += length) {
      const float* ar = from_real + row * stride;
      const float* ai = from_imaginary + row * stride;
      float* br = work.real.data() + row * kLanes;
      float* bi = work.imaginary.data() + row * kLanes;
      FAIRGROUND_INDEPENDENT
      for (std::size_t x = 0; x < kLanes; ++x) {
        const float sum_ac_r = ar[x] + ar[2 * in + x], sum_ac_i = ai[x] + ai[2 * in + x];
        const float sum_bd_r = ar[in + x] + ar[3 * in + x], sum_bd_i = ai[in + x] + ai[3 * in + x];
        const float diff_ac_r = ar[x] - ar[2 * in + x], diff_ac_i = ai[x] - ai[2 * in + x];
        const float diff_bd_r = ar[in + x] - ar[3 * in + x], diff_bd_i = ai[in + x] - ai[3 * in + x];
        br[x] = sum_ac_r + sum_bd_r;
        bi[x] = sum_ac_i + sum_bd_i;
        const float b_r = sum_ac_r - sum_bd_r, b_i = sum_ac_i - sum_bd_i;
        br[out + x] = b_r * w.r2 + b_i * w.i2;
        bi[out + x] = b_i * w.r2 - b_r * w.i2;
        const float c_r = diff_ac_r + diff_bd_i, c_i = diff_ac_i - diff_bd_r;
        br[2 * out + x] = c_r * w.r1 + c_i * w.i1;
        bi[2 * out + x] = c_i * w.r1 - c_r * w.i1;
        const float d_r = diff_ac_r - diff_bd_i, d_i = diff_ac_i + diff_bd_r;
        br[3 * out + x] = d_r * w.r3 + d_i * w.i3;
        bi[3 * out + x] = d_i * w.r3 - d_r * w.i3;
      }
    }
  }
}

/// The way back: two steps of decimation in time.
FAIRGROUND_PART void join(const Work& work, float* to_real, float* to_imaginary, std::size_t stride, std::size_t length,
                          const Tables& t) {
  const std::size_t quarter = length / 4;
  const std::size_t in = quarter * kLanes;
  const std::size_t out = quarter * stride;
  for (std::size_t j = 0; j < quarter; ++j) {
    const Roots w(t, j * (kSide / length));
    for (std::size_t row = j; row < kSide; row += length) {
      const float* ar = work.real.data() + row * kLanes;
      const float* ai = work.imaginary.data() + row * kLanes;
      float* br = to_real + row * stride;
      float* bi = to_imaginary + row * stride;
      FAIRGROUND_INDEPENDENT
      for (std::size_t x = 0; x < kLanes; ++x) {
        const float b_r = ar[in + x] * w.r2 - ai[in + x] * w.i2, b_i = ai[in + x] * w.r2 + ar[in + x] * w.i2;
        const float c_r = ar[2 * in + x] * w.r1 - ai[2 * in + x] * w.i1,
                    c_i = ai[2 * in + x] * w.r1 + ar[2 * in + x] * w.i1;
        const float d_r = ar[3 * in + x] * w.r3 - ai[3 * in + x] * w.i3,
                    d_i = ai[3 * in + x] * w.r3 + ar[3 * in + x] * w.i3;
        const float sum_ac_r = ar[x] + b_r, sum_ac_i = ai[x] + b_i;
        const float sum_bd_r = ar[x] - b_r, sum_bd_i = ai[x] - b_i;
        const float diff_ac_r = c_r + d_r, diff_ac_i = c_i + d_i;
        const float diff_bd_r = d_i - c_i, diff_bd_i = c_r - d_r;
        br[x] = sum_ac_r + diff_ac_r;
        bi[x] = sum_ac_i + diff_ac_i;
        br[out + x] = sum_bd_r + diff_bd_r;
        bi[out + x] = sum_bd_i + diff_bd_i;
        br[2 * out + x] = sum_ac_r - diff_ac_r;
        bi[2 * out + x] = sum_ac_i - diff_ac_i;
        br[3 * out + x] = sum_bd_r - diff_bd_r;
        bi[3 * out + x] = sum_bd_i - diff_bd_i;
      }
    }
  }
}

/// The last step of decimation in frequency, alone: sums and differences of neighbouring rows. They go where
/// `put(row, x, real, imaginary)` puts them.
template <class Put>
FAIRGROUND_PART void split_neighbours(const Work& work, Put put) {
  for (std::size_t row = 0; row < kSide; row += 2) {
    const float* ar = work.real.data() + row * kLanes;
    const float* ai = work.imaginary.data() + row * kLanes;
    FAIRGROUND_INDEPENDENT
    for (std::size_t x = 0; x < kLanes; ++x) {
      put(row, x, ar[x] + ar[kLanes + x], ai[x] + ai[kLanes + x]);
      put(row + 1, x, ar[x] - ar[kLanes + x], ai[x] - ai[kLanes + x]);
    }
  }
}

struct Value {
  float real, imaginary;
};

/// The first step of the way back. `get(row, x)` gives what comes in.
template <class Get>
FAIRGROUND_PART void join_neighbours(Work& work, Get get) {
  for (std::size_t row = 0; row < kSide; row += 2) {
    float* br = work.real.data() + row * kLanes;
    float* bi = work.imaginary.data() + row * kLanes;
    FAIRGROUND_INDEPENDENT
    for (std::size_t x = 0; x < kLanes; ++x) {
      const Value a = get(row, x), b = get(row + 1, x);
      br[x] = a.real + b.real;
      bi[x] = a.imaginary + b.imaginary;
      br[kLanes + x] = a.real - b.real;
      bi[kLanes + x] = a.imaginary - b.imaginary;
    }
  }
}

/// Four floats of each of four rows become four of each of four columns, in vectors that every x86-64 has.
FAIRGROUND_PART void transpose_four(const std::array<const float*, 4>& rows, const std::array<float*, 4>& columns) {
  using Four [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = float;
  const auto row = [&](std::size_t i) __attribute__((always_inline)) {
    return *reinterpret_cast<const Four*>(rows[i]);
  };
  const auto column = [&](std::size_t i) __attribute__((always_inline))->Four& {
    return *reinterpret_cast<Four*>(columns[i]);
  };
  const Four a = row(0), b = row(1), c = row(2), d = row(3);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  column(0) = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  column(1) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  column(2) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  column(3) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// Rows of `in` become columns of `out`.
FAIRGROUND_PART void transpose(const float* in, std::size_t rows, std::size_t stride, float* out, std::size_t columns,
                               std::size_t out_stride) {
  for (std::size_t column = 0; column < columns; column += 4) {
    for (std::size_t row = 0; row < rows; row += 4) {
      const float* from = in + row * stride + column;
      float* to = out + column * out_stride + row;
      transpose_four({from, from + stride, from + 2 * stride, from + 3 * stride},
                     {to, to + out_stride, to + 2 * out_stride, to + 3 * out_stride});
    }
  }
}

FAIRGROUND_HOT void forward_to_mixed(float* real, float* imaginary, const Tables& t) {
  Work work;
  const auto split_rest = [&]() __attribute__((always_inline)) {
    split(work.real.data(), work.imaginary.data(), kLanes, work, kSide / 4, t);
    split(work.real.data(), work.imaginary.data(), kLanes, work, kSide / 16, t);
  };
  for (std::size_t column = 0; column < kSide; column += kLanes) {
    split(real + column, imaginary + column, kSide, work, kSide, t);
    split_rest();
    split_neighbours(
        work, [&](std::size_t row, std::size_t x, float r, float i) __attribute__((always_inline)) {
          const std::size_t at = row * kSide + column + x;
          real[at] = r * t.twiddle_real[at] + i * t.twiddle_imaginary[at];
          imaginary[at] = i * t.twiddle_real[at] - r * t.twiddle_imaginary[at];
        });
  }
  for (std::size_t first = 0; first < kFourierSize; first += kGroup) {
    float* const group_real = real + first;
    float* const group_imaginary = imaginary + first;
    transpose(group_real, kLanes, kSide, work.real.data(), kSide, kLanes);
    transpose(group_imaginary, kLanes, kSide, work.imaginary.data(), kSide, kLanes);
    split(work.real.data(), work.imaginary.data(), kLanes, work, kSide, t);
    split_rest();
    split_neighbours(
        work, [&](std::size_t row, std::size_t x, float r, float i) __attribute__((always_inline)) {
          group_real[row * kLanes + x] = r;
          group_imaginary[row * kLanes + x] = i;
        });
  }
}

/// The steps of the inverse behind the first, but for the last.
FAIRGROUND_PART void join_middle(Work& work, const Tables& t) {
  join(work, work.real.data(), work.imaginary.data(), kLanes, kSide / 16, t);
  join(work, work.real.data(), work.imaginary.data(), kLanes, kSide / 4, t);
}

FAIRGROUND_HOT void inverse_in_group(float* real, float* imaginary, const Tables& t) {
  Work work;
  join_neighbours(
      work, [&](std::size_t row, std::size_t x) __attribute__((always_inline)) {
        return Value{real[row * kLanes + x], imaginary[row * kLanes + x]};
      });
  join_middle(work, t);
  join(work, work.real.data(), work.imaginary.data(), kLanes, kSide, t);
  transpose(work.real.data(), kSide, kLanes, real, kLanes, kSide);
  transpose(work.imaginary.data(), kSide, kLanes, imaginary, kLanes, kSide);
}

FAIRGROUND_HOT void inverse_over_groups(float* real, float* imaginary, const Tables& t) {
  Work work;
  for (std::size_t column = 0; column < kSide; column += kLanes) {
    join_neighbours(
        work, [&](std::size_t row, std::size_t x) __attribute__((always_inline)) {
          const std::size_t at = row * kSide + column + x;
          return Value{real[at] * t.twiddle_real[at] - imaginary[at] * t.twiddle_imaginary[at],
                       imaginary[at] * t.twiddle_real[at] + real[at] * t.twiddle_imaginary[at]};
        });
    join_middle(work, t);
    join(work, real + column, imaginary + column, kSide, kSide, t);
  }
}

/// Puts a mixed spectrum in order. `mixed` is what it was before. A column has its bins side by side, but those of
/// neighbouring rows come from groups whose three bits are mirrored.
void put_in_order(const Half& mixed, float* ordered, const Tables& t) {
  for (std::size_t column = 0; column < kSide; ++column) {
    const float* from = mixed.data() + column * kLanes;
    const auto group = [&](std::size_t i) { return from + t.reversed[i * kLanes] * kGroup; };
    float* const to = ordered + t.reversed[column] * kSide;
    for (std::size_t i = 0; i < 8; i += 4) {
      for (std::size_t lane = 0; lane < kLanes; lane += 4) {
        const auto bins = [&](std::size_t of) { return to + t.reversed[of] + i; };
        transpose_four({group(i) + lane, group(i + 1) + lane, group(i + 2) + lane, group(i + 3) + lane},
                       {bins(lane), bins(lane + 1), bins(lane + 2), bins(lane + 3)});
      }
    }
  }
}

/// Of the sum x + i y of two real signals the spectrum Z holds X[k] = (Z[k] + conj Z[-k]) / 2 and Y[k] = (Z[k] - conj
/// Z[-k]) / 2 i. `at` is k and `mirrored` -k.
FAIRGROUND_PART Value pick_between(const float* before, const float* behind, std::size_t at, std::size_t mirrored) {
  const float* before_i = before + kFourierSize;
  const float* behind_i = behind + kFourierSize;
  return {0.5F * ((before_i[at] + before_i[mirrored]) - (behind_i[at] - behind_i[mirrored])),
          0.5F * ((before[mirrored] - before[at]) + (behind[at] + behind[mirrored]))};
}

/// Where the bin -k stands, in one dimension of a mixed spectrum, of k's place: their bits are mirrored, so that 0 and
/// 1 stay, and from 2^p to 2^(p + 1) - 1 the order is turned round.
std::size_t opposite(std::size_t place) { return place == 0 ? 0 : 3 * std::bit_floor(place) - 1 - place; }

/// With a row other than the first, the column of -k is the last one less that of k, so that all of a group is turned
/// round, but for the first group, where rows change places in it.
FAIRGROUND_HOT void pick_group_between(const float* before, const float* behind, std::size_t first, std::size_t last,
                                       float* real, float* imaginary) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < kGroup; ++i) {
    const Value value = pick_between(before, behind, first + i, last - i);
    real[i] = value.real;
    imaginary[i] = value.imaginary;
  }
}

FAIRGROUND_HOT void pick_first_group_between(const float* before, const float* behind, float* real, float* imaginary) {
  using Row [[gnu::vector_size(4 * kLanes), gnu::aligned(4), gnu::may_alias]] = float;
  static_assert(kLanes == 16);
  const auto rows = [](const float* spectrum, std::size_t column) __attribute__((always_inline))->const Row& {
    return *reinterpret_cast<const Row*>(spectrum + column * kLanes);
  };
  struct Bins {
    Row own, mirrored;  // of k and of -k
  };
  const auto load = [&](const float* spectrum, std::size_t column, Bins& bins) __attribute__((always_inline)) {
    bins.own = rows(spectrum, column);
    const Row& row = rows(spectrum, kSide - 1 - column);
    bins.mirrored = __builtin_shufflevector(row, row, 0, 1, 3, 2, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8);
  };
  for (std::size_t column = 0; column < kSide; ++column) {
    Bins before_r, before_i, behind_r, behind_i;
    load(before, column, before_r);
    load(before + kFourierSize, column, before_i);
    load(behind, column, behind_r);
    load(behind + kFourierSize, column, behind_i);
    *reinterpret_cast<Row*>(real + column * kLanes) =
        0.5F * ((before_i.own + before_i.mirrored) - (behind_i.own - behind_i.mirrored));
    *reinterpret_cast<Row*>(imaginary + column * kLanes) =
        0.5F * ((before_r.mirrored - before_r.own) + (behind_r.own + behind_r.mirrored));
  }
  for (std::size_t column = 0; column < kSide; ++column) {
    // The first row, again.
    const Value value = pick_between(before, behind, column * kLanes, opposite(column) * kLanes);
    real[column * kLanes] = value.real;
    imaginary[column * kLanes] = value.imaginary;
  }
}

#undef FAIRGROUND_PART

}  // namespace

void forward_fourier_to_mixed(FourierPart real, FourierPart imaginary) {
  forward_to_mixed(real.data(), imaginary.data(), tables());
}

void inverse_fourier_in_group(FourierPart real, FourierPart imaginary, std::size_t group) {
  inverse_in_group(real.data() + group * kGroup, imaginary.data() + group * kGroup, tables());
}

void inverse_fourier_over_groups(FourierPart real, FourierPart imaginary) {
  inverse_over_groups(real.data(), imaginary.data(), tables());
}

void inverse_fourier_of_mixed(FourierPart real, FourierPart imaginary) {
  inverse_fourier_of_made(real, imaginary, [](std::size_t /*group*/) {});
}

void mixed_group_between(std::span<const float, 2 * kFourierSize> before,
                         std::span<const float, 2 * kFourierSize> behind, std::size_t group,
                         std::span<float, kFourierGroup> real, std::span<float, kFourierGroup> imaginary) {
  if (group == 0) {
    pick_first_group_between(before.data(), behind.data(), real.data(), imaginary.data());
  } else {
    pick_group_between(before.data(), behind.data(), group * kGroup, opposite(group) * kGroup + kGroup - 1, real.data(),
                       imaginary.data());
  }
}

void inverse_fourier(FourierPart real, FourierPart imaginary) {
  const Tables& t = tables();
  // With its parts changed over, the forward transform is the inverse one.
  forward_to_mixed(imaginary.data(), real.data(), t);
  Half mixed;
  for (const FourierPart part : {real, imaginary}) {
    std::ranges::copy(part, mixed.begin());
    put_in_order(mixed, part.data(), t);
  }
}

}  // namespace fairground
