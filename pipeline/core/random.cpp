#include "pipeline/core/random.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cmath>

#include "pipeline/core/hash.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// Normals are made in groups of 64 from 16 Philox blocks side by side: word k of block `lane` becomes
// draw 16 k + lane of the group. This order lets one vector instruction serve several blocks.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kGroup = 4 * kLanes;

// Natural logarithm for 0 < x <= 1, good to 2e-7 relative to 1. The fraction is brought into
// [sqrt(1/2), sqrt(2)), then the polynomial of Cephes' logf (Moshier, 1992) is used.
[[gnu::always_inline]] inline float log_unit(float x) {
  constexpr std::int32_t kSqrtHalf = 0x3F3504F3;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - kSqrtHalf) >> 23;
  const float f = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
  const auto e = static_cast<float>(exponent);
  // Even and odd powers apart: two short chains of dependent operations instead of a long one.
  const float f2 = f * f;
  float even = 7.0376836292e-2F;
  even = even * f2 + 1.1676998740e-1F;
  even = even * f2 + 1.4249322787e-1F;
  even = even * f2 + 2.0000714765e-1F;
  even = even * f2 + 3.3333331174e-1F;
  float odd = -1.1514610310e-1F;
  odd = odd * f2 - 1.2420140846e-1F;
  odd = odd * f2 - 1.6668057665e-1F;
  odd = odd * f2 - 2.4999993993e-1F;
  const float p = even + f * odd;
  return (f + (f2 * f * p - 0.5F * f2)) + e * 0.693147180559945F;
}

// Box and Muller (1958): two uniform words give two independent normals. Two bits of the second word pick a
// quarter of the circle; the other thirty an angle of -45 to 45 degrees in it, where short polynomials
// (Cephes' sinf and cosf) hold. No library function stands here, so no library can change a draw.
[[gnu::always_inline]] inline void box_muller(std::uint32_t word0, std::uint32_t word1, float& first, float& second) {
  const float u = (static_cast<float>(static_cast<std::int32_t>(word0 >> 1U)) + 0.5F) * 0x1p-31F;
  const float radius = std::sqrt(std::max(-2.0F * log_unit(u), 0.0F));
  const auto fraction = static_cast<std::int32_t>(word1 & 0x3FFFFFFFU) - (1 << 29);
  constexpr float kTwoPi = 6.28318530717959F;
  const float angle = static_cast<float>(fraction) * (kTwoPi * 0x1p-32F);
  const float a2 = angle * angle;
  float sine = -1.9515295891e-4F;
  sine = sine * a2 + 8.3321608736e-3F;
  sine = sine * a2 - 1.6666654611e-1F;
  sine = sine * a2 * angle + angle;
  float cosine = 2.443315711809948e-5F;
  cosine = cosine * a2 - 1.388731625493765e-3F;
  cosine = cosine * a2 + 4.166664568298827e-2F;
  cosine = cosine * a2 * a2 - 0.5F * a2 + 1.0F;
  // Mirror and swap by bit masks rather than branches, so that the loop stays in vector registers.
  const auto mirrored = std::bit_cast<std::uint32_t>(cosine * radius) ^ ((word1 << 1U) & 0x80000000U);
  const auto upright = std::bit_cast<std::uint32_t>(sine * radius);
  const std::uint32_t swap = (mirrored ^ upright) & (0U - (word1 >> 31U));
  first = std::bit_cast<float>(mirrored ^ swap);
  second = std::bit_cast<float>(upright ^ swap);
}

// Words of `blocks` blocks (a multiple of 16) from `origin` on, in the order above. The low word of the counter must
// not overflow on the way.
void philox_words_portable(PhiloxKey key, PhiloxCounter origin, std::size_t blocks, std::uint32_t* out) {
  for (std::size_t i = 0; i < blocks; ++i) {
    const PhiloxCounter words =
        philox4x32({origin[0] + static_cast<std::uint32_t>(i), origin[1], origin[2], origin[3]}, key);
    for (std::size_t k = 0; k < 4; ++k) {
      out[i / kLanes * kGroup + k * kLanes + i % kLanes] = words[k];
    }
  }
}

#if defined(__x86_64__)
// The compilers do not find this form: each word sits in the low half of a 64-bit lane, where the widening
// multiplication reads it and ignores what is above, so no lane has to be moved between rounds.
[[gnu::target("avx2")]] void philox_words_avx2(PhiloxKey key, PhiloxCounter origin, std::size_t blocks,
                                               std::uint32_t* out) {
  const __m256i multiplier0 = _mm256_set1_epi64x(0xD2511F53LL);
  const __m256i multiplier1 = _mm256_set1_epi64x(0xCD9E8D57LL);
  for (std::size_t first = 0; first < blocks; first += 8) {
    const std::uint32_t wrapped = origin[0] + static_cast<std::uint32_t>(first);
    const std::int64_t start = wrapped;
    __m256i c0[2] = {_mm256_set_epi64x(start + 6, start + 4, start + 2, start),
                     _mm256_set_epi64x(start + 7, start + 5, start + 3, start + 1)};
    __m256i c1[2] = {_mm256_set1_epi64x(origin[1]), _mm256_set1_epi64x(origin[1])};
    __m256i c2[2] = {_mm256_set1_epi64x(origin[2]), _mm256_set1_epi64x(origin[2])};
    __m256i c3[2] = {_mm256_set1_epi64x(origin[3]), _mm256_set1_epi64x(origin[3])};
    PhiloxKey round_key = key;
    for (int round = 0; round < 10; ++round) {
      const __m256i key0 = _mm256_set1_epi64x(round_key[0]);
      const __m256i key1 = _mm256_set1_epi64x(round_key[1]);
      for (std::size_t half = 0; half < 2; ++half) {
        const __m256i product0 = _mm256_mul_epu32(c0[half], multiplier0);
        const __m256i product1 = _mm256_mul_epu32(c2[half], multiplier1);
        c0[half] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product1, 32), c1[half]), key0);
        c1[half] = product1;
        c2[half] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product0, 32), c3[half]), key1);
        c3[half] = product0;
      }
      round_key[0] += 0x9E3779B9U;
      round_key[1] += 0xBB67AE85U;
    }
    std::uint32_t* target = out + first / kLanes * kGroup + first % kLanes;
    const __m256i* const words[4] = {c0, c1, c2, c3};
    for (std::size_t k = 0; k < 4; ++k) {
      const __m256i even = _mm256_and_si256(words[k][0], _mm256_set1_epi64x(0xFFFFFFFFLL));
      const __m256i odd = _mm256_slli_epi64(words[k][1], 32);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + k * kLanes), _mm256_or_si256(even, odd));
    }
  }
}

// As above, with all sixteen blocks in two registers, and one instruction where two combine three values.
[[gnu::target("avx512f")]] void philox_words_avx512(PhiloxKey key, PhiloxCounter origin, std::size_t blocks,
                                                    std::uint32_t* out) {
  constexpr int kXorOfThree = 0x96;
  constexpr __mmask16 kOddWords = 0xAAAA;
  const __m512i multiplier0 = _mm512_set1_epi64(0xD2511F53LL);
  const __m512i multiplier1 = _mm512_set1_epi64(0xCD9E8D57LL);
  const __m512i even_lanes = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd_lanes = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
  for (std::size_t first = 0; first < blocks; first += kLanes) {
    const std::uint32_t wrapped = origin[0] + static_cast<std::uint32_t>(first);
    const __m512i start = _mm512_set1_epi64(wrapped);
    __m512i c0[2] = {_mm512_add_epi64(start, even_lanes), _mm512_add_epi64(start, odd_lanes)};
    __m512i c1[2] = {_mm512_set1_epi64(origin[1]), _mm512_set1_epi64(origin[1])};
    __m512i c2[2] = {_mm512_set1_epi64(origin[2]), _mm512_set1_epi64(origin[2])};
    __m512i c3[2] = {_mm512_set1_epi64(origin[3]), _mm512_set1_epi64(origin[3])};
    PhiloxKey round_key = key;
    for (int round = 0; round < 10; ++round) {
      const __m512i key0 = _mm512_set1_epi64(round_key[0]);
      const __m512i key1 = _mm512_set1_epi64(round_key[1]);
      for (std::size_t half = 0; half < 2; ++half) {
        const __m512i product0 = _mm512_mul_epu32(c0[half], multiplier0);
        const __m512i product1 = _mm512_mul_epu32(c2[half], multiplier1);
        c0[half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product1, 32), c1[half], key0, kXorOfThree);
        c1[half] = product1;
        c2[half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product0, 32), c3[half], key1, kXorOfThree);
        c3[half] = product0;
      }
      round_key[0] += 0x9E3779B9U;
      round_key[1] += 0xBB67AE85U;
    }
    std::uint32_t* target = out + first / kLanes * kGroup;
    const __m512i* const words[4] = {c0, c1, c2, c3};
    for (std::size_t k = 0; k < 4; ++k) {
      const __m512i odd = _mm512_slli_epi64(words[k][1], 32);
      _mm512_storeu_si512(target + k * kLanes, _mm512_mask_mov_epi32(words[k][0], kOddWords, odd));
    }
  }
}
#endif

void philox_words(PhiloxKey key, PhiloxCounter origin, std::size_t blocks, std::uint32_t* out) {
#if defined(__x86_64__)
  static const auto widest = __builtin_cpu_supports("avx512f") != 0 ? philox_words_avx512
                             : __builtin_cpu_supports("avx2") != 0  ? philox_words_avx2
                                                                    : philox_words_portable;
  widest(key, origin, blocks, out);
#else
  philox_words_portable(key, origin, blocks, out);
#endif
}

FAIRGROUND_HOT void words_to_normals(const std::uint32_t* words, std::size_t groups, float* out) {
  for (std::size_t group = 0; group < groups; ++group) {
    const std::uint32_t* w = words + group * kGroup;
    float* o = out + group * kGroup;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      box_muller(w[lane], w[kLanes + lane], o[lane], o[kLanes + lane]);
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      box_muller(w[2 * kLanes + lane], w[3 * kLanes + lane], o[2 * kLanes + lane], o[3 * kLanes + lane]);
    }
  }
}

/// A word holds two uniform draws of 16 bits.
FAIRGROUND_HOT void words_to_triangular(const std::uint32_t* words, std::size_t groups, float* out) {
  for (std::size_t i = 0; i < groups * kGroup; ++i) {
    const auto difference = static_cast<std::int32_t>(words[i] >> 16U) - static_cast<std::int32_t>(words[i] & 0xFFFFU);
    out[i] = static_cast<float>(difference) * 0x1p-16F;
  }
}

/// Whole groups of draws. `convert` makes them of their words.
template <class Convert>
void draw_groups(PhiloxKey key, std::uint32_t realization, std::uint32_t parameter, std::uint64_t first_group,
                 std::size_t count, float* out, Convert convert) {
  constexpr std::size_t kChunk = 16;  // words of so many groups stay in the first-level cache
  std::array<std::uint32_t, kChunk * kGroup> words;
  for (std::size_t done = 0, groups = 0; done < count; done += groups) {
    // Chunks end at multiples of kChunk, so that the low word of the counter never overflows inside one.
    groups = std::min(kChunk - static_cast<std::size_t>((first_group + done) % kChunk), count - done);
    const std::uint64_t block = (first_group + done) * kLanes;
    philox_words(key,
                 {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32U), realization, parameter},
                 groups * kLanes, words.data());
    convert(words.data(), groups, out + done * kGroup);
  }
}

}  // namespace

RandomStream::RandomStream(std::uint64_t key, std::uint32_t realization, std::string_view name)
    : key_{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)},
      realization_(realization),
      parameter_(static_cast<std::uint32_t>(FieldHash().add(name).value64())) {}

PhiloxCounter RandomStream::block(std::uint64_t index) const {
  return philox4x32(
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32U), realization_, parameter_}, key_);
}

std::uint32_t RandomStream::word_at(std::uint64_t index) const { return block(index / 4)[index % 4]; }

void RandomStream::words(std::uint64_t first, std::span<std::uint32_t> out) const {
  for (std::size_t done = 0; done < out.size();) {
    // Sixteen blocks side by side cost less than two alone. Groups begin at multiples of sixteen, as above.
    const std::uint64_t block = (first + done) / kGroup * kLanes;
    std::array<std::uint32_t, kGroup> group;
    philox_words(
        key_, {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32U), realization_, parameter_},
        kLanes, group.data());
    const auto begin = static_cast<std::size_t>((first + done) % kGroup);
    const std::size_t end = std::min(kGroup, begin + out.size() - done);
    for (std::size_t i = begin; i < end; ++i, ++done) {
      out[done] = group[i % 4 * kLanes + i / 4];
    }
  }
}

std::uint64_t RandomStream::bits() {
  const PhiloxCounter words = block(next_ / 2);
  const std::size_t half = next_ % 2 * 2;
  ++next_;
  return words[half] | (std::uint64_t{words[half + 1]} << 32U);
}

double RandomStream::uniform() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t count) {
  // Draws from the uneven rest of the 64-bit range are thrown away.
  const std::uint64_t rest = (0 - count) % count;
  std::uint64_t draw = bits();
  while (draw < rest) {
    draw = bits();
  }
  return draw % count;
}

template <class Convert>
void RandomStream::fill(std::uint64_t first, std::span<float> out, Convert convert) const {
  std::array<float, kGroup> group;
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t index = first + done;
    const auto skip = static_cast<std::size_t>(index % kGroup);
    const std::size_t left = out.size() - done;
    if (skip == 0 && left >= kGroup) {
      draw_groups(key_, realization_, parameter_, index / kGroup, left / kGroup, out.data() + done, convert);
      done += left / kGroup * kGroup;
    } else {
      const std::size_t take = std::min(kGroup - skip, left);
      draw_groups(key_, realization_, parameter_, index / kGroup, 1, group.data(), convert);
      std::copy_n(group.begin() + static_cast<std::ptrdiff_t>(skip), take,
                  out.begin() + static_cast<std::ptrdiff_t>(done));
      done += take;
    }
  }
}

void RandomStream::normals(std::uint64_t first, std::span<float> out) const { fill(first, out, words_to_normals); }

void RandomStream::triangular(std::uint64_t first, std::span<float> out) const {
  fill(first, out, words_to_triangular);
}

}  // namespace fairground
