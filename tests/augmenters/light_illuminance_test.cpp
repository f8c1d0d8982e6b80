// The claims of light.illuminance: what it declares, and how dark it gets where a camera cannot make up for it.
#include <gtest/gtest.h>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

Picture at(double lux, std::optional<ExposureProgramme> programme = {}) {
  Shot shot;
  augmenter("light.illuminance").declare(shot.declared, {lux});
  EXPECT_EQ(shot.declared.illuminance_lux, lux);
  shot.exposure = expose(lux, programme.value_or(ExposureProgramme{}));
  return apply_picture("light.illuminance", {{"lux", lux}}, flat(4, 2, 0.5F), {}, shot);
}

// By hand: N^2 C = 1.8^2 * 250 = 810 lx s; at ISO 50 and E lx that is 16.2 / E seconds.
TEST(LightIlluminance, ExposesAsAPhoneWould) {
  const Picture office = at(500.0);
  EXPECT_NEAR(found(office, "exposure_time_s"), 0.0324, 1e-9);
  EXPECT_NEAR(found(office, "iso"), 50.0, 1e-9);
  EXPECT_EQ(office.image.samples, flat(4, 2, 0.5F).samples);

  const Picture evening = at(10.0);  // 1/15 s is the longest, so ISO 810 * 15 / 10
  EXPECT_NEAR(found(evening, "exposure_time_s"), 1.0 / 15.0, 1e-9);
  EXPECT_NEAR(found(evening, "iso"), 1215.0, 1e-6);
  EXPECT_EQ(evening.image.samples, flat(4, 2, 0.5F).samples);
}

TEST(LightIlluminance, IsAsDarkAsIsoAndTimeLeaveIt) {
  const Picture moon = at(0.25);  // ISO 48600 would be needed, and 3200 is there
  EXPECT_NEAR(found(moon, "iso"), 3200.0, 1e-6);
  EXPECT_NEAR(found(moon, "exposure_ev"), std::log2(3200.0 / 48600.0), 1e-9);
  for (const float x : moon.image.samples) {
    EXPECT_NEAR(x, 0.5 * 3200.0 / 48600.0, 1e-7);
  }
}

TEST(LightIlluminance, HangsOnTheCameraThatIsDeclared) {
  const ExposureProgramme tripod{1.8, 50.0, 3200.0, 10.0};
  EXPECT_GT(sample(at(0.25, tripod).image, 0, 0), 7.0 * sample(at(0.25).image, 0, 0));
}

}  // namespace
}  // namespace fairground
