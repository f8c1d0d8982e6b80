// One making of a noise serves every clip and level, and what is served is what would have been made.
#include "pipeline/flow/shared_noise.h"

#include <gtest/gtest.h>

#include "pipeline/core/parallel.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

NoiseSound serve(SharedNoise& shared, const Augmenter& augmenter, const PreparedNoise& make, const AudioShape& shape,
                 const std::vector<Value>& values, const StepRandom& random) {
  return shared.sound(noise_key(augmenter, shape, values, random), shape,
                      [&](const AudioShape& longer) { return make(longer, values, random); });
}

/// noise.alarm, counted.
class CountedNoise {
 public:
  CountedNoise()
      : made_([this](const AudioShape& shape, const std::vector<Value>& values, const StepRandom& random) {
          ++calls_;
          longest_ = std::max(longest_, shape.frames);
          return original_(shape, values, random);
        }) {}

  NoiseSound operator()(SharedNoise& shared, std::size_t frames, double snr_db = 10.0, double first_s = 0.1,
                        const StepRandom& random = {1, 2}) {
    return serve(shared, alarm_, made_, {16000, 1, frames}, values(snr_db, first_s), random);
  }
  [[nodiscard]] NoiseSound alone(std::size_t frames, double first_s = 0.1) const {
    return original_({16000, 1, frames}, values(0.0, first_s), {1, 2});
  }
  [[nodiscard]] int calls() const { return calls_; }
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  [[nodiscard]] std::vector<Value> values(double snr_db, double first_s) const {
    return values_of(alarm_.schema, {{"snr_db", snr_db}, {"first_event_s", first_s}});
  }

  const Augmenter& alarm_ = augmenter("noise.alarm");
  PreparedNoise original_ = alarm_.prepare_noise(values(0.0, 0.1), {16000, nullptr});
  PreparedNoise made_;
  int calls_ = 0;
  std::size_t longest_ = 0;
};

void expect_same(const NoiseSound& a, const NoiseSound& b) {
  EXPECT_EQ(a.signal.samples, b.signal.samples);
  EXPECT_EQ(a.active.samples, b.active.samples);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events[i].start_s, b.events[i].start_s);
    EXPECT_EQ(a.events[i].end_s, b.events[i].end_s);
  }
}

TEST(SharedNoise, IsMadeOnceForEveryLevelAndEveryShorterClip) {
  SharedNoise shared(kMegabyte);
  CountedNoise noise;
  for (const std::size_t frames : {40000U, 40000U, 100U, 20000U, 0U}) {
    expect_same(noise(shared, frames, 10.0 + static_cast<double>(frames)), noise.alone(frames));
  }
  EXPECT_EQ(noise.calls(), 1);
}

TEST(SharedNoise, GrowsByHalfForLongerClips) {
  SharedNoise shared(kMegabyte);
  CountedNoise noise;
  for (std::size_t frames = 10000; frames <= 20000; frames += 500) {
    expect_same(noise(shared, frames), noise.alone(frames));
  }
  EXPECT_EQ(noise.calls(), 3);
  EXPECT_EQ(noise.longest(), 22500U);
}

TEST(SharedNoise, IsAnotherForOtherParametersKeysAndRealizations) {
  SharedNoise shared(kMegabyte);
  CountedNoise noise;
  const std::vector<float> one = noise(shared, 16000).signal.samples;
  EXPECT_NE(noise(shared, 16000, 10.0, 0.2).signal.samples, one);
  static_cast<void>(noise(shared, 16000, 10.0, 0.1, {2, 2}));
  static_cast<void>(noise(shared, 16000, 10.0, 0.1, {1, 3}));
  EXPECT_EQ(noise.calls(), 4);
  EXPECT_EQ(noise(shared, 16000).signal.samples, one);
  EXPECT_EQ(noise.calls(), 4);
}

TEST(SharedNoise, ForgetsTheOldestAndKeepsNothingHuge) {
  SharedNoise shared(kMegabyte);
  CountedNoise noise;
  constexpr std::size_t kFifth = kMegabyte / sizeof(float) / 5;
  for (std::uint32_t i = 0; i < 5; ++i) {
    static_cast<void>(noise(shared, kFifth, 10.0, 0.1, {i, 0}));
  }
  EXPECT_EQ(noise.calls(), 5);
  static_cast<void>(noise(shared, kFifth, 10.0, 0.1, {4, 0}));
  EXPECT_EQ(noise.calls(), 5);
  static_cast<void>(noise(shared, kFifth, 10.0, 0.1, {0, 0}));
  EXPECT_EQ(noise.calls(), 6);

  static_cast<void>(noise(shared, 2 * kFifth, 10.0, 0.1, {9, 0}));
  static_cast<void>(noise(shared, 2 * kFifth, 10.0, 0.1, {9, 0}));
  EXPECT_EQ(noise.calls(), 8);
}

TEST(SharedNoise, ServesManyThreads) {
  SharedNoise shared(kMegabyte);
  const Augmenter& alarm = augmenter("noise.alarm");
  const std::vector<Value> values = values_of(alarm.schema, {{"snr_db", 0.0}});
  const PreparedNoise make = alarm.prepare_noise(values, {16000, nullptr});
  std::vector<NoiseSound> sounds(64);
  parallel_for(sounds.size(), /*jobs=*/4, [&](std::size_t i) {
    const AudioShape shape{16000, 1, 5000 + i % 7 * 1000};
    sounds[i] = serve(shared, alarm, make, shape, values, {i % 3, 0});
  });
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    expect_same(sounds[i], make({16000, 1, 5000 + i % 7 * 1000}, values, {i % 3, 0}));
  }
}

}  // namespace
}  // namespace fairground
