// The claims of channel.packet_loss: how much is lost in what bursts, where the record says so, and that a repeated
// pitch is nearer to what was lost than silence is.
#include <gtest/gtest.h>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kSecond = kRate;  // in frames
constexpr std::size_t kPacket = kSecond / 50;

Given with(double loss_percent, double burst, const std::string& concealment = "zero") {
  return {{"loss_percent", loss_percent}, {"burst_packets", burst}, {"concealment", concealment}};
}

AudioSignal sent(const Given& given, const Audio& clip, std::uint64_t key = 1) {
  return apply_signal("channel.packet_loss", given, AudioSignal{clip}, {key, 0});
}

/// Nowhere 0, so that silence is a loss.
Audio never_silent(int rate, std::size_t frames, int channels = 1) {
  Audio clip(rate, channels, frames);
  RandomStream random(3, 0, "clip");
  for (float& sample : clip.samples) {
    sample = static_cast<float>(random.uniform(0.1, 0.9));
  }
  return clip;
}

std::vector<TimeSpan> silent_spans(const Audio& audio) {
  std::vector<TimeSpan> spans;
  const std::span<const float> samples = audio.channel(0);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i] != 0.0F) {
      continue;
    }
    const std::size_t begin = i;
    while (i < samples.size() && samples[i] == 0.0F) {
      ++i;
    }
    spans.push_back({static_cast<double>(begin) / audio.sample_rate, static_cast<double>(i) / audio.sample_rate});
  }
  return spans;
}

double value(const AudioSignal& signal, const std::string& name) {
  for (const auto& [known, number] : signal.measure.values) {
    if (known == name) {
      return number;
    }
  }
  return -1.0;
}

// Over 10^5 packets the share has a standard deviation of up to sqrt(loss (1 - loss) (2 burst - 1) / 10^5), 0.33
// points, and the mean burst one of up to 5.5 %, where there are only 250 of them. Of the mean of four keys both are
// half as much.
TEST(ChannelPacketLoss, LosesWhatIsAskedFor) {
  constexpr double kPoints = 0.3;
  constexpr double kBurstShare = 0.05;
  constexpr std::size_t kPackets = 100'000;
  constexpr int kSmallRate = 400;  // 8 frames in a packet, as only the packets matter here
  const Audio clip = never_silent(kSmallRate, kPackets * kSmallRate / 50);
  for (const double loss : {1.0, 3.0, 5.0, 10.0, 20.0}) {
    for (const double burst : {1.0, 2.0, 4.0}) {
      double percent = 0.0, mean_burst = 0.0;
      constexpr int kKeys = 4;
      for (int key = 0; key < kKeys; ++key) {
        const AudioSignal signal = sent(with(loss, burst), clip, 100 + static_cast<std::uint64_t>(key));
        // Counted in the sound, not taken from the record.
        const std::vector<TimeSpan> spans = silent_spans(signal.audio);
        double packets = 0.0;
        for (const TimeSpan& span : spans) {
          packets += (span.end_s - span.start_s) * 50.0;
        }
        percent += 100.0 * packets / kPackets / kKeys;
        mean_burst += packets / static_cast<double>(spans.size()) / kKeys;
        EXPECT_NEAR(value(signal, "loss_percent"), 100.0 * packets / kPackets, 1e-6);
        EXPECT_NEAR(value(signal, "mean_burst_packets"), packets / static_cast<double>(spans.size()), 1e-6);
      }
      EXPECT_NEAR(percent, loss, kPoints) << burst;
      EXPECT_NEAR(mean_burst, burst, kBurstShare * burst) << loss;
    }
  }
}

TEST(ChannelPacketLoss, StartsAsItGoesOn) {
  constexpr int kKeys = 4000;
  const Audio clip = never_silent(kRate, kPacket);
  int lost = 0;
  for (int key = 0; key < kKeys; ++key) {
    lost += sent(with(20.0, 4.0), clip, static_cast<std::uint64_t>(key)).measure.lost->empty() ? 0 : 1;
  }
  EXPECT_NEAR(lost / static_cast<double>(kKeys), 0.2, 0.025);  // four standard deviations
}

TEST(ChannelPacketLoss, SaysWhatWasLost) {
  for (const int rate : {8000, 11025, 16000, 44100, 48000}) {
    const Audio clip = never_silent(rate, static_cast<std::size_t>(rate) * 20 + 77, 2);
    const AudioSignal zero = sent(with(30.0, 2.0), clip);
    EXPECT_EQ(*zero.measure.lost, silent_spans(zero.audio)) << rate;
    EXPECT_FALSE(zero.measure.lost->empty());
    for (int c = 0; c < 2; ++c) {
      for (std::size_t i = 0; i < clip.frames(); ++i) {
        const float left = zero.audio.channel(c)[i];
        ASSERT_TRUE(left == 0.0F || left == clip.channel(c)[i]);
        ASSERT_EQ(left == 0.0F, zero.audio.channel(0)[i] == 0.0F);
      }
    }
    // What is concealed was lost all the same.
    EXPECT_EQ(*sent(with(30.0, 2.0, "repeat_fade"), clip).measure.lost, *zero.measure.lost);
  }
}

TEST(ChannelPacketLoss, LosesTheSameOfEverybody) {
  const Audio a = never_silent(kRate, 5 * kSecond);
  const AudioSignal of_silence = sent(with(10.0, 2.0), Audio(kRate, 1, 5 * kSecond));
  EXPECT_EQ(*sent(with(10.0, 2.0), a).measure.lost, *of_silence.measure.lost);
  EXPECT_NE(*sent(with(10.0, 2.0), a, 2).measure.lost, *of_silence.measure.lost);
  // A short clip begins as a long one does, but for what the joint before a later gap smooths.
  for (const std::string concealment : {"zero", "repeat_fade"}) {
    Audio part = a;
    part.samples.resize(2 * kSecond + 33);
    const Audio whole = sent(with(10.0, 2.0, concealment), a).audio;
    const Audio start = sent(with(10.0, 2.0, concealment), part).audio;
    const std::size_t same = part.frames() - static_cast<std::size_t>(0.004 * kRate);
    EXPECT_TRUE(std::equal(start.samples.begin(), start.samples.begin() + static_cast<std::ptrdiff_t>(same),
                           whole.samples.begin()));
  }
}

double error_db(const Audio& made, const Audio& wanted, const std::vector<TimeSpan>& lost) {
  double error = 0.0, power = 0.0;
  for (const TimeSpan& span : lost) {
    for (auto i = static_cast<std::size_t>(std::lround(span.start_s * made.sample_rate));
         i < static_cast<std::size_t>(std::lround(span.end_s * made.sample_rate)); ++i) {
      const double difference = static_cast<double>(made.samples[i]) - wanted.samples[i];
      error += difference * difference;
      power += static_cast<double>(wanted.samples[i]) * wanted.samples[i];
    }
  }
  return db_from_power(error / power);
}

// Silence instead of the signal is an error of 0 dB. Of one packet the first half is repeated as it was and the second
// falls by a fifth, which alone is an error of -22 dB. Periods are whole samples, which at 8 kHz and 173 Hz makes it
// -9.6 dB.
TEST(ChannelPacketLoss, RepeatsThePitch) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (const double f0 : {80.0, 110.0, 173.0}) {
      Audio clip(rate, 1, 0);
      clip.samples = vowel(10.0, rate, f0, -20.0);
      const AudioSignal single = sent(with(5.0, 1.0, "repeat_fade"), clip);
      std::vector<TimeSpan> lost = *single.measure.lost;
      std::erase_if(lost, [](const TimeSpan& span) { return span.start_s < 0.06; });  // there is no history yet
      ASSERT_GT(lost.size(), 5U);
      EXPECT_NEAR(error_db(sent(with(5.0, 1.0, "zero"), clip).audio, clip, lost), 0.0, 1e-6);
      EXPECT_LT(error_db(single.audio, clip, lost), -9.0) << rate << ", " << f0;
    }
  }
}

TEST(ChannelPacketLoss, FadesOutIn60Milliseconds) {
  Audio clip(kRate, 1, 0);
  clip.samples = vowel(4.0, kRate, 100.0, -20.0);
  const AudioSignal signal = sent(with(50.0, 10.0, "repeat_fade"), clip);
  int long_gaps = 0;
  for (const TimeSpan& span : *signal.measure.lost) {
    const auto begin = static_cast<std::size_t>(std::lround(span.start_s * kRate));
    const auto end = static_cast<std::size_t>(std::lround(span.end_s * kRate));
    if (span.end_s - span.start_s < 0.099 || begin < kRate / 10) {
      continue;
    }
    ++long_gaps;
    const auto rms = [&](double from_s, double to_s) {
      double sum = 0.0;
      const auto first = begin + static_cast<std::size_t>(from_s * kRate);
      const auto last = begin + static_cast<std::size_t>(to_s * kRate);
      for (std::size_t i = first; i < last; ++i) {
        sum += static_cast<double>(signal.audio.samples[i]) * signal.audio.samples[i];
      }
      return std::sqrt(sum / static_cast<double>(last - first));
    };
    // The pitch has 100 Hz, so that each 10 ms hold a whole period; what precedes may itself be a concealed gap.
    const double full = rms(0.0, 0.01);
    EXPECT_NEAR(rms(0.02, 0.03) / full, 0.7, 0.05);
    EXPECT_NEAR(rms(0.04, 0.05) / full, 0.3, 0.05);
    for (std::size_t i = begin + kSecond * 60 / 1000; i < end; ++i) {
      ASSERT_EQ(signal.audio.samples[i], 0.0F);
    }
  }
  EXPECT_GT(long_gaps, 3);
}

// A joint that is not smoothed would jump by as much as the signal itself, above all where the pitch is too low for the
// search.
TEST(ChannelPacketLoss, JointsDoNotClick) {
  for (const auto& [hz, slopes] : {std::pair(137.0, 2.5), std::pair(45.0, 5.0)}) {
    Audio clip(kRate, 1, 0);
    clip.samples = sine(6.0, kRate, hz, 0.5);
    const AudioSignal signal = sent(with(10.0, 1.5, "repeat_fade"), clip);
    double most = 0.0;
    for (std::size_t i = 4000; i < clip.samples.size(); ++i) {
      most = std::max(most, std::abs(static_cast<double>(signal.audio.samples[i]) - signal.audio.samples[i - 1]));
    }
    EXPECT_LT(most, slopes * 0.5 * kTwoPi * hz / kRate) << hz;  // of the tone at its steepest
  }
}

TEST(ChannelPacketLoss, TakesWhatever) {
  for (const std::string concealment : {"zero", "repeat_fade"}) {
    for (const int rate : {8000, 16000, 44100, 48000, 96000, 192000}) {
      for (const int channels : {1, 2, 6}) {
        for (const std::size_t frames : {std::size_t{0}, std::size_t{1}, std::size_t{700}, std::size_t{30000}}) {
          Audio clip(rate, channels, frames);
          for (const float level : {0.0F, 1.0F, -1.0F}) {
            std::ranges::fill(clip.samples, level);
            const Audio out = sent(with(50.0, 5.0, concealment), clip).audio;
            ASSERT_EQ(out.samples.size(), clip.samples.size());
            EXPECT_TRUE(std::ranges::all_of(out.samples, [](float s) { return std::abs(s) <= 1.0F; }));
          }
          EXPECT_EQ(sent(with(0.0, 2.0, concealment), clip).audio.samples, clip.samples);
        }
      }
    }
  }
}

TEST(ChannelPacketLoss, LeavesConcealmentToTheCodec) {
  AudioSignal signal{never_silent(kRate, 10 * kSecond)};
  EXPECT_THROW((void)apply_signal("channel.packet_loss", with(10.0, 1.0, "codec"), signal), GateError);
  for (const double frame_s : {0.01, 0.02, 0.06}) {
    std::vector<bool> asked;
    signal.coded = CodedSignal{frame_s, static_cast<std::size_t>(std::lround(10.0 / frame_s)) + 1, {}};
    signal.coded->decode = [&](const std::vector<bool>& lost) {
      asked = lost;
      return Audio(kRate, 1, 10 * kSecond);
    };
    const AudioSignal out = apply_signal("channel.packet_loss", with(10.0, 2.0, "codec"), signal, {1, 0});
    ASSERT_EQ(asked.size(), signal.coded->frames);
    EXPECT_EQ(out.audio.samples, Audio(kRate, 1, 10 * kSecond).samples);
    for (std::size_t i = 0; i + 1 < asked.size(); ++i) {
      const double middle = (static_cast<double>(i) + 0.5) * frame_s;
      const bool in_record = std::ranges::any_of(
          *out.measure.lost, [middle](const TimeSpan& span) { return span.start_s < middle && middle < span.end_s; });
      ASSERT_EQ(asked[i], in_record) << frame_s << ", " << i;
    }
    if (frame_s <= 0.02) {  // then packets are those of 20 ms, and the same ones are lost as without a codec
      EXPECT_EQ(*out.measure.lost, *sent(with(10.0, 2.0), signal.audio).measure.lost);
    }
  }
}

TEST(ChannelPacketLoss, IsRefusedWithoutSuchACodecBefore) {
  const StepSchema& loss = augmenter("channel.packet_loss").schema;
  StepSchema codec = loss;
  codec.name = "channel.codec";
  codec.parameters = {ParameterSpec{}};
  codec.parameters[0].name = "codec";
  const Step lost{&loss, {5.0, 2.0, std::string("codec")}};
  const Step other{&loss, {5.0, 2.0, std::string("zero")}};
  const Step opus{&codec, {std::string("opus")}};
  const Step mu_law{&codec, {std::string("mu_law")}};
  EXPECT_EQ(loss.check_chain({&opus, &lost}), "");
  EXPECT_EQ(loss.check_chain({&mu_law, &other}), "");
  for (const std::vector<const Step*>& chain : std::vector<std::vector<const Step*>>{
           {&lost}, {&mu_law, &lost}, {&lost, &opus}, {&opus, &other, &lost}, {&opus, &lost, &lost}}) {
    EXPECT_NE(loss.check_chain(chain).find("just before it"), std::string::npos);
  }
}

}  // namespace
}  // namespace fairground
