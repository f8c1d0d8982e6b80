// Counter-based random numbers: any draw can be made without making those before it, so that the order of
// work never changes a result. Generator: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). The distributions are our own, since those of the standard
// library differ between implementations.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace fairground {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// One block of four words.
[[nodiscard]] constexpr PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) {
  constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
  constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

/// Random numbers of one parameter of one realization. Two streams with equal key, realization and name are
/// equal; any other difference makes them independent. One stream serves one kind of draw: word_at(), the sequential
/// draws and normals() all read the same words, so a second kind needs a stream of another name.
class RandomStream {
 public:
  RandomStream(std::uint64_t key, std::uint32_t realization, std::string_view name);

  /// Word `index` of the stream. Reading it does not move the stream on.
  [[nodiscard]] std::uint32_t word_at(std::uint64_t index) const;
  /// Words `first`, `first + 1`, … of the stream: the same, faster.
  void words(std::uint64_t first, std::span<std::uint32_t> out) const;

  /// The next 64 random bits.
  std::uint64_t bits();
  /// The next number, uniform in [0, 1), with 53 random bits.
  double uniform();
  /// The next number, uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// The next integer, uniform in [0, count), without bias. `count` is at least 1.
  std::uint64_t below(std::uint64_t count);
  /// True with `probability`: never at 0, always at 1.
  bool bernoulli(double probability) { return uniform() < probability; }

  /// Standard normal draws `first`, `first + 1`, … of the stream. Reading them does not move the stream on,
  /// and how the range is cut into calls changes nothing. Their tails end at 6.7 standard deviations.
  void normals(std::uint64_t first, std::span<float> out) const;

  /// Draws `first`, `first + 1`, … of the triangular distribution from -1 to 1, which the difference of two uniform
  /// draws from 0 to 1 has, in steps of 2^-16. As normals() otherwise.
  void triangular(std::uint64_t first, std::span<float> out) const;

 private:
  template <class Convert>
  void fill(std::uint64_t first, std::span<float> out, Convert convert) const;

  [[nodiscard]] PhiloxCounter block(std::uint64_t index) const;

  PhiloxKey key_;
  std::uint32_t realization_;
  std::uint32_t parameter_;
  std::uint64_t next_ = 0;
};

/// All random streams of one step of a chain, by the name of what is drawn.
struct StepRandom {
  std::uint64_t key = 0;
  std::uint32_t realization = 0;

  [[nodiscard]] RandomStream stream(std::string_view name) const { return {key, realization, name}; }
};

}  // namespace fairground
