// The mixer's one claim, the SNR, in floats and after 16 bits; and that noise is the same for everyone.
#include "pipeline/flow/mixer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/units.h"
#include "pipeline/media/audio_file.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

// What is promised of the samples, and of a file of 16 bits, whose rounding is itself a noise at -98 dBov.
constexpr double kSnrToleranceDb = 0.1;
constexpr double kFileToleranceDb = 0.3;
// The mixer's own measurement is of the same samples as the test's, before floats round their sum with the speech.
constexpr double kMeasurementDb = 1e-3;

/// Power of what was added, in dBov.
double added_dbov(const Audio& mixed, const Audio& clean) {
  double energy = 0.0;
  for (std::size_t i = 0; i < mixed.samples.size(); ++i) {
    const double d = static_cast<double>(mixed.samples[i]) - clean.samples[i];
    energy += d * d;
  }
  return db_from_power(energy / static_cast<double>(mixed.samples.size()));
}

Audio through_16_bits(const Audio& audio) {
  return decode_audio(encode_audio(quantise(audio, 16), AudioContainer::flac), "x.flac", {});
}

NoiseStem stem(const Audio& like, double hz, double amplitude, double snr_db) {
  NoiseStem made{"noise.test", like};
  made.level.snr_db = snr_db;
  for (int channel = 0; channel < like.channels; ++channel) {
    std::ranges::copy(sine(like.seconds(), like.sample_rate, hz, amplitude),
                      made.sound.signal.channel(channel).begin());
  }
  return made;
}

constexpr std::array kRates{8000, 16000, 48000};

TEST(Mixer, MeetsTheSnrOf200RandomCases) {
  constexpr int kCases = 200;
  const TemporaryFolder folder;
  Assets assets;
  assets.load("site",
              {write_wav(folder / "a.wav", mono(44100, speech_like(3.0, 44100, -25, 1))),
               write_wav(folder / "b.wav", mono(16000, sine(2.0, 16000, 120, 0.01)))},
              {kRates.begin(), kRates.end()}, {}, 1e3);
  const std::array<std::string, 5> colours{"white", "pink", "brown", "blue", "violet"};
  RandomStream random(20260101, 0, "cases");
  double largest = 0.0;
  double largest_in_file = 0.0;
  for (int i = 0; i < kCases; ++i) {
    const int rate = kRates[random.below(3)];
    const double seconds = random.uniform(1.5, 4.0);
    const double snr_db = random.uniform(-5.0, 40.0);
    const std::vector<float> voice =
        speech_like(seconds, rate, random.uniform(-38.0, -28.0), static_cast<std::uint64_t>(i));
    Audio clean(rate, random.bernoulli(0.25) ? 2 : 1, voice.size());
    for (int channel = 0; channel < clean.channels; ++channel) {
      std::ranges::copy(voice, clean.channel(channel).begin());
    }
    const bool recorded = random.bernoulli(0.4);
    const Augmenter& noise = augmenter(recorded ? "noise.recording" : "noise.coloured");
    const Given given = recorded ? Given{{"from", std::string("site")}, {"snr_db", snr_db}}
                                 : Given{{"colour", colours[random.below(5)]}, {"snr_db", snr_db}};
    AudioScene scene =
        apply_audio(noise, values_of(noise.schema, given), clean, {7, static_cast<std::uint32_t>(i)}, &assets);
    const SpeechLevel level = measure_speech_level(clean);
    const MixMeasure measure = mix(scene, level);
    SCOPED_TRACE(testing::Message() << "case " << i << ": " << noise.schema.name << " " << snr_db << " dB at " << rate);

    const double snr = level.active_level_dbov - added_dbov(scene.speech, clean);
    EXPECT_NEAR(snr, snr_db, kSnrToleranceDb);
    ASSERT_EQ(measure.stems.size(), 1U);
    EXPECT_EQ(measure.stems[0].requested_snr_db, snr_db);
    EXPECT_NEAR(measure.stems[0].measured_snr_db, snr, kMeasurementDb);
    EXPECT_NEAR(measure.total_snr_db.value(), snr, kMeasurementDb);
    EXPECT_EQ(measure.speech_active_level_dbov, level.active_level_dbov);

    const Audio clean_file = through_16_bits(clean);
    const double in_file =
        measure_speech_level(clean_file).active_level_dbov - added_dbov(through_16_bits(scene.speech), clean_file);
    EXPECT_NEAR(in_file, snr_db, kFileToleranceDb);
    largest = std::max(largest, std::abs(snr - snr_db));
    largest_in_file = std::max(largest_in_file, std::abs(in_file - snr_db));
  }
  RecordProperty("largest_error_db", std::to_string(largest));
  RecordProperty("largest_error_in_file_db", std::to_string(largest_in_file));
}

// Two tones of whole periods are orthogonal, so that what was added tells how much of each is in it.
TEST(Mixer, SetsEachStemAndMeasuresTheirSum) {
  const Audio clean = mono(16000, speech_like(4.0, 16000, -28, 5));
  const std::vector<float> low = sine(4.0, 16000, 500, 1.0);
  const std::vector<float> high = sine(4.0, 16000, 1500, 1.0);
  AudioScene scene{clean, {stem(clean, 500, 0.9, 12.0), stem(clean, 1500, 0.001, 3.0)}};
  const SpeechLevel level = measure_speech_level(clean);
  const MixMeasure measure = mix(scene, level);
  const auto part = [&](const std::vector<float>& tone) {
    double product = 0.0;
    for (std::size_t i = 0; i < tone.size(); ++i) {
      product += (static_cast<double>(scene.speech.samples[i]) - clean.samples[i]) * tone[i];
    }
    const double amplitude = 2 * product / static_cast<double>(tone.size());
    return level.active_level_dbov - db_from_power(amplitude * amplitude / 2);
  };
  EXPECT_NEAR(part(low), 12.0, kSnrToleranceDb);
  EXPECT_NEAR(part(high), 3.0, kSnrToleranceDb);
  ASSERT_EQ(measure.stems.size(), 2U);
  EXPECT_NEAR(measure.stems[0].measured_snr_db, 12.0, kMeasurementDb);
  EXPECT_NEAR(measure.stems[1].measured_snr_db, 3.0, kMeasurementDb);
  const double total = -db_from_power(power_from_db(-12.0) + power_from_db(-3.0));
  EXPECT_NEAR(measure.total_snr_db.value(), total, kMeasurementDb);
  EXPECT_NEAR(level.active_level_dbov - added_dbov(scene.speech, clean), total, kSnrToleranceDb);
}

// Two equal noises add up in amplitude: the total is 6 dB lower, which a sum of powers would not see.
TEST(Mixer, MeasuresTheTotalOnWhatIsAdded) {
  const Audio clean = mono(16000, speech_like(4.0, 16000, -28, 5));
  AudioScene scene{clean, {stem(clean, 500, 0.1, 10.0), stem(clean, 500, 0.3, 10.0)}};
  const MixMeasure measure = mix(scene, measure_speech_level(clean));
  EXPECT_NEAR(measure.total_snr_db.value(), 10.0 - db_from_amplitude(2.0), kMeasurementDb);
}

// Levels are power means over channels: noise in one of two is 3 dB lower than in that channel alone.
TEST(Mixer, TakesTheMeanPowerOfChannels) {
  const std::vector<float> voice = speech_like(3.0, 16000, -28, 6);
  Audio clean(16000, 2, voice.size());
  std::ranges::copy(voice, clean.channel(0).begin());
  std::ranges::copy(voice, clean.channel(1).begin());
  NoiseStem left = stem(clean, 500, 0.1, 10.0);
  std::ranges::fill(left.sound.signal.channel(1), 0.0F);
  AudioScene scene{clean, {left}};
  const SpeechLevel level = measure_speech_level(clean);
  static_cast<void>(mix(scene, level));
  const double in_left = db_from_power(2 * power_from_db(added_dbov(scene.speech, clean)));
  EXPECT_NEAR(level.active_level_dbov - in_left, 10.0 - db_from_power(2.0), kSnrToleranceDb);
  EXPECT_TRUE(std::ranges::equal(scene.speech.channel(1), clean.channel(1)));
}

// Two sources of other lengths and levels in one realization: one noise, and a gain. A product of floats is rounded
// once.
TEST(Mixer, AddsTheSameNoiseToEverySourceOfARealization) {
  constexpr double kRounding = 2 * 0x1p-24;
  const TemporaryFolder folder;
  Assets assets;
  assets.load("site", {write_wav(folder / "a.wav", mono(16000, speech_like(3.0, 16000, -25, 1)))}, {16000}, {}, 1e3);
  const Audio one = mono(16000, speech_like(2.1, 16000, -35, 10));
  const Audio other = mono(16000, speech_like(6.0, 16000, -27, 11));
  for (const char* name : {"noise.coloured", "noise.recording"}) {
    const Augmenter& noise = augmenter(name);
    Given given{{"snr_db", 7.0}};
    if (noise.schema.find("from")) {
      given["from"] = std::string("site");
    }
    for (std::uint32_t realization = 0; realization < 4; ++realization) {
      AudioScene a = apply_audio(noise, values_of(noise.schema, given), one, {7, realization}, &assets);
      AudioScene b = apply_audio(noise, values_of(noise.schema, given), other, {7, realization}, &assets);
      static_cast<void>(mix(a, measure_speech_level(one)));
      static_cast<void>(mix(b, measure_speech_level(other)));
      const std::vector<float>& in_a = a.noise[0].sound.signal.samples;
      const std::vector<float>& in_b = b.noise[0].sound.signal.samples;
      double product = 0.0;
      double energy = 0.0;
      for (std::size_t i = 0; i < in_a.size(); ++i) {
        product += static_cast<double>(in_a[i]) * in_b[i];
        energy += static_cast<double>(in_b[i]) * in_b[i];
      }
      const double gain = product / energy;
      EXPECT_GT(gain, 0.0);
      for (std::size_t i = 0; i < in_a.size(); ++i) {
        ASSERT_NEAR(in_a[i], gain * in_b[i], 2 * kRounding * std::abs(in_a[i])) << name << " sample " << i;
        // And that noise is what was added; the sum is rounded to a float.
        ASSERT_EQ(a.speech.samples[i], one.samples[i] + in_a[i]);
      }
    }
  }
}

/// Weighted mean power by one transform of the whole signal, where the meter takes many short ones.
double power_by_one_transform(const std::vector<float>& samples, int rate, Weighting band) {
  cv::Mat_<double> in(1, static_cast<int>(samples.size()));
  std::ranges::copy(samples, in.begin());
  cv::Mat_<cv::Vec2d> out;
  cv::dft(in, out, cv::DFT_COMPLEX_OUTPUT);
  const auto count = static_cast<double>(samples.size());
  double power = 0.0;
  for (int k = 0; k < out.cols; ++k) {
    const double hz = static_cast<double>(std::min(k, out.cols - k)) * rate / count;
    power += out(k).dot(out(k)) * weighting_gain(band, hz);
  }
  return power / (count * count);
}

// What is promised of an SNR in a band.
constexpr double kBandToleranceDb = 0.2;

TEST(Mixer, MeetsAnSnrInItsBand) {
  for (const int rate : {8000, 16000, 48000}) {
    for (const std::string band : {"a_weighted", "300-3400"}) {
      for (const std::string colour : {"white", "brown", "violet"}) {
        const Audio clean = mono(rate, speech_like(4.0, rate, -28, 5));
        const Augmenter& noise = augmenter("noise.coloured");
        const Given given{{"colour", colour}, {"snr_db", 12.0}, {"band", band}};
        AudioScene scene = apply_audio(noise, values_of(noise.schema, given), clean, {7, 1}, nullptr);
        const SpeechLevel level = measure_speech_level(clean);
        const MixMeasure measure = mix(scene, level);
        std::vector<float> added;
        for (std::size_t i = 0; i < clean.samples.size(); ++i) {
          added.push_back(scene.speech.samples[i] - clean.samples[i]);
        }
        const Weighting weighting = band == "a_weighted" ? Weighting::a_weighted : Weighting::telephone;
        const double speech = power_by_one_transform(clean.samples, rate, weighting) / level.activity_factor;
        const double snr_db = db_from_power(speech / power_by_one_transform(added, rate, weighting));
        EXPECT_NEAR(snr_db, 12.0, kBandToleranceDb) << colour << ' ' << band << " at " << rate;
        EXPECT_NEAR(measure.stems.at(0).measured_snr_db, 12.0, kMeasurementDb) << colour << ' ' << band;
        EXPECT_EQ(measure.stems[0].band, weighting);
      }
    }
  }
}

TEST(Mixer, SetsADbaLevelAgainstThatOfTheSpeech) {
  const Audio clean = mono(16000, speech_like(4.0, 16000, -28, 5));
  AudioScene by_dba{clean, {stem(clean, 500, 0.1, 0.0)}};
  by_dba.noise[0].level = {std::nullopt, 55.0, Weighting::full};
  AudioScene by_snr{clean, {stem(clean, 500, 0.1, 0.0)}};
  by_snr.noise[0].level = {10.0, std::nullopt, Weighting::a_weighted};
  const SpeechLevel level = measure_speech_level(clean);
  const MixMeasure measure = mix(by_dba, level, /*speech_dba=*/65.0);
  static_cast<void>(mix(by_snr, level));
  EXPECT_EQ(by_dba.speech.samples, by_snr.speech.samples);
  EXPECT_EQ(measure.stems.at(0).requested_snr_db, 10.0);
}

TEST(Mixer, KeepsADbaLevelBesideARaisedVoice) {
  constexpr double kGainDb = 7.0;
  const Audio clean = mono(16000, speech_like(4.0, 16000, -28, 5));
  Audio raised = clean;
  for (float& sample : raised.samples) {
    sample *= static_cast<float>(amplitude_from_db(kGainDb));
  }
  const SpeechLevel clean_level = measure_speech_level(clean);
  const SpeechLevel raised_level = measure_speech_level(raised);
  const double raise_db = raise_dba(raised, raised_level, clean, clean_level);
  EXPECT_EQ(raise_dba(clean, clean_level, clean, clean_level), 0.0);
  // The thresholds of P.56 are fixed, and so its activity changes a little with the gain.
  EXPECT_NEAR(raise_db, kGainDb, kSnrToleranceDb);
  AudioScene beside_clean{clean, {stem(clean, 500, 0.1, 0.0)}};
  AudioScene beside_raised{raised, {stem(clean, 500, 0.1, 0.0)}};
  for (AudioScene* scene : {&beside_clean, &beside_raised}) {
    scene->noise[0].level = {std::nullopt, 55.0, Weighting::full};
  }
  static_cast<void>(mix(beside_clean, clean_level, /*speech_dba=*/60.0));
  const MixMeasure measure = mix(beside_raised, raised_level, /*speech_dba=*/60.0 + raise_db);
  EXPECT_NEAR(added_dbov(beside_raised.speech, raised), added_dbov(beside_clean.speech, clean), kMeasurementDb);
  EXPECT_NEAR(measure.stems.at(0).measured_snr_db, 5.0 + raise_db, kMeasurementDb);
  const Audio silence(16000, 1, 16000);
  EXPECT_EQ(raise_dba(clean, clean_level, silence, measure_speech_level(silence)), 0.0);
}

/// A tone from 0.5 to 0.75 s and from 1.5 to 1.75 s, but for what the clip cuts off.
NoiseStem two_events(const Audio& like) {
  NoiseStem made = stem(like, 1000, 0.0, 10.0);
  made.sound.events = {{"first", 0.5, 0.75}, {"second", 1.5, 1.75}};
  made.sound.active = Audio(like.sample_rate, 1, 0);
  made.sound.active.samples = sine(0.25, like.sample_rate, 1000, 0.1);
  for (const NoiseEvent& event : made.sound.events) {
    const auto start = static_cast<std::size_t>(event.start_s * like.sample_rate);
    for (std::size_t i = 0; i < made.sound.active.samples.size() && start + i < like.frames(); ++i) {
      made.sound.signal.samples[start + i] = made.sound.active.samples[i];
    }
  }
  return made;
}

TEST(Mixer, TakesEventsWhileTheyAreActive) {
  for (const double seconds : {1.0, 1.6, 4.0}) {
    const Audio clean = mono(16000, speech_like(seconds, 16000, -28, 5));
    AudioScene scene{clean, {two_events(clean)}};
    const SpeechLevel level = measure_speech_level(clean);
    const MixMeasure measure = mix(scene, level);
    EXPECT_NEAR(measure.stems.at(0).measured_snr_db, 10.0, kMeasurementDb) << seconds;
    EXPECT_EQ(measure.stems[0].events.size(), 2U);
    // Over the clip they are the less, the longer it is.
    const double share = (0.25 + std::clamp(seconds - 1.5, 0.0, 0.25)) / seconds;
    EXPECT_NEAR(*measure.total_snr_db, 10.0 - db_from_power(share), 0.01) << seconds;
  }
}

TEST(Mixer, LeavesSpeechWithoutNoiseAsItIs) {
  const Audio clean = mono(16000, speech_like(2.0, 16000, -28, 5));
  AudioScene scene{clean};
  const MixMeasure measure = mix(scene, measure_speech_level(clean));
  EXPECT_EQ(scene.speech.samples, clean.samples);
  EXPECT_TRUE(measure.stems.empty());
  EXPECT_FALSE(measure.total_snr_db.has_value());
}

/// What the GateError says; empty where there is none.
std::string gate_reason(AudioScene scene) {
  try {
    static_cast<void>(mix(scene, measure_speech_level(scene.speech)));
  } catch (const GateError& error) {
    return error.what();
  }
  return {};
}

TEST(Mixer, RejectsNoiseBesideSilence) {
  const Audio silence(16000, 1, 32000);
  EXPECT_NE(gate_reason({silence, {stem(silence, 500, 0.1, 10.0)}}).find("no active speech"), std::string::npos);
  EXPECT_EQ(gate_reason({silence}), "");
}

TEST(Mixer, CountsWhatOverlappingEventsShareOnce) {
  const Audio clean = mono(16000, speech_like(2.0, 16000, -28, 5));
  NoiseStem parted = two_events(clean);
  parted.sound.events = {{"first", 0.5, 0.7}, {"again", 0.55, 0.75}, {"inside", 0.6, 0.65}, {"second", 1.5, 1.75}};
  AudioScene one{clean, {two_events(clean)}};
  AudioScene other{clean, {parted}};
  const SpeechLevel level = measure_speech_level(clean);
  EXPECT_EQ(mix(one, level).stems.at(0).measured_snr_db, mix(other, level).stems.at(0).measured_snr_db);
}

TEST(Mixer, RejectsAClipThatEndsBeforeTheFirstEvent) {
  const Audio short_clip = mono(16000, speech_like(0.7, 16000, -28, 5));
  const std::string reason = gate_reason({short_clip, {two_events(short_clip)}});
  EXPECT_EQ(reason, "noise.test: the recording is too short for its first event, which ends after 0.75 s");
}

TEST(Mixer, RejectsSilentNoise) {
  const Audio clean = mono(16000, speech_like(2.0, 16000, -28, 5));
  const std::string reason = gate_reason({clean, {stem(clean, 500, 0.1, 5.0), stem(clean, 500, 0.0, 10.0)}});
  EXPECT_NE(reason.find("noise.test: the noise is silent"), std::string::npos) << reason;
  // Quiet is not silent: the mixer brings it up.
  EXPECT_EQ(gate_reason({clean, {stem(clean, 500, 1e-4, 10.0)}}), "");
}

// What variants share is not copied, and the result is that of a copy.
TEST(Mixer, AddsASharedNoiseToTheBit) {
  const Audio longer = mono(16000, speech_like(5.3, 16000, -28, 7));
  NoiseStem whole = stem(longer, 333, 0.02, 7.5);
  ASSERT_TRUE(is_plain(whole.sound, whole.level));
  for (const std::size_t frames : {longer.frames(), std::size_t{32000}, std::size_t{4097}, std::size_t{9000}}) {
    const Audio clean = mono(16000, {longer.samples.begin(), longer.samples.begin() + static_cast<int>(frames)});
    const SpeechLevel level = measure_speech_level(clean);
    const ReferenceSpeech early{clean, {level.active_level_dbov - 2.0, level.rms_dbov, level.activity_factor}};
    for (const SpeechReference reference : {SpeechReference::clean, SpeechReference::early}) {
      NoiseStem cut = whole;
      cut.level.reference = reference;
      cut.sound.signal.samples.resize(frames);
      AudioScene copied{clean, {cut}};
      AudioScene shared{clean, {{cut.augmenter, NoiseSound(), cut.level}}};
      const MixMeasure a = mix(copied, level, 60.0, &early);
      const MixMeasure b = mix_shared(shared, whole.sound, level, &early);
      EXPECT_EQ(shared.speech.samples, copied.speech.samples) << frames;
      EXPECT_EQ(b.stems.at(0).measured_snr_db, a.stems.at(0).measured_snr_db) << frames;
      EXPECT_EQ(b.stems.at(0).augmenter, "noise.test");
      EXPECT_EQ(b.stems.at(0).requested_snr_db, 7.5);
      EXPECT_EQ(b.total_snr_db, a.total_snr_db) << frames;
      EXPECT_EQ(b.speech_active_level_dbov, a.speech_active_level_dbov);
    }
  }
}

TEST(Mixer, SharesOnlyPlainNoise) {
  const Audio clean = mono(16000, speech_like(2.0, 16000, -28, 5));
  NoiseStem by_band = stem(clean, 500, 0.1, 10.0);
  by_band.level.band = Weighting::a_weighted;
  NoiseStem by_dba = stem(clean, 500, 0.1, 10.0);
  by_dba.level.noise_dba = 50.0;
  const NoiseStem stereo = stem(Audio(16000, 2, 100), 500, 0.1, 10.0);
  for (const NoiseStem& odd : {by_band, by_dba, stereo, two_events(clean)}) {
    EXPECT_FALSE(is_plain(odd.sound, odd.level));
  }
}

}  // namespace
}  // namespace fairground
