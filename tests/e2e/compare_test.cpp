// The command `compare`: what it measures of two noises, of a run's noise, and what it refuses.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/measure/signals.h"
#include "tests/support/process.h"
#include "tests/support/test_media.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int kRate = 16000;

/// Hiss that falls off above `corner_hz`, and beats `beat_hz` times a second where that is above 0.
Audio machine(double seconds, double corner_hz, double beat_hz, std::uint64_t seed, int rate = kRate) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  RandomStream(seed, 0, "hiss").normals(0, samples);
  const double keep = std::exp(-kTwoPi * corner_hz / rate);
  double smooth = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    smooth = keep * smooth + (1.0 - keep) * samples[i];
    samples[i] = static_cast<float>(smooth * std::sqrt(1.0 + 0.7 * std::sin(kTwoPi * beat_hz * t)));
  }
  set_rms(samples, -30.0);
  return mono(rate, samples);
}

class CompareTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path wav(const std::string& name, const Audio& audio) const {
    return write_wav(folder_ / (name + ".wav"), audio);
  }
  static json compared(const fs::path& real, const fs::path& synth) {
    const ProcessResult result = run_fairground({"compare", real, synth, "--json"});
    EXPECT_EQ(result.status, 0) << result.err;
    return json::parse(result.out);
  }
  static json only(const json& report) {
    EXPECT_EQ(report["comparisons"].size(), 1U) << report;
    return report["comparisons"].at(0);
  }
  static json check(const json& comparison, const std::string& start) {
    for (const json& one : comparison["checks"]) {
      if (one["name"].get<std::string>().starts_with(start)) {
        return one;
      }
    }
    ADD_FAILURE() << "no check " << start << " in " << comparison;
    return {};
  }

  /// Two recordings of speech of 7 s, three noises: the place as it was learned, hiss, and one that nobody hears.
  fs::path run_with(const fs::path& place) {
    std::string manifest = "id,path\n";
    for (const char* name : {"one", "two"}) {
      write_bytes(folder_ / (std::string(name) + ".wav"), test_wav(name[0] == 'o' ? 7.0 : 4.5, kRate, 5));
      manifest += std::string(name) + "," + name + ".wav\n";
    }
    write_text(folder_ / "speech.csv", manifest);
    write_text(folder_ / "set.yaml",
               "fairground: 1\nname: place\nseed: 3\n"
               "sources: [{media: audio, manifest: speech.csv, id: id, file: path, sample_rate: 16000}]\n"
               "assets: {place: {files: " +
                   place.filename().string() +
                   ", licence: CC0-1.0}}\n"
                   "axes:\n"
                   "  noise:\n"
                   "    none: []\n"
                   "    place: [{noise.profile: {from: place, snr_db: 5}}]\n"
                   "    hiss: [{noise.coloured: {colour: violet, snr_db: 5}}]\n"
                   "    faint: [{noise.coloured: {colour: pink, snr_db: 55}}]\n"
                   "design: {realizations: 1}\n"
                   "output: {directory: out}\n");
    const ProcessResult result = run_fairground({"run", folder_ / "set.yaml", "--quiet"});
    EXPECT_EQ(result.status, 0) << result.err;
    return folder_ / "out";
  }

  TemporaryFolder folder_;
};

TEST_F(CompareTest, ANoiseStandsInForItself) {
  const fs::path real = wav("real", machine(12.0, 800.0, 2.9, 1));
  const json comparison = only(compared(real, real));
  EXPECT_TRUE(comparison["stands_in"]);
  EXPECT_EQ(comparison["offset_db"], 0.0);
  for (const json& band : comparison["bands"]) {
    EXPECT_EQ(band["difference_db"], 0.0);
  }
  EXPECT_EQ(check(comparison, "main beat")["difference"], 0.0);
}

// Another stretch of the same noise, 12 dB louder, at another rate.
TEST_F(CompareTest, LeavesOutTheLevelAndTakesTheLowerRate) {
  const fs::path real = wav("real", machine(20.0, 800.0, 2.9, 1));
  Audio other = machine(20.0, 800.0, 2.9, 2, 48000);
  set_rms(other.samples, -18.0);
  const json comparison = only(compared(real, wav("other", other)));
  EXPECT_TRUE(comparison["stands_in"]) << comparison["checks"].dump(1);
  // The rate changes what of the hiss lies above 8 kHz, which is little.
  EXPECT_NEAR(comparison["offset_db"].get<double>(), 12.0, 0.7);
  EXPECT_LT(comparison["bands"].back()["hz"], 7000.0);
}

// Each differs from the recording in one thing, and that thing must fail.
TEST_F(CompareTest, TellsWhatDiffers) {
  const fs::path real = wav("real", machine(20.0, 800.0, 2.9, 1));
  const json duller = only(compared(real, wav("duller", machine(20.0, 200.0, 2.9, 2))));
  EXPECT_FALSE(duller["stands_in"]);
  EXPECT_FALSE(check(duller, "worst third")["holds"]);
  EXPECT_TRUE(check(duller, "main beat")["holds"]);

  const json slower = only(compared(real, wav("slower", machine(20.0, 800.0, 2.7, 2))));
  EXPECT_FALSE(slower["stands_in"]);
  EXPECT_TRUE(check(slower, "worst third")["holds"]);
  EXPECT_FALSE(check(slower, "main beat")["holds"]);
  EXPECT_NEAR(check(slower, "main beat")["difference"].get<double>(), 2.7 / 2.9 - 1.0, 0.003);

  const json steady = only(compared(real, wav("steady", machine(20.0, 800.0, 0.0, 2))));
  EXPECT_FALSE(check(steady, "main beat")["holds"]);
  EXPECT_TRUE(check(steady, "main beat")["synth"].is_null());
  EXPECT_FALSE(check(steady, "range of the level")["holds"]);

  Audio whistling = machine(20.0, 800.0, 2.9, 1);
  const std::vector<float> tone = sine(20.0, kRate, 1000.0, 0.02);
  std::transform(tone.begin(), tone.end(), whistling.samples.begin(), whistling.samples.begin(), std::plus<>());
  const json without = only(compared(wav("whistling", whistling), real));
  EXPECT_FALSE(check(without, "tone at 1000 Hz")["holds"]);
}

TEST_F(CompareTest, MeasuresTheNoiseOfARun) {
  const fs::path real = wav("place", machine(12.0, 800.0, 2.9, 1));
  const fs::path run = run_with(real);
  const json report = compared(real, run);
  ASSERT_EQ(report["comparisons"].size(), 2U) << report;
  const json& hiss = report["comparisons"][0];
  const json& place = report["comparisons"][1];
  EXPECT_EQ(hiss["name"], "noise: hiss");
  EXPECT_EQ(place["name"], "noise: place");
  EXPECT_TRUE(place["stands_in"]) << place["checks"].dump(1);
  EXPECT_FALSE(hiss["stands_in"]);
  EXPECT_EQ(place["seconds"], 7.0);  // the longest variant
  ASSERT_EQ(report["not_compared"].size(), 1U);
  EXPECT_EQ(report["not_compared"][0]["condition"], "noise: faint");
  EXPECT_THAT(report["not_compared"][0]["reason"], HasSubstr("so soft"));

  const ProcessResult page = run_fairground({"compare", real, run});
  EXPECT_EQ(page.status, 0);
  EXPECT_THAT(page.out, AllOf(HasSubstr("the noise stands in for the recording"),
                              HasSubstr("does NOT stand in for the recording"), HasSubstr("not compared")));
}

// What else a condition does would be measured along, so it is not compared at all.
TEST_F(CompareTest, RefusesConditionsThatChangeMore) {
  const fs::path real = wav("place", machine(12.0, 800.0, 2.9, 1));
  const fs::path run = run_with(real);
  std::string records = read_text(run / "audio/metadata.jsonl");
  for (std::size_t at = 0; (at = records.find("noise.coloured", at)) != std::string::npos;) {
    records.replace(at, 14, "light.exposure");
  }
  write_text(run / "audio/metadata.jsonl", records);
  const json report = compared(real, run);
  EXPECT_EQ(report["comparisons"].size(), 1U);
  ASSERT_EQ(report["not_compared"].size(), 2U);
  EXPECT_THAT(report["not_compared"][0]["reason"], HasSubstr("light.exposure changes what is heard besides"));
}

TEST_F(CompareTest, RefusesWhatItCannotMeasure) {
  const fs::path real = wav("real", machine(12.0, 800.0, 2.9, 1));
  const fs::path brief = wav("brief", machine(2.0, 800.0, 2.9, 1));
  const fs::path silent = wav("silent", Audio(kRate, 1, 10 * kRate));
  write_text(folder_ / "text.wav", "no sound at all");
  const auto refused = [](const fs::path& first, const fs::path& second) {
    const ProcessResult result = run_fairground({"compare", first, second});
    EXPECT_EQ(result.status, 2) << result.out;
    EXPECT_THAT(result.out, IsEmpty());
    return result.err;
  };
  EXPECT_THAT(refused(real, brief), AllOf(HasSubstr("brief.wav: it lasts 2 s"), HasSubstr("4 s")));
  EXPECT_THAT(refused(brief, silent), AllOf(HasSubstr("brief.wav"), HasSubstr("silent.wav: it is silent")));
  EXPECT_THAT(refused(real, folder_ / "nowhere.wav"), HasSubstr("nowhere.wav"));
  EXPECT_THAT(refused(folder_ / "nowhere.wav", real), Not(HasSubstr("real.wav")));
  EXPECT_THAT(refused(real, folder_ / "text.wav"), HasSubstr("text.wav"));
  EXPECT_THAT(refused(real, folder_ / "."), HasSubstr("no run.json"));
}

}  // namespace
}  // namespace fairground
