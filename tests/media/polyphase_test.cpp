// The claims of RateConverter, by tones: what passes, what does not, and when it arrives.
#include "pipeline/media/polyphase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <thread>
#include <vector>

#include "pipeline/core/hash.h"
#include "pipeline/core/random.h"
#include "pipeline/media/resample.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

constexpr double kRippleDb = 0.01;      // as promised
constexpr double kStopDb = -100.0;      // as promised
constexpr double kPhaseTurns = 1e-6;    // of a filter whose taps are symmetric but for their rounding
constexpr double kReachPeriods = 65.0;  // of the lower rate, on each side of an output

struct Ratio {
  int from;
  int to;
  [[nodiscard]] int lower() const { return std::min(from, to); }
  /// Of the result, so much at each end is not a steady tone.
  [[nodiscard]] std::size_t margin() const {
    return static_cast<std::size_t>(std::ceil(kReachPeriods * to / lower())) + 1;
  }
};

std::vector<Ratio> ratios() {
  return {{16000, 8000},  {8000, 16000}, {48000, 16000}, {16000, 48000}, {44100, 16000},
          {16000, 44100}, {48000, 8000}, {8000, 48000},  {44100, 48000}, {48000, 44100}};
}

/// The tone of that frequency that comes nearest, and how far the signal is from it at most.
struct FoundTone {
  double amplitude = 0.0;
  double turns = 0.0;  ///< its phase, as that of a sine, in turns
  double rest = 0.0;
};

FoundTone find_tone(std::span<const float> signal, double hz, int rate, std::size_t margin) {
  double ss = 0.0, sc = 0.0, cc = 0.0, sy = 0.0, cy = 0.0;
  const double step = 2.0 * std::numbers::pi * hz / rate;
  for (std::size_t i = margin; i < signal.size() - margin; ++i) {
    const double s = std::sin(step * static_cast<double>(i)), c = std::cos(step * static_cast<double>(i));
    const auto y = static_cast<double>(signal[i]);
    ss += s * s, sc += s * c, cc += c * c, sy += s * y, cy += c * y;
  }
  const double determinant = ss * cc - sc * sc;
  const double a = (sy * cc - cy * sc) / determinant, b = (cy * ss - sy * sc) / determinant;
  FoundTone found{std::hypot(a, b), std::atan2(b, a) / (2.0 * std::numbers::pi), 0.0};
  for (std::size_t i = margin; i < signal.size() - margin; ++i) {
    const double tone = a * std::sin(step * static_cast<double>(i)) + b * std::cos(step * static_cast<double>(i));
    found.rest = std::max(found.rest, std::abs(static_cast<double>(signal[i]) - tone));
  }
  return found;
}

double db(double amplitude) { return 20.0 * std::log10(amplitude + 1e-12); }

Audio tone(double hz, int rate, double seconds = 0.25) {
  return sine(hz, rate, static_cast<std::size_t>(seconds * rate), /*channels=*/1, /*amplitude=*/1.0);
}

/// Uniform from -1 to 1.
Audio white(int rate, std::size_t frames, int channels = 1) {
  Audio audio(rate, channels, frames);
  RandomStream random(/*key=*/5, /*realization=*/0, "white");
  for (float& sample : audio.samples) {
    sample = static_cast<float>(random.uniform(-1.0, 1.0));
  }
  return audio;
}

TEST(RateConverter, IsFlatAndOnTimeInThePassBand) {
  for (const Ratio& ratio : ratios()) {
    const RateConverter converter(ratio.from, ratio.to);
    for (double share = 0.01; share < 0.9005; share += 0.0178) {
      const double hz = 0.5 * share * ratio.lower();
      const FoundTone found = find_tone(converter.apply(tone(hz, ratio.from)).samples, hz, ratio.to, ratio.margin());
      EXPECT_NEAR(db(found.amplitude), 0.0, kRippleDb) << ratio.from << " to " << ratio.to << ", " << hz;
      EXPECT_NEAR(found.turns, 0.0, kPhaseTurns) << ratio.from << " to " << ratio.to << ", " << hz;
    }
  }
}

// What is left beside the tone are its images, which lie above the lower Nyquist frequency, and its aliases.
TEST(RateConverter, RemovesImages) {
  for (const Ratio& ratio : ratios()) {
    const RateConverter converter(ratio.from, ratio.to);
    for (double share = 0.05; share < 0.9999; share += 0.0259) {
      const double hz = 0.5 * share * ratio.lower();
      const FoundTone found = find_tone(converter.apply(tone(hz, ratio.from)).samples, hz, ratio.to, ratio.margin());
      EXPECT_LT(db(found.rest), kStopDb) << ratio.from << " to " << ratio.to << ", " << hz;
    }
  }
}

TEST(RateConverter, RemovesAliases) {
  for (const Ratio& ratio : ratios()) {
    if (ratio.to > ratio.from) {
      continue;  // nothing of the input lies above the lower Nyquist frequency
    }
    const RateConverter converter(ratio.from, ratio.to);
    const double edge = 0.5 * ratio.to;
    for (double hz = edge; hz < 0.5 * ratio.from; hz += hz < 1.1 * edge ? 0.004 * edge : 0.031 * edge) {
      const Audio out = converter.apply(tone(hz, ratio.from));
      double most = 0.0;
      for (std::size_t i = ratio.margin(); i < out.frames() - ratio.margin(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(out.samples[i])));
      }
      EXPECT_LT(db(most), kStopDb) << ratio.from << " to " << ratio.to << ", " << hz;
    }
  }
}

// Another converter, of other people. Over these ratios the two were seen to differ by at most -114 dB.
TEST(RateConverter, AgreesWithLibsamplerate) {
  constexpr double kDifferenceDb = -110.0;
  for (const Ratio& ratio : ratios()) {
    Audio in(ratio.from, 1, static_cast<std::size_t>(ratio.from));
    constexpr int kTones = 40;
    for (int k = 0; k < kTones; ++k) {
      const Audio one = sine(0.5 * ratio.lower() * 0.88 * (k + 0.5) / kTones, ratio.from, in.frames(), 1, 1.0 / kTones);
      std::ranges::transform(in.samples, one.samples, in.samples.begin(), std::plus());
    }
    const Audio ours = RateConverter(ratio.from, ratio.to).apply(in);
    const Audio theirs = resample(in, ratio.to, Resampler::libsamplerate);
    ASSERT_EQ(ours.frames(), theirs.frames());
    double difference = 0.0, power = 0.0;
    const std::size_t margin = 8 * ratio.margin();  // their filter is longer
    for (std::size_t i = margin; i < ours.frames() - margin; ++i) {
      const auto a = static_cast<double>(ours.samples[i]), b = static_cast<double>(theirs.samples[i]);
      difference += (a - b) * (a - b);
      power += b * b;
    }
    EXPECT_LT(db(std::sqrt(difference / power)), kDifferenceDb) << ratio.from << " to " << ratio.to;
  }
}

TEST(RateConverter, GivesTheRoundedLengthOrWhatIsAskedFor) {
  for (const Ratio& ratio : ratios()) {
    const RateConverter converter(ratio.from, ratio.to);
    for (const std::size_t frames : {0U, 1U, 2U, 3U, 7U, 100U, 997U, 16001U}) {
      const Audio in = white(ratio.from, frames);
      const auto expected = static_cast<std::size_t>(std::llround(static_cast<double>(frames) * ratio.to / ratio.from));
      const Audio out = converter.apply(in);
      EXPECT_EQ(out.frames(), expected) << ratio.from << " to " << ratio.to << ", " << frames;
      EXPECT_EQ(out.sample_rate, ratio.to);
      const Audio longer = converter.apply(in, expected + 50);
      ASSERT_EQ(longer.frames(), expected + 50);
      EXPECT_TRUE(std::equal(out.samples.begin(), out.samples.end(), longer.samples.begin()));
      const Audio shorter = converter.apply(in, expected / 2);
      EXPECT_TRUE(std::equal(shorter.samples.begin(), shorter.samples.end(), out.samples.begin()));
    }
  }
}

// There and back loses nothing of the pass band and not a frame.
TEST(RateConverter, ComesBack) {
  const Audio in = tone(1000.0, 16000, 1.0);
  const Audio back = RateConverter(8000, 16000).apply(RateConverter(16000, 8000).apply(in), in.frames());
  ASSERT_EQ(back.frames(), in.frames());
  constexpr double kTolerance = 1e-4;  // 0.001 dB, the ripple of both ways
  for (std::size_t i = 300; i < in.frames() - 300; ++i) {
    ASSERT_NEAR(back.samples[i], in.samples[i], kTolerance) << i;
  }
}

TEST(RateConverter, StartOfALongerClipIsTheSame) {
  for (const Ratio& ratio : ratios()) {
    const RateConverter converter(ratio.from, ratio.to);
    const Audio whole = white(ratio.from, 100000);
    Audio part = whole;
    part.samples.resize(30011);
    const Audio of_whole = converter.apply(whole), of_part = converter.apply(part);
    for (std::size_t i = 0; i < of_part.frames() - ratio.margin(); ++i) {
      ASSERT_EQ(of_part.samples[i], of_whole.samples[i]) << ratio.from << " to " << ratio.to << ", " << i;
    }
  }
}

TEST(RateConverter, ReachesNoFurtherThanItSays) {
  for (const Ratio& ratio : ratios()) {
    Audio in(ratio.from, 1, static_cast<std::size_t>(ratio.from));
    in.samples[in.frames() / 2] = 1.0F;
    const Audio out = RateConverter(ratio.from, ratio.to).apply(in);
    const double middle = static_cast<double>(in.frames() / 2) / ratio.from;
    for (std::size_t i = 0; i < out.frames(); ++i) {
      if (std::abs(static_cast<double>(i) / ratio.to - middle) * ratio.lower() > kReachPeriods) {
        ASSERT_EQ(out.samples[i], 0.0F) << ratio.from << " to " << ratio.to << ", " << i;
      }
    }
  }
}

TEST(RateConverter, KeepsSilenceAndGoesBeyondFullScale) {
  for (const Ratio& ratio : ratios()) {
    const RateConverter converter(ratio.from, ratio.to);
    const Audio silence = converter.apply(Audio(ratio.from, 2, 5000));
    EXPECT_TRUE(std::ranges::all_of(silence.samples, [](float sample) { return sample == 0.0F; }));
    // A square wave overshoots when its highest harmonics are gone.
    Audio square(ratio.from, 1, 20000);
    for (std::size_t i = 0; i < square.frames(); ++i) {
      square.samples[i] = i / 100 % 2 == 0 ? 1.0F : -1.0F;
    }
    EXPECT_GT(std::ranges::max(converter.apply(square).samples), 1.05F);
  }
}

TEST(RateConverter, TreatsChannelsAlike) {
  const RateConverter converter(44100, 16000);
  const Audio in = white(44100, 9000, 3);
  const Audio out = converter.apply(in);
  ASSERT_EQ(out.channels, 3);
  for (int c = 0; c < 3; ++c) {
    Audio one(44100, 1, in.frames());
    std::ranges::copy(in.channel(c), one.samples.begin());
    EXPECT_TRUE(std::ranges::equal(converter.apply(one).samples, std::as_const(out).channel(c)));
  }
}

TEST(RateConverter, LeavesEqualRatesNearlyAlone) {
  const Audio in = tone(1000.0, 16000);
  const Audio out = RateConverter(16000, 16000).apply(in);
  EXPECT_NEAR(db(find_tone(out.samples, 1000.0, 16000, 66).amplitude), 0.0, kRippleDb);
}

TEST(RateConverter, RefusesWhatItCannotDo) {
  EXPECT_THROW(RateConverter(0, 8000), std::invalid_argument);
  EXPECT_THROW(RateConverter(16000, -1), std::invalid_argument);
  EXPECT_THROW(RateConverter(16000, 15999), std::invalid_argument);
  EXPECT_NO_THROW(RateConverter(16000, 15984));  // 999 / 1000
  EXPECT_THROW((void)RateConverter(16000, 8000).apply(Audio(8000, 1, 100)), std::invalid_argument);
}

TEST(RateConverter, ServesManyThreads) {
  const RateConverter converter(48000, 16000);
  const Audio in = white(48000, 50000);
  const Audio expected = converter.apply(in);
  std::vector<Audio> results(4);
  std::vector<std::thread> threads;
  for (Audio& result : results) {
    threads.emplace_back([&] { result = converter.apply(in); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Audio& result : results) {
    EXPECT_EQ(result.samples, expected.samples);
  }
}

// Plain IEEE arithmetic in a fixed order: the same value with AVX2, without, and without clones at all.
TEST(RateConverter, HasTheSameBitsEverywhere) {
  std::string bytes;
  for (const Ratio& ratio : ratios()) {
    const Audio out = RateConverter(ratio.from, ratio.to).apply(white(ratio.from, 5000));
    bytes.append(reinterpret_cast<const char*>(out.samples.data()), out.samples.size() * sizeof(float));
  }
  EXPECT_EQ(sha256_hex(bytes), "d194b0c3b319ba4bc6bd9cbb2c198afe90ab2d4042c59d6b7a9122d4307324fe");
}

}  // namespace
}  // namespace fairground
