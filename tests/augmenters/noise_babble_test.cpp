// The claims of noise.babble: who speaks, how many of each label, and all at one level.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "augmenters/audio/parts/talkers.h"
#include "pipeline/core/error.h"
#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/talker_pool.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::SizeIs;

constexpr int kRate = 16000;
constexpr std::uint64_t kKey = 0xBABB1E;

NoiseSound babble(const Assets& assets, std::int64_t talkers, std::uint32_t realization, std::size_t frames = 100,
                  int channels = 1) {
  return make_noise("noise.babble", {{"from", std::string("pool")}, {"snr_db", 0.0}, {"talkers", talkers}},
                    {kRate, channels, frames}, {kKey, realization}, &assets);
}

std::vector<std::string> refusals(const Assets& assets, std::int64_t talkers) {
  try {
    static_cast<void>(babble(assets, talkers, 0));
  } catch (const UserError& error) {
    return error.messages();
  }
  return {};
}

double tone_hz(int talker) { return 200.0 + 50.0 * talker; }

// Talkers as tones, soft and loud: the spectrum tells who is heard, and how loud, without a look at the labels.
TEST(NoiseBabble, SoundsOfThoseWhomItsLabelsNameAllAtOneLevel) {
  constexpr int kTalkers = 20;
  // The fades at the joints, 1 % of the time, put as much of a tone's amplitude beside it at the most.
  constexpr double kLeak = 0.02;
  constexpr double kLevelDb = 0.1;  // P.56 leaves out the moment in which its envelope rises, 1 % of these tones
  MadePool pool;
  for (int i = 0; i < kTalkers; ++i) {
    pool.add_tone("t" + std::to_string(i), tone_hz(i), amplitude_from_db(-40.0 + 2.0 * (i * 7 % kTalkers)), 4.0);
  }
  const Assets assets = pool.load({kRate});
  const double expected = amplitude_from_db(-26.0) * std::sqrt(2.0);
  double largest_db = 0.0;
  for (std::uint32_t realization = 0; realization < 10; ++realization) {
    const NoiseSound sound = babble(assets, 8, realization, std::size_t{4} * kRate);
    EXPECT_THAT(sound.voices, SizeIs(8));
    EXPECT_TRUE(sound.events.empty());
    for (int i = 0; i < kTalkers; ++i) {
      const double amplitude = tone_in(sound.signal.samples, kRate, tone_hz(i));
      if (std::ranges::count(sound.voices, "t" + std::to_string(i)) == 1) {
        largest_db = std::max(largest_db, std::abs(db_from_amplitude(amplitude / expected)));
      } else {
        EXPECT_LT(amplitude, kLeak * expected) << "talker " << i << " is heard, but not named";
      }
    }
  }
  EXPECT_LT(largest_db, kLevelDb);
  RecordProperty("largest_error_db", std::to_string(largest_db));
}

// Recordings of one person, too, as far apart as those of different microphones.
TEST(NoiseBabble, BringsEveryRecordingToOneActiveLevel) {
  // What is left after the gain was found, and what the fades at the ends take away.
  constexpr double kToleranceDb = 0.05;
  for (const int rate : {8000, 16000, 48000}) {
    MadePool pool;
    for (int i = 0; i < 12; ++i) {
      pool.add_speech("t" + std::to_string(i / 3), 3.0 + i % 4, rate, i + 1, -55.0 + 4.0 * i);
    }
    const Assets assets = pool.load({rate});
    const Talkers talkers("pool", 3, {rate, &assets});
    ASSERT_THAT(talkers.all(), SizeIs(4));
    double largest_db = 0.0;
    for (const Talker& talker : talkers.all()) {
      EXPECT_THAT(talker.takes, SizeIs(3));
      std::size_t start = 0;
      for (const Talker::Take& take : talker.takes) {
        std::vector<float> heard(take.samples.size());
        talker.add_to(heard, start);
        start += take.samples.size();
        largest_db = std::max(largest_db, std::abs(measure_speech_level(heard, rate).active_level_dbov + 26.0));
      }
      EXPECT_EQ(start, talker.period);
    }
    EXPECT_LT(largest_db, kToleranceDb) << rate;
    RecordProperty("largest_error_db_" + std::to_string(rate), std::to_string(largest_db));
  }
}

TEST(NoiseBabble, LetsEachTalkerGoRoundWithoutClicks) {
  MadePool pool;
  for (int i = 0; i < 3; ++i) {
    Audio loud(kRate, 1, 1000);  // full scale from the first sample to the last
    std::ranges::fill(loud.samples, i == 1 ? -0.9F : 0.9F);
    loud.samples[static_cast<std::size_t>(i)] *= 0.99F;  // or the files would be the same
    pool.add("one", loud);
  }
  const Assets assets = pool.load({kRate});
  const Talkers talkers("pool", 1, {kRate, &assets});
  std::vector<float> rounds(9000);
  const Talker& talker = talkers.all()[0];
  talker.add_to(rounds, 123);
  const float loudest = std::ranges::max(rounds);
  for (std::size_t i = 1; i < rounds.size(); ++i) {
    // A fade of 80 samples; a joint without one would be a step of once or twice the loudest.
    ASSERT_LT(std::abs(rounds[i] - rounds[i - 1]), 1.5F * loudest / 80.0F) << i;
  }
  std::vector<float> later(6000);
  talker.add_to(later, (123 + 3000) % talker.period);
  EXPECT_TRUE(std::ranges::equal(later, std::span(rounds).subspan(3000)));
}

/// `each` talkers of every language.
MadePool languages(const std::vector<std::string>& names, int each) {
  MadePool pool;
  int number = 0;
  for (const std::string& language : names) {
    for (int i = 0; i < each; ++i) {
      const double hz = 200.0 + 10.0 * number++;
      pool.add_tone(language + std::to_string(i), hz, 0.1, 1.0, {language});
    }
  }
  return pool;
}

TEST(NoiseBabble, HasEachLabelEquallyOften) {
  const std::vector<std::string> names{"de", "en", "es", "fr"};
  const MadePool pool = languages(names, 5);
  const Assets assets = pool.load({kRate});
  for (const std::int64_t talkers : {4, 8, 16}) {
    for (std::uint32_t realization = 0; realization < 20; ++realization) {
      std::map<std::string, std::int64_t> heard;
      const NoiseSound sound = babble(assets, talkers, realization);
      EXPECT_THAT(std::set<std::string>(sound.voices.begin(), sound.voices.end()), SizeIs(talkers)) << "somebody twice";
      for (const std::string& voice : sound.voices) {
        ++heard[voice.substr(0, 2)];
      }
      for (const std::string& language : names) {
        EXPECT_EQ(heard[language], talkers / 4) << talkers << " talkers, realization " << realization;
      }
    }
  }
}

// What does not divide goes round: after any number of realizations no label is ahead by more than one.
TEST(NoiseBabble, LetsTheRestGoRoundOverRealizations) {
  const std::vector<std::string> names{"de", "en", "es", "fr", "it"};
  const MadePool pool = languages(names, 4);
  const Assets assets = pool.load({kRate});
  for (const std::int64_t talkers : {3, 6, 7, 8, 9, 11}) {
    std::map<std::string, std::int64_t> heard;
    for (std::uint32_t realization = 0; realization < 40; ++realization) {
      std::map<std::string, std::int64_t> now;
      for (const std::string& voice : babble(assets, talkers, realization).voices) {
        ++heard[voice.substr(0, 2)];
        ++now[voice.substr(0, 2)];
      }
      std::vector<std::int64_t> totals;
      for (const std::string& language : names) {
        totals.push_back(heard[language]);
        EXPECT_GE(now[language], talkers / 5);
        EXPECT_LE(now[language], (talkers + 4) / 5);
      }
      EXPECT_LE(std::ranges::max(totals) - std::ranges::min(totals), 1) << talkers << ", " << realization;
    }
  }
}

TEST(NoiseBabble, DrawsEverybodyAlike) {
  constexpr int kTalkers = 10;
  constexpr int kDrawn = 4;
  constexpr std::uint32_t kDraws = 2000;
  MadePool pool;
  for (int i = 0; i < kTalkers; ++i) {
    pool.add_tone("t" + std::to_string(i), tone_hz(i), 0.1);
  }
  const Assets assets = pool.load({kRate});
  const Talkers talkers("pool", kDrawn, {kRate, &assets});
  std::map<std::string, int> heard;
  std::set<std::set<std::string>> casts;
  for (std::uint32_t realization = 0; realization < kDraws; ++realization) {
    std::set<std::string> cast;
    for (const Talker* talker : talkers.draw({kKey, realization})) {
      ++heard[talker->subject];
      cast.insert(talker->subject);
    }
    EXPECT_THAT(cast, SizeIs(kDrawn));
    casts.insert(cast);
  }
  EXPECT_THAT(casts, SizeIs(210)) << "every four of ten";
  const double share = static_cast<double>(kDrawn) / kTalkers;
  const double deviation = std::sqrt(kDraws * share * (1.0 - share));
  for (const auto& [subject, count] : heard) {
    EXPECT_NEAR(count, kDraws * share, 4.0 * deviation) << subject;
  }
}

TEST(NoiseBabble, BeginsAtOtherMomentsInOtherRealizations) {
  MadePool pool;
  for (int i = 0; i < 3; ++i) {
    pool.add_speech("t" + std::to_string(i), 20.0, kRate, i + 1);
  }
  const Assets assets = pool.load({kRate});
  const Talkers talkers("pool", 3, {kRate, &assets});
  for (const Talker& talker : talkers.all()) {
    constexpr int kDraws = 1000;
    double sum = 0.0;
    for (std::uint32_t realization = 0; realization < kDraws; ++realization) {
      const std::size_t moment = talker.draw_moment({kKey, realization});
      ASSERT_LT(moment, talker.period);
      sum += static_cast<double>(moment) / static_cast<double>(talker.period) / kDraws;
    }
    EXPECT_NEAR(sum, 0.5, 4.0 / std::sqrt(12.0 * kDraws)) << talker.subject;
  }
  // All three always speak, so only the moments can differ.
  std::set<std::vector<float>> sounds;
  for (std::uint32_t realization = 0; realization < 20; ++realization) {
    sounds.insert(babble(assets, 3, realization, 8000).signal.samples);
  }
  EXPECT_THAT(sounds, SizeIs(20));
}

// One factor moves at a time: a babble of 8 is that of 4 with 4 more, who speak from the same moments.
TEST(NoiseBabble, OfMoreTalkersHoldsThatOfFewer) {
  const MadePool pool = languages({"de", "en", "es", "fr"}, 5);
  const Assets assets = pool.load({kRate});
  for (std::uint32_t realization = 0; realization < 10; ++realization) {
    EXPECT_THAT(babble(assets, 4, realization).voices, IsSubsetOf(babble(assets, 8, realization).voices));
  }
}

TEST(NoiseBabble, HangsOnNoNameAndNoOrder) {
  MadePool pool = languages({"de", "en"}, 4);
  const Assets assets = pool.load({kRate});
  std::ranges::reverse(pool.files());
  for (TalkerFile& file : pool.files()) {
    file.subject = "another " + file.subject;
    file.balance = {"x" + file.balance[0]};
  }
  const Assets renamed = pool.load({kRate});
  for (std::uint32_t realization = 0; realization < 10; ++realization) {
    const NoiseSound one = babble(assets, 5, realization, 2000);
    const NoiseSound other = babble(renamed, 5, realization, 2000);
    EXPECT_EQ(one.signal.samples, other.signal.samples);
    ASSERT_EQ(one.voices.size(), other.voices.size());
    for (std::size_t i = 0; i < one.voices.size(); ++i) {
      EXPECT_EQ("another " + one.voices[i], other.voices[i]);
    }
  }
}

TEST(NoiseBabble, IsTheSameOnEveryChannel) {
  const MadePool pool = languages({"de"}, 4);
  const Assets assets = pool.load({kRate});
  const NoiseSound wide = babble(assets, 3, 5, 3000, 6);
  for (int channel = 0; channel < 6; ++channel) {
    EXPECT_TRUE(std::ranges::equal(wide.signal.channel(channel), babble(assets, 3, 5, 3000).signal.samples));
  }
}

TEST(NoiseBabble, RefusesAPoolOfTooFew) {
  const Assets few = languages({"de"}, 4).load({kRate});
  EXPECT_TRUE(refusals(few, 4).empty());
  EXPECT_THAT(
      refusals(few, 5),
      testing::ElementsAre("asset 'pool': 5 different talkers are drawn at a time, but the pool has 4; add people "
                           "to the pool, or set fewer `talkers`"));
  MadePool uneven = languages({"de", "en", "es"}, 3);
  uneven.files().erase(uneven.files().begin() + 3, uneven.files().begin() + 5);
  uneven.files().pop_back();
  const Assets assets = uneven.load({kRate});
  EXPECT_TRUE(refusals(assets, 3).empty());
  // Of 8 talkers in three languages, some realizations want three of a language.
  EXPECT_THAT(refusals(assets, 8), testing::UnorderedElementsAre(
                                       AllOf(HasSubstr("up to 3 of them with `en`"), HasSubstr("the pool has 1")),
                                       AllOf(HasSubstr("up to 3 of them with `es`"), HasSubstr("the pool has 2"))));
}

TEST(NoiseBabble, ListsEveryRecordingWithoutALevel) {
  MadePool pool = languages({"de"}, 4);
  // Above digital silence, below what P.56 can hear.
  pool.add("quiet", mono(kRate, sine(1.0, kRate, 300, amplitude_from_db(-85.0))));
  pool.add("quieter", mono(kRate, sine(1.0, kRate, 300, amplitude_from_db(-90.0))));
  const Assets assets = pool.load({kRate});
  EXPECT_THAT(refusals(assets, 3),
              testing::Each(AllOf(HasSubstr("asset 'pool'"), HasSubstr("no active speech is found"),
                                  HasSubstr("take its row out"))));
  EXPECT_THAT(refusals(assets, 3), SizeIs(2));
}

}  // namespace
}  // namespace fairground
