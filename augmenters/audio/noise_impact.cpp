// Impacts: steps in a corridor, a door that falls shut, a trolley whose load rattles.
//
// Something that is struck rings in its modes, each a sine that decays (van den Doel and Pai, "The sounds of physical
// shapes", Presence 7, 1998). A realization draws the modes of its thing once, and for each blow its moment, strength
// and where it strikes. How many modes there are, where they lie and how long they ring is empirical, as are the rates:
// people walk at about two steps a second.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "augmenters/audio/parts/events.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Kind { footsteps, door, trolley };

struct NoiseImpact : NoiseLevel {
  Kind kind = Kind::footsteps;
  std::optional<double> per_min;
  std::optional<double> first_event_s;
};

const ParameterTable<NoiseImpact>& table() {
  using P = NoiseImpact;
  static const auto instance =
      noise_level_table<P>()
          .choice("kind", &P::kind, {{"footsteps", Kind::footsteps}, {"door", Kind::door}, {"trolley", Kind::trolley}},
                  "What is struck: a floor by even steps, a door now and then, or a trolley's load at random.")
          .number("per_min", &P::per_min, "/min", {1.0, 600.0},
                  "Blows in a minute, on average; by default 115 for footsteps, 6 for a door and 240 for a trolley.")
          .number("first_event_s", &P::first_event_s, "s", {0.0, 60.0},
                  "Onset of the first blow; by default drawn from 0 to 0.5.");
  return instance;
}

struct Thing {
  int modes = 0;
  double lowest_hz = 0.0;
  double highest_hz = 0.0;
  double longest_s = 0.0;  ///< until a mode has fallen by 60 dB, at the lowest mode
  double db_per_octave = 0.0;
  double per_min = 0.0;
  double unevenness = 0.0;  ///< 0: a metronome, 1: blows that know nothing of each other
  double least_db = 0.0;    ///< of a blow, against the hardest
};

Thing thing_of(Kind kind) {
  switch (kind) {
    case Kind::footsteps:
      return {10, 90.0, 1800.0, 0.12, -7.0, 115.0, 0.05, -4.0};
    case Kind::door:
      return {14, 60.0, 1200.0, 0.45, -6.0, 6.0, 0.6, -3.0};
    case Kind::trolley:
      return {18, 700.0, 6000.0, 0.25, -2.0, 240.0, 1.0, -12.0};
  }
  return {};
}

struct Mode {
  double hz = 0.0;
  double decay = 0.0;  ///< in nepers a second
  double amplitude = 0.0;
};

std::vector<Mode> draw_modes(const Thing& thing, const StepRandom& random) {
  RandomStream stream = random.stream("modes");
  const double octaves = plain::log(thing.highest_hz / thing.lowest_hz) / plain::kLn2;
  std::vector<Mode> modes;
  for (int i = 0; i < thing.modes; ++i) {
    const double place = octaves * (i + stream.uniform()) / thing.modes;
    Mode mode;
    mode.hz = thing.lowest_hz * plain::exp(plain::kLn2 * place);
    // Higher modes die away sooner.
    const double rings_s = thing.longest_s * plain::exp(-0.35 * plain::kLn2 * place) * stream.uniform(0.6, 1.0);
    mode.decay = 3.0 * plain::kLn10 / rings_s;
    mode.amplitude = plain::amplitude_from_db(thing.db_per_octave * place + stream.uniform(-6.0, 0.0));
    modes.push_back(mode);
  }
  return modes;
}

constexpr double kHardS = 0.001;  // over which a blow sets in

/// One blow: `where` says how much of each mode it wakes.
std::vector<float> ring(const std::vector<Mode>& modes, const std::vector<double>& where, double length_s, int rate) {
  std::vector<double> sum(static_cast<std::size_t>(std::ceil(length_s * rate)));
  for (std::size_t m = 0; m < modes.size(); ++m) {
    const Mode& mode = modes[m];
    if (mode.hz >= 0.48 * rate) {
      continue;
    }
    // A pair of poles in place of a sine and an exponential for each sample.
    const double radius = plain::exp(-mode.decay / rate);
    const double a1 = 2.0 * radius * plain::cosine_of_turns(mode.hz / rate);
    const double a2 = -radius * radius;
    double before = 0.0;
    double now = mode.amplitude * where[m] * radius * plain::sine_of_turns(mode.hz / rate);
    for (std::size_t i = 1; i < sum.size(); ++i) {
      sum[i] += now;
      const double next = a1 * now + a2 * before;
      before = now;
      now = next;
    }
  }
  std::vector<float> blow(sum.size());
  for (std::size_t i = 0; i < blow.size(); ++i) {
    blow[i] = static_cast<float>(sum[i] * std::min(1.0, static_cast<double>(i) / (kHardS * rate)));
  }
  return blow;
}

// So many blows, without the pauses between them, stand for the realization's level.
constexpr std::size_t kExampleBlows = 32;

void make(NoiseSound& sound, const NoiseImpact& p, const StepRandom& random) {
  const int rate = sound.signal.sample_rate;
  const Thing thing = thing_of(p.kind);
  const std::vector<Mode> modes = draw_modes(thing, random);
  const std::string label = p.kind == Kind::footsteps ? "step" : p.kind == Kind::door ? "door" : "rattle";
  const double mean_s = 60.0 / p.per_min.value_or(thing.per_min);
  RandomStream blows = random.stream("blows");
  NoiseSound example{Audio(rate, 1, static_cast<std::size_t>(kExampleBlows * thing.longest_s * rate))};
  double example_s = 0.0;
  double start_s = first_onset_s(p.first_event_s, random);
  for (std::size_t i = 0; i < kExampleBlows || start_s < sound.signal.seconds(); ++i) {
    const double strength = plain::amplitude_from_db(blows.uniform(thing.least_db, 0.0));
    std::vector<double> where(modes.size());
    for (double& share : where) {
      share = strength * blows.uniform(0.5, 1.0);
    }
    const std::vector<float> blow = ring(modes, where, thing.longest_s, rate);
    if (i == 0 || start_s < sound.signal.seconds()) {
      add_event(sound, {label, start_s, start_s + thing.longest_s}, blow);
    }
    if (i < kExampleBlows) {
      add_event(example, {label, example_s, example_s + thing.longest_s}, blow);
    }
    // Between a metronome and a Poisson process.
    const double exponential = -plain::log(1.0 - blows.uniform());
    const double pause_s = mean_s * (1.0 - thing.unevenness + thing.unevenness * exponential);
    start_s += pause_s;
    example_s += std::min(pause_s, thing.longest_s);
  }
  sound.active = Audio(rate, 1, static_cast<std::size_t>(example.events.back().end_s * rate));
  std::copy_n(example.signal.samples.begin(), sound.active.frames(), sound.active.samples.begin());
}

const Registration registration(noise_augmenter<NoiseImpact>(
    {
        .name = "noise.impact",
        .summary = "Steps, a door or a rattling trolley: blows, each of which rings in the modes of what is struck.",
        .source = "van den Doel and Pai 1998 (modes); the things' figures are empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels; each blow is an event",
        .claim = "Blows are where the events say, as often as asked within four standard errors, and 45 dB weaker or "
                 "more at the end of their event. The example by which they are levelled is within 1 dB of all blows "
                 "while they sound.",
        .limits = "How many modes there are, where they lie, how long they ring, and how often blows come are "
                  "empirical.",
        .example = "footsteps: [{noise.impact: {kind: footsteps, first_event_s: 0.2, snr_db: -5}}]\n"
                   "door: [{noise.impact: {kind: door, first_event_s: 0.2, snr_db: -10}}]\n"
                   "trolley: [{noise.impact: {kind: trolley, first_event_s: 0.2, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), make));

}  // namespace
}  // namespace fairground
