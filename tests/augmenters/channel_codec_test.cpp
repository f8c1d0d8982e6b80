// The claims of channel.codec: length, lag and rate in any chain, tandems, packets for channel.packet_loss, and what it
// says to settings that a codec does not take. The codecs themselves are in tests/media/audio_codec_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/core/parallel.h"
#include "pipeline/media/audio_codec.h"
#include "pipeline/media/resample.h"
#include "tests/support/apply.h"
#include "tests/support/codec_quality.h"
#include "tests/support/made_voice.h"

namespace fairground {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kName = "channel.codec";
std::vector<std::pair<std::string, Codec>> named_codecs() {
  std::vector<std::pair<std::string, Codec>> codecs;
  for (std::size_t i = 0; i < all_codecs().size(); ++i) {
    codecs.emplace_back(all_codecs()[i].name, static_cast<Codec>(i));
  }
  return codecs;
}

const std::vector<std::pair<std::string, Codec>> kCodecs = named_codecs();

bool is_built(Codec codec) { return facts_of(codec).missing_option.empty(); }

Audio clip_of(int rate, const std::vector<std::vector<float>>& channels) {
  Audio clip(rate, static_cast<int>(channels.size()), channels.front().size());
  for (int c = 0; c < clip.channels; ++c) {
    std::ranges::copy(channels[static_cast<std::size_t>(c)], clip.channel(c).begin());
  }
  return clip;
}

AudioSignal coded(const Audio& clip, const Given& given) { return apply_signal(kName, given, {clip}); }

double measured(const AudioSignal& signal, const std::string& name) {
  for (const auto& [key, value] : signal.measure.values) {
    if (key == name) {
      return value;
    }
  }
  ADD_FAILURE() << "nothing measured as " << name;
  return 0.0;
}

std::vector<float> differences(std::span<const float> samples) {
  std::vector<float> result(samples.size());
  for (std::size_t i = 1; i < samples.size(); ++i) {
    result[i] = samples[i] - samples[i - 1];
  }
  return result;
}

TEST(ChannelCodec, KeepsLengthAndTimeInAnyChain) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    const Audio clip = clip_of(rate, {talk(2.0313, rate, -26.0, 5)});
    for (const auto& [name, codec] : kCodecs) {
      if (!is_built(codec)) {
        continue;
      }
      const AudioSignal signal = coded(clip, {{"codec", name}});
      ASSERT_EQ(signal.audio.frames(), clip.frames()) << name << " at " << rate;
      EXPECT_EQ(signal.audio.sample_rate, rate);
      EXPECT_EQ(signal.audio.channels, 1);
      const double codec_rate = measured(signal, "codec_rate_hz");
      EXPECT_EQ(std::ranges::count(facts_of(codec).rates_hz, static_cast<int>(codec_rate)), 1) << name;
      if (codec == Codec::codec2) {
        EXPECT_LE(std::abs(lag_of(envelope_db(clip.samples, rate), envelope_db(signal.audio.samples, rate), 30)), 3)
            << name << " at " << rate;
        continue;
      }
      // Half a sample of the codec's: what is left is phase, as its high-pass filter turns it.
      const int tolerance = codec_rate < rate ? static_cast<int>(std::ceil(0.5 * rate / codec_rate)) : 0;
      EXPECT_LE(std::abs(lag_of(differences(clip.samples), differences(signal.audio.samples), 20)), tolerance)
          << name << " at " << rate;
    }
  }
}

TEST(ChannelCodec, TakesAnyRateOfTheChain) {
  for (const int rate : {7350, 11025, 22050, 32000, 37800, 44056, 96000, 192000}) {
    const Audio clip = resample(clip_of(16000, {talk(0.5, 16000, -26.0, 2)}), rate, Resampler::libsamplerate);
    for (const char* name : {"mu_law", "opus", "ima_adpcm", "mp3"}) {
      const AudioSignal signal = coded(clip, {{"codec", std::string(name)}});
      EXPECT_EQ(signal.audio.frames(), clip.frames()) << name << " at " << rate;
      EXPECT_EQ(signal.audio.sample_rate, rate);
      EXPECT_GT(spectral_distance_db(clip.samples, signal.audio.samples, rate), 0.0);
      EXPECT_LT(spectral_distance_db(clip.samples, signal.audio.samples, rate), 1.5) << name << " at " << rate;
    }
  }
}

TEST(ChannelCodec, TakesClipsOfAnySize) {
  for (const auto& [name, codec] : kCodecs) {
    if (!is_built(codec)) {
      continue;
    }
    for (const int rate : {8000, 48000}) {
      for (const std::size_t frames : {0U, 1U, 2U, 5U, 500U}) {
        for (const int channels : {1, 2, 6}) {
          for (const float level : {0.0F, 1.0F, -1.0F, 3.0F}) {
            Audio clip(rate, channels, frames);
            std::ranges::fill(clip.samples, level);
            const AudioSignal signal = coded(clip, {{"codec", name}});
            ASSERT_EQ(signal.audio.frames(), frames) << name;
            ASSERT_EQ(signal.audio.channels, channels) << name;
            for (const float sample : signal.audio.samples) {
              ASSERT_TRUE(std::isfinite(sample)) << name;
            }
            if (signal.sends) {
              ASSERT_EQ(signal.sends->decode({}).samples, signal.audio.samples) << name;
            }
          }
        }
      }
    }
  }
}

/// Of a tone in the clip, in dB over full scale.
double tone_db(const Audio& clip, double hz) {
  double re = 0.0;
  double im = 0.0;
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    re += clip.samples[i] * std::cos(kTwoPi * hz * static_cast<double>(i) / clip.sample_rate);
    im += clip.samples[i] * std::sin(kTwoPi * hz * static_cast<double>(i) / clip.sample_rate);
  }
  return 10.0 * std::log10(4.0 * (re * re + im * im) / std::pow(static_cast<double>(clip.samples.size()), 2) + 1e-20);
}

// Codecs of the telephone run at 8 kHz whatever the chain's rate, so that nothing above 4 kHz arrives.
TEST(ChannelCodec, RunsTelephoneCodecsAtTheRateOfTheTelephone) {
  for (const char* name : {"mu_law", "a_law", "g726", "gsm"}) {
    Audio clip = clip_of(16000, {sine(1.0, 16000, 1000.0, 0.1)});
    const std::vector<float> high = sine(1.0, 16000, 6000.0, 0.1);
    std::ranges::transform(clip.samples, high, clip.samples.begin(), std::plus<>());
    const AudioSignal signal = coded(clip, {{"codec", std::string(name)}});
    EXPECT_EQ(measured(signal, "codec_rate_hz"), 8000.0);
    EXPECT_NEAR(tone_db(signal.audio, 1000.0), -20.0, 1.0) << name;
    EXPECT_LT(tone_db(signal.audio, 6000.0), -100.0) << name;  // 80 dB below, and 100 by the filter
  }
}

TEST(ChannelCodec, RunsAtTheRateThatIsAskedFor) {
  const Audio clip = clip_of(16000, {talk(1.0, 16000, -26.0, 5)});
  for (const std::int64_t rate : {8000, 12000, 16000, 24000, 48000}) {
    const AudioSignal signal = coded(clip, {{"codec", std::string("opus")}, {"sample_rate_hz", rate}});
    EXPECT_EQ(measured(signal, "codec_rate_hz"), static_cast<double>(rate));
    EXPECT_EQ(signal.audio.frames(), clip.frames());
    EXPECT_NEAR(measured(signal, "bitrate_kbps"), 24.0, 0.1);
  }
}

TEST(ChannelCodec, LosesMoreInATandem) {
  const Audio clip = clip_of(16000, {talk(4.0, 16000, -26.0, 5)});
  for (const char* name : {"gsm", "amr_nb", "amr_wb", "opus", "speex"}) {
    if (!is_built(std::ranges::find(kCodecs, std::string(name), &std::pair<std::string, Codec>::first)->second)) {
      continue;
    }
    const Given given{{"codec", std::string(name)}};
    const Audio once = coded(clip, given).audio;
    const Audio twice = coded(once, given).audio;
    const double loss = spectral_distance_db(clip.samples, once.samples, 16000);
    EXPECT_GT(spectral_distance_db(clip.samples, twice.samples, 16000), 1.1 * loss) << name;
    EXPECT_EQ(twice.frames(), clip.frames());
  }
}

TEST(ChannelCodec, CodesEachChannelByItself) {
  const std::vector<float> left = talk(1.0, 16000, -26.0, 5);
  const std::vector<float> right = talk(1.0, 16000, -30.0, 6);
  for (const char* name : {"g726", "opus", "mp3"}) {
    const Given given{{"codec", std::string(name)}};
    const AudioSignal both = coded(clip_of(16000, {left, right}), given);
    const AudioSignal one = coded(clip_of(16000, {left}), given);
    const AudioSignal other = coded(clip_of(16000, {right}), given);
    EXPECT_TRUE(std::ranges::equal(both.audio.channel(0), one.audio.samples)) << name;
    EXPECT_TRUE(std::ranges::equal(both.audio.channel(1), other.audio.samples)) << name;
    EXPECT_NEAR(measured(both, "bitrate_kbps"), measured(one, "bitrate_kbps") + measured(other, "bitrate_kbps"), 1e-9);
  }
}

TEST(ChannelCodec, LeavesPacketsForALossyNetwork) {
  // The filter between the rates reaches 65 periods of the lower one.
  constexpr double kReachS = 65.0 / 8000.0;
  for (const char* name : {"opus", "amr_nb", "amr_wb", "speex"}) {
    const Codec codec = std::ranges::find(kCodecs, std::string(name), &std::pair<std::string, Codec>::first)->second;
    if (!is_built(codec)) {
      continue;
    }
    for (const int rate : {8000, 16000, 44100, 48000}) {
      const Audio clip = clip_of(rate, {talk(2.03, rate, -26.0, 5), talk(2.03, rate, -26.0, 6)});
      const AudioSignal signal = coded(clip, {{"codec", std::string(name)}});
      ASSERT_TRUE(signal.sends) << name;
      EXPECT_EQ(signal.sends->frame_s, 0.02);
      EXPECT_EQ(signal.sends->frames, 102U);  // 2.03 s
      std::vector<bool> lost(signal.sends->frames);
      EXPECT_EQ(signal.sends->decode(lost).samples, signal.audio.samples) << name << " at " << rate;
      lost[50] = true;
      const Audio heard = signal.sends->decode(lost);
      ASSERT_EQ(heard.frames(), clip.frames());
      EXPECT_EQ(heard.sample_rate, rate);
      for (int c = 0; c < 2; ++c) {
        const auto before = signal.audio.channel(c);
        const auto after = heard.channel(c);
        std::size_t first = 0;
        while (first < after.size() && after[first] == before[first]) {
          ++first;
        }
        const double at_s = static_cast<double>(first) / rate;
        EXPECT_GE(at_s, 1.0 - kReachS) << name << " at " << rate;
        EXPECT_LT(at_s, 1.02) << name << " at " << rate;
      }
    }
  }
  for (const char* name : {"mu_law", "a_law", "g726", "gsm", "ima_adpcm", "ms_adpcm", "vorbis", "mp3"}) {
    EXPECT_FALSE(coded(clip_of(8000, {talk(0.5, 8000, -26.0, 5)}), {{"codec", std::string(name)}}).sends) << name;
  }
}

TEST(ChannelCodec, GivesTheSameFromAnyThread) {
  const Audio clip = clip_of(16000, {talk(0.7, 16000, -26.0, 5)});
  for (const auto& [name, codec] : kCodecs) {
    if (!is_built(codec)) {
      continue;
    }
    const Augmenter& step = augmenter(kName);
    const std::vector<Value> values = values_of(step.schema, {{"codec", name}});
    const PreparedSignal prepared = step.prepare_signal(values, {clip.sample_rate, nullptr});
    std::array<std::vector<float>, 8> heard;
    parallel_for(heard.size(), /*jobs=*/4, [&](std::size_t i) {
      AudioSignal signal{clip};
      prepared(signal, values, {});
      heard[i] = std::move(signal.audio.samples);
    });
    for (const std::vector<float>& samples : heard) {
      EXPECT_EQ(samples, heard.front()) << name;
    }
    EXPECT_EQ(coded(clip, {{"codec", name}}).audio.samples, heard.front()) << name;
  }
}

std::string fault(const std::map<std::string, Setting>& given) {
  const StepSchema& schema = augmenter(kName).schema;
  std::vector<Setting> settings;
  for (const ParameterSpec& spec : schema.parameters) {
    settings.push_back(given.contains(spec.name) ? given.at(spec.name) : Setting{});
  }
  return schema.check(settings);
}

std::string fault_of_bitrate(const std::string& codec, double kbps) {
  return fault({{"codec", codec}, {"bitrate_kbps", kbps}});
}

std::string fault_of_rate(const std::string& codec, std::int64_t hz) {
  return fault({{"codec", codec}, {"sample_rate_hz", hz}});
}

TEST(ChannelCodec, SaysWhatACodecTakes) {
  for (const auto& [name, codec] : kCodecs) {
    EXPECT_EQ(fault({{"codec", name}}).find("this fairground was built without"),
              is_built(codec) ? std::string::npos : std::size_t{0})
        << name;
  }
  EXPECT_EQ(fault_of_rate("opus", 22050), "Opus runs at 8000, 12000, 16000, 24000 or 48000 Hz, and not at 22050");
  EXPECT_EQ(fault_of_rate("gsm", 16000), "GSM 6.10 runs at 8000 Hz only, and not at 16000");
  EXPECT_THAT(fault_of_rate("opus", 24000), IsEmpty());
  EXPECT_EQ(fault_of_bitrate("opus", 300.0), "Opus takes a `bitrate_kbps` from 6 to 256 kbit/s, and not 300");
  EXPECT_EQ(fault_of_bitrate("gsm", 13.0), "GSM 6.10 has no `bitrate_kbps` to choose");
  EXPECT_EQ(fault_of_bitrate("vorbis", 64.0), "Vorbis has no `bitrate_kbps` to choose; it takes a `quality`");
  EXPECT_EQ(fault_of_bitrate("g726", 16.0), "G.726 takes a `bitrate_kbps` of 24, 32 or 40, and not 16");
  EXPECT_EQ(fault({{"codec", std::string("g726")}, {"quality", 3.0}}),
            "G.726 takes no `quality`; it takes a `bitrate_kbps`");
  EXPECT_EQ(fault({{"codec", std::string("gsm")}, {"quality", 3.0}}), "GSM 6.10 takes no `quality`");
  // Of MP3, the rate decides which bit rates there are.
  EXPECT_THAT(fault_of_bitrate("mp3", 320.0), IsEmpty());
  EXPECT_EQ(fault({{"codec", std::string("mp3")}, {"bitrate_kbps", 128.0}, {"sample_rate_hz", std::int64_t{8000}}}),
            "MP3 at 8000 Hz takes a `bitrate_kbps` of 8, 16, 24, 32, 40, 48, 56 or 64, and not 128");
  EXPECT_THAT(fault_of_rate("mp3", 48000), IsEmpty());
  // What can be drawn, and what cannot.
  EXPECT_THAT(fault({{"codec", std::string("opus")}, {"bitrate_kbps", Range{8.0, 24.0}}}), IsEmpty());
  EXPECT_THAT(fault({{"codec", std::string("opus")}, {"bitrate_kbps", Range{4.0, 24.0}}}), HasSubstr("from 6 to 256"));
  EXPECT_THAT(fault({{"codec", std::string("g726")}, {"bitrate_kbps", Range{24.0, 32.0}}}),
              HasSubstr("none can be drawn"));
  EXPECT_THAT(fault({{"codec", std::string("vorbis")}, {"quality", Range{1.0, 3.0}}}), IsEmpty());
  if (is_built(Codec::amr_nb)) {
    EXPECT_EQ(fault_of_bitrate("amr_nb", 13.0),
              "AMR-NB takes a `bitrate_kbps` of 4.75, 5.15, 5.9, 6.7, 7.4, 7.95, 10.2 or 12.2, and not 13");
    EXPECT_THAT(fault_of_bitrate("amr_wb", 12.65), IsEmpty());
  }
  if (is_built(Codec::speex)) {
    EXPECT_THAT(fault({{"codec", std::string("speex")}, {"quality", 7.5}}), HasSubstr("whole number"));
    EXPECT_THAT(fault({{"codec", std::string("speex")}, {"quality", Range{1.0, 3.0}}}), HasSubstr("whole number"));
    EXPECT_THAT(fault({{"codec", std::string("speex")}, {"quality", 7.0}}), IsEmpty());
  }
}

TEST(ChannelCodec, DrawsTheBitRateOfOpus) {
  const Audio clip = clip_of(16000, {talk(1.0, 16000, -26.0, 5)});
  const AudioSignal signal = coded(clip, {{"codec", std::string("opus")}, {"bitrate_kbps", 17.6}});
  EXPECT_NEAR(measured(signal, "bitrate_kbps"), 17.6, 0.01);
}

}  // namespace
}  // namespace fairground
