// Two clocks that differ: what one samples and the other plays, nobody having corrected it, is as much longer or
// shorter, and as much lower or higher.
//
// Crystals of telephones and sound cards are within some 20 to 100 ppm of each other; cheap ones and those of virtual
// machines are worse. These figures are empirical.

#include <cmath>

#include "augmenters/audio/parts/varispeed.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct ChannelClockDrift {
  double ppm = 50.0;
};

const ParameterTable<ChannelClockDrift>& table() {
  using P = ChannelClockDrift;
  static const auto instance = ParameterTable<P>().number(
      "ppm", &P::ppm, "ppm", {-1000.0, 1000.0},
      "How much longer the sound becomes, in millionths: the playing clock is as much slower than the sampling one.");
  return instance;
}

FractionalReader prepare(const ChannelClockDrift& /*p*/, const PrepareContext& /*context*/) { return {}; }

void apply(AudioSignal& signal, const FractionalReader& reader, const ChannelClockDrift& p,
           const StepRandom& /*random*/) {
  if (p.ppm == 0.0) {
    return;
  }
  const double factor = 1.0 + 1e-6 * p.ppm;
  const std::size_t before = signal.audio.frames();
  const auto frames = static_cast<std::size_t>(std::floor(static_cast<double>(before) * factor + 0.5));
  signal.audio = read_at(reader, signal.audio, frames,
                         [factor](std::size_t frame) { return static_cast<double>(frame) / factor; });
  // By the lengths, so that nothing comes to lie behind the end. That is right within half a sample.
  signal.time_map.stretch(before == 0 ? factor : static_cast<double>(frames) / static_cast<double>(before));
}

const Registration registration(signal_augmenter<ChannelClockDrift>(
    {
        .name = "channel.clock_drift",
        .summary = "A playing clock that is slower or faster than the sampling one, by a constant.",
        .source = "Smith and Gossett 1984 (reading between samples)",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 1,
        .identity = "ppm: 0",
        .labels = "scales the times of words",
        .claim = "A tone comes out at its frequency over 1 + ppm / 1,000,000, told to 2 ppm, with less than -90 dB of "
                 "anything else beside it. Lengths and the times of words follow within half a sample.",
        .limits = "By how much clocks differ is empirical. The change is too small to be seen in a spectrogram.",
        .example = "slower: [{channel.clock_drift: {ppm: 1000}}]\n"
                   "faster: [{channel.clock_drift: {ppm: -1000}}]\n",
    },
    table(), prepare, apply));

}  // namespace
}  // namespace fairground
