// Conditions, the order of their steps, and the keys of their random draws.
#include "pipeline/design/chain.h"

#include <gmock/gmock.h>

#include <set>

#include "pipeline/core/error.h"
#include "tests/support/made_world.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const StepSchema kVoice = made_schema("voice.rate", Stage::voice);
const StepSchema kNoise = made_schema("noise.fan", Stage::scene);
const StepSchema kOther = made_schema("noise.alarm", Stage::scene);
const StepSchema kPhone = made_schema("channel.phone", Stage::channel);
const StepSchema kNoiseNext = made_schema("noise.fan", Stage::scene, Media::audio, /*version=*/2);

Axis noise_axis() {
  return {"noise", {{"none", {}}, {"fan", {made_step(kNoise, 1.0)}}, {"alarm", {made_step(kOther, 1.0)}}}};
}
Axis device_axis() { return {"device", {{"studio", {}}, {"phone", {made_step(kPhone, 1.0)}}}}; }

std::vector<Condition> all_conditions(const MediaSettings& settings) {
  return make_conditions(settings, full_factorial(settings));
}

MediaSettings settings_of(std::vector<Axis> axes) {
  MediaSettings settings;
  settings.axes = std::move(axes);
  return settings;
}

std::vector<std::string> names(const MediaSettings& settings) {
  std::vector<std::string> list;
  for (const Condition& condition : all_conditions(settings)) {
    std::string name;
    for (std::size_t i = 0; i < settings.axes.size(); ++i) {
      name += (i == 0 ? "" : "+") + condition.level_name(i);
    }
    list.push_back(name + (condition.is_clean ? " (clean)" : ""));
  }
  return list;
}

std::vector<std::string> steps(const Condition& condition) {
  std::vector<std::string> list;
  for (const ChainStep& step : condition.chain) {
    list.push_back(step.axis + ":" + step.step->schema->name + ":" + std::to_string(step.ordinal));
  }
  return list;
}

TEST(FullFactorial, EveryCombinationWithTheLastAxisFastest) {
  EXPECT_THAT(
      names(settings_of({noise_axis(), device_axis()})),
      ElementsAre("none+studio (clean)", "none+phone", "fan+studio", "fan+phone", "alarm+studio", "alarm+phone"));
}

MediaSettings sized(const std::vector<std::size_t>& level_counts) {
  MediaSettings settings;
  for (const std::size_t count : level_counts) {
    settings.axes.push_back({"axis" + std::to_string(settings.axes.size()), std::vector<Level>(count)});
  }
  return settings;
}

std::string size_refusal(const std::vector<std::size_t>& level_counts) {
  try {
    check_condition_count(sized(level_counts), "here");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(ConditionCount, AMillionIsTheMost) {
  EXPECT_EQ(size_refusal({}), "");
  EXPECT_EQ(size_refusal({1000, 1000}), "");
  EXPECT_EQ(size_refusal({101, 9901}),
            "here: the levels of axis0 (101) x axis1 (9901) make 1000001 conditions, and at most 1000000 are allowed "
            "for one medium; use fewer levels or fewer axes");
}

TEST(ConditionCount, AProductThatOverflowsIsRefusedToo) {
  // 2 to the power of 64 is 0 in 64 bits.
  EXPECT_THAT(size_refusal(std::vector<std::size_t>(64, 2)),
              testing::HasSubstr("make more than 18446744073709551615 conditions"));
  EXPECT_THAT(size_refusal(std::vector<std::size_t>(70, 10)), testing::HasSubstr("make more than "));
}

TEST(FullFactorial, CleanIsTheConditionOfEmptyLevelsAndIsMadeOnce) {
  const MediaSettings settings = settings_of({noise_axis(), device_axis()});
  EXPECT_EQ(std::ranges::count(all_conditions(settings), true, &Condition::is_clean), 1);
  EXPECT_THAT(all_conditions(settings), SizeIs(6));
}

TEST(FullFactorial, CleanStandsOutsideWhereAnAxisHasNoEmptyLevel) {
  Axis device = device_axis();
  device.levels.erase(device.levels.begin());
  EXPECT_THAT(names(settings_of({noise_axis(), device})),
              ElementsAre("clean+clean (clean)", "none+phone", "fan+phone", "alarm+phone"));
}

TEST(FullFactorial, WithoutACleanReferenceTheConditionGoesToo) {
  MediaSettings settings = settings_of({noise_axis(), device_axis()});
  settings.design.include_clean = false;
  EXPECT_THAT(names(settings), ElementsAre("none+phone", "fan+studio", "fan+phone", "alarm+studio", "alarm+phone"));
  settings.axes[1].levels.erase(settings.axes[1].levels.begin());
  EXPECT_THAT(names(settings), ElementsAre("none+phone", "fan+phone", "alarm+phone"));
}

TEST(FullFactorial, WithoutAxesThereIsTheCleanReferenceOnly) {
  const std::vector<Condition> conditions = all_conditions(settings_of({}));
  ASSERT_THAT(conditions, SizeIs(1));
  EXPECT_TRUE(conditions[0].is_clean);
}

TEST(FullFactorial, CountsMultiply) {
  std::vector<Axis> axes;
  for (const int levels : {2, 3, 5, 7}) {
    Axis axis{"axis" + std::to_string(levels), {{"none", {}}}};
    for (int i = 1; i < levels; ++i) {
      axis.levels.push_back({"level" + std::to_string(i), {made_step(kNoise, static_cast<double>(i))}});
    }
    axes.push_back(axis);
  }
  const std::vector<std::string> list = names(settings_of(axes));
  EXPECT_THAT(list, SizeIs(2 * 3 * 5 * 7));
  EXPECT_THAT(std::set(list.begin(), list.end()), SizeIs(2 * 3 * 5 * 7));
}

TEST(Chains, AxesAreMergedByStageAndStayInOrderInside) {
  const Axis first{"first", {{"x", {made_step(kNoise, 1.0), made_step(kPhone, 1.0)}}}};
  const Axis second{"second", {{"x", {made_step(kVoice, 1.0), made_step(kOther, 1.0), made_step(kNoise, 2.0)}}}};
  MediaSettings settings = settings_of({first, second});
  settings.design.include_clean = false;
  EXPECT_THAT(steps(all_conditions(settings).at(0)),
              ElementsAre("second:voice.rate:0", "first:noise.fan:0", "second:noise.alarm:0", "second:noise.fan:0",
                          "first:channel.phone:0"));
  settings.design.order = Order::as_written;
  EXPECT_THAT(steps(all_conditions(settings).at(0)),
              ElementsAre("first:noise.fan:0", "first:channel.phone:0", "second:voice.rate:0", "second:noise.alarm:0",
                          "second:noise.fan:0"));
}

TEST(Chains, OrdinalsCountTheSameAugmenterInItsOwnLevel) {
  const Axis first{"first", {{"x", {made_step(kNoise, 1.0), made_step(kOther, 1.0), made_step(kNoise, 2.0)}}}};
  const Axis second{"second", {{"x", {made_step(kNoise, 3.0)}}}};
  MediaSettings settings = settings_of({first, second});
  settings.design.include_clean = false;
  EXPECT_THAT(steps(all_conditions(settings).at(0)),
              ElementsAre("first:noise.fan:0", "first:noise.alarm:0", "first:noise.fan:1", "second:noise.fan:0"));
}

class Keys : public testing::Test {
 protected:
  [[nodiscard]] std::uint64_t key(const ChainStep& step, const std::string& source = "") const {
    return step_random(config_, step, /*realization=*/3, source).key;
  }

  Config config_;
  Step step_ = made_step(kNoise, 1.0);
  ChainStep chain_step_{&step_, "noise", "fan", 0};
};

TEST_F(Keys, ALadderOfLevelsSharesOneDraw) {
  const Step louder = made_step(kNoise, 20.0);
  EXPECT_EQ(key(chain_step_), key({&louder, "noise", "fan_loud", 0}));
}

TEST_F(Keys, SeedAxisAugmenterVersionAndOrdinalAreInTheKey) {
  const Step other = made_step(kOther, 1.0);
  const Step next = made_step(kNoiseNext, 1.0);
  std::set<std::uint64_t> keys = {key(chain_step_)};
  keys.insert(key({&step_, "device", "fan", 0}));
  keys.insert(key({&step_, "noise", "fan", 1}));
  keys.insert(key({&other, "noise", "fan", 0}));
  keys.insert(key({&next, "noise", "fan", 0}));
  config_.seed = 1;
  keys.insert(key(chain_step_));
  config_.seed = 1ULL << 40U;
  keys.insert(key(chain_step_));
  EXPECT_THAT(keys, SizeIs(7));
}

TEST_F(Keys, TheSourceIsInTheKeyUnderIndependentPairingOnly) {
  EXPECT_NE(key(chain_step_, "a"), key(chain_step_, "b"));
  EXPECT_NE(key(chain_step_, "a"), key(chain_step_));
}

TEST_F(Keys, TheRealizationIsHandedOn) {
  EXPECT_EQ(step_random(config_, chain_step_, 5, "").realization, 5U);
  EXPECT_EQ(step_random(config_, chain_step_, 5, "").key, key(chain_step_));
}

TEST(DrawValues, RangesAreDrawnAndTheRestIsHandedOn) {
  const Step step = {&kNoise, {Range{5.0, 20.0}, std::string("site")}};
  std::set<double> drawn;
  for (std::uint32_t realization = 0; realization < 200; ++realization) {
    const std::vector<Value> values = draw_values(step, {/*key=*/7, realization});
    ASSERT_THAT(values, SizeIs(2));
    const double value = std::get<double>(values[0]);
    EXPECT_GE(value, 5.0);
    EXPECT_LT(value, 20.0);
    EXPECT_EQ(std::get<std::string>(values[1]), "site");
    EXPECT_EQ(std::get<double>(draw_values(step, {7, realization})[0]), value) << "the same draw twice";
    drawn.insert(value);
  }
  EXPECT_THAT(drawn, SizeIs(200));
  EXPECT_LT(*drawn.begin(), 6.0);
  EXPECT_GT(*drawn.rbegin(), 19.0);
}

TEST(DrawValues, ANeighboursRangeDoesNotMoveADraw) {
  StepSchema schema = made_schema("two", Stage::scene);
  schema.parameters[1] = schema.parameters[0];
  schema.parameters[1].name = "second";
  const Step fixed = {&schema, {1.0, Range{0.0, 1.0}}};
  const Step both = {&schema, {Range{0.0, 1.0}, Range{0.0, 1.0}}};
  const std::vector<Value> values = draw_values(both, {7, 0});
  EXPECT_EQ(draw_values(fixed, {7, 0})[1], values[1]);
  EXPECT_NE(values[0], values[1]) << "the parameter's name is in the stream";
}

TEST(Canonical, EqualTextMeansEqualBehaviour) {
  std::set<std::string> texts;
  const std::vector<Setting> settings = {
      std::monostate{}, 1.0, 1.0000000000000002, 0.1, true, false, std::string("true"), Range{1.0, 2.0},
      Range{1.0, 2.5}};
  for (const Setting& setting : settings) {
    texts.insert(canonical({&kNoise, {setting, {}}}));
  }
  texts.insert(canonical({&kNoiseNext, {1.0, {}}}));
  texts.insert(canonical({&kOther, {1.0, {}}}));
  texts.insert(canonical({&kNoise, {{}, 1.0}}));
  EXPECT_THAT(texts, SizeIs(settings.size() + 3));
  EXPECT_EQ(canonical(made_step(kNoise, 0.1)), "noise.fan v1 strength=0.1 from=-");
}

}  // namespace
}  // namespace fairground
