// What several noises share: slow levels, wave tables, bodies that are struck.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/audio/parts/struck_body.h"
#include "augmenters/audio/parts/wave_table.h"
#include "tests/augmenters/spectrum.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr std::array kRates{8000, 11025, 16000, 44100, 48000, 192000};

TEST(SlowLevel, GoesStraightFromKnotToKnotAtEveryRate) {
  for (const int rate : kRates) {
    for (const std::size_t frames :
         {std::size_t{0}, std::size_t{1}, std::size_t{441}, static_cast<std::size_t>(rate)}) {
      std::vector<float> knots(knots_of(frames, rate));
      for (std::size_t i = 0; i < knots.size(); ++i) {
        knots[i] = static_cast<float>(i * i % 7);  // up and down
      }
      std::vector<float> level(frames, 1.0F);
      apply_level(level, rate, knots);
      std::vector<float> added(frames, 0.5F);
      add_at_level(added, std::vector<float>(frames, 2.0F), rate, knots);
      for (std::size_t i = 0; i < frames; ++i) {
        const double place = static_cast<double>(i) * kKnotsPerS / rate;
        const auto knot = static_cast<std::size_t>(place);
        const double wanted = knots[knot] + (place - static_cast<double>(knot)) * (knots[knot + 1] - knots[knot]);
        ASSERT_NEAR(level[i], wanted, 1e-4) << i << " at " << rate;  // floats of steps as small as 6 / 1920
        ASSERT_NEAR(added[i], 0.5 + 2.0 * wanted, 2e-4) << i << " at " << rate;
      }
    }
  }
}

TEST(SlowLevel, IsTheSameAtTheStartOfALongerSignal) {
  for (const int rate : kRates) {
    std::vector<float> knots(knots_of(static_cast<std::size_t>(rate), rate), 1.0F);
    RandomStream(1, 0, "knots").normals(0, knots);
    std::vector<float> whole(static_cast<std::size_t>(rate), 1.0F);
    apply_level(whole, rate, knots);
    for (const std::size_t frames : {1U, 110U, 111U, 4096U}) {
      std::vector<float> part(frames, 1.0F);
      apply_level(part, rate, std::span(knots).first(knots_of(frames, rate)));
      EXPECT_EQ(part, std::vector<float>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(frames))) << rate;
    }
  }
}

TEST(SlowNoise, HasVarianceOneAndItsBand) {
  const auto low = [](double hz) { return hz < 2.0 ? 1.0 : 0.0; };
  const std::vector<float> noise = slow_noise(300000, low, RandomStream(2, 0, "slow"));
  // 3000 s x 2 Hz x 2 independent values, whose variance scatters by 1.3 %.
  EXPECT_NEAR(moments(std::span<const float>(noise)).variance, 1.0, 0.05);
  const std::vector<double> density = welch(noise, 2000);  // bins of 0.05 Hz
  double inside = 0.0;
  double all = 0.0;
  for (std::size_t k = 0; k < density.size(); ++k) {
    all += density[k];
    inside += k < 44 ? density[k] : 0.0;
  }
  EXPECT_GT(inside / all, 0.999);
  const std::vector<float> start = slow_noise(123, low, RandomStream(2, 0, "slow"));
  EXPECT_EQ(start, std::vector<float>(noise.begin(), noise.begin() + 123));
}

TEST(WaveTable, IsTheSumOfItsHarmonics) {
  const std::array harmonics{Harmonic{1, 0.7, 0.1}, Harmonic{3, 0.4, 0.8}, Harmonic{64, 0.2, 0.35}};
  const WaveTable table(harmonics);
  for (int i = -500; i < 500; ++i) {
    const double turns = 0.01237 * i;
    double wanted = 0.0;
    for (const Harmonic& harmonic : harmonics) {
      wanted += harmonic.amplitude * std::sin(kTwoPi * (harmonic.order * turns + harmonic.start_turns));
    }
    // A straight line over a 64th of a turn in 64 parts lies (2 pi / 64)^2 / 8 = 0.0012 of its height off.
    EXPECT_NEAR(table.at(turns), wanted, 0.0012 * 0.2 + 1e-5) << turns;
  }
}

TEST(StruckBody, RingsInItsModesFromBetweenTheSamples) {
  constexpr int kRate = 16000;
  const std::array modes{RingingMode{440.0, 0.2, 0.5}, RingingMode{3000.0, 0.05, 0.3}, RingingMode{7900.0, 0.1, 9.0}};
  for (const double late : {0.0, 0.37, 0.99}) {
    StruckBody body(modes, kRate);
    body.strike(2.0, late);
    std::vector<float> sound(4000);
    body.ring(std::span(sound).first(1000));
    body.ring(std::span(sound).subspan(1000));
    double energy = 0.0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
      const double t = (static_cast<double>(i) + late) / kRate;
      double wanted = 0.0;
      for (std::size_t m = 0; m < 2; ++m) {  // the third lies too near to half the rate
        wanted +=
            2.0 * modes[m].amplitude * std::pow(10.0, -3.0 * t / modes[m].rings_s) * std::sin(kTwoPi * modes[m].hz * t);
      }
      EXPECT_NEAR(sound[i], wanted, 1e-6) << i << ", late " << late;
      energy += static_cast<double>(sound[i]) * sound[i] / kRate;
    }
    EXPECT_NEAR(energy, 4.0 * body.energy(), 0.02 * energy);
  }
}

}  // namespace
}  // namespace fairground
