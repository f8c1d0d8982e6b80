// Files that lie, are broken, or are no audio.
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/core/random.h"
#include "pipeline/media/audio_file.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

const MediaLimits kLimits;

/// A WAV of 16-bit mono with whatever its header claims.
Bytes crafted_wav(std::uint32_t claimed_bytes, std::size_t actual_bytes, std::uint32_t rate = 16000, int channels = 1) {
  Crafted file;
  const auto frame_bytes = static_cast<std::uint32_t>(2 * channels);
  file.text("RIFF").little(claimed_bytes + 36U, 4).text("WAVEfmt ").little(16, 4);
  file.little(1, 2).little(static_cast<std::uint32_t>(channels), 2).little(rate, 4);
  file.little(std::uint64_t{rate} * frame_bytes, 4).little(frame_bytes, 2).little(16, 2);
  file.text("data").little(claimed_bytes, 4);
  for (std::size_t i = 0; i < actual_bytes; ++i) file.little(i * 37U & 0x3FU, 1);
  return file.bytes;
}

TEST(BrokenAudio, IsNoAudioAtAll) {
  EXPECT_ITEM_ERROR(decode_audio({}, "a.wav", kLimits), "no WAV, FLAC, Ogg");
  EXPECT_ITEM_ERROR(decode_audio(Crafted().text("This is a letter and no recording.").bytes, "a.wav", kLimits),
                    "no WAV, FLAC, Ogg, MP3, AIFF, AU, CAF, Wave64 or NIST SPHERE file");
  EXPECT_ITEM_ERROR(decode_audio(Crafted().text("RIFF and no recording, either.").bytes, "a.wav", kLimits),
                    "libsndfile cannot read it as audio");
  // libsndfile takes a headerless format from such a name; the name must not reach it.
  EXPECT_ITEM_ERROR(decode_audio(Crafted().text(std::string(4000, 'x')).bytes, "a.gsm", kLimits), "no WAV");
  EXPECT_ITEM_ERROR(decode_audio(Crafted().text(std::string(4000, 'x')).bytes, "a.vox", kLimits), "no WAV");
}

TEST(BrokenAudio, HoldsNoSamples) {
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(0, 0), "a.wav", kLimits), "no samples");
  const PcmAudio nothing{16000, 1, 16, {}};
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    const Bytes bytes = encode_audio(nothing, container);
    EXPECT_NE(item_error([&] { return decode_audio(bytes, "a", kLimits); }), "");
  }
}

TEST(BrokenAudio, PromisesMoreThanIsThere) {
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(2000, 1000), "a.wav", kLimits),
                    "cut short: the header promises 2000 bytes of sound, 1000 are there");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(0xFFFFFFFE, 1000), "a.wav", kLimits), "cut short");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(0x7FFFFFFF, 1000), "a.wav", kLimits), "cut short");
}

TEST(BrokenAudio, AcceptsALengthThatAPipeCouldNotKnow) {
  EXPECT_EQ(decode_audio(crafted_wav(0xFFFFFFFF, 1000), "a.wav", kLimits).frames(), 500U);
}

TEST(BrokenAudio, HasAnImpossibleRateOrTooManyChannels) {
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(1000, 1000, 999), "a.wav", kLimits), "999 Hz; 1000 to 768000");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(1000, 1000, 768001), "a.wav", kLimits), "768001 Hz");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(1300, 1300, 16000, 65), "a.wav", kLimits),
                    "65 channels, and limits.audio_channels allows 64");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(1000, 1000, 0x7FFFFFFF), "a.wav", kLimits), "Hz can be read");
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(2 * 65535, 2 * 65535, 16000, 65535), "a.wav", kLimits), "cannot read it");
  EXPECT_EQ(decode_audio(crafted_wav(1280, 1280, 16000, 64), "a.wav", kLimits).frames(), 10U);
}

TEST(BrokenAudio, FollowsTheLimitsOfChannelsAndSamples) {
  MediaLimits limits;
  limits.audio_channels = 2;
  EXPECT_EQ(decode_audio(crafted_wav(400, 400, 16000, 2), "a.wav", limits).channels, 2);
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(600, 600, 16000, 3), "a.wav", limits),
                    "3 channels, and limits.audio_channels allows 2");
  EXPECT_ITEM_ERROR(read_audio_header(crafted_wav(600, 600, 16000, 3), "a.wav", limits), "limits.audio_channels");
  limits.audio_megasamples = 0.001;
  EXPECT_EQ(decode_audio(crafted_wav(2000, 2000, 16000, 2), "a.wav", limits).frames(), 500U);
  EXPECT_ITEM_ERROR(decode_audio(crafted_wav(2004, 2004, 16000, 2), "a.wav", limits),
                    "limits.audio_megasamples allows (0.001 million)");
}

// Silence compresses to nearly nothing: an hour of it takes some kilobytes of FLAC.
TEST(BrokenAudio, CannotBlowUpInMemory) {
  const Audio silence(8000, 1, 8000 * 60);
  const Bytes file = encode_audio(quantise(silence, 16), AudioContainer::flac);
  ASSERT_LT(file.size(), 20000U);
  MediaLimits limits;
  EXPECT_EQ(decode_audio(file, "a.flac", limits).frames(), silence.frames());
  limits.expansion = 1.92;  // of 1 MB: these samples as floats
  EXPECT_EQ(decode_audio(file, "a.flac", limits).frames(), silence.frames());
  limits.expansion = 1.91;
  EXPECT_ITEM_ERROR(decode_audio(file, "a.flac", limits), "it has 60 s of sound in a file of ");
  EXPECT_ITEM_ERROR(read_audio_header(file, "a.flac", limits), "more than limits.expansion allows (1.91 times");
}

TEST(BrokenAudio, IsCutAnywhere) {
  const PcmAudio pcm = quantise(sine(440.0, 16000, 6000, 2), 16);
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    const char* name = container == AudioContainer::flac ? "a.flac" : "a.wav";
    const Bytes whole = encode_audio(pcm, container);
    for (std::size_t length = 0; length < whole.size(); length += 1 + length / 20) {
      EXPECT_NE(item_error([&] { return decode_audio(first_bytes(whole, length), name, kLimits); }), "")
          << name << " of " << length << " bytes";
    }
    EXPECT_NE(item_error([&] { return decode_audio(first_bytes(whole, whole.size() - 1), name, kLimits); }), "");
  }
}

TEST(BrokenAudio, ShortFlacSaysHowManyFramesAreThere) {
  const Bytes whole = encode_audio(quantise(sine(440.0, 16000, 60000), 16), AudioContainer::flac);
  EXPECT_ITEM_ERROR(decode_audio(first_bytes(whole, whole.size() * 3 / 4), "a.flac", kLimits),
                    "cut short: the header promises 60000 frames, ");
}

// The count of frames stands in the low 36 bits of bytes 21 to 25 of a FLAC file (RFC 9639, section 8.2).
TEST(BrokenAudio, LyingFlacHeaderTakesNoMemory) {
  Bytes file = encode_audio(quantise(sine(440.0, 16000, 6000), 16), AudioContainer::flac);
  for (std::size_t i = 22; i < 26; ++i) file[i] = std::byte{0xFF};
  EXPECT_ITEM_ERROR(decode_audio(file, "a.flac", kLimits), "longer than limits.audio_seconds allows (3600 s)");
  file[22] = file[23] = std::byte{0};
  EXPECT_ITEM_ERROR(decode_audio(file, "a.flac", kLimits), "cut short: the header promises 65535 frames, 6000 are");
  for (std::size_t i = 22; i < 26; ++i) file[i] = std::byte{0};  // an unknown length is allowed
  EXPECT_EQ(decode_audio(file, "a.flac", kLimits).frames(), 6000U);
}

TEST(BrokenAudio, NeverCrashesTheReader) {
  const PcmAudio pcm = quantise(sine(440.0, 16000, 2000), 16);
  RandomStream random(/*key=*/1, /*realization=*/0, "mutations");
  for (const AudioContainer container : {AudioContainer::wav, AudioContainer::flac}) {
    const Bytes whole = encode_audio(pcm, container);
    int refused = 0;
    for (int round = 0; round < 2000; ++round) {
      Bytes file = whole;
      for (std::uint64_t changes = 1 + random.below(8); changes > 0; --changes) {
        // Half of the changes hit the header, where the structure is.
        const std::uint64_t range = random.bernoulli(0.5) ? 100 : file.size();
        file[random.below(range)] = static_cast<std::byte>(random.below(256));
      }
      if (!item_error([&] { return decode_audio(file, "a", kLimits); }).empty()) ++refused;
    }
    EXPECT_GT(refused, 100);
  }
}

}  // namespace
}  // namespace fairground
