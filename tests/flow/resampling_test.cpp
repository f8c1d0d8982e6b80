// Sources on their way to another rate: once each, by the converter that the config names, and never by another.
#include <dlfcn.h>
#include <samplerate.h>

#include <atomic>
#include <map>
#include <sstream>

#include "pipeline/core/error.h"
#include "pipeline/flow/run.h"
#include "tests/flow/render_fixture.h"

namespace {
std::atomic<int> converters_begun = 0;
}

/// Stands before the library's own, which it calls, so that conversions can be counted: each channel of each takes one.
extern "C" SRC_STATE* src_new(int type, int channels, int* error) {
  ++converters_begun;
  static const auto own = reinterpret_cast<decltype(&src_new)>(::dlsym(RTLD_NEXT, "src_new"));
  return own(type, channels, error);
}

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kLevels =
    "{line: {none: [], a: [{channel.level: {gain_db: -1}}], b: [{channel.level: {gain_db: -2}}], "
    "c: [{channel.level: {gain_db: -3}}], d: [{channel.level: {gain_db: -4}}], e: [{channel.level: {gain_db: -5}}], "
    "f: [{channel.level: {gain_db: -6}}], g: [{channel.level: {gain_db: -7}}], h: [{channel.level: {gain_db: -8}}]}}";

class ResamplingTest : public RenderTest {
 protected:
  [[nodiscard]] static std::string rest(Resampler resampler) {
    return std::string("resampler: ") + to_string(resampler) + "\noutput: {directory: out, audio: {format: wav}}";
  }
  [[nodiscard]] std::string mistakes(const std::string& axes, const std::string& more) {
    try {
      static_cast<void>(make_audio(", sample_rate: 16000", axes, more));
    } catch (const UserError& error) {
      return testing::PrintToString(error.messages());
    }
    return "";
  }
  /// By source and level.
  [[nodiscard]] static std::map<std::string, std::string> ids(const RenderedSet& set) {
    std::map<std::string, std::string> all;
    for (std::size_t i = 0; i < set.plan.size(); ++i) {
      const Variant variant = set.plan.at(i);
      const MediaPlan& media = set.plan.of(variant.media);
      all[std::string(media.catalog->sources[variant.source].id()) + " " +
          media.conditions[variant.condition].level_name(0)] = variant.variant_id;
    }
    return all;
  }
};

// Nine variants of a source, and each is made of the same converted recording.
TEST_F(ResamplingTest, ARunConvertsEachSourceOnce) {
  constexpr int kSources = 3;
  for (int i = 0; i < kSources; ++i) {
    add_speech("s" + std::to_string(i), 1.0, 48000, static_cast<std::uint64_t>(i));
  }
  const auto set = make_audio(", sample_rate: 16000", kLevels, rest(Resampler::libsamplerate));
  ASSERT_EQ(set->plan.size(), 9U * kSources);
  for (const int jobs : {1, 4}) {
    RunOptions options;
    options.out = folder_ / ("out" + std::to_string(jobs));
    options.jobs = jobs;
    options.tool_version = "test";
    std::ostringstream progress, summary;
    converters_begun = 0;
    ASSERT_EQ(run(set->config, options, std::atomic<bool>(false), progress, summary), ExitStatus::done)
        << summary.str();
    EXPECT_EQ(converters_begun, kSources) << jobs;
  }
}

TEST_F(ResamplingTest, TheConfigNamesTheConverter) {
  add_speech("a", 1.0, 48000, 1);
  const auto bytes = [&](const std::string& more, int converters) {
    converters_begun = 0;
    const auto set = make_audio(", sample_rate: 16000", kLevels, more);
    std::string all;
    for (const Outcome& outcome : set->render(0)) {
      EXPECT_EQ(outcome.fate, Fate::written) << outcome.reason;
      all.append(reinterpret_cast<const char*>(outcome.file.data()), outcome.file.size());
    }
    EXPECT_EQ(converters_begun, converters) << more;
    return all;
  };
  const std::string by_polyphase = bytes(rest(Resampler::polyphase), 0);
  EXPECT_NE(by_polyphase, bytes(rest(Resampler::libsamplerate), 1));
  EXPECT_EQ(by_polyphase, bytes("output: {directory: out, audio: {format: wav}}", 0)) << "polyphase is the default";
}

// So that a run that goes on with the other converter finds another plan. What is not converted keeps its name.
TEST_F(ResamplingTest, TheConverterIsInTheIdsOfWhatItChanges) {
  add_speech("at_48", 1.0, 48000, 1);
  add_speech("at_16", 1.0, 16000, 2);
  write_wav(folder_ / "fan.wav", mono(48000, speech_like(2.0, 48000, -30, 3)));
  const std::string axes =
      "{place: {quiet: [], lower: [{channel.level: {gain_db: -6}}], "
      "fan: [{noise.recording: {from: fan, snr_db: 10}}]}}";
  const std::string assets = "assets: {fan: {files: [fan.wav], licence: CC0-1.0}}\n";
  const auto polyphase = ids(*make_audio(", sample_rate: 16000", axes, assets + rest(Resampler::polyphase)));
  const auto other = ids(*make_audio(", sample_rate: 16000", axes, assets + rest(Resampler::libsamplerate)));
  ASSERT_EQ(polyphase.size(), 6U);
  for (const auto& [what, id] : polyphase) {
    const bool is_changed = what.starts_with("at_48") || what.ends_with("fan");
    EXPECT_EQ(id != other.at(what), is_changed) << what;
  }
}

TEST_F(ResamplingTest, PolyphaseRefusesOddRatesOfSourcesInThePlan) {
  add_speech("good", 1.0, 44100, 1);
  add_speech("odd", 1.0, 15999, 2);
  add_speech("odd_too", 1.0, 15999, 3);
  add_speech("other", 1.0, 44056, 4);
  EXPECT_THAT(mistakes(kLevels, "output: {directory: out}"),
              AllOf(HasSubstr("2 sources (the first is `odd`) at 15999 Hz cannot be brought to 16000 Hz"),
                    HasSubstr("1 source (`other`) at 44056 Hz"), HasSubstr("set `resampler: libsamplerate` for all")));
  EXPECT_EQ(mistakes(kLevels, rest(Resampler::libsamplerate)), "");
}

TEST_F(ResamplingTest, PolyphaseRefusesOddRatesOfAssets) {
  add_speech("a", 1.0, 16000, 1);
  write_wav(folder_ / "fan.wav", mono(15999, speech_like(2.0, 15999, -30, 3)));
  const std::string axes = "{place: {quiet: [], fan: [{noise.recording: {from: fan, snr_db: 10}}]}}";
  const std::string assets = "assets: {fan: {files: [fan.wav], licence: CC0-1.0}}\n";
  EXPECT_THAT(mistakes(axes, assets + rest(Resampler::polyphase)),
              AllOf(HasSubstr("asset 'fan'"), HasSubstr("set `resampler: libsamplerate`")));
  EXPECT_EQ(mistakes(axes, assets + rest(Resampler::libsamplerate)), "");
}

}  // namespace
}  // namespace fairground
