#include "pipeline/media/audio_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>
#include <tuple>

#include "pipeline/media/memory_file.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

const MediaLimits kLimits;

const char* name_of(AudioContainer container) { return container == AudioContainer::flac ? "a.flac" : "a.wav"; }

class RoundTrip : public testing::TestWithParam<std::tuple<int, int, int, AudioContainer>> {};

TEST_P(RoundTrip, KeepsEverySample) {
  const auto [rate, channels, bits, container] = GetParam();
  const PcmAudio pcm = quantise(sine(440.0, rate, 10007, channels), bits);
  const Bytes bytes = encode_audio(pcm, container);
  const Audio read = decode_audio(bytes, name_of(container), kLimits);
  EXPECT_EQ(read.sample_rate, rate);
  EXPECT_EQ(read.channels, channels);
  ASSERT_EQ(read.frames(), pcm.frames());
  EXPECT_EQ(quantise(read, bits).samples, pcm.samples);

  const AudioHeader header = read_audio_header(bytes, name_of(container), kLimits);
  EXPECT_EQ(header.sample_rate, rate);
  EXPECT_EQ(header.channels, channels);
  EXPECT_DOUBLE_EQ(header.seconds, 10007.0 / rate);
  EXPECT_EQ(header.format, container == AudioContainer::flac ? "FLAC" : "WAV");
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip,
                         testing::Combine(testing::Values(8000, 16000, 44100, 48000, 96000),
                                          testing::Values(1, 2, 3, 8), testing::Values(16, 24),
                                          testing::Values(AudioContainer::wav, AudioContainer::flac)));

TEST(AudioStart, IsTheStartOfTheWholeWhereverTheBytesEnd) {
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    const Audio whole = sine(440.0, 16000, 80000, 2);
    const Bytes bytes = encode_audio(quantise(whole, 16), container);
    const Audio expected = decode_audio(bytes, name_of(container), kLimits);
    for (const std::size_t there : {bytes.size(), bytes.size() * 3 / 4}) {
      const Audio start = decode_audio_start(std::span(bytes).first(there), name_of(container), 2.0);
      EXPECT_EQ(start.sample_rate, 16000);
      ASSERT_EQ(start.channels, 2);
      ASSERT_EQ(start.frames(), 32000U);
      for (const int channel : {0, 1}) {
        EXPECT_TRUE(std::ranges::equal(start.channel(channel), expected.channel(channel).first(32000)));
      }
    }
    const Audio all = decode_audio_start(bytes, name_of(container), 1e9);
    EXPECT_EQ(all.frames(), 80000U);
    const std::size_t quarter = bytes.size() / 4;
    const Audio less = decode_audio_start(std::span(bytes).first(quarter), name_of(container), 4.0);
    EXPECT_GT(less.frames(), 0U);
    EXPECT_LT(less.frames(), 40000U);
  }
  EXPECT_THROW((void)decode_audio_start(std::as_bytes(std::span("no sound at all")), "a.wav", 1.0), ItemError);
}

Audio of_samples(std::vector<float> samples) {
  Audio audio(16000, 1, samples.size());
  audio.samples = std::move(samples);
  return audio;
}

TEST(Quantise, SaturatesAndNeverWraps) {
  const float huge = std::numeric_limits<float>::max();
  const Audio audio = of_samples({1.5F, 1.0F, -1.0F, -1.5F, 0.0F, huge, -huge, 0.999999F});
  EXPECT_EQ(quantise(audio, 16).samples, (std::vector{32767, 32767, -32768, -32768, 0, 32767, -32768, 32767}));
  EXPECT_EQ(quantise(audio, 24).samples,
            (std::vector{8388607, 8388607, -8388608, -8388608, 0, 8388607, -8388608, 8388600}));
}

TEST(Quantise, RoundsHalfAwayFromZero) {
  const auto code = [](float codes) { return codes / 32768.0F; };
  const Audio audio = of_samples({code(0.5F), code(-0.5F), code(1.5F), code(-2.5F), code(0x1.fffffep-2F), code(0.25F)});
  EXPECT_EQ(quantise(audio, 16).samples, (std::vector{1, -1, 2, -3, 0, 0}));
}

// The reference is computed another way: in double, by the standard library's own rounding.
TEST(Quantise, AgreesWithRoundingInDouble) {
  for (const int bits : {16, 24}) {
    const double scale = std::ldexp(1.0, bits - 1);
    std::vector<float> samples;
    for (int i = -1200000; i <= 1200000; ++i) samples.push_back(static_cast<float>(i) * 0.937e-6F);
    const PcmAudio pcm = quantise(of_samples(samples), bits);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double exact = std::round(static_cast<double>(samples[i]) * scale);
      ASSERT_EQ(pcm.samples[i], static_cast<std::int32_t>(std::clamp(exact, -scale, scale - 1.0))) << samples[i];
    }
  }
}

TEST(Quantise, BlocksOfChannelsDoNotMatter) {
  const Audio stereo = sine(100.0, 16000, 9001, /*channels=*/2, /*amplitude=*/1.1);
  const PcmAudio both = quantise(stereo, 16);
  for (int c = 0; c < 2; ++c) {
    const std::span<const float> channel = stereo.channel(c);
    const PcmAudio alone = quantise(of_samples({channel.begin(), channel.end()}), 16);
    for (std::size_t i = 0; i < alone.samples.size(); ++i) {
      ASSERT_EQ(alone.samples[i], both.samples[2 * i + static_cast<std::size_t>(c)]);
    }
  }
}

TEST(Quantise, CountsWhatIsNoNumberAsClipped) {
  EXPECT_EQ(quantise(of_samples({std::numeric_limits<float>::quiet_NaN()}), 16).samples.front(), -32768);
}

TEST(EncodeAudio, GivesTheSameBytesAtAnotherTime) {
  const PcmAudio pcm16 = quantise(sine(440.0, 16000, 5000), 16);
  const PcmAudio pcm24 = quantise(sine(440.0, 16000, 5000, 2), 24);
  const auto encode_all = [&] {
    std::vector<Bytes> files;
    for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
      files.push_back(encode_audio(pcm16, container));
      files.push_back(encode_audio(pcm24, container));
    }
    return files;
  };
  const std::vector<Bytes> before = encode_all();
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // File headers count in seconds.
  EXPECT_EQ(encode_all(), before);
}

TEST(EncodeAudio, WritesThePlainestHeader) {
  const Bytes wav = encode_audio(quantise(sine(440.0, 16000, 1000), 16), AudioContainer::wav);
  EXPECT_EQ(wav.size(), 44U + 2000U);
}

TEST(EncodeAudio, RefusesWhatTheFormatCannotHold) {
  EXPECT_ITEM_ERROR(encode_audio(quantise(sine(440.0, 16000, 100, /*channels=*/9), 16), AudioContainer::flac),
                    "cannot write FLAC of 9 channels");
  EXPECT_ITEM_ERROR(quantise(sine(440.0, 16000, 100), 20), "16 and 24 are possible");
  EXPECT_ITEM_ERROR(encode_audio(PcmAudio{16000, 0, 16, {}}, AudioContainer::wav), "cannot write");
}

TEST(DecodeAudio, IgnoresTheCaseOfExtensionsAndReadsUnknownOnes) {
  const Bytes wav = encode_audio(quantise(sine(440.0, 16000, 1000), 16), AudioContainer::wav);
  for (const char* name : {"a.WAV", "a.Wav", "a", "a.dat", "folder.mp3/a.wav"}) {
    EXPECT_EQ(decode_audio(wav, name, kLimits).frames(), 1000U) << name;
  }
}

TEST(DecodeAudio, RefusesAContradictingExtension) {
  const PcmAudio pcm = quantise(sine(440.0, 16000, 1000), 16);
  const Bytes wav = encode_audio(pcm, AudioContainer::wav);
  for (const char* name : {"a.flac", "a.FLAC", "a.ogg", "a.oga", "a.opus", "a.mp3", "a.aif", "a.aiff", "a.aifc", "a.au",
                           "a.snd", "a.caf", "a.w64", "a.rf64"}) {
    EXPECT_ITEM_ERROR(decode_audio(wav, name, kLimits), "the content is WAV, which contradicts the extension");
    EXPECT_ITEM_ERROR(read_audio_header(wav, name, kLimits), "contradicts");
  }
  EXPECT_ITEM_ERROR(decode_audio(encode_audio(pcm, AudioContainer::flac), "a.wav", kLimits), "the content is FLAC");
}

/// The other formats that libsndfile writes, which arrive as sources.
Bytes encode_other(const Audio& mono, int format) {
  MemoryTarget target;
  SF_INFO info{};
  info.samplerate = mono.sample_rate;
  info.channels = 1;
  info.format = format;
  {
    const SndFile file = open_memory(target, info);
    EXPECT_TRUE(file);
    const auto frames = static_cast<sf_count_t>(mono.frames());
    EXPECT_EQ(sf_writef_float(file.get(), mono.samples.data(), frames), frames);
  }
  return target.bytes;
}

TEST(DecodeAudio, ReadsTheOtherContainers) {
  const Audio audio = sine(440.0, 16000, 8191);
  const std::tuple<int, const char*, const char*> formats[] = {
      {SF_FORMAT_OGG | SF_FORMAT_VORBIS, "a.ogg", "Ogg Vorbis"},
      {SF_FORMAT_OGG | SF_FORMAT_OPUS, "a.opus", "Ogg Opus"},
      {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, "a.mp3", "MP3"},
      {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "a.aiff", "AIFF"},
      {SF_FORMAT_AU | SF_FORMAT_PCM_16, "a.au", "AU"},
      {SF_FORMAT_CAF | SF_FORMAT_PCM_16, "a.caf", "CAF"},
      {SF_FORMAT_W64 | SF_FORMAT_PCM_16, "a.w64", "Wave64"},
      {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, "a.wav", "RF64"},
      {SF_FORMAT_WAV | SF_FORMAT_FLOAT, "a.wav", "WAV"}};
  for (const auto& [format, name, format_name] : formats) {
    const Bytes bytes = encode_other(audio, format);
    EXPECT_EQ(decode_audio(bytes, name, kLimits).frames(), audio.frames()) << name;
    EXPECT_EQ(read_audio_header(bytes, name, kLimits).format, format_name);
    const Bytes half = first_bytes(bytes, bytes.size() / 2);
    EXPECT_ITEM_ERROR(decode_audio(half, name, kLimits), "cut short") << name;
  }
}

TEST(DecodeAudio, KeepsFloatsBeyondFullScaleAndNamesTheFirstThatIsNone) {
  Audio audio = of_samples({0.5F, -3.0F, 2.0F, 0.0F});
  const Audio read = decode_audio(encode_other(audio, SF_FORMAT_WAV | SF_FORMAT_FLOAT), "a.wav", kLimits);
  EXPECT_EQ(read.samples, audio.samples);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    audio.samples[2] = bad;
    EXPECT_ITEM_ERROR(decode_audio(encode_other(audio, SF_FORMAT_WAV | SF_FORMAT_FLOAT), "a.wav", kLimits),
                      "frame 2 is not a finite number");
  }
}

TEST(DecodeAudio, FollowsTheTimeLimit) {
  const Bytes wav = encode_audio(quantise(sine(440.0, 16000, 16000), 16), AudioContainer::wav);
  MediaLimits limits;
  limits.audio_seconds = 1.0;
  EXPECT_EQ(decode_audio(wav, "a.wav", limits).frames(), 16000U);
  limits.audio_seconds = 0.99;
  EXPECT_ITEM_ERROR(decode_audio(wav, "a.wav", limits), "limits.audio_seconds allows (0.99 s");
}

}  // namespace
}  // namespace fairground
