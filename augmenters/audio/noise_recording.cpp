// Noise from the user's own recordings. A realization draws one moment of the whole asset, all its files taken
// end to end, and plays that file from there on, in a loop whose joint is cross-faded. The recording is never
// stretched or equalised; only the mixer sets its level (SNR against the active speech level, ITU-T P.56).

#include <algorithm>
#include <cmath>

#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/media/resample.h"

namespace fairground {
namespace {

struct NoiseRecording : NoiseLevel {
  std::string from;
};

const ParameterTable<NoiseRecording>& table() {
  using P = NoiseRecording;
  static const auto instance = noise_level_table<P>().asset("from", &P::from, "The asset whose recordings are used.");
  return instance;
}

// Long enough to hide a joint in steady noise, short against any event in it (empirical).
constexpr double kFadeSeconds = 0.05;

/// A recording as an endless loop: the last `fade` samples are faded into the first ones.
struct Loop {
  const Audio* own = nullptr;  // with the file's channels
  Audio mono;                  // made once where the file has several
  std::size_t fade = 0;
  std::size_t period = 0;

  [[nodiscard]] const Audio& for_channels(int channels) const {
    return own->channels == channels || own->channels == 1 ? *own : mono;
  }
};

using State = std::vector<Loop>;

State prepare(const NoiseRecording& p, const PrepareContext& context) {
  State loops;
  for (const AssetRecording& recording : context.assets->recordings(p.from, context.sample_rate)) {
    Loop loop;
    loop.own = &recording.audio;
    if (recording.audio.channels > 1) {
      loop.mono = to_mono(recording.audio);
    }
    const std::size_t frames = recording.audio.frames();
    // A quarter at most, so that a loop of very few samples is still mostly itself.
    loop.fade = std::min(static_cast<std::size_t>(kFadeSeconds * context.sample_rate), frames / 4);
    loop.period = frames - loop.fade;
    // A few samples at a high rate may be none at the run's.
    if (loop.period > 0) {
      loops.push_back(std::move(loop));
    }
  }
  if (loops.empty()) {
    throw UserError("asset '" + p.from + "': its recordings are too short for " + std::to_string(context.sample_rate) +
                    " Hz; use longer ones");
  }
  return loops;
}

void play(std::span<const float> recording, const Loop& loop, std::size_t start, std::span<float> out) {
  std::size_t position = start;
  for (float& sample : out) {
    sample = recording[position];
    if (position < loop.fade) {
      // The squares of both weights add up to one, which keeps the power of two unlike moments. Weights that started
      // as square roots would start with a step.
      const float t = (static_cast<float>(position) + 0.5F) / static_cast<float>(loop.fade);
      const float rest = 1.0F - t;
      sample = (sample * t + recording[loop.period + position] * rest) / std::sqrt(t * t + rest * rest);
    }
    if (++position == loop.period) {
      position = 0;
    }
  }
}

void make(NoiseSound& sound, const State& loops, const NoiseRecording& /*p*/, const StepRandom& random) {
  std::size_t total = 0;
  for (const Loop& loop : loops) {
    total += loop.period;
  }
  std::size_t moment = random.stream("moment").below(total);
  const Loop* chosen = loops.data();
  while (moment >= chosen->period) {
    moment -= chosen->period;
    ++chosen;
  }
  Audio& noise = sound.signal;
  const Audio& recording = chosen->for_channels(noise.channels);
  for (int channel = 0; channel < noise.channels; ++channel) {
    play(recording.channel(std::min(channel, recording.channels - 1)), *chosen, moment, noise.channel(channel));
  }
}

const Registration registration(noise_augmenter<NoiseRecording, State>(
    {
        .name = "noise.recording",
        .summary = "Your own noise recordings, looped, at an SNR against the active speech level.",
        .source = "ITU-T P.56 (level); the recordings are the user's",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels",
        .claim = "But for the joint of the loop, every sample is that of the recording, and the joint does not click. "
                 "Files are drawn by their lengths within four standard errors, and moments evenly (chi-squared, once "
                 "in a thousand).",
        .limits = "The recording is never stretched or equalised, and a clip that is longer hears it again.",
        .example = "louder: [{noise.recording: {from: recordings, snr_db: 0}}]\n"
                   "weaker: [{noise.recording: {from: recordings, snr_db: 15}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
