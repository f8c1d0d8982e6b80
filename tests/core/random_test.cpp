#include "pipeline/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace fairground {
namespace {

constexpr std::uint64_t kKey = 0x0123456789ABCDEFU;

// Pearson's statistic of counts that should all be equal.
double chi_square(const std::vector<int>& counts, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  double sum = 0.0;
  for (const int count : counts) {
    sum += (count - expected) * (count - expected) / expected;
  }
  return sum;
}

// Random123's kat_vectors, philox4x32 with 10 rounds.
TEST(Philox, MatchesThePublishedVectors) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
  EXPECT_EQ(philox4x32({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {0xFFFFFFFF, 0xFFFFFFFF}),
            (PhiloxCounter{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}));
  EXPECT_EQ(philox4x32({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}),
            (PhiloxCounter{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}));
}

TEST(RandomStream, SameKeyRealizationAndNameGiveTheSameNumbers) {
  RandomStream a(kKey, 3, "snr_db");
  RandomStream b(kKey, 3, "snr_db");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(a.bits(), b.bits());
  }
}

TEST(RandomStream, EveryPartOfItsIdentityCounts) {
  std::set<std::uint64_t> first_draws;
  for (const std::uint64_t key : {kKey, kKey + 1, kKey + (std::uint64_t{1} << 32U)}) {
    for (const std::uint32_t realization : {0U, 1U, 0x80000000U}) {
      for (const char* name : {"", "snr_db", "snr_dB"}) {
        first_draws.insert(RandomStream(key, realization, name).bits());
      }
    }
  }
  EXPECT_EQ(first_draws.size(), 27U);
}

TEST(RandomStream, OfAStepIsTheStreamOfItsKey) {
  const StepRandom step{kKey, 5};
  EXPECT_EQ(step.stream("offset").bits(), RandomStream(kKey, 5, "offset").bits());
}

TEST(RandomStream, BitsAreTheWordsInOrder) {
  RandomStream stream(kKey, 0, "x");
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(stream.bits(), stream.word_at(2 * i) | (std::uint64_t{stream.word_at(2 * i + 1)} << 32U));
  }
}

TEST(RandomStream, LookingAtWordsAndNormalsDoesNotMoveItOn) {
  RandomStream looked_at(kKey, 0, "x");
  RandomStream left_alone(kKey, 0, "x");
  std::vector<float> normals(1000);
  looked_at.normals(17, normals);
  EXPECT_EQ(looked_at.word_at(99), left_alone.word_at(99));
  EXPECT_EQ(looked_at.bits(), left_alone.bits());
}

TEST(RandomStream, ReadsManyWordsAsOneByOne) {
  const RandomStream stream(kKey, 3, "words");
  // Groups of 64 are made together, and the low word of the counter wraps behind 2^34 words.
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{60},
                                    std::uint64_t{63}, (std::uint64_t{1} << 34U) - 3U, std::uint64_t{1} << 40U}) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 4U, 5U, 17U, 64U, 65U, 130U}) {
      std::vector<std::uint32_t> words(count);
      stream.words(first, words);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(words[i], stream.word_at(first + i)) << first << " + " << i;
      }
    }
  }
}

TEST(RandomStream, WordsBeyondTheLowCounterWordDoNotRepeat) {
  const RandomStream stream(kKey, 0, "x");
  constexpr std::uint64_t kLowWordWraps = std::uint64_t{1} << 34U;  // four words to a block
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_NE(stream.word_at(i), stream.word_at(kLowWordWraps + i));
  }
}

TEST(Uniform, FillsTheUnitIntervalEvenlyAndStaysBelowOne) {
  constexpr int kDraws = 1'000'000;
  constexpr int kBins = 100;
  // The chance that even draws exceed it with 99 degrees of freedom is 0.001.
  constexpr double kCritical = 148.2;
  RandomStream stream(kKey, 0, "uniform");
  std::vector<int> counts(kBins);
  for (int i = 0; i < kDraws; ++i) {
    const double draw = stream.uniform();
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    ++counts[static_cast<std::size_t>(draw * kBins)];
  }
  EXPECT_LT(chi_square(counts, kDraws), kCritical);
}

TEST(Uniform, HasFiftyThreeBits) {
  RandomStream stream(kKey, 0, "uniform");
  const std::uint64_t bits = RandomStream(kKey, 0, "uniform").bits();
  EXPECT_EQ(stream.uniform() * 0x1p53, static_cast<double>(bits >> 11U));
}

TEST(Uniform, KeepsToTheRangeItIsGiven) {
  constexpr int kDraws = 10'000;
  RandomStream stream(kKey, 0, "range");
  double lowest = 1e9;
  double highest = -1e9;
  for (int i = 0; i < kDraws; ++i) {
    const double draw = stream.uniform(-5.0, 20.0);
    lowest = std::min(lowest, draw);
    highest = std::max(highest, draw);
  }
  // Of ten thousand draws the outermost lie a ten-thousandth of the range from its ends; a hundredth is ample.
  EXPECT_GE(lowest, -5.0);
  EXPECT_LT(lowest, -4.75);
  EXPECT_LT(highest, 20.0);
  EXPECT_GT(highest, 19.75);
}

TEST(Uniform, OfAnEmptyRangeIsItsEnd) { EXPECT_EQ(RandomStream(kKey, 0, "x").uniform(3.5, 3.5), 3.5); }

TEST(Below, IsEvenForSeven) {
  constexpr int kDraws = 700'000;
  constexpr double kCritical = 22.46;  // 6 degrees of freedom, chance 0.001
  RandomStream stream(kKey, 0, "seven");
  std::vector<int> counts(7);
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(stream.below(7));
  }
  EXPECT_LT(chi_square(counts, kDraws), kCritical);
}

// Of 3 * 2^62 values a plain remainder of 64 bits would draw the first third twice as often as the others.
TEST(Below, IsEvenForACountThatDoesNotDivideTheRange) {
  constexpr int kDraws = 30'000;
  constexpr double kCritical = 13.82;  // 2 degrees of freedom, chance 0.001
  constexpr std::uint64_t kThird = std::uint64_t{1} << 62U;
  RandomStream stream(kKey, 0, "huge");
  std::vector<int> counts(3);
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(stream.below(3 * kThird) / kThird);
  }
  EXPECT_LT(chi_square(counts, kDraws), kCritical);
}

TEST(Below, OneIsAlwaysZeroAndTheLargestCountWorks) {
  RandomStream stream(kKey, 0, "ends");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(stream.below(1), 0U);
    EXPECT_LT(stream.below(std::numeric_limits<std::uint64_t>::max()), std::numeric_limits<std::uint64_t>::max());
  }
}

TEST(Triangular, HasItsMomentsAndItsEnds) {
  constexpr std::size_t kDraws = 1'000'000;
  std::vector<float> draws(kDraws);
  RandomStream(kKey, 0, "triangular").triangular(0, draws);
  double mean = 0.0;
  double square = 0.0;
  double within_half = 0.0;
  for (const float draw : draws) {
    ASSERT_LT(std::abs(draw), 1.0F);
    mean += draw;
    square += static_cast<double>(draw) * draw;
    within_half += std::abs(draw) < 0.5F ? 1.0 : 0.0;
  }
  // The density is 1 - |x|: a variance of 1/6, and three quarters of the draws within a half. Four sigma each.
  EXPECT_NEAR(mean / kDraws, 0.0, 4.0 * std::sqrt(1.0 / 6.0 / kDraws));
  EXPECT_NEAR(square / kDraws, 1.0 / 6.0, 4.0 * std::sqrt((1.0 / 15.0 - 1.0 / 36.0) / kDraws));
  EXPECT_NEAR(within_half / kDraws, 0.75, 4.0 * std::sqrt(0.1875 / kDraws));
}

TEST(Triangular, CanBeCutAnywhere) {
  const RandomStream stream(kKey, 3, "triangular");
  std::vector<float> whole(3000);
  stream.triangular(5, whole);
  std::vector<float> parts(3000);
  stream.triangular(5, std::span(parts).first(77));
  stream.triangular(82, std::span(parts).subspan(77));
  EXPECT_EQ(whole, parts);
}

TEST(Bernoulli, NeverAtZeroAndAlwaysAtOne) {
  RandomStream stream(kKey, 0, "coin");
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_FALSE(stream.bernoulli(0.0));
    ASSERT_TRUE(stream.bernoulli(1.0));
  }
}

TEST(Bernoulli, ComesTrueAsOftenAsItsProbability) {
  constexpr int kDraws = 1'000'000;
  constexpr double kProbability = 0.03;
  // Five standard errors of a share: 5 * sqrt(0.03 * 0.97 / 1e6).
  constexpr double kTolerance = 0.00086;
  RandomStream stream(kKey, 0, "coin");
  int heads = 0;
  for (int i = 0; i < kDraws; ++i) {
    heads += stream.bernoulli(kProbability) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(heads) / kDraws, kProbability, kTolerance);
}

}  // namespace
}  // namespace fairground
