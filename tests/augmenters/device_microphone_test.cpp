#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "augmenters/audio/parts/capsule_noise.h"
#include "augmenters/audio/parts/converter.h"
#include "augmenters/audio/parts/microphone_profiles.h"
#include "pipeline/core/error.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/weighted_level.h"
#include "tests/augmenters/device.h"
#include "tests/augmenters/spectrum.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

AudioSignal heard(const Audio& clip, const Given& given, const StepRandom& random = {},
                  const Assets* assets = nullptr) {
  return apply_signal("device.microphone", given, {clip, full_scale_dba}, random, assets);
}

/// Of a sound that is so loud that the self-noise is nothing beside it.
AudioSignal heard_loud(const Audio& clip, const Given& given, const StepRandom& random = {},
                       const Assets* assets = nullptr) {
  return apply_signal("device.microphone", given, {clip, [] { return std::optional<double>(130.0); }}, random,
                      assets);
}

/// Without anything that differs from unit to unit or hides the response.
Given ideal(const std::string& profile) {
  return {{"profile", profile}, {"self_noise_dba", -10.0}, {"overload_db_spl", 160.0},
          {"spread_db", 0.0},   {"sensitivity_db", 0.0},   {"bits", std::int64_t{24}}};
}

Audio impulse(int rate) {
  Audio clip(rate, 1, static_cast<std::size_t>(rate / 2));
  clip.samples[100] = 0.1F;
  return clip;
}

double gain_db(const Audio& out, const Audio& in, double hz) {
  return db(at_hz(out.samples, hz, in.sample_rate)) - db(at_hz(in.samples, hz, in.sample_rate));
}

TEST(Microphone, EveryFigureHasItsSource) {
  ASSERT_EQ(microphone_models().size(), 10U);
  for (const MicrophoneModel& model : microphone_models()) {
    EXPECT_EQ(model.name, microphone_model(model.profile).name);
    for (const Figure& figure :
         {model.self_noise_dba, model.overload_db_spl, model.low_cut_hz, model.low_cut_order, model.resonance_hz,
          model.resonance_db, model.bits, model.sensitivity_db, model.spread_db}) {
      EXPECT_FALSE(figure.source.empty()) << model.name;
    }
    EXPECT_FALSE(model.shape_source.empty()) << model.name;
  }
}

// The response of each profile by its figures, at any rate.
TEST(Microphone, HasTheResponseOfItsProfile) {
  constexpr double kToleranceDb = 0.5;
  for (const int rate : {8000, 16000, 48000}) {
    const Audio clip = impulse(rate);
    for (const MicrophoneModel& model : microphone_models()) {
      const Audio out = heard_loud(clip, ideal(std::string(model.name))).audio;
      const auto wanted = [&](double hz) {
        double db = interpolated_db(model.shape, hz) +
                    low_cut_gain_db(hz, model.low_cut_hz.value, static_cast<int>(model.low_cut_order.value));
        if (model.resonance_hz.value > 0.0) {
          db += resonance_gain_db(hz, model.resonance_hz.value, model.resonance_db.value);
        }
        return db;
      };
      for (double hz = 50.0; hz < 0.45 * rate; hz *= 1.3) {
        const double wanted_db = wanted(hz) - wanted(1000.0);
        if (wanted_db < -50.0) {
          continue;  // nobody hears it
        }
        EXPECT_NEAR(gain_db(out, clip, hz), wanted_db, kToleranceDb) << model.name << " at " << rate << ": " << hz;
      }
    }
  }
}

TEST(Microphone, ProfilesDiffer) {
  constexpr double kBandDb = 3.0;
  constexpr double kNoiseDb = 5.0;
  struct Band {
    const char* name;
    double low_hz;
    double high_hz;
  };
  constexpr std::array<Band, 6> kBands{{{"bass", 50, 100},
                                        {"low", 200, 400},
                                        {"middle", 700, 1400},
                                        {"presence", 2500, 5000},
                                        {"treble", 5000, 7500},
                                        {"air", 10000, 15000}}};
  for (const int rate : {16000, 48000}) {
    const Audio clip = impulse(rate);
    std::vector<std::vector<double>> levels;
    for (const MicrophoneModel& model : microphone_models()) {
      const Audio out = heard_loud(clip, ideal(std::string(model.name))).audio;
      levels.emplace_back();
      for (const Band& band : kBands) {
        double sum = 0.0;
        double count = 0.0;
        for (double hz = band.low_hz; hz <= band.high_hz && hz < 0.48 * rate; hz *= 1.1) {
          sum += gain_db(out, clip, hz);
          count += 1.0;
        }
        levels.back().push_back(count > 0.0 ? sum / count : 0.0);
      }
    }
    const std::vector<MicrophoneModel>& models = microphone_models();
    for (std::size_t i = 0; i < models.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        double most = 0.0;
        const char* where = "";
        for (std::size_t band = 0; band < kBands.size(); ++band) {
          if (const double apart = std::abs(levels[i][band] - levels[k][band]); apart > most) {
            most = apart;
            where = kBands[band].name;
          }
        }
        const double noise_db = std::abs(models[i].self_noise_dba.value - models[k].self_noise_dba.value);
        EXPECT_TRUE(most >= kBandDb || noise_db >= kNoiseDb)
            << models[i].name << " and " << models[k].name << " at " << rate << ": " << most << " dB in the band "
            << where << ", self-noise " << noise_db << " dB";
      }
    }
  }
}

TEST(Microphone, MakesTheSelfNoiseAskedFor) {
  constexpr double kToleranceDb = 0.5;
  for (const int rate : {8000, 16000, 48000}) {
    const Audio silence(rate, 1, static_cast<std::size_t>(10 * rate));
    for (const double ein_dba : {10.0, 29.0, 50.0}) {
      Given given = ideal("laptop");
      given["self_noise_dba"] = ein_dba;
      const Audio noise = heard(silence, given).audio;
      EXPECT_NEAR(level_dbov(weighted_power(noise, Weighting::a_weighted)) + kFullScaleDba, ein_dba, kToleranceDb)
          << rate;
    }
  }
  // By the profiles as they are, converter and sensitivity included.
  const Audio silence(16000, 1, 160000);
  for (const MicrophoneModel& model : microphone_models()) {
    const AudioSignal signal = heard(silence, {{"profile", std::string(model.name)}});
    const double sensitivity_db = signal.measure.values[0].second;
    const double steps_dba = level_dbov(weighted_power(signal.audio, Weighting::a_weighted)) + kFullScaleDba;
    if (model.bits.value >= 16.0) {  // the steps of fewer bits are louder than the capsule
      EXPECT_NEAR(steps_dba - sensitivity_db, model.self_noise_dba.value, kToleranceDb) << model.name;
    }
  }
}

// Ten decibels for each decade below a hundred hertz, where it is as strong as the white noise.
TEST(CapsuleNoise, IsWhiteAboveAndFlickersBelow) {
  for (const int rate : {8000, 16000, 48000}) {
    Audio noise(rate, 1, static_cast<std::size_t>(200 * rate));
    CapsuleNoise(rate).add(noise, 1.0, 0.01, {5, 1});
    const std::size_t size = 16384 * static_cast<std::size_t>(rate / 8000);
    const std::vector<double> density = welch(noise.samples, size);
    const auto level_db = [&](double low_hz, double high_hz) {
      double sum = 0.0;
      double bins = 0.0;
      for (std::size_t k = 0; k < density.size(); ++k) {
        const double hz = static_cast<double>(k) * rate / static_cast<double>(size);
        if (hz >= low_hz && hz < high_hz) {
          sum += density[k];
          bins += 1.0;
        }
      }
      return db_from_power(sum / bins);
    };
    const double white_db = level_db(500.0, 3800.0);
    EXPECT_NEAR(level_db(9.0, 11.0) - white_db, 10.4, 2.0) << rate;  // three poles for a straight line
    EXPECT_NEAR(level_db(30.0, 34.0) - white_db, 6.1, 2.0) << rate;
    EXPECT_NEAR(level_db(95.0, 105.0) - white_db, 3.0, 2.0) << rate;
    EXPECT_NEAR(level_db(1000.0, 2000.0) - white_db, 0.0, 0.2) << rate;
  }
}

double thd(const Audio& audio, double hz) {
  const double fundamental = std::abs(at_hz(audio.samples, hz, audio.sample_rate));
  double power = 0.0;
  for (double k = 2.0; k * hz < audio.sample_rate / 2.0; k += 1.0) {
    const double harmonic = std::abs(at_hz(audio.samples, k * hz, audio.sample_rate)) / fundamental;
    power += harmonic * harmonic;
  }
  return std::sqrt(power);
}

// 10 % of harmonic distortion within half a decibel of the point that was asked for, and little well below it.
TEST(Microphone, OverloadsWhereItIsAskedTo) {
  for (const int rate : {16000, 48000}) {
    for (const double overload_db_spl : {80.0, 90.0}) {
      const auto distortion = [&](double level_db_spl) {
        Given given = ideal("flagship_phone");
        given["overload_db_spl"] = overload_db_spl;
        given["gain_db"] = -12.0;  // so that the converter does not clip
        // Full scale stands for what is loud at the microphone, whatever the response makes of the tone.
        return thd(heard(tone(rate, 1000.0, level_db_spl - kFullScaleDba, 1.0), given).audio, 1000.0);
      };
      EXPECT_LT(distortion(overload_db_spl - 0.5), 0.10);
      EXPECT_GT(distortion(overload_db_spl + 0.5), 0.10);
      EXPECT_LT(distortion(overload_db_spl - 15.0), 0.001);
    }
  }
}

TEST(Microphone, OverloadFoldsNothingBack) {
  constexpr int kRate = 16000;
  Given given = ideal("studio");
  given["overload_db_spl"] = 80.0;
  given["gain_db"] = -12.0;
  const Audio out = heard(tone(kRate, 3000.0, 86.0 - kFullScaleDba, 1.0), given).audio;
  const double fundamental_db = db(at_hz(out.samples, 3000.0, kRate));
  // The third harmonic, of 9 kHz, would come back at 7 kHz by -20 dB, and the fifth at 1 kHz. What is left there are
  // the 19th and the 21st, at the edge of four times the rate.
  EXPECT_LT(db(at_hz(out.samples, 7000.0, kRate)) - fundamental_db, -65.0);
  EXPECT_LT(db(at_hz(out.samples, 1000.0, kRate)) - fundamental_db, -65.0);
}

// Long clips are distorted piece by piece, which must not show.
TEST(Microphone, OverloadHasNoSeams) {
  constexpr int kRate = 16000;
  Given given = ideal("studio");
  given["overload_db_spl"] = 80.0;
  given["gain_db"] = -12.0;
  const auto early = heard(tone(kRate, 500.0, 0.0, 10.0), given).audio;
  // A whole number of periods later everything is the same again.
  const std::size_t period = kRate / 500;
  double most = 0.0;
  for (std::size_t i = 20000; i + 20000 < early.frames(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(early.samples[i + period] - early.samples[i])));
  }
  EXPECT_LT(most, 1e-4);  // the self-noise and the dither
}

TEST(Converter, DitherFreesTheErrorOfTheSignal) {
  constexpr int kBits = 8;
  constexpr double kStep = 1.0 / 128.0;
  constexpr std::size_t kFrames = 400'000;
  // A tone of a third of a step, which without dither would vanish: its error would be the tone itself.
  Audio clip(16000, 1, kFrames);
  for (std::size_t i = 0; i < kFrames; ++i) {
    clip.samples[i] = static_cast<float>(kStep / 3.0 * std::sin(kTwoPi * 0.0317 * static_cast<double>(i)));
  }
  Audio words = clip;
  EXPECT_EQ(convert(words, kBits, {1, 2}), 0.0);
  double error_power = 0.0;
  double signal_power = 0.0;
  double product = 0.0;
  double mean = 0.0;
  double square_with_power = 0.0;  // whether the error's power follows the signal's
  for (std::size_t i = 0; i < kFrames; ++i) {
    const double x = clip.samples[i];
    const double e = static_cast<double>(words.samples[i]) - x;
    error_power += e * e;
    signal_power += x * x;
    product += e * x;
    mean += e;
    square_with_power += (e * e - kStep * kStep / 4.0) * (x * x);
    const double steps = static_cast<double>(words.samples[i]) / kStep;
    ASSERT_EQ(steps, std::round(steps));
  }
  const double count = kFrames;
  const double three_sigma = 3.0 / std::sqrt(count);
  EXPECT_LT(std::abs(product / std::sqrt(error_power * signal_power)), three_sigma);
  EXPECT_LT(std::abs(mean / count) / (kStep / 2.0), three_sigma);
  EXPECT_NEAR(error_power / count / (kStep * kStep / 4.0), 1.0, 0.01);
  EXPECT_LT(std::abs(square_with_power / count) / (kStep * kStep / 4.0 * signal_power / count), 0.02);
}

TEST(Microphone, ClipsAtFullScaleAndSaysHowMuch) {
  Given given = ideal("studio");
  given["gain_db"] = 40.0;
  given["bits"] = std::int64_t{16};
  const AudioSignal signal = heard(tone(16000, 440.0, -20.0, 2.0), given);
  const auto full =
      std::ranges::count_if(signal.audio.samples, [](float x) { return x <= -1.0F || x >= 32767.0F / 32768.0F; });
  const auto& [name, clipped] = signal.measure.values.back();
  EXPECT_EQ(name, "clipped_fraction");
  EXPECT_GT(clipped, 0.8);
  EXPECT_NEAR(clipped, static_cast<double>(full) / static_cast<double>(signal.audio.samples.size()), 0.001);
}

TEST(Microphone, UnitsOfOneModelDifferAsMuchAsItSays) {
  constexpr int kRate = 16000;
  constexpr double kSpreadDb = 1.0;
  constexpr std::uint32_t kUnits = 200;
  const Audio clip = impulse(kRate);
  Given given = ideal("studio");
  const Audio model = heard_loud(clip, given).audio;
  given["spread_db"] = kSpreadDb;
  given["sensitivity_db"] = 2.0;
  const double hz = 320.0;
  double sum = 0.0;
  double least_db = 10.0;
  double most_db = -10.0;
  for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
    const AudioSignal signal = heard_loud(clip, given, {3, unit});
    const double sensitivity_db = signal.measure.values[0].second;
    least_db = std::min(least_db, sensitivity_db);
    most_db = std::max(most_db, sensitivity_db);
    EXPECT_NEAR(gain_db(signal.audio, clip, 1000.0), sensitivity_db, 0.2);
    const double deviation_db = gain_db(signal.audio, clip, hz) - gain_db(model, clip, hz) - sensitivity_db;
    sum += deviation_db * deviation_db;
  }
  EXPECT_NEAR(std::sqrt(sum / kUnits), kSpreadDb, 0.15 * kSpreadDb);  // three sigma of 200 draws
  EXPECT_LT(least_db, -1.8);
  EXPECT_GT(most_db, 1.8);
  EXPECT_GE(least_db, -2.0);
  EXPECT_LE(most_db, 2.0);
}

// Whoever speaks into it, and however loud: the filter is the device's.
TEST(Microphone, TheSameUnitIsTheSameFilterForEverySource) {
  constexpr int kRate = 16000;
  Given given = ideal("budget_phone");
  given["spread_db"] = 1.0;
  const Audio one = impulse(kRate);
  Audio other(kRate, 1, 30000);
  other.samples[12000] = -0.2F;
  for (const std::uint32_t unit : {0U, 1U, 2U}) {
    const Audio a = heard_loud(one, given, {3, unit}).audio;
    const Audio b = heard_loud(other, given, {3, unit}).audio;
    double most = 0.0;
    for (std::size_t i = 0; i < 1000; ++i) {
      most = std::max(most, std::abs(static_cast<double>(a.samples[100 + i]) / 0.1 +
                                     static_cast<double>(b.samples[12000 + i]) / 0.2));
    }
    EXPECT_LT(most, 1e-5);  // the steps of 24 bits over impulses of -20 and -14 dBov
  }
}

TEST(Microphone, PlacesMuffle) {
  constexpr int kRate = 16000;
  const Audio clip = impulse(kRate);
  const auto gain_at = [&](const std::string& held, double hz) {
    Given given = ideal("studio");
    given["held"] = held;
    return gain_db(heard_loud(clip, given).audio, clip, hz) -
           gain_db(heard_loud(clip, ideal("studio")).audio, clip, hz);
  };
  EXPECT_NEAR(gain_at("pocket", 4000.0), -12.0, 0.3);
  EXPECT_NEAR(gain_at("hand_over_mic", 1000.0), -10.0, 0.3);
  // A reflection makes notches and peaks, and neither beyond what 0.4 of the sound can do.
  double low = 0.0;
  double high = 0.0;
  for (double hz = 100.0; hz < 7000.0; hz *= 1.05) {
    const double db = gain_at("speakerphone", hz);
    low = std::min(low, db);
    high = std::max(high, db);
  }
  EXPECT_LT(low, -3.0);
  EXPECT_GT(low, db_from_amplitude(0.6) - 0.2);
  EXPECT_GT(high, 2.0);
  EXPECT_LT(high, db_from_amplitude(1.4) + 0.2);
}

class OwnResponse : public testing::Test {
 protected:
  TemporaryFolder folder_;
  Assets assets_;
};

TEST_F(OwnResponse, ACurveIsMet) {
  write_text(folder_ / "a.csv", "Hz, dB\n100, -20\n500, -3\n1000, 2\n3000, 8\n8000, -10\n");
  assets_.load_curves("own", {folder_ / "a.csv"}, {});
  Given given = ideal("studio");
  given["response"] = std::string("own");
  const Audio clip = impulse(16000);
  const Audio out = heard_loud(clip, given, {}, &assets_).audio;
  for (const auto& [hz, db] : std::vector<std::pair<double, double>>{{100, -22}, {500, -5}, {1000, 0}, {3000, 6}}) {
    EXPECT_NEAR(gain_db(out, clip, hz), db, 0.3) << hz;
  }
}

TEST_F(OwnResponse, AnImpulseResponseIsMetAndMovesNothing) {
  constexpr int kRate = 16000;
  Audio own(kRate, 1, 600);
  own.samples[300] = 0.5F;
  own.samples[303] = -0.3F;
  assets_.load("own", {write_wav(folder_ / "own.wav", own)}, {kRate}, {}, 1e4);
  Given given = ideal("studio");
  given["response"] = std::string("own");
  const Audio clip = impulse(kRate);
  const Audio out = heard_loud(clip, given, {}, &assets_).audio;
  const double at_1k = std::abs(at_hz(own.samples, 1000.0, kRate));
  EXPECT_NEAR(out.samples[100], 0.1 * 0.5 / at_1k, 1e-4);
  EXPECT_NEAR(out.samples[103], 0.1 * -0.3 / at_1k, 1e-4);
  EXPECT_NEAR(out.samples[101], 0.0, 1e-4);
}

TEST_F(OwnResponse, ThatOfARoomIsRefused) {
  constexpr int kRate = 16000;
  Audio room(kRate, 1, 16000);
  RandomStream(1, 0, "room").normals(0, room.samples);
  for (std::size_t i = 0; i < room.samples.size(); ++i) {
    room.samples[i] *= static_cast<float>(0.1 * std::exp(-static_cast<double>(i) / 3000.0));
  }
  assets_.load("own", {write_wav(folder_ / "room.wav", room)}, {kRate}, {}, 1e4);
  Given given = ideal("studio");
  given["response"] = std::string("own");
  EXPECT_THROW(static_cast<void>(heard_loud(impulse(kRate), given, {}, &assets_)), UserError);
}

TEST(Microphone, NeedsToKnowHowLoudItIs) {
  EXPECT_THROW(static_cast<void>(
                   apply_signal("device.microphone", {{"profile", std::string("laptop")}}, {Audio(16000, 1, 16000)})),
               GateError);
}

}  // namespace
}  // namespace fairground
