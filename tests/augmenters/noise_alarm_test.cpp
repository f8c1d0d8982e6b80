// The claims of noise.alarm: bursts and pulses inside the limits of IEC 60601-1-8, and the tones of named devices.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/augmenters/spectrum.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kRate = 48000;
constexpr double kSeconds = 60.0;

NoiseSound alarm(Given given, std::uint32_t realization = 0, double seconds = kSeconds, int rate = kRate) {
  given.insert({"snr_db", 0.0});
  return make_noise("noise.alarm", given, {rate, 1, static_cast<std::size_t>(seconds * rate)}, {0xA1A, realization});
}

/// A pulse as it is heard: found from the envelope alone. Times are where it passes a tenth and nine tenths of its
/// height.
struct Heard {
  double rise_s = 0.0;  ///< from a tenth to nine tenths
  double fall_s = 0.0;
  double start_s = 0.0;  ///< at nine tenths
  double end_s = 0.0;

  [[nodiscard]] double duration_s() const { return end_s - start_s; }
};

/// The largest absolute value within half a period of the lowest component to either side, so that the envelope has no
/// dips between its peaks.
std::vector<float> envelope(std::span<const float> samples, std::size_t half) {
  std::vector<float> out(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t first = i < half ? 0 : i - half;
    const std::size_t end = std::min(samples.size(), i + half + 1);
    for (std::size_t k = first; k < end; ++k) {
      out[i] = std::max(out[i], std::abs(samples[k]));
    }
  }
  return out;
}

std::vector<Heard> heard_pulses(const Audio& signal, double fundamental_hz) {
  // A whole period, so that the largest peak of each falls into the window.
  const auto half = static_cast<std::size_t>(0.5 * signal.sample_rate / fundamental_hz);
  const std::vector<float> height = envelope(signal.samples, half);
  const float top = *std::ranges::max_element(height);
  std::vector<Heard> pulses;
  const auto seconds = [&](std::size_t i) { return static_cast<double>(i) / signal.sample_rate; };
  for (std::size_t i = 0; i < height.size(); ++i) {
    if (height[i] < 0.1F * top) {
      continue;
    }
    Heard pulse;
    const std::size_t low_start = i;
    while (i < height.size() && height[i] < 0.9F * top) {
      ++i;
    }
    pulse.start_s = seconds(i);
    std::size_t last_high = i;
    while (i < height.size() && height[i] >= 0.1F * top) {
      last_high = height[i] >= 0.9F * top ? i : last_high;
      ++i;
    }
    pulse.end_s = seconds(last_high);
    pulse.rise_s = pulse.start_s - seconds(low_start);
    pulse.fall_s = seconds(i) - pulse.end_s;
    if (i < height.size()) {  // not cut off by the end of the clip
      pulses.push_back(pulse);
    }
  }
  return pulses;
}

struct Limits {
  const char* priority;
  std::size_t pulses;
  double shortest_s, longest_s;  ///< duration
  double least_spacing_s, most_spacing_s;
  double least_interval_s, most_interval_s;
};
// IEC 60601-1-8, tables 3 and 4.
constexpr std::array kLimits{Limits{"high", 10, 0.075, 0.200, 0.050, 0.125, 2.5, 15.0},
                             Limits{"medium", 3, 0.125, 0.250, 0.125, 0.250, 2.5, 30.0},
                             Limits{"low", 2, 0.125, 0.250, 0.125, 0.250, 15.0, 1e9}};
// The envelope is known to a period of the fundamental at either end of a pulse: to 2 ms at 523 Hz.
constexpr double kResolutionS = 0.002;

void expect_within_limits(const Limits& limits, const Given& more, double fundamental_hz) {
  SCOPED_TRACE(std::string(limits.priority) + " at " + std::to_string(fundamental_hz) + " Hz");
  Given given = more;
  given.insert({"priority", std::string(limits.priority)});
  const std::vector<Heard> pulses = heard_pulses(alarm(given).signal, fundamental_hz);
  ASSERT_GE(pulses.size(), limits.pulses);
  const double resolution = 1.0 / fundamental_hz;
  std::vector<std::vector<Heard>> bursts{{pulses.front()}};
  for (std::size_t i = 1; i < pulses.size(); ++i) {
    const double pause = pulses[i].start_s - pulses[i - 1].end_s;
    if (pause > 2.0) {
      EXPECT_GE(pause, limits.least_interval_s - 2 * resolution);
      EXPECT_LE(pause, limits.most_interval_s + 2 * resolution);
      bursts.emplace_back();
    }
    bursts.back().push_back(pulses[i]);
  }
  EXPECT_GE(bursts.size(), 2U);
  for (std::size_t b = 0; b + 1 < bursts.size(); ++b) {
    const std::vector<Heard>& burst = bursts[b];
    ASSERT_EQ(burst.size(), limits.pulses);
    const double spacing = burst[1].start_s - burst[0].end_s;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      EXPECT_GE(burst[i].duration_s(), limits.shortest_s - resolution);
      EXPECT_LE(burst[i].duration_s(), limits.longest_s + resolution);
      // 10 to 20 % of the duration, and both fit into the spacing.
      EXPECT_GE(burst[i].rise_s, 0.10 * burst[i].duration_s() - resolution);
      EXPECT_LE(burst[i].rise_s, 0.20 * burst[i].duration_s() + resolution);
      EXPECT_LE(burst[i].rise_s + burst[i].fall_s, spacing + 2 * resolution);
      if (i == 0) {
        continue;
      }
      const double pause = burst[i].start_s - burst[i - 1].end_s;
      if (limits.pulses == 10 && i == 5) {
        EXPECT_GE(pause, 0.35);
        EXPECT_LE(pause, 1.30);
      } else if (limits.pulses == 10 && (i == 3 || i == 8)) {
        EXPECT_NEAR(pause, 2 * spacing + burst[i].duration_s(), 4 * resolution);
      } else {
        EXPECT_GE(pause, limits.least_spacing_s - resolution);
        EXPECT_LE(pause, limits.most_spacing_s + resolution);
        EXPECT_NEAR(pause, spacing, 2 * resolution);
      }
    }
  }
}

TEST(NoiseAlarm, BurstsAreWithinTheStandard) {
  for (const Limits& limits : kLimits) {
    expect_within_limits(limits, {}, 523.25);
    // At both ends of what the standard allows for a pulse.
    expect_within_limits(limits,
                         {{"pulse_ms", 1000 * limits.shortest_s},
                          {"spacing_ms", 1000 * limits.least_spacing_s},
                          {"interval_s", limits.least_interval_s}},
                         523.25);
    expect_within_limits(limits,
                         {{"pulse_ms", 1000 * limits.longest_s},
                          {"spacing_ms", 1000 * limits.most_spacing_s},
                          {"interval_s", std::min(limits.most_interval_s, 25.0)}},
                         523.25);
  }
}

/// The level of one frequency in one pulse.
double level_at(std::span<const float> samples, double hz, int rate) {
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = kTwoPi * hz * static_cast<double>(i) / rate;
    real += samples[i] * std::cos(phase);
    imaginary += samples[i] * std::sin(phase);
  }
  return db_from_power(real * real + imaginary * imaginary);
}

TEST(NoiseAlarm, ComponentsAreWithin15DbOfTheFundamental) {
  for (const int rate : {16000, 48000}) {
    for (const double tone_hz : {150.0, 262.0, 523.25, 1000.0}) {
      const NoiseSound stem = alarm({{"tone_hz", tone_hz}}, 0, 5.0, rate);
      const std::vector<float>& pulse = stem.active.samples;
      const double fundamental = level_at(pulse, tone_hz, rate);
      int components = 0;
      for (int k = 1; k * tone_hz <= 4000.0; ++k) {
        const double level = level_at(pulse, k * tone_hz, rate);
        components += k * tone_hz >= 300.0 && std::abs(level - fundamental) <= 15.0 ? 1 : 0;
      }
      EXPECT_GE(components, 4) << tone_hz << " at " << rate;
    }
  }
}

struct DeviceTones {
  const char* device;
  const char* priority;
  std::vector<double> hz;  ///< in falling strength, as published
};
// PLoS ONE 15 (2020), e0235287, table 1.
const std::vector<DeviceTones> kDevices{{"patient_monitor", "high", {960, 2880}},
                                        {"patient_monitor", "medium", {1440, 480, 960, 1920}},
                                        {"infusion_pump", "high", {2200, 550, 1100, 1650}},
                                        {"infusion_pump", "medium", {2002, 3003, 1001}},
                                        {"syringe_pump", "high", {2745}},
                                        {"syringe_pump", "medium", {2761}},
                                        {"ventilator", "high", {384, 1173, 783}},
                                        {"pulse_oximeter", "high", {652}}};

TEST(NoiseAlarm, DevicesHaveTheirTones) {
  for (const DeviceTones& tones : kDevices) {
    const NoiseSound stem =
        alarm({{"device", std::string(tones.device)}, {"priority", std::string(tones.priority)}}, 0, 5.0, 16000);
    // One pulse, in a transform long enough to place a line to a hertz.
    std::vector<float> padded(stem.active.samples);
    padded.resize(16000);
    std::vector<double> strengths;
    for (const double wanted : tones.hz) {
      double best_hz = 0.0;
      double best = -1e9;
      for (double hz = 0.95 * wanted; hz <= 1.05 * wanted; hz += 0.5) {
        const double level = level_at(padded, hz, 16000);
        best_hz = level > best ? hz : best_hz;
        best = std::max(best, level);
      }
      EXPECT_NEAR(best_hz, wanted, 0.01 * wanted) << tones.device << ' ' << tones.priority;
      strengths.push_back(best);
    }
    EXPECT_TRUE(std::ranges::is_sorted(strengths, std::greater())) << tones.device << ' ' << tones.priority;
  }
}

TEST(NoiseAlarm, ABurstOfLowPriorityMayBeASinglePulse) {
  const NoiseSound two = alarm({{"priority", std::string("low")}});
  const NoiseSound one = alarm({{"priority", std::string("low")}, {"low_pulses", std::int64_t{1}}});
  ASSERT_GE(one.events.size(), 2U);
  EXPECT_EQ(two.events.size(), 2 * one.events.size());
  // From the end of one to the start of the next, but for the pulse's rise and fall, as events hold these whole.
  const double length_s = one.events[0].end_s - one.events[0].start_s;
  EXPECT_NEAR(one.events[1].start_s - one.events[0].end_s, 20.0, 0.3 * length_s);
}

TEST(NoiseAlarm, AnOximetersPitchFollowsTheSaturation) {
  double last_hz = 0.0;
  for (const double saturation : {70.0, 85.0, 100.0}) {
    const NoiseSound stem =
        alarm({{"device", std::string("pulse_oximeter")}, {"saturation", saturation}, {"heart_bpm", 90.0}}, 0, 10.0);
    double best = -1e9;
    double best_hz = 0.0;
    for (double hz = 400.0; hz <= 800.0; hz += 1.0) {
      const double level = level_at(stem.active.samples, hz, kRate);
      best_hz = level > best ? hz : best_hz;
      best = std::max(best, level);
    }
    EXPECT_GT(best_hz, last_hz + 50.0);
    EXPECT_NEAR(best_hz, 162.0 + 5.0 * saturation, 6.0);  // half the width that 40 ms can tell
    last_hz = best_hz;
    ASSERT_GE(stem.events.size(), 14U);
    EXPECT_NEAR(stem.events[5].start_s - stem.events[4].start_s, 60.0 / 90.0, 1e-9);
  }
}

TEST(NoiseAlarm, EventsAreWhereTheSoundIs) {
  for (const Limits& limits : kLimits) {
    const NoiseSound stem = alarm({{"priority", std::string(limits.priority)}});
    const std::vector<Heard> pulses = heard_pulses(stem.signal, 523.25);
    ASSERT_GE(stem.events.size(), pulses.size());
    ASSERT_LE(stem.events.size(), pulses.size() + 1);  // the last may be cut off
    for (std::size_t i = 0; i < pulses.size(); ++i) {
      EXPECT_LE(stem.events[i].start_s, pulses[i].start_s - pulses[i].rise_s + kResolutionS);
      EXPECT_GE(stem.events[i].end_s, pulses[i].end_s + pulses[i].fall_s - kResolutionS);
      // Linear ramps of 0.15 / 0.8 of the duration, of which nine tenths at either end lie outside it.
      EXPECT_NEAR(stem.events[i].end_s - stem.events[i].start_s, (1.0 + 1.8 * 0.15 / 0.8) * pulses[i].duration_s(),
                  4 * kResolutionS);
    }
  }
}

TEST(NoiseAlarm, TheFirstEventIsDrawnWithinHalfASecondOrAsGiven) {
  std::vector<double> onsets;
  for (std::uint32_t realization = 0; realization < 40; ++realization) {
    onsets.push_back(alarm({}, realization, 1.0).events.front().start_s);
    EXPECT_GE(onsets.back(), 0.0);
    EXPECT_LT(onsets.back(), 0.5);
  }
  const auto [least, most] = std::ranges::minmax(onsets);
  EXPECT_LT(least, 0.1);
  EXPECT_GT(most, 0.4);
  EXPECT_EQ(alarm({{"first_event_s", 0.25}}, 0, 1.0).events.front().start_s, 0.25);
}

std::string fault(const std::vector<std::pair<std::string, Setting>>& given) {
  const StepSchema& schema = augmenter("noise.alarm").schema;
  std::vector<Setting> settings;
  for (const ParameterSpec& spec : schema.parameters) {
    settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, spec.fallback));
  }
  for (const auto& [name, value] : given) {
    settings[schema.find(name).value()] = value;
  }
  return schema.check(settings);
}

TEST(NoiseAlarm, RefusesWhatTheStandardDoes) {
  EXPECT_EQ(fault({{"snr_db", 5.0}}), "");
  EXPECT_NE(fault({}).find("how loud"), std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"noise_dba", 50.0}}).find("keep one"), std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"pulse_ms", 210.0}}).find("75 to 200 ms"), std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"pulse_ms", Range{80.0, 210.0}}}).find("75 to 200 ms"), std::string::npos);
  EXPECT_EQ(fault({{"snr_db", 5.0}, {"priority", std::string("low")}, {"pulse_ms", 210.0}}), "");
  EXPECT_NE(fault({{"snr_db", 5.0}, {"priority", std::string("low")}, {"interval_s", 5.0}}).find("15 s or more"),
            std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"pulse_ms", 200.0}, {"spacing_ms", 50.0}}).find("rise and fall"),
            std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"device", std::string("ventilator")}, {"tone_hz", 500.0}}).find("of its own"),
            std::string::npos);
  EXPECT_NE(fault({{"snr_db", 5.0}, {"device", std::string("pulse_oximeter")}, {"pulse_ms", 100.0}}).find("heart"),
            std::string::npos);
}

}  // namespace
}  // namespace fairground
