// Random numbers of the search for covering arrays. The search draws some ten million numbers a second, one after the
// other, which a counter-based generator is too slow for.
#pragma once

#include <cstdint>

namespace fairground::covering {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
class SearchRandom {
 public:
  explicit SearchRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// In [0, count). Its bias, less than count / 2^32, does not matter to a search.
  std::uint32_t below(std::uint32_t count) { return scaled(static_cast<std::uint32_t>(bits() >> 32U), count); }
  std::size_t below(std::size_t count) { return below(static_cast<std::uint32_t>(count)); }

  /// 32 random bits as a number in [0, count).
  static std::uint32_t scaled(std::uint32_t word, std::uint32_t count) {
    return static_cast<std::uint32_t>((std::uint64_t{word} * count) >> 32U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace fairground::covering
