// Normal draws for every sample of a picture at a small part of the cost of making each anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fairground {

/// Some normal numbers, made once, of which two stretches that begin anywhere give a run of independent pairs: where A
/// and B are independent normals of variance 1/2, A + B and A - B are independent normals of variance 1. The mean and
/// the variance of the pool are exact.
///
/// What this costs in randomness: within a run, samples that are d apart have the pool's own correlation at d, at most
/// 0.0065. Two runs have the same sums only where both of their beginnings agree, by a chance of 2^-31; in a picture of
/// 512 x 512 pixels, one pair of its 24576 runs does in seven pictures. Runs that share one stretch of the two, in part
/// and each time somewhere else, are many, and correlate by a half; over all places that is nothing.
class NormalPool {
 public:
  static constexpr std::size_t kRun = 32;  ///< samples that one word of random bits serves
  static constexpr std::size_t kSize = std::size_t{1} << 16U;

  /// The pool is the same everywhere and always.
  NormalPool();

  /// Where A and B of a run begin, by a word of random bits. From each, kRun numbers can be read.
  [[nodiscard]] const float* first(std::uint32_t word) const { return numbers_.data() + (word & 0xFFFFU); }
  [[nodiscard]] const float* second(std::uint32_t word) const { return numbers_.data() + (word >> 16U); }

  /// Begins to bring the numbers of a run near.
  static void fetch(const float* numbers) {
#if defined(__GNUC__)
    __builtin_prefetch(numbers);
    __builtin_prefetch(numbers + kRun / 2);
    __builtin_prefetch(numbers + kRun - 1);
#else
    static_cast<void>(numbers);
#endif
  }

 private:
  std::vector<float> numbers_;
};

[[nodiscard]] const NormalPool& normal_pool();

}  // namespace fairground
