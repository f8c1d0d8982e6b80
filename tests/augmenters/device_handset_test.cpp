#include <gtest/gtest.h>

#include <algorithm>

#include "augmenters/audio/parts/telephone_masks.h"
#include "tests/augmenters/device.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

struct Mask {
  std::string augmenter;
  std::string name;
  TelephoneMask mask;
};

const std::vector<Mask> kMasks{
    {"device.handset", "irs", TelephoneMask::irs_send},
    {"device.handset", "modified_irs", TelephoneMask::modified_irs_send},
    {"device.handset", "p341", TelephoneMask::p341},
    {"device.handset", "mobile_input", TelephoneMask::mobile_input},
    {"device.receiver", "irs", TelephoneMask::irs_receive},
    {"device.receiver", "modified_irs", TelephoneMask::modified_irs_receive},
};

AudioSignal filtered(const Mask& mask, const Audio& clip, double tolerance_db, const StepRandom& random = {}) {
  return apply_signal(mask.augmenter, {{"mask", mask.name}, {"tolerance_db", tolerance_db}}, {clip, full_scale_dba},
                      random);
}

// Where a mask lets speech pass, it is met within 1 dB; where it stops it, the filter is at or below it, but for 1 dB
// of the same smoothing on its slopes.
TEST(Handset, KeepsToItsMask) {
  constexpr double kPassDb = -20.0;  // against 1 kHz
  constexpr double kToleranceDb = 1.0;
  for (const int rate : {8000, 16000, 48000}) {
    const Audio clip = sweep(rate, 8.0, 0.5);
    for (const Mask& mask : kMasks) {
      const Audio heard = filtered(mask, clip, 0.0).audio;
      const auto gain_db = [&](double hz) {
        return db(at_hz(heard.samples, hz, rate)) - db(at_hz(clip.samples, hz, rate));
      };
      const std::span<const GainPoint> points = telephone_mask(mask.mask);
      const double reference_db = gain_db(1000.0);
      EXPECT_NEAR(reference_db, 0.0, 0.05);
      for (const GainPoint& point : points) {
        if (point.hz < 50.0 || point.hz > 0.45 * rate) {
          continue;
        }
        SCOPED_TRACE(mask.augmenter + " " + mask.name + " at " + std::to_string(rate) + ": " +
                     std::to_string(point.hz));
        const double wanted_db = point.db - interpolated_db(points, 1000.0);
        const double db = gain_db(point.hz) - reference_db;
        if (wanted_db > kPassDb) {
          EXPECT_NEAR(db, wanted_db, kToleranceDb);
        } else {
          EXPECT_LE(db, wanted_db + kToleranceDb);
        }
      }
    }
  }
}

TEST(Handset, MovesNothingInTime) {
  constexpr double kToleranceSamples = 0.05;  // of one that would be allowed
  for (const int rate : {8000, 16000, 48000}) {
    Audio clip(rate, 1, static_cast<std::size_t>(rate));
    clip.samples[clip.samples.size() / 2] = 0.5F;
    for (const Mask& mask : kMasks) {
      SCOPED_TRACE(mask.augmenter + " " + mask.name + " at " + std::to_string(rate));
      const Audio heard = filtered(mask, clip, 1.0).audio;
      ASSERT_EQ(heard.frames(), clip.frames());
      for (const double hz : {300.0, 1000.0, 3000.0}) {
        const auto turned = [&](double at) { return at_hz(heard.samples, at, rate) / at_hz(clip.samples, at, rate); };
        const double step_hz = 10.0;
        const double angle = std::arg(turned(hz + step_hz) / turned(hz));
        EXPECT_NEAR(angle / (kTwoPi * step_hz) * rate, 0.0, kToleranceSamples) << hz;
      }
    }
  }
}

// 3GPP TS 26.131, table 13, sending in wideband: lines over the logarithm of frequency, at any level.
TEST(Handset, WidebandLiesWithinTheTerminalsMask) {
  const std::vector<GainPoint> upper{{100, 0}, {200, 5}, {5000, 5}, {6300, 5}, {8000, 5}};
  const std::vector<GainPoint> lower{{200, -5}, {5000, -5}, {6300, -10}};
  for (double hz = 100.0; hz <= 8000.0; hz *= 1.03) {
    const double gain_db = interpolated_db(telephone_mask(TelephoneMask::p341), hz);
    EXPECT_LE(gain_db, interpolated_db(upper, hz)) << hz;
    if (hz >= 200.0 && hz <= 6300.0) {
      EXPECT_GE(gain_db, interpolated_db(lower, hz)) << hz;
    }
  }
}

TEST(Handset, IsOneForEverySourceAndAnotherForEachRealization) {
  const Mask mask = kMasks[1];
  constexpr int kRate = 16000;
  constexpr double kToleranceDb = 2.0;
  const std::vector<double> frequencies{350, 500, 700, 1000, 1400, 2000, 2800};
  const auto response = [&](std::uint32_t realization, const Audio& clip) {
    const Audio heard = filtered(mask, clip, kToleranceDb, {7, realization}).audio;
    std::vector<double> gains;
    for (const double hz : frequencies) {
      gains.push_back(db(at_hz(heard.samples, hz, kRate)) - db(at_hz(clip.samples, hz, kRate)) -
                      interpolated_db(telephone_mask(mask.mask), hz) +
                      interpolated_db(telephone_mask(mask.mask), 1000.0));
    }
    return gains;
  };
  Audio impulse(kRate, 1, 20000);
  impulse.samples[9000] = 0.5F;
  const Audio swept = sweep(kRate, 2.0, -0.3);
  double most = 0.0;
  std::vector<std::vector<double>> all;
  for (std::uint32_t realization = 0; realization < 32; ++realization) {
    const std::vector<double> gains = response(realization, impulse);
    const std::vector<double> again = response(realization, swept);
    for (std::size_t i = 0; i < gains.size(); ++i) {
      EXPECT_NEAR(gains[i], again[i], 0.01);
      EXPECT_LE(std::abs(gains[i]), kToleranceDb + 0.2);  // and what the filter's length smooths
      most = std::max(most, std::abs(gains[i]));
    }
    EXPECT_EQ(std::ranges::find(all, gains), all.end());
    all.push_back(gains);
  }
  EXPECT_GT(most, 0.7 * kToleranceDb);
}

}  // namespace
}  // namespace fairground
