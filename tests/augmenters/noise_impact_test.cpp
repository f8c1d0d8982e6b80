// The claims of noise.impact: blows where the events say, as often as asked, even or uneven, and each thing's own
// sound.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::array kKinds{"footsteps", "door", "trolley"};
constexpr std::array kPerMin{115.0, 6.0, 240.0};  // as the page of augmenters says

NoiseSound impacts(Given given, std::uint32_t realization = 0, double seconds = 20.0) {
  given.insert({"snr_db", 0.0});
  return make_noise("noise.impact", given, {kRate, 1, static_cast<std::size_t>(seconds * kRate)}, {0x13A, realization});
}

double power_between(const Audio& signal, double from_s, double to_s) {
  const auto first = static_cast<std::size_t>(from_s * kRate);
  const auto last = std::min(static_cast<std::size_t>(to_s * kRate), signal.frames());
  return mean_power(std::span(signal.samples).subspan(first, last - first));
}

TEST(NoiseImpact, BlowsAreWhereTheEventsSay) {
  for (const char* kind : kKinds) {
    const NoiseSound stem = impacts({{"kind", std::string(kind)}, {"per_min", 30.0}});
    ASSERT_GE(stem.events.size(), 2U);
    double silent_until = 0.0;
    for (const NoiseEvent& event : stem.events) {
      if (event.start_s > silent_until + 0.01) {
        EXPECT_EQ(power_between(stem.signal, silent_until + 0.001, event.start_s - 0.001), 0.0) << kind;
      }
      if (event.end_s < stem.signal.seconds()) {
        EXPECT_GT(power_between(stem.signal, event.start_s, event.start_s + 0.05), 0.0) << kind;
      }
      silent_until = std::max(silent_until, event.end_s);
    }
  }
}

TEST(NoiseImpact, ComesAsOftenAsAskedAndAsEvenlyAsItsKind) {
  constexpr std::array kUnevenness{0.05, 0.6, 1.0};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    for (const bool by_default : {true, false}) {
      const double per_min = by_default ? kPerMin[i] : 60.0;
      std::vector<double> pauses;
      for (std::uint32_t realization = 0; realization < 8; ++realization) {
        Given given{{"kind", std::string(kKinds[i])}};
        if (!by_default) {
          given.insert({"per_min", per_min});
        }
        const NoiseSound stem = impacts(given, realization, 120.0);
        for (std::size_t k = 1; k < stem.events.size(); ++k) {
          pauses.push_back(stem.events[k].start_s - stem.events[k - 1].start_s);
        }
      }
      const Moments spread = moments(std::span<const double>(pauses));
      const double mean = 60.0 / per_min;
      const double deviation = mean * kUnevenness[i];
      // Four standard errors of the mean, and what the clip's end cuts off from long pauses.
      const double tolerance = 4.0 * deviation / std::sqrt(static_cast<double>(pauses.size())) + mean * mean / 120.0;
      EXPECT_NEAR(spread.mean, mean, tolerance) << kKinds[i];
      EXPECT_NEAR(std::sqrt(spread.variance) / spread.mean, kUnevenness[i], 0.25 * kUnevenness[i]) << kKinds[i];
    }
  }
}

/// Where half of the power lies below.
double median_hz(const Audio& signal) {
  const std::vector<double> density = welch(signal.samples, 1024);
  double total = 0.0;
  for (const double bin : density) {
    total += bin;
  }
  double sum = 0.0;
  std::size_t k = 0;
  while (sum < 0.5 * total) {
    sum += density[k++];
  }
  return static_cast<double>(k) * kRate / 1024;
}

TEST(NoiseImpact, ThingsSoundAsTheyAre) {
  const auto sound = [](const char* kind) {
    return median_hz(impacts({{"kind", std::string(kind)}, {"per_min", 60.0}}).signal);
  };
  EXPECT_LT(sound("door"), 400.0);
  EXPECT_LT(sound("footsteps"), 700.0);
  EXPECT_GT(sound("trolley"), 900.0);
}

TEST(NoiseImpact, DiesAwayBy60DbWithinTheEvent) {
  for (const char* kind : kKinds) {
    // No other blow falls into the first one's time.
    const NoiseSound stem = impacts({{"kind", std::string(kind)}, {"per_min", 1.0}, {"first_event_s", 0.0}}, 5, 1.0);
    const double length_s = stem.events.front().end_s;
    const double head = power_between(stem.signal, 0.0, 0.05 * length_s);
    const double tail = power_between(stem.signal, 0.95 * length_s, length_s);
    EXPECT_GT(tail, 0.0) << kind;
    EXPECT_LT(db_from_power(tail / head), -45.0) << kind;  // the means over the first and the last twentieth
  }
}

// Of the mean of 32 blows, whose strengths spread over up to 12 dB, against that of some hundreds.
constexpr double kExampleDb = 1.0;

TEST(NoiseImpact, TheExampleIsAsLoudAsAllBlowsWhileTheySound) {
  for (const char* kind : kKinds) {
    for (std::uint32_t realization = 0; realization < 3; ++realization) {
      const NoiseSound stem = impacts({{"kind", std::string(kind)}, {"per_min", 200.0}}, realization, 120.0);
      double heard_s = 0.0;
      double until_s = 0.0;
      for (const NoiseEvent& event : stem.events) {
        const double end_s = std::min(event.end_s, stem.signal.seconds());
        heard_s += std::max(0.0, end_s - std::max(event.start_s, until_s));
        until_s = std::max(until_s, end_s);
      }
      const double while_heard = mean_power(stem.signal.samples) * stem.signal.seconds() / heard_s;
      EXPECT_NEAR(db_from_power(while_heard / mean_power(stem.active.samples)), 0.0, kExampleDb) << kind;
    }
  }
}

TEST(NoiseImpact, TheFirstBlowStartsTheExample) {
  for (const char* kind : kKinds) {
    const NoiseSound stem = impacts({{"kind", std::string(kind)}, {"first_event_s", 0.25}, {"per_min", 1.0}}, 3, 2.0);
    const double length_s = stem.events.front().end_s - stem.events.front().start_s;
    for (std::size_t i = 0; i < static_cast<std::size_t>(length_s * kRate) - 1; ++i) {
      ASSERT_EQ(stem.signal.samples[kRate / 4 + i], stem.active.samples[i]) << kind;
    }
  }
}

}  // namespace
}  // namespace fairground
