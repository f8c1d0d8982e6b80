// What tables of parameters say of themselves, and what they make of values.
#include <gtest/gtest.h>

#include "pipeline/config/schema.h"

namespace fairground {
namespace {

enum class Shade { light, dark };

struct Paint {
  Shade shade = Shade::light;
  std::optional<std::int64_t> coats;
};

ParameterTable<Paint> table() {
  return ParameterTable<Paint>()
      .required_choice("shade", &Paint::shade, {{"light", Shade::light}, {"dark", Shade::dark}}, "How dark it is.")
      .integer("coats", &Paint::coats, "", {1.0, 5.0}, "How often it is put on.");
}

TEST(ParameterTable, AsksForAChoiceThatHasNoDefault) {
  const ParameterTable<Paint> paint = table();
  const ParameterSpec& shade = paint.specs().at(0);
  EXPECT_EQ(shade.kind, ParameterKind::choice);
  EXPECT_TRUE(shade.required);
  EXPECT_EQ(shade.fallback, Value{});
  EXPECT_EQ(shade.choices, (std::vector<std::string>{"light", "dark"}));
  EXPECT_EQ(paint.bind({std::string("dark"), {}}).shade, Shade::dark);
}

TEST(ParameterTable, LeavesOutAWholeNumberThatIsNotGiven) {
  const ParameterTable<Paint> paint = table();
  const ParameterSpec& coats = paint.specs().at(1);
  EXPECT_EQ(coats.kind, ParameterKind::integer);
  EXPECT_FALSE(coats.required);
  EXPECT_FALSE(coats.drawable);
  EXPECT_EQ(coats.fallback, Value{});
  EXPECT_EQ(paint.bind({std::string("light"), {}}).coats, std::nullopt);
  EXPECT_EQ(paint.bind({std::string("light"), std::int64_t{3}}).coats, 3);
}

}  // namespace
}  // namespace fairground
