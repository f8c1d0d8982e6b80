// Voices through the renderer: noise in dBA beside a raised voice, what is refused, and where words go.
#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "pipeline/core/error.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Of files of 24 bits; the mixer's own tolerance is wider.
constexpr double kLevelDb = 0.1;
constexpr double kRaiseDb = 0.24 * 13.3 + 0.65 * 16.7;  // of the published slopes, from 30 to 60 dBA

constexpr const char* kWide = "gates: {clipped_fraction: 1}\noutput: {directory: out, audio: {format: wav, bits: 24}}";

const Outcome& outcome_of(const std::vector<Outcome>& outcomes, const std::string& voice, const std::string& noise) {
  for (const Outcome& outcome : outcomes) {
    const ordered_json record = record_of(outcome);
    if (record.at("voice") == voice && record.at("noise") == noise) {
      return outcome;
    }
  }
  throw std::logic_error("there is no such condition");
}

double difference_dbov(const Audio& a, const Audio& b) {
  double energy = 0.0;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    const double d = static_cast<double>(a.samples[i]) - b.samples[i];
    energy += d * d;
  }
  return db_from_power(energy / static_cast<double>(a.samples.size()));
}

TEST_F(RenderTest, RaisesTheVoiceAndLeavesTheNoiseWhereItIs) {
  add_speech("one", 3.0, 16000, 1);
  const auto set = make_audio(", active_level: -46",
                              "{voice: {still: [], raised: [{voice.lombard: {}}]}, "
                              "noise: {none: [], ward: [{noise.hvac: {noise_dba: 60}}]}}",
                              kWide);
  const std::vector<Outcome> outcomes = set->render(0);
  const Audio clean = decode(outcome_of(outcomes, "still", "none"));
  const Outcome& still = outcome_of(outcomes, "still", "ward");
  const Outcome& raised = outcome_of(outcomes, "raised", "ward");
  // Without noise there is nothing to react to.
  EXPECT_EQ(decode(outcome_of(outcomes, "raised", "none")).samples, clean.samples);

  // The speech at the mixer is louder by what was published, against noise of 60 dBA beside speech of 60 dBA.
  const auto snr_db = [](const Outcome& outcome) {
    return measured_of(outcome).at("stems").at(0).at("snr_db").get<double>();
  };
  EXPECT_NEAR(snr_db(still), 0.0, kLevelDb);
  EXPECT_NEAR(snr_db(raised), kRaiseDb, kLevelDb);
  EXPECT_NEAR(measured_of(raised).at("stems").at(0).at("requested_snr_db").get<double>(), kRaiseDb, kLevelDb);
  const double louder = measured_of(raised).at("speech_active_level_dbov").get<double>() -
                        measured_of(still).at("speech_active_level_dbov").get<double>();
  EXPECT_NEAR(louder, kRaiseDb, 3.0);  // not A-weighted, of a spectrum that the tilt changed

  // The noise itself is as loud as before: it is what is there beyond the speech.
  const Augmenter& lombard = augmenter("voice.lombard");
  const Audio speech = decode_source(set->plan, Media::audio, 0).audio;
  const Audio raised_speech =
      apply_audio(lombard, values_of(lombard.schema, {}), speech, {}, nullptr, {{std::nullopt, 60.0, Weighting::full}})
          .speech;
  EXPECT_NEAR(difference_dbov(decode(raised), raised_speech), difference_dbov(decode(still), speech), kLevelDb);
}

TEST_F(RenderTest, AnSnrStaysWhatItIsBesideARaisedVoice) {
  add_speech("one", 3.0, 16000, 1);
  const auto set = make_audio(", active_level: -46",
                              "{voice: {still: [], raised: [{voice.vocal_effort: {effort_db: 12}}]}, "
                              "noise: {none: [], ward: [{noise.hvac: {snr_db: 5}}]}}",
                              kWide);
  const Outcome raised = outcome_of(set->render(0), "raised", "ward");
  EXPECT_NEAR(measured_of(raised).at("stems").at(0).at("snr_db").get<double>(), 5.0, kLevelDb);
}

TEST_F(RenderTest, RefusesAVoiceThatReactsToNoiseThatFollowsIt) {
  add_speech("one", 2.0, 16000, 1);
  const std::string axes =
      "{voice: {still: [], raised: [{voice.lombard: {}}]}, "
      "noise: {none: [], dba: [{noise.hvac: {noise_dba: 60}}], snr: [{noise.hvac: {snr_db: 10}}]}}";
  try {
    (void)make_audio("", axes);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), ElementsAre(testing::AllOf(HasSubstr("in the condition voice=raised, noise=snr, "
                                                                       "voice.lombard: "),
                                                             HasSubstr("`noise_dba`"), HasSubstr("`except`"))));
  }
  const auto allowed =
      make_audio("", axes, "design: {except: [{voice: raised, noise: snr}]}\noutput: {directory: out}");
  EXPECT_EQ(allowed->render(0).size(), 5U);
}

TEST_F(RenderTest, RefusesATempoThatIsTooLateForItsNoise) {
  add_speech("one", 2.0, 16000, 1);
  const std::string noise = "noise: {none: [], hiss: [{noise.coloured: {snr_db: 10}}]}";
  const std::string voice = "voice: {still: [], fast: [{voice.tempo: {rate: 1.25}}]}";
  const std::string as_written = "design: {order: as_written}\noutput: {directory: out}";
  try {
    (void)make_audio("", "{" + noise + ", " + voice + "}", as_written);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), ElementsAre(HasSubstr("noise=hiss, voice=fast, voice.tempo: a noise stands before")));
  }
  const std::array sets{make_audio("", "{" + voice + ", " + noise + "}", as_written),
                        make_audio("", "{" + noise + ", " + voice + "}")};
  for (const auto& set : sets) {
    const std::vector<Outcome> outcomes = set->render(0);
    EXPECT_EQ(decode(outcome_of(outcomes, "fast", "hiss")).frames(), 25600U);
    EXPECT_EQ(decode(outcome_of(outcomes, "still", "hiss")).frames(), 32000U);
  }
}

/// A set of one recording of 2 s whose words the manifest tells.
std::unique_ptr<RenderedSet> with_words(const TemporaryFolder& folder, const std::string& cell,
                                        const std::string& axes) {
  write_wav(folder / "a.wav", mono(16000, speech_like(2.0, 16000, -30, 1)));
  write_wav(folder / "b.wav", mono(16000, speech_like(1.0, 16000, -30, 2)));
  write_text(folder / "sources.csv", "id,path,when\na,a.wav,\"" + cell + "\"\nb,b.wav,\n");
  return std::make_unique<RenderedSet>(
      "fairground: 1\nname: test\nseed: 7\nsources: [{media: audio, manifest: sources.csv, id: id, file: path, "
      "words: when}]\naxes: " +
          axes + "\noutput: {directory: out}\n",
      folder / "c.yaml");
}

TEST_F(RenderTest, TakesWordsWhereTheTempoTakesThem) {
  const auto set =
      with_words(folder_,
                 R"([{""word"": ""one"", ""start_s"": 0.25, ""end_s"": 0.6}, {""word"": ""zwölf"", ""start_s"": 1.5, )"
                 R"(""end_s"": 2.01}])",
                 "{voice: {still: [], fast: [{voice.tempo: {rate: 1.25}}], slow: [{voice.tempo: {rate: 0.5}}]}}");
  const auto words = [&](std::size_t source) {
    std::vector<std::string> found;
    for (const Outcome& outcome : set->render(source)) {
      EXPECT_EQ(outcome.fate, Fate::written) << outcome.reason;
      found.push_back(record_of(outcome).at("words").get<std::string>());
    }
    return found;
  };
  EXPECT_THAT(words(0), ElementsAre(R"([{"word":"one","start_s":0.25,"end_s":0.6},)"
                                    R"({"word":"zwölf","start_s":1.5,"end_s":2.01}])",
                                    R"([{"word":"one","start_s":0.2,"end_s":0.48},)"
                                    R"({"word":"zwölf","start_s":1.2,"end_s":1.608}])",
                                    R"([{"word":"one","start_s":0.5,"end_s":1.2},)"
                                    R"({"word":"zwölf","start_s":3.0,"end_s":4.02}])"));
  EXPECT_THAT(words(1), ElementsAre("[]", "[]", "[]"));
  const std::vector<Outcome> outcomes = set->render(0);
  EXPECT_EQ(decode(outcomes.at(1)).frames(), 25600U);
  EXPECT_EQ(record_of(outcomes.at(2)).at("measured_duration_s"), 4.0);
}

TEST_F(RenderTest, FailsWhereWordsAreOfAnotherRecording) {
  const auto set = with_words(folder_, R"([{""word"": ""one"", ""start_s"": 0.25, ""end_s"": 2.4}])",
                              "{voice: {still: [], fast: [{voice.tempo: {rate: 1.25}}]}}");
  expect_lost(set->render(0), Fate::failed, "read",
              "word 1 (`one`) ends at 2.4 s, but the recording is 2 s long; are the words in the manifest those of "
              "this file?");
  EXPECT_EQ(set->render(1).at(0).fate, Fate::written);
}

}  // namespace
}  // namespace fairground
