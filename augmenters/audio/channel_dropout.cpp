// Short gaps of a radio link, as of wireless headphones: they come at random, and nobody conceals them.
//
// Arrivals are a Poisson process and lengths are exponential, so that gaps may meet and become one: the share of time
// that is lost is 1 - exp(-rate * length). Both are empirical, as is the linear fade.

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct ChannelDropout {
  double per_minute = 10.0;
  double length_ms = 60.0;
  double fade_ms = 2.0;
};

const ParameterTable<ChannelDropout>& table() {
  using P = ChannelDropout;
  static const auto instance =
      ParameterTable<P>()
          .number("per_minute", &P::per_minute, "1/min", {0.0, 600.0},
                  "How many gaps begin in a minute, on average; a short recording may meet none.")
          .number("length_ms", &P::length_ms, "ms", {1.0, 2000.0},
                  "Mean length of a gap; each one's own is drawn, and most are shorter.")
          .number("fade_ms", &P::fade_ms, "ms", {0.0, 50.0},
                  "How long the sound takes to go before a gap and to come back behind it; 0 is a hard cut.");
  return instance;
}

/// Frames from `begin` to before `end`, which may lie behind the clip.
struct Gap {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// All that begin before `frames`. Two numbers are drawn for each gap, so that a short clip has the first gaps of a
/// long one.
std::vector<Gap> draw_gaps(std::size_t frames, int sample_rate, const ChannelDropout& p, const StepRandom& random) {
  std::vector<Gap> gaps;
  RandomStream stream = random.stream("gaps");
  const auto exponential = [&stream](double mean) { return -mean * plain::log(1.0 - stream.uniform()); };
  const auto frame_at = [sample_rate](double seconds) {
    return static_cast<std::size_t>(std::floor(seconds * sample_rate + 0.5));
  };
  double start_s = 0.0;
  while (true) {
    start_s += exponential(60.0 / p.per_minute);
    const double length_s = exponential(0.001 * p.length_ms);
    const Gap gap{frame_at(start_s), frame_at(start_s + length_s)};
    if (gap.begin >= frames) {
      return gaps;
    }
    if (!gaps.empty() && gap.begin <= gaps.back().end) {
      gaps.back().end = std::max(gaps.back().end, gap.end);
    } else if (gap.begin < gap.end) {
      gaps.push_back(gap);
    }
  }
}

/// Silence in the gap, and a slope on each side of it.
void cut(std::span<float> samples, const Gap& gap, std::size_t fade) {
  const std::size_t begin = std::min(gap.begin, samples.size());
  const std::size_t end = std::min(gap.end, samples.size());
  std::ranges::fill(samples.subspan(begin, end - begin), 0.0F);
  for (std::size_t i = 1; i <= fade; ++i) {
    const float gain = static_cast<float>(i) / static_cast<float>(fade + 1);
    if (i <= gap.begin && gap.begin - i < samples.size()) {
      samples[gap.begin - i] *= gain;
    }
    if (gap.end + i <= samples.size()) {
      samples[gap.end + i - 1] *= gain;
    }
  }
}

void apply(AudioSignal& signal, const ChannelDropout& p, const StepRandom& random) {
  if (p.per_minute == 0.0) {
    return;
  }
  Audio& audio = signal.audio;
  const std::size_t frames = audio.frames();
  const auto fade = static_cast<std::size_t>(std::floor(0.001 * p.fade_ms * audio.sample_rate + 0.5));
  std::vector<TimeSpan>& lost = signal.measure.lost.emplace();
  double silent = 0.0;
  // The end of a clip may be the slope before a gap that comes behind it.
  for (const Gap& gap : draw_gaps(frames + fade, audio.sample_rate, p, random)) {
    for (int channel = 0; channel < audio.channels; ++channel) {
      cut(audio.channel(channel), gap, fade);
    }
    if (gap.begin < frames) {
      const std::size_t end = std::min(gap.end, frames);
      lost.push_back(
          {static_cast<double>(gap.begin) / audio.sample_rate, static_cast<double>(end) / audio.sample_rate});
      silent += static_cast<double>(end - gap.begin);
    }
  }
  const auto all = static_cast<double>(frames);
  signal.measure.values = {{"gaps", static_cast<double>(lost.size())},
                           {"lost_percent", all > 0.0 ? 100.0 * silent / all : 0.0}};
}

const Registration registration(signal_augmenter<ChannelDropout>(
    {
        .name = "channel.dropout",
        .summary = "Short gaps of a radio link that nothing conceals.",
        .source = "a Poisson process of gaps with exponential lengths; empirical",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 1,
        .identity = "per_minute: 0",
        .labels = "keeps all labels; the record has the lost intervals",
        .claim = "Over 20 hours, the time that is lost and the number of gaps are within 3 % of a Poisson process's, "
                 "and the shares of long gaps within 0.02 of an exponential law's. What the record lists as lost is "
                 "exactly what is silent.",
        .limits = "How often gaps come, how long they are, and the linear fade are empirical.",
        .example = "seldom: [{channel.dropout: {per_minute: 200, length_ms: 60}}]\n"
                   "often: [{channel.dropout: {per_minute: 400, length_ms: 120}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
