// A playout clock that wanders: a receiver keeps its buffer filled, while packets come sooner and later, by reading it
// a little faster or slower (asynchronous sample rate conversion, as of headsets, bridges and wireless links). So sound
// comes early by a time that changes smoothly. What all of it is late by is left out.
//
// The model is empirical: every half period of `rate_hz` a new lead is drawn, uniform from 0 to `peak_ms`, and between
// them it moves along 3 s^2 - 2 s^3, which never goes beyond them and has no corner. The first lead is 0. The speed
// differs from 1 by at most 3 * peak * rate, which is 6 %.

#include <cmath>
#include <vector>

#include "augmenters/audio/parts/varispeed.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct ChannelJitter {
  double peak_ms = 5.0;
  double rate_hz = 0.5;
};

const ParameterTable<ChannelJitter>& table() {
  using P = ChannelJitter;
  static const auto instance =
      ParameterTable<P>()
          .number("peak_ms", &P::peak_ms, "ms", {0.0, 20.0}, "The most by which sound comes early.")
          .number("rate_hz", &P::rate_hz, "Hz", {0.01, 1.0},
                  "How quickly that changes: a new value is taken twice in each period.");
  return instance;
}

/// How early the sound is, in seconds.
class Lead {
 public:
  Lead(double seconds, const ChannelJitter& p, const StepRandom& random) : knots_per_s_(2.0 * p.rate_hz) {
    RandomStream stream = random.stream("leads");
    knots_.push_back(0.0);
    while (static_cast<double>(knots_.size()) < seconds * knots_per_s_ + 2.0) {
      knots_.push_back(stream.uniform(0.0, 0.001 * p.peak_ms));
    }
  }
  [[nodiscard]] double operator()(double seconds) const {
    const double place = seconds * knots_per_s_;
    const auto knot = static_cast<std::size_t>(place);
    const double s = place - static_cast<double>(knot);
    return knots_[knot] + (knots_[knot + 1] - knots_[knot]) * (s * s * (3.0 - 2.0 * s));
  }
  /// Straight lines between so many moments are right within 0.02 % of a change.
  [[nodiscard]] std::vector<TimeMap::Moment> moments() const {
    constexpr std::size_t kBetweenKnots = 64;
    std::vector<TimeMap::Moment> found;
    for (std::size_t i = 0; i < (knots_.size() - 1) * kBetweenKnots; ++i) {
      const double to_s = static_cast<double>(i) / (kBetweenKnots * knots_per_s_);
      found.push_back({to_s + (*this)(to_s), to_s});
    }
    return found;
  }

 private:
  double knots_per_s_;
  std::vector<double> knots_;
};

FractionalReader prepare(const ChannelJitter& /*p*/, const PrepareContext& /*context*/) { return {}; }

void apply(AudioSignal& signal, const FractionalReader& reader, const ChannelJitter& p, const StepRandom& random) {
  if (p.peak_ms == 0.0) {
    return;
  }
  const Lead lead(signal.audio.seconds(), p, random);
  const double rate = signal.audio.sample_rate;
  signal.audio = read_at(reader, signal.audio, signal.audio.frames(), [&lead, rate](std::size_t frame) {
    const auto now = static_cast<double>(frame);
    return now + rate * lead(now / rate);
  });
  signal.time_map.bend(lead.moments());
}

const Registration registration(signal_augmenter<ChannelJitter>(
    {
        .name = "channel.jitter",
        .summary = "A playout clock that wanders, so that sound comes more or less early.",
        .source = "empirical; Smith and Gossett 1984 (reading between samples)",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 1,
        .identity = "peak_ms: 0",
        .labels = "moves the times of words",
        .claim = "Sound and labels move together within a quarter of a sample, by no more than the peak asked for, and "
                 "times stay in their order. At 10 ms and 1 Hz, a tone's frequency wavers by no more than 3.1 %.",
        .limits = "The model is empirical. What all sound is late by is left out. The change is hardly seen in a "
                  "spectrogram.",
        .example = "mild: [{channel.jitter: {peak_ms: 5, rate_hz: 0.5}}]\n"
                   "strong: [{channel.jitter: {peak_ms: 20, rate_hz: 1}}]\n",
    },
    table(), prepare, apply));

}  // namespace
}  // namespace fairground
