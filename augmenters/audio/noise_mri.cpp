// The knocking and buzzing of a magnetic resonance scanner.
//
// The gradient coils carry currents of trapezoid shape in a strong field and move like the membrane of a loudspeaker.
// Sound is close to a linear response to these currents (Hedeen and Edelstein, "Characterization and prediction of
// gradient acoustic noise in MR imagers", Magn. Reson. Med. 37, 1997): here the slope of the currents, through
// resonances of the coil's assembly, which stand between 50 Hz and 1 kHz, with a steep fall above (Counter et al., J.
// Magn. Reson. Imaging 7, 1997). The readout gradient alternates and so gives odd harmonics of its rate, the blips of
// phase encoding come twice as often and give even ones, and the slice gradients are clicks that excite every resonance
// (More et al., J. Magn. Reson. Imaging 23, 2006). The cold head's pump, which never rests, beats twice a second.
// Timings of the sequences, the resonances' number and widths, and the shares of the parts are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Sequence { epi, gradient_echo, spin_echo, diffusion };

struct NoiseMri : NoiseLevel {
  Sequence sequence = Sequence::epi;
  std::optional<double> period_ms;
  std::optional<double> tone_hz;
  double pump_db = -25.0;
};

const ParameterTable<NoiseMri>& table() {
  using P = NoiseMri;
  static const auto instance =
      noise_level_table<P>()
          .choice(
              "sequence", &P::sequence,
              {{"epi", Sequence::epi},
               {"gradient_echo", Sequence::gradient_echo},
               {"spin_echo", Sequence::spin_echo},
               {"diffusion", Sequence::diffusion}},
              "What the scanner plays: trains of readouts (epi), short quick echoes (gradient_echo), slow knocks with "
              "a refocusing pulse (spin_echo), or long lobes before each train (diffusion).")
          .number("period_ms", &P::period_ms, "ms", {5.0, 5000.0},
                  "Regularity: the time from slice to slice. Without it, that of the sequence: 90, 24, 120 or 160 ms.")
          .number("tone_hz", &P::tone_hz, "Hz", {100.0, 3000.0},
                  "Acoustic frequency: the rate at which the readout gradient alternates. Without it, that of the "
                  "sequence: 700, 500, 350 or 620 Hz.")
          .number("pump_db", &P::pump_db, "dB", {-60.0, 0.0}, "Level of the cold head's pump against the gradients.");
  return instance;
}

/// A trapezoid of current: it rises, stays, and falls, and rises again where it is one of a train.
struct Lobe {
  double start = 0.0;  ///< in parts of the period
  double length = 0.0;
  double height = 0.0;
};

/// What is played in a period, times in parts of it.
struct Pattern {
  double period_ms = 0.0;
  double tone_hz = 0.0;
  double train_start = 0.0;  ///< of the alternating readouts
  double train_length = 0.0;
  std::vector<Lobe> lobes;  ///< of the slice and diffusion gradients
};

Pattern pattern_of(Sequence sequence) {
  switch (sequence) {
    case Sequence::epi:
      return {90.0, 700.0, 0.18, 0.70, {{0.02, 0.06, 0.8}, {0.09, 0.03, -0.8}}};
    case Sequence::gradient_echo:
      return {24.0, 500.0, 0.40, 0.40, {{0.02, 0.16, 0.7}, {0.20, 0.10, -0.7}, {0.86, 0.10, 0.9}}};
    case Sequence::spin_echo:
      return {120.0,
              350.0,
              0.52,
              0.16,
              {{0.02, 0.04, 0.8}, {0.07, 0.02, -0.8}, {0.26, 0.02, 1.0}, {0.28, 0.04, 0.6}, {0.32, 0.02, 1.0}}};
    case Sequence::diffusion:
      return {160.0, 620.0, 0.55, 0.38, {{0.02, 0.03, 0.8}, {0.08, 0.16, 1.6}, {0.26, 0.03, 0.9}, {0.32, 0.16, 1.6}}};
  }
  return {};
}

constexpr double kRampS = 0.0003;  // of all trapezoids
constexpr double kBlips = 0.12;    // of phase encoding, over the readout gradient
constexpr double kLowestResonanceHz = 80.0;
constexpr double kHighestResonanceHz = 1000.0;
constexpr int kResonances = 6;
constexpr double kFallHz = 1500.0;  // above, two poles
constexpr double kHiss = 0.01;      // of the gradients' amplifiers and air, over the gradients
constexpr double kPumpHz = 2.0;
constexpr double kPumpScale = 4.898979;  // sqrt(24), which gives strokes that die in a quarter an RMS level of 1
constexpr double kWarmUpS = 0.25;        // before the clip, so that it starts amid the noise

/// A pair of poles, scaled to a gain of `gain` at its frequency.
class Resonator {
 public:
  Resonator(double hz, double quality, double gain, int rate) {
    const double radius = plain::exp(-plain::kPi * hz / (quality * rate));
    const double turns = hz / rate;
    a1_ = 2.0 * radius * plain::cosine_of_turns(turns);
    a2_ = -radius * radius;
    b_ = gain * (1.0 - radius * radius) * plain::sine_of_turns(turns);
  }

  double operator()(double x) {
    const double y = b_ * x + a1_ * y1_ + a2_ * y2_;
    y2_ = y1_;
    y1_ = y;
    return y;
  }

 private:
  double b_ = 0.0;
  double a1_ = 0.0;
  double a2_ = 0.0;
  double y1_ = 0.0;
  double y2_ = 0.0;
};

/// One realization of the assembly: resonances spread evenly over the octaves, each somewhere in its share.
std::vector<Resonator> draw_assembly(int rate, const StepRandom& random) {
  RandomStream stream = random.stream("assembly");
  std::vector<Resonator> assembly;
  const double octaves = plain::log(kHighestResonanceHz / kLowestResonanceHz);
  for (int i = 0; i < kResonances; ++i) {
    const double place = (i + stream.uniform()) / kResonances;
    const double hz = kLowestResonanceHz * plain::exp(octaves * place);
    const double quality = stream.uniform(6.0, 20.0);
    const double gain = plain::amplitude_from_db(stream.uniform(-9.0, 0.0));
    assembly.emplace_back(hz, quality, gain, rate);
  }
  return assembly;
}

/// The current of one trapezoid `at` seconds after its start.
double trapezoid(double at, double length) {
  const double ramp = std::min(kRampS, 0.5 * length);
  return std::clamp(std::min(at, length - at) / ramp, 0.0, 1.0);
}

/// The current of all gradients at a moment.
class Gradients {
 public:
  Gradients(const NoiseMri& p, const Pattern& pattern)
      : pattern_(pattern),
        period_s_(p.period_ms.value_or(pattern.period_ms) / 1000.0),
        tone_hz_(p.tone_hz.value_or(pattern.tone_hz)) {}

  [[nodiscard]] double period_s() const { return period_s_; }

  [[nodiscard]] double operator()(double seconds) const {
    const double periods = seconds / period_s_;
    const double place = periods - std::floor(periods);
    double current = 0.0;
    for (const Lobe& lobe : pattern_.lobes) {
      current += lobe.height * trapezoid((place - lobe.start) * period_s_, lobe.length * period_s_);
    }
    const double in_train = place - pattern_.train_start;
    if (in_train >= 0.0 && in_train < pattern_.train_length) {
      // Readouts keep their phase from train to train, so that their rate is exactly tone_hz.
      const double turns = seconds * tone_hz_;
      const double half = 0.5 / tone_hz_;
      const double in_turn = (turns - std::floor(turns)) / tone_hz_;
      const double in_half = in_turn < half ? in_turn : in_turn - half;
      const double gate = trapezoid(in_train * period_s_, pattern_.train_length * period_s_);
      const double readout = trapezoid(in_half, half) * (in_turn < half ? 1.0 : -1.0);
      const double blip = in_half < kRampS ? kBlips * trapezoid(in_half, kRampS) : 0.0;
      current += gate * (readout + blip);
    }
    return current;
  }

 private:
  Pattern pattern_;
  double period_s_;
  double tone_hz_;
};

double rms(const std::vector<double>& samples) {
  double energy = 0.0;
  for (const double sample : samples) {
    energy += sample * sample;
  }
  return std::sqrt(energy / static_cast<double>(samples.size()));
}

// The currents are made this many times as fast and averaged, so that their corners do not alias.
constexpr int kOversampling = 4;
/// The shares of pump and hiss are set against the gradients over this time or a period, whatever the clip.
constexpr double kReferenceS = 2.0;

/// The sound of the gradients without pump and hiss, sample after sample.
class Scanner {
 public:
  Scanner(const Gradients& gradients, int rate, const StepRandom& random)
      : gradients_(gradients),
        rate_(rate),
        start_s_(random.stream("start").uniform() * gradients.period_s() * 1000.0),
        assembly_(draw_assembly(rate, random)),
        fall_(kFallHz, 0.7, 1.0, rate) {
    const auto warm_up = static_cast<std::size_t>(kWarmUpS * rate);
    for (std::size_t i = 0; i < warm_up; ++i) {
      next();
    }
  }

  double next() {
    double current = 0.0;
    for (int k = 0; k < kOversampling; ++k) {
      current += gradients_(start_s_ + (static_cast<double>(made_) + static_cast<double>(k) / kOversampling) / rate_);
    }
    ++made_;
    current /= kOversampling;
    const double slope = current - before_;
    before_ = current;
    double sound = 0.3 * slope;
    for (Resonator& resonator : assembly_) {
      sound += resonator(slope);
    }
    return fall_(sound);
  }

 private:
  Gradients gradients_;
  int rate_;
  double start_s_;
  std::vector<Resonator> assembly_;
  Resonator fall_;
  double before_ = 0.0;  ///< current of the last sample
  std::size_t made_ = 0;
};

/// What is heard beside the gradients: a chirp of two tones that falls with each stroke.
class PumpStrokes {
 public:
  PumpStrokes(double amplitude, int rate, RandomStream stream)
      : amplitude_(amplitude), rate_(rate), start_(stream.uniform()) {}

  [[nodiscard]] double at(std::size_t frame) const {
    const double strokes = start_ + static_cast<double>(frame) * kPumpHz / rate_;
    const double stroke = strokes - std::floor(strokes);
    const double chirp_s = stroke / kPumpHz;
    // From 420 Hz down to 260 Hz within the stroke; the phase is the integral.
    const double chirp = plain::sine_of_turns(chirp_s * (420.0 - 160.0 * stroke));
    const double puff = kPumpScale * std::max(0.0, 1.0 - 4.0 * stroke) * chirp;
    return amplitude_ * puff;
  }

 private:
  double amplitude_;
  int rate_;
  double start_;
};

void make(NoiseSound& sound, const NoiseMri& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  const int rate = signal.sample_rate;
  const Gradients gradients(p, pattern_of(p.sequence));
  Scanner scanner(gradients, rate, random);
  std::vector<double> reference(static_cast<std::size_t>(std::max(kReferenceS, gradients.period_s()) * rate));
  std::ranges::generate(reference, [&] { return scanner.next(); });
  const double level = rms(reference);
  const PumpStrokes pump(level * plain::amplitude_from_db(p.pump_db), rate, random.stream("pump"));
  const RandomStream hiss = random.stream("hiss");
  const std::span<float> mono = signal.channel(0);
  hiss.normals(0, mono);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    const double of_gradients = i < reference.size() ? reference[i] : scanner.next();
    mono[i] = static_cast<float>((of_gradients + pump.at(i)) / level + kHiss * mono[i]);
  }
  for (int channel = 1; channel < signal.channels; ++channel) {
    std::ranges::copy(mono, signal.channel(channel).begin());
  }
}

const Registration registration(noise_augmenter<NoiseMri>(
    {
        .name = "noise.mri",
        .summary = "A magnetic resonance scanner of a given regularity and frequency.",
        .source = "Hedeen and Edelstein 1997 (linear response); Counter et al. 1997, More et al. 2006 (spectra)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "The tone is within 1 % of the frequency asked for, and the envelope repeats within 1 % of the "
                 "period. Sequences differ by more than 3 dB over thirds of an octave, and coils by more than 2 dB "
                 "from 63 Hz to 1 kHz.",
        .limits = "Timings of the sequences, the resonances' number and widths, and the shares of the parts are "
                  "empirical.",
        .example = "epi: [{noise.mri: {sequence: epi, snr_db: -5}}]\n"
                   "gradient_echo: [{noise.mri: {sequence: gradient_echo, snr_db: -5}}]\n"
                   "slow_and_low: [{noise.mri: {period_ms: 500, tone_hz: 300, snr_db: -5}}]\n",
        .check = check_noise_level,
    },
    table(), make));

}  // namespace
}  // namespace fairground
