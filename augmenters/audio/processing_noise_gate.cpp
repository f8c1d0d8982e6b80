// A noise gate: sound that stays below a threshold is turned down. It cuts off weak ends of words, too, which is what
// speech recognition suffers from.
//
// A gate with hysteresis and hold, after Zölzer, "DAFX - Digital Audio Effects" (2nd edition, 2011), chapter 4. The
// gate opens with the first sample beyond the threshold. It closes once no sample has been beyond the threshold less
// the hysteresis for as long as the hold, which therefore spans the periods of a voice. The gain goes up within the
// attack and down within the release, straight in dB. A peak of any channel opens the gate for all of them.

#include <algorithm>
#include <array>
#include <cstddef>

#include "augmenters/audio/parts/decibel_rows.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct ProcessingNoiseGate {
  double threshold_dbov = -35.0;
  double hysteresis_db = 4.0;
  double range_db = 30.0;
  double attack_ms = 1.0;
  double hold_ms = 50.0;
  double release_ms = 100.0;
};

const ParameterTable<ProcessingNoiseGate>& table() {
  using P = ProcessingNoiseGate;
  static const auto instance =
      ParameterTable<P>()
          .number("threshold_dbov", &P::threshold_dbov, "dBov", {-90.0, 0.0},
                  "A peak beyond this level opens the gate; peaks of speech stand 10 to 15 dB over its active level.")
          .number("hysteresis_db", &P::hysteresis_db, "dB", {0.0, 30.0},
                  "The open gate stays open for peaks down to so much below the threshold.")
          .number("range_db", &P::range_db, "dB", {0.0, 100.0}, "By how much a closed gate turns down.")
          .number("attack_ms", &P::attack_ms, "ms", {0.1, 100.0},
                  "Time from the peak that opens the gate until nothing is turned down any more, if it was closed.")
          .number("hold_ms", &P::hold_ms, "ms", {10.0, 2000.0},
                  "Time from the last peak that counts until the gate begins to close.")
          .number("release_ms", &P::release_ms, "ms", {1.0, 5000.0},
                  "Time from there until the sound is turned down by the whole range.");
  return instance;
}

struct Gate {
  Gate(const ProcessingNoiseGate& p, int sample_rate)
      : opens_at(static_cast<float>(plain::amplitude_from_db(p.threshold_dbov))),
        stays_at(static_cast<float>(plain::amplitude_from_db(p.threshold_dbov - p.hysteresis_db))),
        hold(static_cast<std::size_t>(p.hold_ms * sample_rate / 1000.0)),
        closed_gain(plain::amplitude_from_db(-p.range_db)),
        up(step(p.range_db, p.attack_ms, sample_rate)),
        down(1.0 / step(p.range_db, p.release_ms, sample_rate)),
        gain(closed_gain) {}

  /// The factor of each sample that goes through `range_db` in that time.
  static double step(double range_db, double ms, int sample_rate) {
    return plain::amplitude_from_db(range_db / std::max(ms * sample_rate / 1000.0, 1.0));
  }

  /// Each magnitude becomes the gain.
  void run(std::span<float> row) {
    for (float& value : row) {
      if (value > opens_at) {
        open = true;
      }
      quiet = value > stays_at ? 0 : quiet + 1;
      if (quiet > hold) {
        open = false;
      }
      gain = open ? std::min(gain * up, 1.0) : std::max(gain * down, closed_gain);
      shut += open ? 0U : 1U;
      value = static_cast<float>(gain);
    }
  }

  float opens_at, stays_at;
  std::size_t hold;
  double closed_gain, up, down;
  double gain;
  bool open = false;  // before the clip there is silence
  std::size_t quiet = 0;
  std::size_t shut = 0;  // samples so far with the gate closed or closing
};

void apply(AudioSignal& signal, const ProcessingNoiseGate& p, const StepRandom& /*random*/) {
  Audio& audio = signal.audio;
  if (p.range_db == 0.0) {
    return;
  }
  Gate gate(p, audio.sample_rate);
  std::array<float, 2048> rows;  // stays in the first-level cache
  for (std::size_t first = 0; first < audio.frames(); first += rows.size()) {
    const std::span row = std::span(rows).first(std::min(rows.size(), audio.frames() - first));
    largest_magnitudes(audio, first, row);
    gate.run(row);
    multiply(audio, first, row);
  }
  signal.measure.values = {{"closed_fraction", static_cast<double>(gate.shut) /
                                                   static_cast<double>(std::max<std::size_t>(audio.frames(), 1))}};
}

const Registration registration(signal_augmenter<ProcessingNoiseGate>(
    {
        .name = "processing.noise_gate",
        .summary = "Turns down what stays below a threshold: noise in pauses, and weak ends of words.",
        .source = "Zölzer 2011, chapter 4 (threshold, hysteresis, hold); straight ramps in dB",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 1,
        .identity = "range_db: 0",
        .labels = "keeps all labels",
        .claim = "It opens and closes at its thresholds within 0.1 dB. Attack, hold and release are within a sample of "
                 "what was set, and the range within 0.001 dB.",
        .limits = "It cuts off weak ends of words, too.",
        .example = "noisy: [{noise.coloured: {colour: white, snr_db: 20}}]\n"
                   "gated: [{noise.coloured: {colour: white, snr_db: 20}}, {processing.noise_gate: "
                   "{threshold_dbov: -38, range_db: 60}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
