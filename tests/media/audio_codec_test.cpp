// Each codec by itself, at its own rate.
#include "pipeline/media/audio_codec.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "pipeline/core/parallel.h"
#include "tests/support/codec_quality.h"
#include "tests/support/made_voice.h"

namespace fairground {
namespace {

/// All that `is` holds for.
template <class Is>
std::vector<Codec> codecs(Is is) {
  std::vector<Codec> found;
  for (std::size_t i = 0; i < all_codecs().size(); ++i) {
    if (is(all_codecs()[i])) {
      found.push_back(static_cast<Codec>(i));
    }
  }
  return found;
}

const std::vector<Codec> kAll = codecs([](const CodecFacts&) { return true; });
const std::vector<Codec> kConcealing = codecs([](const CodecFacts& facts) { return facts.conceals; });

bool is_built(Codec codec) { return facts_of(codec).missing_option.empty(); }

CodecSetting usual(Codec codec, int rate) {
  return {codec, rate, facts_of(codec).bitrate_kbps, std::max(0.0, facts_of(codec).quality)};
}

std::string named(const CodecSetting& setting) {
  return std::string(facts_of(setting.codec).title) + " at " + std::to_string(setting.sample_rate) + " Hz, " +
         std::to_string(setting.bitrate_kbps) + " kbit/s, quality " + std::to_string(setting.quality);
}

/// At every rate with the usual bit rate, and at the first rate with every mode or quality.
std::vector<CodecSetting> settings_of(Codec codec) {
  std::vector<CodecSetting> settings;
  const CodecFacts& facts = facts_of(codec);
  for (const int rate : facts.rates_hz) {
    settings.push_back(usual(codec, rate));
  }
  const int first = facts.rates_hz.front();
  for (const double kbps : modes_at(codec, first)) {
    settings.push_back({codec, first, kbps, 0.0});
  }
  for (double quality = 0.0; facts.quality >= 0.0 && quality <= 10.0; quality += 2.0) {
    settings.push_back({codec, first, 0.0, quality});
  }
  for (double kbps = facts.lowest_kbps; facts.highest_kbps > 0.0 && kbps <= facts.highest_kbps; kbps *= 2.0) {
    settings.push_back({codec, first, kbps, 0.0});
  }
  return settings;
}

std::vector<CodecSetting> all_settings() {
  std::vector<CodecSetting> settings;
  for (const Codec codec : kAll) {
    const std::vector<CodecSetting> more = is_built(codec) ? settings_of(codec) : std::vector<CodecSetting>{};
    settings.insert(settings.end(), more.begin(), more.end());
  }
  return settings;
}

std::vector<float> voice(int rate, double seconds = 4.0) { return talk(seconds, rate, -26.0, 5); }

/// Differences of neighbours: telephone codecs take out what is below 80 Hz or so, which turns the phases of a voice's
/// lowest tones as if these came early. Differences weigh these tones less.
std::vector<float> differences(std::span<const float> samples) {
  std::vector<float> result(samples.size());
  for (std::size_t i = 1; i < samples.size(); ++i) {
    result[i] = samples[i] - samples[i - 1];
  }
  return result;
}

TEST(AudioCodec, FactsAreInTheOrderOfTheCodecs) {
  EXPECT_EQ(facts_of(Codec::mu_law).name, "mu_law");
  EXPECT_EQ(facts_of(Codec::opus).name, "opus");
  EXPECT_EQ(facts_of(Codec::codec2).name, "codec2");
  EXPECT_EQ(all_codecs().size(), static_cast<std::size_t>(Codec::codec2) + 1);
}

TEST(AudioCodec, KeepsLengths) {
  for (const CodecSetting& setting : all_settings()) {
    for (const std::size_t samples : {0U, 1U, 2U, 159U, 160U, 161U, 1105U, 4001U}) {
      std::vector<float> clip = sine(1.0, setting.sample_rate, 440.0, 0.1);
      clip.resize(samples);
      EXPECT_EQ(transmit(setting, clip).heard.size(), samples) << named(setting);
    }
  }
}

TEST(AudioCodec, HasNoLag) {
  // A vocoder keeps no waveform, so its envelope must do, which it keeps to a part of a frame of 20 or 40 ms.
  constexpr int kEnvelopeToleranceMs = 3;
  for (const CodecSetting& setting : all_settings()) {
    const std::vector<float> sent = voice(setting.sample_rate);
    const std::vector<float> heard = transmit(setting, sent).heard;
    const bool keeps_waveform =
        setting.codec != Codec::codec2 && !(setting.codec == Codec::speex && setting.quality == 0.0);
    if (keeps_waveform) {
      EXPECT_EQ(lag_of(differences(sent), differences(heard), 30), 0) << named(setting);
    } else {
      EXPECT_LE(std::abs(lag_of(envelope_db(sent, setting.sample_rate), envelope_db(heard, setting.sample_rate), 30)),
                kEnvelopeToleranceMs)
          << named(setting);
    }
  }
}

// Waveform SNR of coders of waveforms. The limits hold what a recorded prompt gave (French, a woman's voice, 8 kHz),
// what the made voice gives, and 0.7 dB on either side.
TEST(AudioCodec, KeepsWaveformsAsWellAsPublished) {
  struct Expected {
    CodecSetting setting;
    double least_db;
    double most_db;
  };
  for (const auto& [setting, least, most] : {Expected{{Codec::mu_law, 8000}, 36.5, 38.0},
                                             {{Codec::a_law, 8000}, 36.6, 38.4},
                                             {{Codec::g726, 8000, 24.0}, 19.3, 25.0},
                                             {{Codec::g726, 8000, 32.0}, 25.0, 30.2},
                                             {{Codec::g726, 8000, 40.0}, 30.2, 34.3},
                                             {{Codec::gsm, 8000}, 11.9, 16.5},
                                             {{Codec::ima_adpcm, 8000}, 20.4, 23.9},
                                             {{Codec::ms_adpcm, 8000}, 17.8, 20.9},
                                             {{Codec::mp3, 8000, 32.0}, 23.2, 25.9},
                                             {{Codec::vorbis, 8000, 0.0, 3.0}, 22.3, 25.9}}) {
    const std::vector<float> sent = voice(setting.sample_rate, 8.0);
    const double snr_db = waveform_snr_db(sent, transmit(setting, sent).heard);
    EXPECT_GT(snr_db, least) << named(setting);
    EXPECT_LT(snr_db, most) << named(setting);
  }
}

// Spectral distance of those that keep little of the waveform: what was measured on the made voice, and 30 % more.
// Below the least, nothing would have been coded at all.
TEST(AudioCodec, KeepsSpectra) {
  constexpr double kLeastDb = 0.1;
  struct Expected {
    CodecSetting setting;
    double most_db;
  };
  for (const auto& [setting, most] : {Expected{{Codec::opus, 8000, 12.0}, 1.6},
                                      {{Codec::opus, 16000, 24.0}, 0.9},
                                      {{Codec::opus, 48000, 24.0}, 1.2},
                                      {{Codec::amr_nb, 8000, 12.2}, 1.3},
                                      {{Codec::amr_nb, 8000, 4.75}, 3.5},
                                      {{Codec::amr_wb, 16000, 12.65}, 1.2},
                                      {{Codec::speex, 8000, 0.0, 8.0}, 0.85},
                                      {{Codec::speex, 16000, 0.0, 8.0}, 0.45},
                                      {{Codec::codec2, 8000, 3.2}, 2.7},
                                      {{Codec::codec2, 8000, 0.7}, 3.6}}) {
    if (!is_built(setting.codec)) {
      continue;
    }
    const std::vector<float> sent = voice(setting.sample_rate, 8.0);
    const double distance = spectral_distance_db(sent, transmit(setting, sent).heard, setting.sample_rate);
    EXPECT_LT(distance, most) << named(setting);
    EXPECT_GT(distance, kLeastDb) << named(setting);
  }
}

TEST(AudioCodec, MoreBitsAreNearer) {
  const auto expect_falling = [](Codec codec, int rate, const std::vector<double>& bitrates) {
    const std::vector<float> sent = voice(rate, 8.0);
    double before = 1e9;
    for (const double kbps : bitrates) {
      const bool by_quality = facts_of(codec).quality >= 0.0;
      const CodecSetting setting{codec, rate, by_quality ? 0.0 : kbps, by_quality ? kbps : 0.0};
      const Transmission transmission = transmit(setting, sent);
      const double distance = spectral_distance_db(sent, transmission.heard, rate);
      EXPECT_LT(distance, before) << named(setting);
      before = distance;
    }
  };
  expect_falling(Codec::opus, 8000, {6.0, 8.0, 12.0, 16.0, 24.0});
  expect_falling(Codec::opus, 16000, {6.0, 8.0, 12.0, 16.0, 24.0, 64.0});
  expect_falling(Codec::g726, 8000, {24.0, 32.0, 40.0});
  expect_falling(Codec::mp3, 16000, {16.0, 32.0, 64.0});
  expect_falling(Codec::vorbis, 16000, {0.0, 3.0, 6.0, 10.0});
  if (is_built(Codec::amr_nb)) {
    expect_falling(Codec::amr_nb, 8000, {4.75, 5.9, 7.4, 10.2, 12.2});
    expect_falling(Codec::amr_wb, 16000, {6.6, 8.85, 12.65, 18.25, 23.05});
  }
  if (is_built(Codec::speex)) {
    expect_falling(Codec::speex, 8000, {0.0, 2.0, 4.0, 8.0, 10.0});
  }
}

// Of speech, in kbit/s: what was asked for where that is constant, else what the format's blocks come to.
TEST(AudioCodec, SendsTheBitRate) {
  constexpr double kTolerance = 0.01;      // of blocks that are not full at the end of 4 s
  constexpr double kBlockOverhead = 0.04;  // of ADPCM: each block has a head
  for (const CodecSetting& setting : all_settings()) {
    const double kbps = transmit(setting, voice(setting.sample_rate, 2.0)).bitrate_kbps;
    const double four_bits = 4e-3 * setting.sample_rate;
    switch (setting.codec) {
      case Codec::mu_law:
      case Codec::a_law:
        EXPECT_NEAR(kbps, 64.0, 64.0 * kTolerance);
        break;
      case Codec::gsm:
        EXPECT_NEAR(kbps, 13.0, 13.0 * kTolerance);
        break;
      case Codec::ima_adpcm:
      case Codec::ms_adpcm:
        EXPECT_NEAR(kbps, four_bits, four_bits * (kTolerance + kBlockOverhead)) << named(setting);
        break;
      case Codec::vorbis:
        EXPECT_GT(kbps, 5.0) << named(setting);
        EXPECT_LT(kbps, 130.0) << named(setting);
        break;
      case Codec::speex:
        EXPECT_GE(kbps, 2.15) << named(setting);
        EXPECT_LE(kbps, 44.2) << named(setting);
        break;
      default:
        EXPECT_NEAR(kbps, setting.bitrate_kbps, setting.bitrate_kbps * kTolerance) << named(setting);
    }
  }
}

TEST(AudioCodec, KeepsSilence) {
  // In units of 16 bits. A-law has no zero, its least is 8. GSM and AMR-WB leave a few units, at most 32 at 6.6 kbit/s,
  // which is -60 dB. A vocoder has a least level that it can send, which was 129 at most.
  constexpr float kSilent = 32.0F / 32768.0F;
  constexpr float kVocoderSilent = 160.0F / 32768.0F;
  for (const CodecSetting& setting : all_settings()) {
    const std::vector<float> heard =
        transmit(setting, std::vector<float>(static_cast<std::size_t>(setting.sample_rate))).heard;
    float peak = 0.0F;
    for (const float sample : heard) {
      peak = std::max(peak, std::abs(sample));
    }
    EXPECT_LE(peak, setting.codec == Codec::codec2 ? kVocoderSilent : kSilent) << named(setting);
  }
}

// What is beyond full scale is cut and not turned over to the other end.
TEST(AudioCodec, DoesNotWrap) {
  constexpr float kHigh = 0.75F;  // more than slow coders miss the other side of a steep wave by
  for (const CodecSetting& setting : all_settings()) {
    const std::vector<float> sent = sine(1.0, setting.sample_rate, 400.0, 1.5);
    const std::vector<float> heard = transmit(setting, sent).heard;
    const bool keeps_waveform =
        setting.codec != Codec::codec2 && !(setting.codec == Codec::speex && setting.quality < 4.0);
    std::size_t turned = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      ASSERT_GE(heard[i], -1.0F) << named(setting);
      ASSERT_LT(heard[i], 1.0F) << named(setting);
      // The first 100 ms are left to codecs that take some time to find so loud a tone.
      if (i > sent.size() / 10 && ((sent[i] > kHigh && heard[i] < -kHigh) || (sent[i] < -kHigh && heard[i] > kHigh))) {
        ++turned;
      }
    }
    if (keeps_waveform) {
      EXPECT_EQ(turned, 0U) << named(setting);
    }
  }
}

// Other decoders may run on other threads, and none may be heard in this one.
TEST(AudioCodec, GivesTheSameOnAnyThread) {
  const std::vector<CodecSetting> settings = all_settings();
  std::vector<std::vector<float>> alone(settings.size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    alone[i] = transmit(settings[i], voice(settings[i].sample_rate, 1.0)).heard;
  }
  constexpr std::size_t kTimes = 3;
  std::vector<int> same(settings.size() * kTimes);
  parallel_for(same.size(), /*jobs=*/4, [&](std::size_t i) {
    // Neighbours run at the same time, so each codec meets itself.
    const std::size_t which = i / kTimes;
    same[i] = transmit(settings[which], voice(settings[which].sample_rate, 1.0)).heard == alone[which] ? 1 : 0;
  });
  for (std::size_t i = 0; i < same.size(); ++i) {
    EXPECT_EQ(same[i], 1) << named(settings[i / kTimes]);
  }
}

/// What a decoder gives of a sample, in units of 16 bits, by the intervals of ITU-T G.711, tables 1 and 2: 16 steps in
/// each of 8 segments, which double from one to the next, of magnitudes of 14 bits (u-law) or 13 (A-law).
int itu_mu_law(int value) {
  const double biased = std::min(std::abs(value) / 4.0 + 33.0, 8191.0);
  int segment = 0;
  while (segment < 7 && biased >= 64 << segment) {
    ++segment;
  }
  const int step = static_cast<int>((biased - (32 << segment)) / (2 << segment));
  return (value < 0 ? -4 : 4) * (((2 * step + 33) << segment) - 33);
}

int itu_a_law(int value) {
  const double magnitude = std::abs(value) / 8.0;
  int segment = 0;
  while (segment < 7 && magnitude >= 32 << segment) {
    ++segment;
  }
  const double in_segment = segment == 0 ? magnitude / 2.0 : (magnitude - (16 << segment)) / (1 << segment);
  const int step = std::min(static_cast<int>(in_segment), 15);
  return (value < 0 ? -8 : 8) * (segment == 0 ? 2 * step + 1 : (2 * step + 33) << (segment - 1));
}

TEST(AudioCodec, G711IsThatOfTheItu) {
  std::vector<float> every(65536);
  for (int value = -32768; value < 32768; ++value) {
    every[static_cast<std::size_t>(value + 32768)] = static_cast<float>(value) / 32768.0F;
  }
  const std::vector<float> mu = transmit({Codec::mu_law, 8000}, every).heard;
  const std::vector<float> a = transmit({Codec::a_law, 8000}, every).heard;
  for (int value = -32768; value < 32768; ++value) {
    const auto i = static_cast<std::size_t>(value + 32768);
    ASSERT_EQ(std::lround(mu[i] * 32768.0F), itu_mu_law(value)) << value;
    ASSERT_EQ(std::lround(a[i] * 32768.0F), itu_a_law(value)) << value;
  }
}

TEST(AudioCodec, LosesWhatIsLostAndNothingBefore) {
  for (const Codec codec : kConcealing) {
    for (const int rate : facts_of(codec).rates_hz) {
      if (!is_built(codec)) {
        continue;
      }
      const CodecSetting setting = usual(codec, rate);
      const std::vector<float> sent = voice(rate);
      const Transmission transmission = transmit(setting, sent);
      ASSERT_EQ(transmission.frame * 50, static_cast<std::size_t>(rate)) << named(setting);
      ASSERT_EQ(transmission.frames, 200U);
      EXPECT_EQ(transmission.decode({}), transmission.heard) << named(setting);
      EXPECT_EQ(transmission.decode(std::vector<bool>(transmission.frames)), transmission.heard);
      for (const std::size_t frame : {0U, 1U, 60U, 199U}) {
        std::vector<bool> lost(transmission.frames);
        lost[frame] = true;
        const std::vector<float> heard = transmission.decode(lost);
        ASSERT_EQ(heard.size(), sent.size());
        std::size_t first = 0;
        while (first < heard.size() && heard[first] == transmission.heard[first]) {
          ++first;
        }
        EXPECT_GE(first, frame * transmission.frame) << named(setting);
        // Frame 0 is within the swell of the first syllable, where concealment can be exact to the bit for a while.
        EXPECT_LT(first, (frame + 1) * transmission.frame) << named(setting);
      }
    }
  }
}

/// The level of frames [from, from + 1) after each loss over what it is without, and that of the difference, in dB.
struct AfterLoss {
  double level_db;
  double error_db;
};
AfterLoss after_loss(const Transmission& whole, std::span<const float> heard, std::size_t period, std::size_t offset) {
  double is = 0.0;
  double was = 0.0;
  double error = 0.0;
  for (std::size_t frame = period; frame + period < whole.frames; frame += period) {
    for (std::size_t i = (frame + offset) * whole.frame; i < (frame + offset + 1) * whole.frame; ++i) {
      is += heard[i] * heard[i];
      was += whole.heard[i] * whole.heard[i];
      error += (heard[i] - whole.heard[i]) * (heard[i] - whole.heard[i]);
    }
  }
  return {db_from_power(is / was), db_from_power(error / was)};
}

TEST(AudioCodec, ConcealsInPlaceOfSilence) {
  // Of one lost frame, on 20 s of the made voice: Opus, Speex and AMR-NB lose 1.0 to 2.8 dB of its level, and AMR-WB's
  // decoder 8 to 10 dB, as it mutes fast. Silence would lose all of it.
  constexpr double kMostLoss = -4.0;
  constexpr double kMostLossWideband = -12.0;
  // The voice is much as it was half a second later. AMR takes longest.
  constexpr double kForgottenDb = -10.0;
  constexpr std::size_t kPeriod = 40;
  for (const Codec codec : kConcealing) {
    if (!is_built(codec)) {
      continue;
    }
    const CodecSetting setting = usual(codec, facts_of(codec).rates_hz.front());
    const Transmission transmission = transmit(setting, voice(setting.sample_rate, 20.0));
    std::vector<bool> lost(transmission.frames);
    for (std::size_t frame = kPeriod; frame + kPeriod < lost.size(); frame += kPeriod) {
      lost[frame] = true;
    }
    const std::vector<float> heard = transmission.decode(lost);
    const AfterLoss at_once = after_loss(transmission, heard, kPeriod, 0);
    EXPECT_GT(at_once.level_db, codec == Codec::amr_wb ? kMostLossWideband : kMostLoss) << named(setting);
    EXPECT_GT(at_once.error_db, -20.0) << named(setting) << ": the frame seems not to be lost";
    EXPECT_LT(after_loss(transmission, heard, kPeriod, kPeriod - 15).error_db, kForgottenDb) << named(setting);
  }
}

TEST(AudioCodec, OthersHaveNothingToLose) {
  for (const Codec codec : kAll) {
    if (std::ranges::count(kConcealing, codec) == 0 && is_built(codec)) {
      const int rate = facts_of(codec).rates_hz.front();
      const Transmission transmission = transmit(usual(codec, rate), voice(rate, 1.0));
      EXPECT_EQ(transmission.frames, 0U);
      EXPECT_FALSE(transmission.decode);
    }
  }
}

// libvorbis takes stack for all that it is given at once: of nine minutes more than a thread may have.
TEST(AudioCodec, TakesLongRecordings) {
  constexpr int kRate = 8000;
  const std::vector<float> clip = voice(kRate, 540.0);
  const Transmission transmission = transmit(usual(Codec::vorbis, kRate), clip);
  ASSERT_EQ(transmission.heard.size(), clip.size());
  // The same everywhere, where the encoder was given more and where it was not.
  const auto level_db = [&](const std::vector<float>& samples, double from_s) {
    const auto part = std::span(samples).subspan(static_cast<std::size_t>(from_s * kRate), 10 * kRate);
    double energy = 0.0;
    for (const float sample : part) {
      energy += static_cast<double>(sample) * sample;
    }
    return 10.0 * std::log10(energy);
  };
  for (double from_s = 0.0; from_s + 10.0 <= 540.0; from_s += 10.0) {
    ASSERT_NEAR(level_db(transmission.heard, from_s), level_db(clip, from_s), 1.0) << from_s;
  }
}

TEST(AudioCodec, RefusesWhatTheCodecDoesNotTake) {
  const std::vector<float> clip(800);
  for (const CodecSetting& setting :
       {CodecSetting{Codec::gsm, 16000}, CodecSetting{Codec::opus, 22050, 24.0}, CodecSetting{Codec::opus, 8000, 300.0},
        CodecSetting{Codec::g726, 8000, 16.0}, CodecSetting{Codec::mp3, 8000, 128.0},
        CodecSetting{Codec::amr_nb, 8000, 12.65}, CodecSetting{Codec::vorbis, 8000, 0.0, 11.0}}) {
    EXPECT_THROW(static_cast<void>(transmit(setting, clip)), std::invalid_argument) << named(setting);
  }
}

TEST(AudioCodec, PicksTheLeastRateThatKeepsTheSignal) {
  EXPECT_EQ(rate_for(Codec::gsm, 48000, 0.0), 8000);
  EXPECT_EQ(rate_for(Codec::amr_wb, 8000, 12.65), 16000);
  EXPECT_EQ(rate_for(Codec::opus, 16000, 24.0), 16000);
  EXPECT_EQ(rate_for(Codec::opus, 44100, 24.0), 48000);
  EXPECT_EQ(rate_for(Codec::opus, 192000, 24.0), 48000);
  EXPECT_EQ(rate_for(Codec::speex, 44100, 0.0), 32000);
  EXPECT_EQ(rate_for(Codec::mp3, 8000, 64.0), 8000);
  EXPECT_EQ(rate_for(Codec::mp3, 8000, 128.0), 16000);  // MPEG 2.5 has no such rate
  EXPECT_EQ(rate_for(Codec::mp3, 48000, 8.0), 24000);
}

}  // namespace
}  // namespace fairground
