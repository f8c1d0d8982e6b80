// Noise of a place that is known by a short recording: as much of it as is wanted, and no moment of it twice.
//
// The recording is measured (pipeline/measure/noise_character.h): its spectrum in bands of a twenty-fourth of an
// octave, its tones, and in each octave and tone how its power beats in rhythms and how it wavers besides. What is made
// is Gaussian noise of that spectrum (Timmer and Koenig 1995) and sines of the tones' frequencies, whose power follows
// the rhythms found, exactly, and a log-normal wavering of the variance found in each octave of modulation frequency.
// Spectrum and modulation in bands are among the statistics by which a steady noise is recognised: McDermott and
// Simoncelli, "Sound texture perception via statistics of the auditory periphery: evidence from sound synthesis"
// (Neuron 71, 2011). Not kept: words, chirps, single events, phases between bands. `fairground compare` tells how near
// it comes.

#include <algorithm>
#include <cmath>
#include <functional>

#include "augmenters/audio/parts/learned_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/measure/noise_character.h"

namespace fairground {
namespace {

struct NoiseProfile : NoiseLevel {
  std::string from;
};

const ParameterTable<NoiseProfile>& table() {
  using P = NoiseProfile;
  static const auto instance = noise_level_table<P>().asset(
      "from", &P::from,
      "The asset whose recordings are learned, each of 4 s or more and of its first two minutes; a realization is like "
      "one of them.");
  return instance;
}

constexpr double kLatestStartS = 4096.0;  // of the rhythms

using State = std::vector<LearnedNoise>;

State prepare(const NoiseProfile& p, const PrepareContext& context) {
  State learned;
  std::vector<std::string> faults;
  for (const AssetRecording& recording : context.assets->recordings(p.from, context.sample_rate)) {
    const std::string problem = noise_character_problem(recording.audio);
    if (problem.empty()) {
      learned.push_back(learn_noise(recording.audio));
    } else {
      faults.push_back("asset '" + p.from + "': '" + recording.path.string() +
                       "': noise.profile cannot learn it: " + problem);
    }
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
  return learned;
}

/// A part's amplitude over time, kEnvelopeRate a second, with one more at the end.
std::vector<float> amplitudes(const LearnedNoise& learned, const Swell& swell, const AudioShape& shape, double start_s,
                              const StepRandom& random, const std::string& name) {
  const double seconds = static_cast<double>(shape.frames) / shape.sample_rate;
  std::vector<float> common(static_cast<std::size_t>(seconds * kEnvelopeRate) + 2);
  std::vector<float> own(common.size());
  if (swell.waver) {
    swell.waver->synthesise(common, random.stream("waver"));
    swell.waver->synthesise(own, random.stream("waver " + name));
  }
  const double common_part = swell.waver_scale * std::sqrt(learned.share);
  const double own_part = swell.waver_scale * std::sqrt(1.0 - learned.share);
  for (std::size_t i = 0; i < common.size(); ++i) {
    const double at = start_s + static_cast<double>(i) / kEnvelopeRate;
    const double beat =
        swell.has_rhythm ? rhythm_power(learned.rhythms, swell.modulation, at) / swell.rhythm_mean : 1.0;
    const double log_power = common_part * common[i] + own_part * own[i] - 0.5 * swell.log_variance;
    common[i] = static_cast<float>(std::sqrt(beat) * plain::exp(0.5 * log_power));
  }
  return common;
}

/// Between two amplitudes, a straight line.
double between(const std::vector<float>& amplitudes, std::size_t frame, int sample_rate) {
  const double place = static_cast<double>(frame) * kEnvelopeRate / sample_rate;
  const auto left = static_cast<std::size_t>(place);
  const double t = place - static_cast<double>(left);
  return amplitudes[left] + t * (static_cast<double>(amplitudes[left + 1]) - amplitudes[left]);
}

void make(NoiseSound& sound, const State& state, const NoiseProfile& /*p*/, const StepRandom& random) {
  Audio& signal = sound.signal;
  const AudioShape shape{signal.sample_rate, signal.channels, signal.frames()};
  const LearnedNoise& learned = state[random.stream("recording").below(state.size())];
  const double start_s = random.stream("rhythm").uniform(0.0, kLatestStartS);
  std::vector<float> part(shape.frames);
  for (std::size_t i = 0; i < learned.bands.size(); ++i) {
    const NoiseBand& band = learned.bands[i];
    const std::vector<float> power =
        amplitudes(learned, band.swell, shape, start_s, random, "band " + std::to_string(i));
    for (int channel = 0; channel < shape.channels; ++channel) {
      // Bands have no bin in common, so that one stream serves them all.
      band.noise.synthesise(part, random.stream("spectrum " + std::to_string(channel)));
      const std::span<float> out = signal.channel(channel);
      for (std::size_t n = 0; n < out.size(); ++n) {
        out[n] += static_cast<float>(part[n] * between(power, n, shape.sample_rate));
      }
    }
  }
  for (std::size_t i = 0; i < learned.lines.size(); ++i) {
    const NoiseLine& line = learned.lines[i];
    const std::string name = "tone " + std::to_string(i);
    const std::vector<float> power = amplitudes(learned, line.swell, shape, start_s, random, name);
    const double start_turns = random.stream(name).uniform();
    for (std::size_t n = 0; n < shape.frames; ++n) {
      const double turns = start_turns + static_cast<double>(n) * line.hz / shape.sample_rate;
      part[n] = static_cast<float>(line.amplitude * plain::sine_of_turns(turns) * between(power, n, shape.sample_rate));
    }
    for (int channel = 0; channel < shape.channels; ++channel) {
      const std::span<float> out = signal.channel(channel);
      std::transform(out.begin(), out.end(), part.begin(), out.begin(), std::plus<>());
    }
  }
}

const Registration registration(noise_augmenter<NoiseProfile, State>(
    {
        .name = "noise.profile",
        .summary = "Endless noise that is like your own recording: its spectrum, its tones and how it comes and goes.",
        .source = "Timmer and Koenig 1995 (drawn spectrum); McDermott and Simoncelli 2011 (what a noise is known by)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "On four recordings made for the test, thirds of an octave are within 1.5 dB, the main rhythm within "
                 "2 % and the range of levels within 2 dB. But for steady tones, the autocorrelation from 50 ms on is "
                 "0.2 or less: nothing repeats.",
        .limits = "Not kept are words, chirps, single events and phases between bands. `fairground compare` tells how "
                  "near it comes.",
        .example = "like_the_recordings: [{noise.profile: {from: recordings, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
