// Whole scenes in rooms, measured on the files.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/core/error.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/weighted_level.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

constexpr double kSnrToleranceDb = 0.2;
constexpr double kActiveLevelToleranceDb = 0.05;

const std::string kRoom = "room: {none: [], office: [{room.shoebox: {rt60_s: 0.5, distance_m: 2}}]}";
const std::string kRest =
    "gates: {clipped_fraction: 0.01}\ndesign: {realizations: 2}\noutput: {directory: out, audio: {format: wav}}";

Audio less(const Audio& a, const Audio& b) {
  Audio rest = a;
  for (std::size_t i = 0; i < rest.samples.size(); ++i) {
    rest.samples[i] -= b.samples[i];
  }
  return rest;
}

double active_db(const Audio& audio) { return measure_speech_level(audio).active_level_dbov; }

/// The lag at which `b` is most like `a`.
int best_lag(const Audio& a, const Audio& b, int most) {
  double best = 0.0;
  int best_at = -most - 1;
  for (int lag = -most; lag <= most; ++lag) {
    double sum = 0.0;
    for (std::size_t i = static_cast<std::size_t>(most); i + static_cast<std::size_t>(most) < a.frames(); ++i) {
      sum += static_cast<double>(a.samples[i]) * b.samples[static_cast<std::size_t>(static_cast<int>(i) + lag)];
    }
    if (sum > best) {
      best = sum;
      best_at = lag;
    }
  }
  return best_at;
}

class RoomTest : public RenderTest {};

// Variants share what their source's speech and noise are in a room. None may hang on which others were made before.
TEST_F(RoomTest, AVariantIsTheSameAloneAndBehindOthers) {
  add_speech("a", 2.1, 16000, 1);
  add_speech("b", 3.3, 16000, 2);
  const std::string axes =
      "{room: {none: [], office: [{room.shoebox: {rt60_s: 0.6, distance_m: 2}}], cell: "
      "[{room.shoebox: {rt60_s: 0.2}}]}, noise: {none: [], pink: [{noise.coloured: {snr_db: 5}}], "
      "early: [{noise.coloured: {snr_db: 5, reference: early}}], "
      "two: [{noise.coloured: {snr_db: 5}}, {noise.hvac: {snr_db: 12}}]}, "
      "voice: {plain: [], slow: [{voice.tempo: {rate: 0.9}}]}}";
  const auto set = make_audio("", axes, kRest);
  for (const std::size_t source : {1U, 0U}) {
    const std::vector<Outcome> together = set->render(source);
    ASSERT_GE(together.size(), 16U);
    for (const Outcome& outcome : together) {
      ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
      const auto fresh = make_audio("", axes, kRest);
      const DecodedSource decoded = decode_source(fresh->plan, Media::audio, source);
      const Outcome alone = render_variant(fresh->workshop, outcome.index, decoded);
      EXPECT_EQ(alone.sha256, outcome.sha256) << outcome.index;
      EXPECT_EQ(alone.record, outcome.record);
      // As replay makes it, which knows of one room only.
      const Workshop small(fresh->plan, outcome.variant);
      EXPECT_EQ(render_variant(small, outcome.index, decode_source(fresh->plan, Media::audio, source)).sha256,
                outcome.sha256);
    }
  }
}

TEST_F(RoomTest, KeepsTheLevelAndTheTimeOfSpeech) {
  for (int i = 0; i < 4; ++i) {
    add_speech("s" + std::to_string(i), 2.0 + 0.4 * i, 16000, static_cast<std::uint64_t>(i));
  }
  const auto set = make_audio("", "{" + kRoom + "}", kRest);
  for (std::size_t source = 0; source < 4; ++source) {
    const std::vector<Outcome> outcomes = set->render(source);
    ASSERT_EQ(outcomes.size(), 2U);
    const Audio clean = decode(outcomes[0]);
    const Audio office = decode(outcomes[1]);
    EXPECT_NEAR(active_db(office), -26.0, kActiveLevelToleranceDb);
    EXPECT_EQ(office.frames(), clean.frames());
    EXPECT_NE(office.samples, clean.samples);
    EXPECT_EQ(best_lag(clean, office, 40), 0);
    const ordered_json room = measured_of(outcomes[1]).at("room");
    EXPECT_NEAR(room.at("distance_m").get<double>(), 2.0, 1e-6);
    EXPECT_NEAR(room.at("delay_s").get<double>(), 2.0 / 343.0, 1e-6);
    // One position: three times the deviation that ISO 3382-2 gives the mean of two octaves.
    EXPECT_NEAR(room.at("t20_s").get<double>(), 0.5, 0.5 * 3 * 0.88 * std::sqrt(1.19 / (0.71 * 1500.0 * 0.5)));
    EXPECT_TRUE(room.contains("clarity_50_db") && room.contains("direct_to_reverberant_db"));
  }
}

TEST_F(RoomTest, LetsSpeechFallWithDistanceIfTold) {
  add_speech("s", 3.0, 16000, 1);
  const auto set =
      make_audio("",
                 "{room: {none: [], near: [{room.shoebox: {distance_m: 0.5, level: natural, rt60_s: 0.3}}], "
                 "far: [{room.shoebox: {distance_m: 3, level: natural, rt60_s: 0.3}}]}}",
                 kRest);
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 3U);
  const double near_db = active_db(decode(outcomes[1])) + 26.0;
  const double far_db = active_db(decode(outcomes[2])) + 26.0;
  EXPECT_GT(near_db, 6.0);  // the direct sound alone
  EXPECT_LT(near_db, 9.0);
  EXPECT_GT(far_db, -9.54);
  EXPECT_LT(far_db, near_db - 3.0);
}

TEST_F(RoomTest, MeetsTheSnrInEveryBand) {
  add_speech("a", 2.5, 16000, 1);
  add_speech("b", 4.0, 16000, 2);
  const auto set = make_audio("",
                              "{noise: {none: [], full: [{noise.coloured: {colour: pink, snr_db: 5}}], weighted: "
                              "[{noise.coloured: {colour: pink, snr_db: 5, band: a_weighted}}], telephone: "
                              "[{noise.coloured: {colour: pink, snr_db: 5, band: 300-3400}}], dba: [{noise.coloured: "
                              "{colour: pink, noise_dba: 55}}]}, " +
                                  kRoom + "}",
                              kRest);
  const std::map<std::string, Weighting> bands{{"full", Weighting::full},
                                               {"weighted", Weighting::a_weighted},
                                               {"telephone", Weighting::telephone},
                                               {"dba", Weighting::a_weighted}};
  for (std::size_t source = 0; source < 2; ++source) {
    std::map<std::string, std::map<std::string, Audio>> files;
    for (const Outcome& outcome : set->render(source)) {
      const ordered_json record = record_of(outcome);
      files[record.at("room")][record.at("noise")] = decode(outcome);
    }
    for (const auto& [room, by_noise] : files) {
      const Audio& speech = by_noise.at("none");
      const SpeechLevel level = measure_speech_level(speech);
      for (const auto& [noise, band] : bands) {
        const double speech_db = db_from_power(weighted_power(speech, band) / level.activity_factor);
        const double noise_db = db_from_power(weighted_power(less(by_noise.at(noise), speech), band));
        // The A-weighted level of the source stands for 60 dBA, and a room that keeps the level changes its spectrum.
        const Audio& clean = files.at("none").at("none");
        const double expected =
            noise != "dba"
                ? 5.0
                : 5.0 + speech_db -
                      db_from_power(weighted_power(clean, band) / measure_speech_level(clean).activity_factor);
        EXPECT_NEAR(speech_db - noise_db, expected, kSnrToleranceDb) << room << " " << noise;
      }
    }
  }
}

TEST_F(RoomTest, RefersToEarlySpeechIfTold) {
  add_speech("a", 3.0, 16000, 1);
  const auto set =
      make_audio("",
                 "{noise: {none: [], early: [{noise.coloured: {colour: pink, snr_db: 5, reference: early}}]}, "
                 "room: {none: [], hall: [{room.shoebox: {rt60_s: 1.2, distance_m: 4, length_m: 12, width_m: 9}}]}}",
                 kRest);
  const std::vector<Outcome> outcomes = set->render(0);
  std::map<std::string, std::map<std::string, Audio>> files;
  const Condition* in_hall = nullptr;
  for (const Outcome& outcome : outcomes) {
    const ordered_json record = record_of(outcome);
    files[record.at("room")][record.at("noise")] = decode(outcome);
    if (record.at("room") == "hall") {
      in_hall = &set->plan.of(Media::audio).conditions[outcome.variant.condition];
    }
  }
  const auto noise_db = [&](const std::string& room) {
    return db_from_power(mean_power(less(files[room]["early"], files[room]["none"]).samples));
  };
  EXPECT_NEAR(active_db(files["none"]["none"]) - noise_db("none"), 5.0, kSnrToleranceDb);

  // The early part by the sum that defines it, scaled as the whole speech was.
  const auto step =
      std::ranges::find_if(in_hall->chain, [](const ChainStep& s) { return s.step->schema->name == "room.shoebox"; });
  const StepRandom random = step_random(set->config, *step, outcomes[0].variant.realization, "");
  const RoomResponse response =
      set->workshop.prepared(*step->step, 16000).room("speech", draw_values(*step->step, random), random);
  const Audio dry = decode_source(set->plan, Media::audio, 0).audio;
  Audio early = dry;
  Audio whole = dry;
  for (std::size_t n = 0; n < dry.frames(); ++n) {
    double sum = 0.0;
    double early_sum = 0.0;
    for (std::size_t k = 0; k < response.samples.size(); ++k) {
      const std::size_t at = n + response.direct;
      if (at < k || at - k >= dry.frames()) {
        continue;
      }
      const double part = static_cast<double>(response.samples[k]) * dry.samples[at - k];
      sum += part;
      early_sum += k < response.direct + 800 ? part : 0.0;
    }
    whole.samples[n] = static_cast<float>(sum);
    early.samples[n] = static_cast<float>(early_sum);
  }
  const double gain_db = active_db(files["hall"]["none"]) - active_db(whole);
  EXPECT_NEAR(active_db(early) + gain_db - noise_db("hall"), 5.0, kSnrToleranceDb);
  EXPECT_LT(active_db(early), active_db(whole) - 1.0);  // or the test could not tell
}

TEST_F(RoomTest, PutsEventsIntoTheRoomAtTheirLevel) {
  add_speech("a", 4.0, 16000, 1);
  const auto set =
      make_audio("", "{noise: {none: [], alarm: [{noise.alarm: {priority: high, snr_db: 5}}]}, " + kRoom + "}", kRest);
  for (const Outcome& outcome : set->render(0)) {
    if (record_of(outcome).at("noise") != "alarm") {
      continue;
    }
    ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
    const ordered_json stem = measured_of(outcome).at("stems").at(0);
    EXPECT_GE(stem.at("events").size(), 5U);
    // Pulses stand in the last one's reverberation, which the example of a single pulse does not have.
    EXPECT_NEAR(stem.at("snr_db").get<double>(), 5.0, 1.0) << record_of(outcome).at("room");
  }
}

// All sources that are dealt a realization meet one noise at one place, and nothing hangs on what was made before.
TEST_F(RoomTest, IsTheSameForAllSourcesAndInAnyOrder) {
  add_speech("a", 2.0, 16000, 1);
  add_speech("b", 4.5, 16000, 2);
  const std::string axes =
      "{noise: {none: [], hiss: [{noise.coloured: {colour: pink, snr_db: 0}}], mri: [{noise.mri: "
      "{snr_db: 0}}]}, " +
      kRoom + "}";
  const std::string rest = "design: {realizations: 1}\ngates: {clipped_fraction: 0.5}\noutput: {directory: out}";
  const auto one = make_audio("", axes, rest);
  const std::vector<Outcome> a = one->render(0);
  const std::vector<Outcome> b = one->render(1);
  const auto other = make_audio("", axes, rest);
  const std::vector<Outcome> b_first = other->render(1);
  const std::vector<Outcome> a_then = other->render(0);
  std::map<std::string, std::pair<Audio, Audio>> files;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].file, a_then[i].file);
    EXPECT_EQ(b[i].file, b_first[i].file);
    EXPECT_EQ(a[i].record, a_then[i].record);
    files[record_of(a[i]).at("noise").get<std::string>() + " " + record_of(a[i]).at("room").get<std::string>()] = {
        decode(a[i]), decode(b[i])};
  }
  for (const std::string noise : {"hiss", "mri"}) {
    Audio in_a = less(files[noise + " office"].first, files["none office"].first);
    Audio in_b = less(files[noise + " office"].second, files["none office"].second);
    in_b.samples.resize(in_a.samples.size());
    double aa = 0.0, ab = 0.0, bb = 0.0;
    for (std::size_t i = 0; i < in_a.samples.size(); ++i) {
      aa += static_cast<double>(in_a.samples[i]) * in_a.samples[i];
      ab += static_cast<double>(in_a.samples[i]) * in_b.samples[i];
      bb += static_cast<double>(in_b.samples[i]) * in_b.samples[i];
    }
    // But for the gain and the rounding to 16 bits.
    EXPECT_GT(ab / std::sqrt(aa * bb), 0.99999) << noise;
  }
}

TEST_F(RoomTest, TakesStereoAndSurround) {
  for (const int channels : {2, 6}) {
    rows_.clear();
    Audio audio(16000, channels, 32000);
    for (int channel = 0; channel < channels; ++channel) {
      std::ranges::copy(speech_like(2.0, 16000, -30, static_cast<std::uint64_t>(channel + 1)),
                        audio.channel(channel).begin());
    }
    add("c" + std::to_string(channels), audio);
    const auto set = make_audio(", channels: keep", "{" + kRoom + "}", kRest);
    const std::vector<Outcome> outcomes = set->render(0);
    const Audio office = decode(outcomes.at(1));
    EXPECT_EQ(office.channels, channels);
    EXPECT_EQ(office.frames(), 32000U);
    EXPECT_NEAR(active_db(office), -26.0, kActiveLevelToleranceDb);
  }
}

TEST_F(RoomTest, TakesEveryRateWithNoise) {
  for (const int rate : {8000, 44100, 192000}) {
    rows_.clear();
    add_speech("r" + std::to_string(rate), 1.5, rate, 1);
    const auto set =
        make_audio("",
                   "{noise: {none: [], alarm: [{noise.alarm: {snr_db: 5, first_event_s: 0.1}}], hum: [{noise.hvac: "
                   "{snr_db: 5}}]}, " +
                       kRoom + "}",
                   kRest);
    for (const Outcome& outcome : set->render(0)) {
      ASSERT_EQ(outcome.fate, Fate::written) << rate << ": " << outcome.reason;
      const Audio file = decode(outcome);
      EXPECT_EQ(file.sample_rate, rate);
      EXPECT_EQ(file.frames(), static_cast<std::size_t>(1.5 * rate));
      EXPECT_NEAR(measured_of(outcome).at("speech_active_level_dbov").get<double>(), -26.0, kActiveLevelToleranceDb);
    }
  }
}

// Microphones have offsets, rooms do not let them through; and an offset alone is no speech that could be levelled.
TEST_F(RoomTest, LetsNoOffsetThrough) {
  Audio speech = mono(16000, speech_like(3.0, 16000, -30, 1));
  for (float& sample : speech.samples) {
    sample += 0.01F;
  }
  add("speech", speech);
  Audio offset(16000, 1, 48000);
  std::ranges::fill(offset.samples, 0.1F);
  add("offset", offset);
  const auto set =
      make_audio("", "{noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: 20}}]}, " + kRoom + "}", kRest);
  for (const Outcome& outcome : set->render(0)) {
    const Audio file = decode(outcome);
    double mean = 0.0;
    for (std::size_t i = 8000; i < file.frames(); ++i) {
      mean += file.samples[i] / static_cast<double>(file.frames() - 8000);
    }
    const bool in_room = record_of(outcome).at("room") == "office";
    if (in_room) {
      EXPECT_NEAR(mean, 0.0, 0.001);
    } else {
      EXPECT_GT(mean, 0.01);  // what it had, and a little more
    }
  }
  for (const Outcome& outcome : set->render(1)) {
    if (outcome.fate == Fate::written) {
      EXPECT_EQ(decode(outcome).frames(), 48000U);
    } else {
      EXPECT_EQ(outcome.fate, Fate::rejected);
      EXPECT_FALSE(outcome.reason.empty());
    }
  }
}

TEST_F(RoomTest, ReadsImpulseResponses) {
  // Half a second of nothing, the direct sound, and an echo 0.1 s later.
  Audio response(16000, 1, 16000);
  response.samples[8000] = 0.5F;
  response.samples[9600] = 0.25F;
  write_wav(folder_ / "rir/a.wav", response);
  add_speech("a", 2.0, 16000, 1);
  const auto set = make_audio("", "{room: {none: [], own: [{room.impulse_response: {from: rooms, level: natural}}]}}",
                              "assets: {rooms: {files: \"rir/*.wav\"}}\n" + kRest);
  const std::vector<Outcome> outcomes = set->render(0);
  const Audio clean = decode(outcomes.at(0));
  const Audio own = decode(outcomes.at(1));
  for (std::size_t i = 1600; i < own.samples.size(); ++i) {
    // Three roundings to 16 bits.
    ASSERT_NEAR(own.samples[i], 0.5F * clean.samples[i] + 0.25F * clean.samples[i - 1600], 2.0 / 32768.0) << i;
  }
  EXPECT_NEAR(measured_of(outcomes.at(1)).at("room").at("delay_s").get<double>(), 0.5, 1e-4);
}

TEST_F(RoomTest, RefusesResponsesOfSeveralChannels) {
  Audio response(16000, 2, 100);
  std::ranges::fill(response.samples, 0.1F);
  write_wav(folder_ / "rir/a.wav", response);
  add_speech("a", 2.0, 16000, 1);
  EXPECT_THROW(static_cast<void>(make_audio("", "{room: {own: [{room.impulse_response: {from: rooms}}]}}",
                                            "assets: {rooms: {files: \"rir/*.wav\"}}\n" + kRest)),
               UserError);
}

TEST_F(RoomTest, RefusesTwoRoomsInOneChain) {
  add_speech("a", 2.0, 16000, 1);
  try {
    static_cast<void>(
        make_audio("", "{" + kRoom + ", other: {none: [], small: [{room.shoebox: {rt60_s: 0.2}}]}}", kRest));
    FAIL() << "it was taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("nobody is in two rooms at once"));
  }
}

TEST_F(RoomTest, RejectsSilenceWhoseLevelCannotBeKept) {
  add("silence", Audio(16000, 1, 32000));
  const auto set = make_audio(", active_level: keep", "{" + kRoom + "}", kRest);
  const std::vector<Outcome> outcomes = set->render(0);
  EXPECT_EQ(outcomes.at(0).fate, Fate::written);
  EXPECT_EQ(outcomes.at(1).fate, Fate::rejected);
  EXPECT_THAT(outcomes.at(1).reason, testing::HasSubstr("a room cannot keep its level"));
}

}  // namespace
}  // namespace fairground
