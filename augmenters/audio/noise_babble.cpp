// Babble: several people speak at once, and nobody listens to any of them.
//
// A realization draws different people from a pool of talkers whom no source has as its subject, equally many of each
// label that the pool is balanced over. Each says all that the pool has of them, end to end and round again, from a
// moment that is drawn; every recording is brought to one active speech level (ITU-T P.56) first, so that nobody stands
// out. The default of eight lies in the range, from 6 talkers on, where babble of a given SNR masks consonants most
// (Simpson and Cooke, "Consonant identification in N-talker babble is a nonmonotonic function of N", JASA 118, 2005).
// Babble is a confound of its own where it speaks the language of some listeners and not of others (Van Engen and
// Bradlow, "Sentence recognition in native- and foreign-language multi-talker background noise", JASA 121, 2007), which
// is why it can be balanced.

#include <algorithm>
#include <string>

#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/talkers.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct NoiseBabble : NoiseLevel {
  std::string from;
  std::int64_t talkers = 8;
};

const ParameterTable<NoiseBabble>& table() {
  using P = NoiseBabble;
  static const auto instance =
      noise_level_table<P>()
          .talkers("from", &P::from, "The pool whose people speak; none of them may be a subject of the sources.")
          .integer("talkers", &P::talkers, "", {3, 64}, "How many different people speak at once.");
  return instance;
}

Talkers prepare(const NoiseBabble& p, const PrepareContext& context) {
  return {p.from, static_cast<std::size_t>(p.talkers), context};
}

void make(NoiseSound& sound, const Talkers& talkers, const NoiseBabble& /*p*/, const StepRandom& random) {
  const std::span<float> babble = sound.signal.channel(0);
  for (const Talker* talker : talkers.draw(random)) {
    talker->add_to(babble, talker->draw_moment(random));
    sound.voices.push_back(talker->subject);
  }
  for (int channel = 1; channel < sound.signal.channels; ++channel) {
    std::ranges::copy(babble, sound.signal.channel(channel).begin());
  }
}

const Registration registration(noise_augmenter<NoiseBabble, Talkers>(
    {
        .name = "noise.babble",
        .summary = "Several people from a pool of talkers speak at once, each at the same active speech level.",
        .source = "ITU-T P.56 (level); Simpson and Cooke 2005 (number of talkers); the recordings are the user's",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels; who is heard stands in `voices`",
        .claim = "With tones as talkers, all who are named are heard within 0.1 dB of one level, and nobody else. Each "
                 "recording is brought to one active level within 0.05 dB, and labels that the pool is balanced over "
                 "occur equally often.",
        .limits = "Babble is a confound of its own where it speaks the language of some listeners and not of others; "
                  "the pool's `balance` is there for that.",
        .example = "three_talkers: [{noise.babble: {from: voices, talkers: 3, snr_db: 5}}]\n"
                   "five_talkers: [{noise.babble: {from: voices, talkers: 5, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
