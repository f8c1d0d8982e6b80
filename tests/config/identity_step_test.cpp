// The steps that leave everything as it is.
#include <stdexcept>

#include "tests/config/fixture.h"

namespace fairground {
namespace {

StepSchema band_with(const std::string& identity) {
  StepSchema schema = filter_schema();
  schema.identity = identity;
  return schema;
}

TEST(IdentityStep, HasTheSettingsOfTheSchemasIdentityAndDefaultsForTheRest) {
  const StepSchema schema = band_with("low_hz: 0");
  const auto step = identity_step(schema);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->schema, &schema);
  EXPECT_EQ(step->settings, (std::vector<Setting>{0.0, 3400.0}));
  EXPECT_EQ(identity_step(band_with("low_hz: 0, high_hz: 8000"))->settings, (std::vector<Setting>{0.0, 8000.0}));
}

TEST(IdentityStep, IsAbsentWhereTheAugmenterHasNone) {
  EXPECT_FALSE(identity_step(noise_schema()).has_value());
  EXPECT_FALSE(identity_step(band_with("none: a codec always changes the sound")).has_value());
}

TEST(IdentityStep, IsNotAssumedWhereNothingIsDeclared) { EXPECT_FALSE(identity_step(band_with("")).has_value()); }

TEST(IdentityStep, AWrongIdentityIsADefectAndNoMistakeOfTheUser) {
  for (const char* identity : {"low_hz: -1", "lo_hz: 0", "low_hz: 8, high_hz: 2", "}", "low_hz: 0, low_hz: 0"}) {
    EXPECT_THROW(static_cast<void>(identity_step(band_with(identity))), std::logic_error) << identity;
  }
}

}  // namespace
}  // namespace fairground
