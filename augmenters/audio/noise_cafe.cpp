// A café: many people talk, none of whom can be understood, and crockery clinks.
//
// Chatter is noise with the spectrum of speech (Byrne et al., J. Acoust. Soc. Am. 96, 1994) and the rhythm of its
// syllables, as the ICRA noises are (Dreschler et al., Audiology 40, 2001), which simulate one or more talkers without
// recording anybody. Each talker's level rises and falls with syllables of drawn length and strength, in phrases with
// pauses; modulations of speech peak around 5 Hz in all languages (Ding et al., Neurosci. Biobehav. Rev. 81, 2017).
// Low, middle and high frequencies of a syllable differ in strength. Noises of one spectrum that are independent add up
// to one noise at the sum of their powers, so that each band is drawn once and not for each talker. Clinks are blows on
// small bodies that ring in their modes (van den Doel and Pai, Presence 7, 1998), each another cup, plate or spoon.
// Lengths, strengths, modes and their rates are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/audio/parts/speech_spectrum.h"
#include "augmenters/audio/parts/struck_body.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct NoiseCafe : NoiseLevel {
  double talkers = 8.0;
  double syllables_hz = 4.5;
  double clinks_per_min = 20.0;
  double clink_db = 6.0;
};

const ParameterTable<NoiseCafe>& table() {
  using P = NoiseCafe;
  static const auto instance =
      noise_level_table<P>()
          .number("talkers", &P::talkers, "", {1.0, 64.0},
                  "How many talk at a time; a fraction is one talker at a part of the power.")
          .number("syllables_hz", &P::syllables_hz, "Hz", {2.0, 8.0}, "Syllables of a talker in a second.")
          .number("clinks_per_min", &P::clinks_per_min, "/min", {0.0, 240.0},
                  "Clinks of crockery in a minute, on average.")
          .number("clink_db", &P::clink_db, "dB", {-30.0, 30.0},
                  "Level of a clink's first 50 ms over that of the chatter, on average.");
  return instance;
}

constexpr std::size_t kBands = 3;
constexpr std::array kCentresHz{400.0, 1400.0, 4000.0};  // of the three, which share what lies between

/// A band's share of the power: from one centre to the next it goes over on a straight line over the octaves.
double share_of(std::size_t band, double hz) {
  const auto rise = [hz](double from_hz, double to_hz) {
    return std::clamp(plain::log(hz / from_hz) / plain::log(to_hz / from_hz), 0.0, 1.0);
  };
  const double in = band == 0 ? 1.0 : rise(kCentresHz[band - 1], kCentresHz[band]);
  const double out = band + 1 == kBands ? 0.0 : rise(kCentresHz[band], kCentresHz[band + 1]);
  return std::min(in, 1.0 - out);
}

struct State {
  std::vector<DrawnNoise> bands;
  double power = 0.0;  ///< of all
};

State prepare(const NoiseCafe&, const PrepareContext& context) {
  const BandSpectrum speech = speech_spectrum();
  State state;
  for (std::size_t band = 0; band < kBands; ++band) {
    state.bands.emplace_back(context.sample_rate,
                             [&](double hz) { return speech.amplitude(hz) * std::sqrt(share_of(band, hz)); });
    state.power += state.bands.back().power();
  }
  return state;
}

using Powers = std::array<std::vector<float>, kBands>;

constexpr double kLengthSpread = 0.35;  // of a syllable's mean length, either way
constexpr double kWeakestDb = -12.0;    // of a syllable's band against the strongest
constexpr double kFarthestDb = -8.0;    // of a talker against the nearest
constexpr int kShortestPhrase = 4;      // in syllables
constexpr int kLongestPhrase = 14;
constexpr double kShortestPauseS = 0.2;
constexpr double kLongestPauseS = 1.0;
constexpr double kMurmurDb = -20.0;  // the hall's own answer, which fills every pause

/// Adds one talker's power at each knot.
void talk(Powers& powers, double syllables_hz, double share, RandomStream stream) {
  const std::size_t knots = powers[0].size();
  const double own = share * plain::power_from_db(stream.uniform(kFarthestDb, 0.0));
  double at = -stream.uniform() * kLongestPauseS;
  while (at * kKnotsPerS < static_cast<double>(knots)) {
    const auto syllables = kShortestPhrase + stream.below(kLongestPhrase - kShortestPhrase + 1);
    for (std::uint64_t syllable = 0; syllable < syllables; ++syllable) {
      const double length = stream.uniform(1.0 - kLengthSpread, 1.0 + kLengthSpread) / syllables_hz;
      const double first = std::max(0.0, std::ceil(at * kKnotsPerS));
      std::array<double, kBands> strengths{};
      for (double& strength : strengths) {
        strength = own * plain::power_from_db(stream.uniform(kWeakestDb, 0.0));
      }
      for (auto knot = static_cast<std::size_t>(first);
           knot < knots && static_cast<double>(knot) < (at + length) * kKnotsPerS; ++knot) {
        // An amplitude that rises and falls like a hill of the cosine.
        const double hill = plain::sine_of_turns(0.5 * (static_cast<double>(knot) / kKnotsPerS - at) / length);
        const double power = hill * hill * hill * hill;
        for (std::size_t band = 0; band < kBands; ++band) {
          powers[band][knot] += static_cast<float>(strengths[band] * power);
        }
      }
      at += length;
    }
    at += stream.uniform(kShortestPauseS, kLongestPauseS);
  }
}

/// Mean power of a talker who is always heard at 0 dB, from the figures above.
double mean_power(double syllables_hz) {
  const auto mean_of = [](double from_db) {  // of powers whose dB are even from there to 0
    return (1.0 - plain::power_from_db(from_db)) / (-from_db * plain::kLn10 / 10.0);
  };
  const double phrase_s = 0.5 * (kShortestPhrase + kLongestPhrase) / syllables_hz;
  const double pause_s = 0.5 * (kShortestPauseS + kLongestPauseS);
  constexpr double kHill = 0.375;
  return kHill * mean_of(kWeakestDb) * mean_of(kFarthestDb) * phrase_s / (phrase_s + pause_s);
}

constexpr double kClinkS = 0.4;  // until it is cut off, some 60 dB down
constexpr double kClinkLevelS = 0.05;

/// Single things that are struck: the same on all channels.
void add_clinks(Audio& signal, const NoiseCafe& p, const StepRandom& random) {
  RandomStream clinks = random.stream("clinks");
  const auto length = static_cast<std::size_t>(kClinkS * signal.sample_rate);
  std::vector<float> mono(signal.frames() + length);
  for (double at_s = 0.0;;) {
    at_s -= 60.0 / p.clinks_per_min * plain::log(1.0 - clinks.uniform());
    const double at = at_s * signal.sample_rate;
    if (at >= static_cast<double>(signal.frames())) {
      break;
    }
    const double lowest_hz = 1200.0 * plain::exp(clinks.uniform(0.0, 1.1));
    const double rings_s = clinks.uniform(0.08, kClinkS);
    const double strength = plain::amplitude_from_db(clinks.uniform(-9.0, 0.0));
    std::array<RingingMode, 7> modes{};
    for (std::size_t i = 0; i < modes.size(); ++i) {
      const double octaves = static_cast<double>(i) * 0.4 + clinks.uniform(0.0, 0.3);
      modes[i] = {lowest_hz * plain::exp(plain::kLn2 * octaves), rings_s * plain::exp(-0.3 * octaves),
                  plain::amplitude_from_db(clinks.uniform(-12.0, 0.0))};
    }
    StruckBody body(modes, signal.sample_rate);
    if (body.energy() > 0.0) {
      const auto first = static_cast<std::size_t>(std::ceil(at));
      // Strengths whose dB are even from -9 to 0 have a mean power of -3.75 dB.
      const double height = plain::amplitude_from_db(p.clink_db + 3.75) * std::sqrt(kClinkLevelS / body.energy());
      body.strike(strength * height, static_cast<double>(first) - at);
      body.ring(std::span(mono).subspan(first, length));
    }
  }
  for (int channel = 0; channel < signal.channels; ++channel) {
    const std::span<float> out = signal.channel(channel);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] += mono[i];
    }
  }
}

/// Adds what all talkers make together: in each band noise whose amplitude at each knot is the root of `scale` times
/// its power there and `murmur`.
void add_chatter(Audio& signal, const State& state, Powers powers, double scale, double murmur,
                 const StepRandom& random) {
  std::vector<float> drawn(signal.frames());
  for (std::size_t band = 0; band < kBands; ++band) {
    for (float& power : powers[band]) {
      power = static_cast<float>(std::sqrt(scale * (power + murmur)));
    }
    for (int channel = 0; channel < signal.channels; ++channel) {
      state.bands[band].synthesise(
          drawn, random.stream("band " + std::to_string(band) + " of channel " + std::to_string(channel)));
      add_at_level(signal.channel(channel), drawn, signal.sample_rate, powers[band]);
    }
  }
}

void make(NoiseSound& sound, const State& state, const NoiseCafe& p, const StepRandom& random) {
  Powers powers;
  powers.fill(std::vector<float>(knots_of(sound.signal.frames(), sound.signal.sample_rate)));
  for (int talker = 0; talker < p.talkers; ++talker) {
    talk(powers, p.syllables_hz, std::min(1.0, p.talkers - talker), random.stream("talker " + std::to_string(talker)));
  }
  const double mean = mean_power(p.syllables_hz) * p.talkers;
  const double murmur = mean * plain::power_from_db(kMurmurDb);
  add_chatter(sound.signal, state, std::move(powers), 1.0 / ((mean + murmur) * state.power), murmur, random);
  if (p.clinks_per_min > 0.0) {
    add_clinks(sound.signal, p, random);
  }
}

const Registration registration(noise_augmenter<NoiseCafe, State>(
    {
        .name = "noise.cafe",
        .summary = "A café: many talkers' rhythm in noise with the spectrum of speech, and clinking crockery.",
        .source = "Byrne et al. 1994 (spectrum); Dreschler et al. 2001 (speech-like noise); Ding et al. 2017 (rhythm); "
                  "van den "
                  "Doel and Pai 1998 (clinks); other figures are empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "Bands of speech are within 0.8 dB of those published, modulations peak at the syllables' rate by 1 "
                 "dB or more over an octave away, and the sound is steadier the more people talk. Clinks are as many "
                 "as asked within chance, and as loud within 1.2 dB.",
        .limits = "Nobody can be understood: it is noise in the rhythm of speech. Lengths, strengths and the clinks' "
                  "modes are empirical.",
        .example = "quiet: [{noise.cafe: {talkers: 2, snr_db: 10}}]\n"
                   "crowded: [{noise.cafe: {talkers: 20, clinks_per_min: 120, clink_db: 12, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
