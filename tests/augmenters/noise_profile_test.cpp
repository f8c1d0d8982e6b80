// The claims of noise.profile, on recordings made here: its thirds of an octave, its main rhythm and its level's
// comings and goings are the recording's, and it repeats nothing. All is measured by means that share nothing with the
// learner's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "pipeline/core/error.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr double kRecordingSeconds = 12.0;
constexpr double kMadeSeconds = 90.0;

// What was asked of the augmenter.
constexpr double kBandToleranceDb = 1.5;
constexpr double kRhythmTolerance = 0.02;
constexpr double kHighestAutocorrelation = 0.2;
// Twelve seconds hold some ten moments of the slowest wandering, and so its spread is known to about a tenth.
constexpr double kLevelToleranceDb = 2.0;

std::vector<float> normals(double seconds, std::uint64_t seed) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * kRate));
  RandomStream(seed, 0, "noise").normals(0, samples);
  return samples;
}

/// A filter of one pole each for the lower and the upper end.
void filter(std::vector<float>& samples, double low_hz, double high_hz) {
  const double keep_low = std::exp(-kTwoPi * low_hz / kRate);
  const double keep_high = std::exp(-kTwoPi * high_hz / kRate);
  double below = 0.0;
  double smooth = 0.0;
  for (float& sample : samples) {
    smooth = keep_high * smooth + (1.0 - keep_high) * sample;
    below = keep_low * below + (1.0 - keep_low) * smooth;
    sample = static_cast<float>(smooth - below);
  }
}

/// A compressor that breathes: noise about as low as speech, its power swelling 3.7 times a second to both sides by
/// 0.8.
Audio breathing() {
  std::vector<float> samples = normals(kRecordingSeconds, 1);
  filter(samples, 100.0, 800.0);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    samples[i] = static_cast<float>(samples[i] * std::sqrt(1.0 + 0.8 * std::sin(kTwoPi * 3.7 * t)));
  }
  set_rms(samples, -30);
  return mono(kRate, samples);
}

/// A machine: hum of 100 Hz and its harmonics, a whine at 1130 Hz, hiss, and knocks 2.3 times a second.
constexpr double kKnocksHz = 2.3;
constexpr std::array kLinesHz{100.0, 200.0, 300.0, 1130.0};
Audio machine() {
  std::vector<float> samples = normals(kRecordingSeconds, 2);
  std::vector<float> knocks = normals(kRecordingSeconds, 3);
  filter(samples, 200.0, 3000.0);
  filter(knocks, 300.0, 1500.0);
  set_rms(samples, -30);
  set_rms(knocks, -20);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double since = t * kKnocksHz - std::floor(t * kKnocksHz);
    samples[i] += static_cast<float>(knocks[i] * std::exp(-since / kKnocksHz / 0.03));
    for (const double hz : kLinesHz) {
      samples[i] += static_cast<float>(0.01 * std::sin(kTwoPi * hz * t + hz));
    }
  }
  set_rms(samples, -30);
  return mono(kRate, samples);
}

/// Wind: low noise whose level wanders by itself.
Audio wind(double strength = 80.0) {
  std::vector<float> samples = normals(kRecordingSeconds, 4);
  filter(samples, 60.0, 400.0);
  const std::vector<float> steps = normals(kRecordingSeconds, 5);
  double slow = 0.0;
  double slower = 0.0;
  const double keep = std::exp(-kTwoPi * 0.8 / kRate);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    slow = keep * slow + (1.0 - keep) * steps[i];
    slower = keep * slower + (1.0 - keep) * slow;
    samples[i] = static_cast<float>(samples[i] * std::exp(strength * slower));
  }
  set_rms(samples, -30);
  return mono(kRate, samples);
}

/// A pump that chugs 6.3 times a second in a weaker wind.
Audio pump() {
  Audio audio = wind(25.0);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double beat = std::sin(kTwoPi * 6.3 * t) + 0.5 * std::sin(kTwoPi * 12.6 * t + 1.0);
    audio.samples[i] *= static_cast<float>(std::sqrt(std::max(0.05, 1.0 + 0.7 * beat)));
  }
  set_rms(audio.samples, -30);
  return audio;
}

class NoiseProfileTest : public testing::Test {
 protected:
  void use(const std::vector<Audio>& recordings) {
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < recordings.size(); ++i) {
      files.push_back(write_wav(folder_ / ("r" + std::to_string(i) + ".wav"), recordings[i]));
    }
    assets_ = Assets();
    assets_.load("site", files, {kRate}, {}, /*total_seconds=*/1e4);
  }
  [[nodiscard]] Audio like(double seconds, std::uint32_t realization = 0, int channels = 1) const {
    return noise_of("noise.profile", {{"from", std::string("site")}, {"snr_db", 0.0}},
                    Audio(kRate, channels, static_cast<std::size_t>(seconds * kRate)), {0x9806, realization}, &assets_);
  }

  TemporaryFolder folder_;
  Assets assets_;
};

/// The largest difference of a band, the levels of both brought together.
double worst_band_db(const Audio& real, const Audio& made) {
  constexpr std::size_t kSize = 16384;
  constexpr double kHzPerBin = static_cast<double>(kRate) / kSize;
  const std::vector<double> first = welch(real.samples, kSize);
  const std::vector<double> second = welch(made.samples, kSize);
  const double offset = level_between(second, kHzPerBin, 20.0, 7000.0) - level_between(first, kHzPerBin, 20.0, 7000.0);
  double worst = 0.0;
  for (int number = -13; number <= 8; ++number) {  // 50 Hz to 6.3 kHz
    const double hz = 1000.0 * std::pow(10.0, 0.1 * number);
    const double difference = band_level(second, kHzPerBin, hz, 3) - band_level(first, kHzPerBin, hz, 3) - offset;
    worst = std::max(worst, std::abs(difference));
  }
  return worst;
}

/// Squares over blocks of 10 ms.
constexpr double kBlocksPerSecond = 100.0;
std::vector<double> envelope(const Audio& audio) {
  constexpr auto kBlock = static_cast<std::size_t>(kRate / kBlocksPerSecond);
  std::vector<double> powers(audio.frames() / kBlock);
  for (std::size_t i = 0; i < powers.size() * kBlock; ++i) {
    powers[i / kBlock] += static_cast<double>(audio.samples[i]) * audio.samples[i] / kBlock;
  }
  return powers;
}

/// The frequency at which the envelope's spectrum is highest, from 0.5 to 32 Hz.
double main_modulation_hz(const Audio& audio) {
  constexpr int kSize = 65536;  // bins of 0.0015 Hz
  const std::vector<double> powers = envelope(audio);
  const double mean = std::accumulate(powers.begin(), powers.end(), 0.0) / static_cast<double>(powers.size());
  cv::Mat_<double> padded(1, kSize, 0.0);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const double window = 0.5 - 0.5 * std::cos(kTwoPi * static_cast<double>(i) / static_cast<double>(powers.size()));
    padded(static_cast<int>(i)) = window * (powers[i] - mean);
  }
  cv::Mat_<cv::Vec2d> spectrum;
  cv::dft(padded, spectrum, cv::DFT_COMPLEX_OUTPUT);
  double best_hz = 0.0;
  double most = 0.0;
  for (int k = 0; k < kSize / 2; ++k) {
    const double hz = k * kBlocksPerSecond / kSize;
    const double power = spectrum(k).dot(spectrum(k));
    if (hz > 0.5 && hz < 32.0 && power > most) {
      most = power;
      best_hz = hz;
    }
  }
  return best_hz;
}

/// The level of an eighth of a second that a tenth of them exceed, over that which nine tenths exceed.
double level_range_db(const Audio& audio) {
  constexpr std::size_t kBlock = kRate / 8;
  std::vector<double> levels;
  for (std::size_t first = 0; first + kBlock <= audio.frames(); first += kBlock) {
    double power = 0.0;
    for (std::size_t i = first; i < first + kBlock; ++i) {
      power += static_cast<double>(audio.samples[i]) * audio.samples[i];
    }
    levels.push_back(db_from_power(power));
  }
  std::ranges::sort(levels);
  return levels[levels.size() * 9 / 10] - levels[levels.size() / 10];
}

/// The highest autocorrelation at lags of 50 ms and more. Spectra within 5 Hz of `without_hz` are left out.
double highest_autocorrelation(const Audio& audio, std::span<const double> without_hz) {
  const int size = cv::getOptimalDFTSize(2 * static_cast<int>(audio.frames()));
  cv::Mat_<double> padded(1, size, 0.0);
  std::ranges::copy(audio.samples, padded.begin());
  cv::Mat_<cv::Vec2d> spectrum;
  cv::dft(padded, spectrum, cv::DFT_COMPLEX_OUTPUT);
  for (int k = 0; k < size; ++k) {
    const double hz = static_cast<double>(std::min(k, size - k)) * kRate / size;
    const bool is_out = std::ranges::any_of(without_hz, [hz](double line) { return std::abs(hz - line) < 5.0; });
    spectrum(k) = {is_out ? 0.0 : spectrum(k).dot(spectrum(k)), 0.0};
  }
  cv::Mat_<double> correlation;
  cv::dft(spectrum, correlation, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
  double highest = 0.0;
  for (int lag = kRate / 20; lag < static_cast<int>(audio.frames()) - kRate; ++lag) {
    // Less of the signal meets itself at long lags.
    const double share = 1.0 - static_cast<double>(lag) / static_cast<double>(audio.frames());
    highest = std::max(highest, std::abs(correlation(lag)) / correlation(0) / std::max(share, 0.2));
  }
  return highest;
}

TEST_F(NoiseProfileTest, SoundsLikeTheRecording) {
  struct Place {
    const char* name;
    Audio recording;
    std::vector<double> lines_hz;
    bool has_rhythm;
  };
  const std::vector<Place> places{{"breathing", breathing(), {}, true},
                                  {"machine", machine(), {kLinesHz.begin(), kLinesHz.end()}, true},
                                  {"pump", pump(), {}, true},
                                  {"wind", wind(), {}, false}};
  for (const Place& place : places) {
    SCOPED_TRACE(place.name);
    use({place.recording});
    const Audio made = like(kMadeSeconds);
    const double worst_db = worst_band_db(place.recording, made);
    const double autocorrelation = highest_autocorrelation(made, place.lines_hz);
    EXPECT_LE(worst_db, kBandToleranceDb);
    EXPECT_NEAR(level_range_db(made), level_range_db(place.recording), kLevelToleranceDb);
    EXPECT_LE(autocorrelation, kHighestAutocorrelation);
    RecordProperty(std::string(place.name) + "_worst_db", std::to_string(worst_db));
    RecordProperty(std::string(place.name) + "_autocorrelation", std::to_string(autocorrelation));
    RecordProperty(std::string(place.name) + "_level_range_db",
                   std::to_string(level_range_db(made)) + " for " + std::to_string(level_range_db(place.recording)));
    if (place.has_rhythm) {
      const double ratio = main_modulation_hz(made) / main_modulation_hz(place.recording);
      EXPECT_NEAR(ratio, 1.0, kRhythmTolerance);
      RecordProperty(std::string(place.name) + "_rhythm_ratio", std::to_string(ratio));
    }
  }
}

// A recording in a loop would meet itself after its length.
TEST_F(NoiseProfileTest, TheRecordingItselfWouldNotPass) {
  const Audio once = wind();
  std::vector<float> looped;
  for (int i = 0; i < 3; ++i) {
    looped.insert(looped.end(), once.samples.begin(), once.samples.end());
  }
  EXPECT_GT(highest_autocorrelation(mono(kRate, looped), {}), kHighestAutocorrelation);
  EXPECT_GT(worst_band_db(once, machine()), kBandToleranceDb);
  EXPECT_GT(std::abs(main_modulation_hz(breathing()) / main_modulation_hz(machine()) - 1.0), kRhythmTolerance);
}

TEST_F(NoiseProfileTest, BeginsAlikeForEveryLength) {
  use({machine()});
  const Audio short_one = like(1.3, 2, 2);
  const Audio long_one = like(9.0, 2, 2);
  for (int channel = 0; channel < 2; ++channel) {
    EXPECT_TRUE(std::ranges::equal(short_one.channel(channel), long_one.channel(channel).first(short_one.frames())));
  }
  EXPECT_NE(like(1.3, 3).samples, like(1.3, 2).samples);
}

// Noise from all sides, in one rhythm.
TEST_F(NoiseProfileTest, DrawsChannelsApart) {
  use({breathing()});
  const Audio made = like(20.0, 0, 2);
  double product = 0.0;
  for (std::size_t i = 0; i < made.frames(); ++i) {
    product += static_cast<double>(made.channel(0)[i]) * made.channel(1)[i];
  }
  double square = 0.0;
  for (const float sample : made.samples) {
    square += 0.5 * static_cast<double>(sample) * sample;
  }
  EXPECT_LT(std::abs(product) / square, 0.05);  // 20 s of 700 Hz are some 28000 independent samples
  for (int channel = 0; channel < 2; ++channel) {
    const auto samples = made.channel(channel);
    EXPECT_NEAR(main_modulation_hz(mono(kRate, {samples.begin(), samples.end()})), 3.7, 3.7 * kRhythmTolerance);
  }
}

TEST_F(NoiseProfileTest, IsLikeOneRecordingOfTheAsset) {
  constexpr double kBreathsHz = 3.7;
  use({breathing(), machine()});
  int of_machine = 0;
  for (std::uint32_t realization = 0; realization < 20; ++realization) {
    const double hz = main_modulation_hz(like(12.0, realization));
    const bool is_machine = std::abs(hz / kKnocksHz - 1.0) < kRhythmTolerance;
    EXPECT_TRUE(is_machine || std::abs(hz / kBreathsHz - 1.0) < kRhythmTolerance) << hz;
    of_machine += is_machine ? 1 : 0;
  }
  EXPECT_GT(of_machine, 3);  // of 20 draws with even chances; fewer come once in a thousand
  EXPECT_LT(of_machine, 17);
}

TEST_F(NoiseProfileTest, RefusesWhatItCannotLearn) {
  const auto message = [&] {
    try {
      static_cast<void>(like(1.0));
    } catch (const UserError& error) {
      return error.messages().front();
    }
    return std::string();
  };
  Audio brief = machine();
  brief.samples.resize(3 * kRate);
  use({brief});
  EXPECT_NE(message().find("it lasts 3 s, and a noise is not known before 4 s"), std::string::npos) << message();
  EXPECT_NE(message().find("r0.wav"), std::string::npos) << message();
}

// Nothing here is noise, and still each gives a sound.
TEST_F(NoiseProfileTest, LearnsOddRecordings) {
  const auto made_of = [](const std::function<double(double)>& at) {
    Audio audio(kRate, 1, 5 * kRate);
    for (std::size_t i = 0; i < audio.samples.size(); ++i) {
      audio.samples[i] = static_cast<float>(at(static_cast<double>(i) / kRate));
    }
    return audio;
  };
  const std::vector<std::function<double(double)>> odd{
      [](double t) { return 0.5 * std::sin(kTwoPi * 997.0 * t); },
      [](double t) { return 0.5 + 0.01 * std::sin(kTwoPi * 440.0 * t); },
      [](double t) { return t - std::floor(t) < 1e-4 ? 0.9 : 0.0; },
      [](double t) { return t > 4.99 ? 0.3 * std::sin(kTwoPi * 3000.0 * t) : 0.0; },
      [](double t) { return std::sin(kTwoPi * 200.0 * t) > 0.0 ? 0.999 : -0.999; },
      [](double t) { return 0.2 * std::sin(kTwoPi * 5.0 * t); },
  };
  for (std::size_t i = 0; i < odd.size(); ++i) {
    use({made_of(odd[i])});
    const Audio made = like(3.0);
    double power = 0.0;
    for (const float sample : made.samples) {
      ASSERT_TRUE(std::isfinite(sample)) << i;
      power += static_cast<double>(sample) * sample / static_cast<double>(made.samples.size());
    }
    EXPECT_GT(power, 0.0) << i;
  }
  use({made_of([](double) { return 0.5; })});
  EXPECT_THROW(static_cast<void>(like(1.0)), UserError);
}

}  // namespace
}  // namespace fairground
