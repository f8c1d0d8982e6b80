// The claims of noise.mri: its regularity, its frequency, the resonances of the coil, and that sequences and
// realizations differ.
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kSize = 16384;
constexpr double kHzPerBin = static_cast<double>(kRate) / kSize;
constexpr std::array kSequences{"epi", "gradient_echo", "spin_echo", "diffusion"};
// As the page of augmenters says.
constexpr std::array kPeriodsMs{90.0, 24.0, 120.0, 160.0};
constexpr std::array kTonesHz{700.0, 500.0, 350.0, 620.0};

Audio scanner(Given given, std::uint32_t realization = 0, double seconds = 20.0, int rate = kRate) {
  given.insert({"snr_db", 0.0});
  return noise_of("noise.mri", given, Audio(rate, 1, static_cast<std::size_t>(seconds * rate)), {0x312, realization});
}

/// The frequency of the strongest line between two frequencies, by a parabola through the top three bins in dB.
double strongest_hz(const std::vector<double>& density, double low_hz, double high_hz) {
  auto top = static_cast<std::size_t>(low_hz / kHzPerBin);
  for (std::size_t k = top; static_cast<double>(k) * kHzPerBin <= high_hz; ++k) {
    top = density[k] > density[top] ? k : top;
  }
  const double left = db_from_power(density[top - 1]);
  const double middle = db_from_power(density[top]);
  const double right = db_from_power(density[top + 1]);
  return (static_cast<double>(top) + 0.5 * (left - right) / (left - 2 * middle + right)) * kHzPerBin;
}

/// The lag, within a sixth of the one expected, at which the envelope is most like itself. Its steps are 0.25 ms.
double period_ms(const Audio& signal, double expected_ms) {
  constexpr int kStep = kRate / 4000;
  std::vector<double> envelope;
  for (std::size_t i = 0; i + kStep <= signal.frames(); i += kStep) {
    double energy = 0.0;
    for (int k = 0; k < kStep; ++k) {
      const double sample = signal.samples[i + static_cast<std::size_t>(k)];
      energy += sample * sample;
    }
    envelope.push_back(std::sqrt(energy));
  }
  // Smoothed over 2 ms, so that the readout's own halves do not count.
  std::vector<double> smooth(envelope.size() - 8);
  for (std::size_t i = 0; i < smooth.size(); ++i) {
    smooth[i] = std::accumulate(envelope.begin() + static_cast<std::ptrdiff_t>(i),
                                envelope.begin() + static_cast<std::ptrdiff_t>(i) + 8, 0.0);
  }
  const double mean = std::accumulate(smooth.begin(), smooth.end(), 0.0) / static_cast<double>(smooth.size());
  double best = -1e300;
  double best_ms = 0.0;
  for (double lag_ms = expected_ms * 5 / 6; lag_ms <= expected_ms * 7 / 6; lag_ms += 0.25) {
    const auto lag = static_cast<std::size_t>(std::round(4.0 * lag_ms));
    double sum = 0.0;
    for (std::size_t i = 0; i + lag < smooth.size(); ++i) {
      sum += (smooth[i] - mean) * (smooth[i + lag] - mean);
    }
    sum /= static_cast<double>(smooth.size() - lag);
    if (sum > best) {
      best = sum;
      best_ms = static_cast<double>(lag) / 4.0;
    }
  }
  return best_ms;
}

TEST(NoiseMri, HasTheFrequencyAskedFor) {
  for (const auto& sequence : {"epi", "diffusion"}) {
    for (const double tone_hz : {400.0, 700.0, 1130.0}) {
      for (const double period : {90.0, 137.0}) {
        const std::vector<double> density = welch(
            scanner({{"sequence", std::string(sequence)}, {"tone_hz", tone_hz}, {"period_ms", period}}).samples, kSize);
        EXPECT_NEAR(strongest_hz(density, 0.7 * tone_hz, 1.4 * tone_hz), tone_hz, 0.01 * tone_hz) << sequence;
        // Odd harmonics stand over what lies between them and the even ones.
        for (const int harmonic : {3, 5}) {
          const double hz = harmonic * tone_hz;
          const double line = level_between(density, kHzPerBin, hz - 4, hz + 4);
          const double beside = level_between(density, kHzPerBin, hz + 0.45 * tone_hz, hz + 0.45 * tone_hz + 8);
          EXPECT_GT(line, beside + 10.0) << sequence << ' ' << tone_hz << ' ' << harmonic;
          EXPECT_NEAR(strongest_hz(density, hz - 0.3 * tone_hz, hz + 0.3 * tone_hz), hz, 0.01 * hz) << harmonic;
        }
      }
    }
  }
}

/// Level of the whole noise at one frequency, under a Hann window: 20 s tell lines apart that are 0.2 Hz apart.
double line_db(const Audio& signal, double hz) {
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < signal.frames(); ++i) {
    const double window = 1.0 - std::cos(kTwoPi * static_cast<double>(i) / static_cast<double>(signal.frames()));
    const double phase = kTwoPi * hz * static_cast<double>(i) / kRate;
    real += window * signal.samples[i] * std::cos(phase);
    imaginary += window * signal.samples[i] * std::sin(phase);
  }
  return db_from_power(real * real + imaginary * imaginary);
}

TEST(NoiseMri, HasTheDefaultFrequencyOfEachSequence) {
  for (std::size_t i = 0; i < kSequences.size(); ++i) {
    const Audio signal = scanner({{"sequence", std::string(kSequences[i])}});
    // The short trains of some sequences spread their sound over many lines, the period's inverse apart. As readouts
    // keep their phase from train to train, one of them stands at the very rate, and nothing between it and the next.
    for (const double harmonic : {1.0, 3.0}) {
      const double hz = harmonic * kTonesHz[i];
      EXPECT_GT(line_db(signal, hz), std::max(line_db(signal, hz - 1.7), line_db(signal, hz + 1.7)) + 15.0)
          << kSequences[i] << ' ' << hz;
    }
  }
}

TEST(NoiseMri, HasTheRegularityAskedFor) {
  for (std::size_t i = 0; i < kSequences.size(); ++i) {
    const std::string sequence = kSequences[i];
    EXPECT_NEAR(period_ms(scanner({{"sequence", sequence}}), kPeriodsMs[i]), kPeriodsMs[i],
                0.01 * kPeriodsMs[i] + 0.125)
        << sequence;  // an eighth of a millisecond is half a step of the lag
    for (const double wanted : {55.0, 333.0}) {
      EXPECT_NEAR(period_ms(scanner({{"sequence", sequence}, {"period_ms", wanted}}), wanted), wanted, 0.01 * wanted)
          << sequence;
    }
  }
}

constexpr std::array kThirds{63.0,  80.0,  100.0,  125.0,  160.0,  200.0,  250.0,  315.0,  400.0,  500.0,
                             630.0, 800.0, 1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0};

std::vector<double> thirds(const Audio& signal) {
  const std::vector<double> density = welch(signal.samples, kSize);
  const double all = level_between(density, kHzPerBin, 20.0, 0.5 * kRate);
  std::vector<double> levels;
  for (const double hz : kThirds) {
    levels.push_back(band_level(density, kHzPerBin, hz, 3) - all);
  }
  return levels;
}

double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

/// Depth of the envelope's modulation at a rate, in dB against its mean.
double modulation_db(const Audio& signal, double rate_hz) {
  double mean = 0.0;
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < signal.frames(); ++i) {
    const double phase = kTwoPi * rate_hz * static_cast<double>(i) / kRate;
    const double height = std::abs(signal.samples[i]);
    mean += height;
    real += height * std::cos(phase);
    imaginary += height * std::sin(phase);
  }
  return db_from_power((real * real + imaginary * imaginary) / (mean * mean));
}

TEST(NoiseMri, SequencesDifferInSpectrumAndModulation) {
  std::vector<Audio> signals;
  for (const char* sequence : kSequences) {
    signals.push_back(scanner({{"sequence", std::string(sequence)}}));
  }
  for (std::size_t a = 0; a < signals.size(); ++a) {
    for (std::size_t b = 0; b < signals.size(); ++b) {
      if (a != b) {
        EXPECT_GT(rms_difference(thirds(signals[a]), thirds(signals[b])), 3.0) << kSequences[a] << ' ' << kSequences[b];
        // Each beats at its own rate, and the others do so less.
        const double rate_hz = 1000.0 / kPeriodsMs[a];
        EXPECT_GT(modulation_db(signals[a], rate_hz), modulation_db(signals[b], rate_hz) + 3.0)
            << kSequences[a] << ' ' << kSequences[b];
      }
    }
  }
}

/// How much the levels of bands from `low_hz` to `high_hz` differ from realization to realization, as the standard
/// deviation in dB. The currents are the same in all, so what differs is what the coil makes of them.
double spread_between(const std::vector<std::vector<double>>& spectra, double low_hz, double high_hz) {
  double variance = 0.0;
  double bands = 0.0;
  for (std::size_t band = 0; band < kThirds.size(); ++band) {
    if (kThirds[band] >= low_hz && kThirds[band] <= high_hz) {
      double sum = 0.0;
      double squares = 0.0;
      for (const std::vector<double>& spectrum : spectra) {
        // Against the bands above the resonances, so that the overall level does not count.
        const double level = spectrum[band] - 0.5 * (spectrum[17] + spectrum[18]);
        sum += level;
        squares += level * level;
      }
      const auto count = static_cast<double>(spectra.size());
      variance += (squares - sum * sum / count) / (count - 1.0);
      bands += 1.0;
    }
  }
  return std::sqrt(variance / bands);
}

bool coil_resonates(const std::vector<std::vector<double>>& spectra) {
  return spread_between(spectra, 63.0, 1000.0) > 2.0 &&
         spread_between(spectra, 2500.0, 5000.0) < 0.5 * spread_between(spectra, 63.0, 1000.0);
}

TEST(NoiseMri, TheCoilResonatesBetween50HzAnd1KHz) {
  constexpr std::uint32_t kRealizations = 10;
  std::vector<std::vector<double>> of_scanner;
  std::vector<std::vector<double>> of_square;
  for (std::uint32_t realization = 0; realization < kRealizations; ++realization) {
    of_scanner.push_back(thirds(scanner({{"sequence", std::string("spin_echo")}}, realization, 10.0)));
    // A square wave that is switched on and off, from any moment on.
    Audio square(kRate, 1, static_cast<std::size_t>(10 * kRate));
    const double start_s = 0.0137 * realization;
    for (std::size_t i = 0; i < square.samples.size(); ++i) {
      const double seconds = start_s + static_cast<double>(i) / kRate;
      const bool on = std::fmod(seconds, 0.120) < 0.050;
      square.samples[i] = !on ? 0.0F : std::fmod(seconds * 350.0, 1.0) < 0.5 ? 1.0F : -1.0F;
    }
    of_square.push_back(thirds(square));
  }
  EXPECT_TRUE(coil_resonates(of_scanner)) << spread_between(of_scanner, 63.0, 1000.0) << " dB below and "
                                          << spread_between(of_scanner, 2500.0, 5000.0) << " dB above";
  EXPECT_FALSE(coil_resonates(of_square)) << spread_between(of_square, 63.0, 1000.0);
}

TEST(NoiseMri, FallsSteeplyAboveItsResonances) {
  for (const char* sequence : kSequences) {
    const std::vector<double> density =
        welch(scanner({{"sequence", std::string(sequence)}, {"pump_db", -60.0}}).samples, kSize);
    EXPECT_GT(level_between(density, kHzPerBin, 50, 1500), level_between(density, kHzPerBin, 3000, 8000) + 15.0)
        << sequence;
  }
}

TEST(NoiseMri, ThePumpHasItsLevel) {
  for (const double period_ms : {90.0, 500.0}) {
    const Audio with = scanner({{"pump_db", -10.0}, {"period_ms", period_ms}});
    const Audio without = scanner({{"pump_db", -60.0}, {"period_ms", period_ms}});
    std::vector<float> pump(with.samples);
    for (std::size_t i = 0; i < pump.size(); ++i) {
      pump[i] -= without.samples[i];
    }
    // The level is set over two seconds of the gradients, and measured here over twenty.
    EXPECT_NEAR(db_from_power(mean_power(pump) / mean_power(without.samples)), -10.0, 0.3) << period_ms;
  }
}

TEST(NoiseMri, ThePumpBeatsTwiceASecond) {
  const Given loud{{"sequence", std::string("epi")}, {"pump_db", 0.0}, {"period_ms", 5000.0}};
  EXPECT_NEAR(period_ms(scanner(loud), 500.0), 500.0, 5.0);
}

TEST(NoiseMri, RealizationsDifferAndRepeat) {
  const Audio one = scanner({}, 1, 2.0);
  EXPECT_EQ(one.samples, scanner({}, 1, 2.0).samples);
  EXPECT_NE(one.samples, scanner({}, 2, 2.0).samples);
}

}  // namespace
}  // namespace fairground
