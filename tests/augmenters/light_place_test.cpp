// The claims of light.place and light.dim: which steps they stand for, with which settings, and the places' colours.
#include <gtest/gtest.h>

#include <algorithm>

#include "augmenters/image/parts/illuminant.h"
#include "augmenters/image/parts/places.h"
#include "tests/augmenters/light.h"

namespace fairground {
namespace {

using Text = std::string;

Setting setting(const ProfileStep& step, const Text& name) {
  const auto found = std::ranges::find(step.settings, name, &std::pair<Text, Setting>::first);
  return found == step.settings.end() ? Setting{} : found->second;
}

std::vector<ProfileStep> steps_of(const Text& place, const Setting& awb = 0.8, const Setting& lux = {}) {
  return augmenter("light.place").schema.expand({place, awb, lux});
}

/// Every step is one that the binary has, every setting one that it takes, and stages are in order.
void expect_sound(const std::vector<ProfileStep>& steps) {
  Stage before = Stage::light;
  for (const ProfileStep& step : steps) {
    SCOPED_TRACE(step.augmenter);
    const StepSchema& schema = augmenter(step.augmenter).schema;
    EXPECT_LE(before, schema.stage);
    before = schema.stage;
    std::vector<Setting> settings;
    for (const ParameterSpec& spec : schema.parameters) {
      const Setting given = setting(step, spec.name);
      settings.push_back(given != Setting{} ? given
                                            : std::visit([](const auto& v) -> Setting { return v; }, spec.fallback));
    }
    EXPECT_EQ(schema.check ? schema.check(settings) : "", "");
    for (const auto& [name, value] : step.settings) {
      const auto at = schema.find(name);
      ASSERT_TRUE(at) << name;
      const ParameterSpec& spec = schema.parameters[*at];
      if (const auto* number = std::get_if<double>(&value)) {
        EXPECT_LE(spec.minimum, *number);
        EXPECT_GE(spec.maximum, *number);
      } else if (const auto* range = std::get_if<Range>(&value)) {
        EXPECT_TRUE(spec.drawable && range->low < range->high && spec.minimum <= range->low &&
                    range->high <= spec.maximum);
      } else {
        EXPECT_EQ(std::ranges::count(spec.choices, std::get<Text>(value)), 1);
      }
    }
  }
}

TEST(LightPlace, StandsForStepsThatThereAre) {
  for (const Place& place : places()) {
    SCOPED_TRACE(place.name);
    const std::vector<ProfileStep> steps = steps_of(place.name);
    expect_sound(steps);
    EXPECT_EQ(setting(steps[0], "lux"), Setting(place.lux));
    EXPECT_EQ(setting(steps[1], "cct_kelvin"), Setting(place.cct_kelvin));
    EXPECT_EQ(setting(steps[1], "duv"), Setting(place.duv));
    EXPECT_EQ(setting(steps[2], "softness"), Setting(place.softness));
    EXPECT_EQ(std::ranges::count(steps, Text("light.flicker"), &ProfileStep::augmenter),
              place.flicker_depth > 0.0 ? 1 : 0);
  }
  EXPECT_EQ(places().size(), 9U);
}

TEST(LightPlace, PassesOnWhatItIsGiven) {
  const std::vector<ProfileStep> steps = steps_of("candle", Range{0.6, 0.9}, 40.0);
  EXPECT_EQ(setting(steps[0], "lux"), Setting(40.0));
  EXPECT_EQ(setting(steps[1], "awb"), Setting(Range{0.6, 0.9}));
}

// CIE 15:2004: F2 is (0.3721, 0.3751), HP1 (0.5330, 0.4150), D65 (0.31272, 0.32903) and D55 (0.33242, 0.34743).
TEST(LightPlace, HasTheColoursOfTheLampsThatItNames) {
  struct Lamp {
    const char* place;
    double x;
    double y;
  };
  constexpr double kPlaces = 0.001;  // of the temperatures and Duv, which are rounded
  for (const Lamp& lamp : {Lamp{"fluorescent_office", 0.3721, 0.3751}, Lamp{"street_at_night", 0.5330, 0.4150},
                           Lamp{"overcast", 0.31272, 0.32903}, Lamp{"noon_sun", 0.33242, 0.34743}}) {
    const Place& place = place_of(lamp.place);
    const Chromaticity is = illuminant(place.cct_kelvin, place.duv, Locus::automatic);
    EXPECT_LT(distance(from_xy(is.x, is.y), from_xy(lamp.x, lamp.y)), kPlaces) << lamp.place;
  }
}

TEST(LightDim, StandsForLightHandAndCamera) {
  const std::vector<ProfileStep> steps = augmenter("light.dim").schema.expand({Range{5.0, 20.0}});
  expect_sound(steps);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(setting(steps[0], "lux"), Setting(Range{5.0, 20.0}));
}

}  // namespace
}  // namespace fairground
