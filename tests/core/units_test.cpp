#include "pipeline/core/units.h"

#include <gtest/gtest.h>

namespace fairground {
namespace {

// The logarithms and powers of libm are good to some 1e-15.
constexpr double kRounding = 1e-12;

TEST(Units, TwentyDecibelsAreTenTimesTheAmplitudeAndAHundredTimesThePower) {
  EXPECT_NEAR(amplitude_from_db(20.0), 10.0, kRounding);
  EXPECT_NEAR(power_from_db(20.0), 100.0, kRounding);
  EXPECT_NEAR(db_from_amplitude(0.1), -20.0, kRounding);
  EXPECT_NEAR(db_from_power(0.01), -20.0, kRounding);
}

TEST(Units, ConversionsAreInverses) {
  for (const double db : {-93.3, -26.0, -0.5, 0.0, 3.01, 17.0}) {
    EXPECT_NEAR(db_from_amplitude(amplitude_from_db(db)), db, kRounding);
    EXPECT_NEAR(db_from_power(power_from_db(db)), db, kRounding);
  }
}

TEST(LevelDbov, FullScaleIsZero) { EXPECT_EQ(level_dbov(1.0), 0.0); }

TEST(LevelDbov, SilenceAndAllBelowItIsTheLowestLevel) {
  EXPECT_EQ(level_dbov(0.0), kSilenceDbov);
  EXPECT_EQ(level_dbov(1e-300), kSilenceDbov);
  EXPECT_EQ(level_dbov(1e-10), kSilenceDbov);
}

TEST(LevelDbov, ContinuesWithoutAStepAboveSilence) {
  EXPECT_NEAR(level_dbov(1.0001e-10), kSilenceDbov, 0.001);
  EXPECT_NEAR(level_dbov(2e-10), -96.98970004336019, kRounding);
}

}  // namespace
}  // namespace fairground
