// The same bytes as nlohmann/json's dump(), which records were written with before.
#include "pipeline/output/json_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/core/random.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

std::string written(double number) { return JsonWriter().value(number).take(); }

TEST(JsonWriter, NumbersHaveTheLibrarysDigits) {
  for (const double number : {0.0, -0.0, 1.0, -1.0, 0.1, 10.0, 1e-6, 1e-5, 0.0001, 123456.0, 1e15, 1e16, 1e17, 5e-324,
                              std::numeric_limits<double>::max(), 2.0 / 3.0}) {
    EXPECT_EQ(written(number), ordered_json(number).dump());
  }
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "null");
  // Any bits, among which are numbers whose digits are not the shortest ones; and numbers as records hold them.
  RandomStream random(1, 0, "numbers");
  for (int i = 0; i < 20'000; ++i) {
    const auto any = std::bit_cast<double>(random.bits());
    const double usual = rounded_unit((random.uniform() - 0.5) * 200.0);
    EXPECT_EQ(written(any), ordered_json(any).dump());
    EXPECT_EQ(written(usual), ordered_json(usual).dump());
  }
}

TEST(JsonWriter, WholeNumbersAndTruth) {
  EXPECT_EQ(JsonWriter().value(std::numeric_limits<std::int64_t>::min()).take(), "-9223372036854775808");
  EXPECT_EQ(JsonWriter().value(std::numeric_limits<std::size_t>::max()).take(), "18446744073709551615");
  EXPECT_EQ(JsonWriter().value(true).take(), "true");
  EXPECT_EQ(JsonWriter().value(false).take(), "false");
  EXPECT_EQ(JsonWriter().null().take(), "null");
}

TEST(JsonWriter, Texts) {
  for (const std::string text : {"", "plain", "\"quoted\" \\ \n\t\x01", "größer", "\xF0\x9F\x8E\xA1"}) {
    EXPECT_EQ(JsonWriter().value(text).take(), ordered_json(text).dump());
  }
  EXPECT_EQ(JsonWriter().value("no truth value").take(), "\"no truth value\"");
  EXPECT_THROW(JsonWriter().value("\xFF"), std::invalid_argument);
}

TEST(JsonWriter, ObjectsAndArraysWithinEachOther) {
  ordered_json tree = ordered_json::object();
  tree["a"] = 1;
  tree["b"] = ordered_json::array({1.5, nullptr, ordered_json::object(), ordered_json::array()});
  tree["c"]["d"] = "e";
  tree["c"]["f"] = false;
  tree["g"] = ordered_json::array({{{"h", 2}}, {{"i", 3}, {"j", 4}}});
  JsonWriter json;
  json.begin_object().field("a", 1);
  json.key("b").begin_array().value(1.5).null().begin_object().end_object().begin_array().end_array().end_array();
  json.key("c").json(R"({"d":"e","f":false})");
  json.key("g").begin_array().begin_object().field("h", 2).end_object();
  json.begin_object().field("i", 3).field("j", 4).end_object().end_array().end_object();
  EXPECT_EQ(json.text(), tree.dump());
}

}  // namespace
}  // namespace fairground
