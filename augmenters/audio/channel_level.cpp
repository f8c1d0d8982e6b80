// The level at which a line carries speech, and the full scale that ends it.
//
// Beyond full scale a line of fixed word length saturates: ITU-T G.711's and linear codes have no values there.

#include <algorithm>

#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct ChannelLevel {
  double gain_db = -10.0;
};

const ParameterTable<ChannelLevel>& table() {
  using P = ChannelLevel;
  static const auto instance = ParameterTable<P>().number(
      "gain_db", &P::gain_db, "dB", {-60.0, 60.0},
      "How much louder the line is; at 0 everything stays as it is. What then lies beyond full scale is clipped, and "
      "rejected by the run's gate `clipped_fraction` unless that is raised.");
  return instance;
}

void apply(AudioSignal& signal, const ChannelLevel& p, const StepRandom& /*random*/) {
  if (p.gain_db == 0.0) {
    return;
  }
  const auto gain = static_cast<float>(plain::amplitude_from_db(p.gain_db));
  std::size_t clipped = 0;
  for (float& sample : signal.audio.samples) {
    const float scaled = gain * sample;
    sample = std::clamp(scaled, -1.0F, 1.0F);
    clipped += sample != scaled ? 1 : 0;
  }
  const std::size_t all = signal.audio.samples.size();
  signal.measure.values = {
      {"clipped_fraction", all == 0 ? 0.0 : static_cast<double>(clipped) / static_cast<double>(all)}};
}

const Registration registration(signal_augmenter<ChannelLevel>(
    {
        .name = "channel.level",
        .summary = "A line's sending or receiving level, which saturates at full scale.",
        .source = "gain and saturation; no model beyond them",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 1,
        .identity = "gain_db: 0",
        .labels = "keeps all labels; the record has the clipped fraction",
        .claim = "Each sample is scaled by the gain within 2 parts in 10 million. What would pass full scale stays at "
                 "it, and the clipped fraction is counted within 0.001.",
        .example = "weak: [{channel.level: {gain_db: -25}}]\n"
                   "strong: [{channel.level: {gain_db: 12}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
