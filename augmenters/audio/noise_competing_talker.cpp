// One other person speaks at the same time, and could be understood in the target's place.
//
// A realization draws one person from a pool of talkers whom no source has as its subject. The person begins, at
// `first_event_s`, with a word that is drawn, and says from there all that the pool has of them, end to end and round
// again. What is set is the target-to-masker ratio: the active speech level of the one against that of the other (ITU-T
// P.56), as in the two-talker mixtures of Hershey, Chen, Le Roux and Watanabe ("Deep clustering", ICASSP 2016, whose
// scripts use P.56). Pauses therefore lower nothing, and a clip in which the talker happens to pause is not made louder
// for it. For this the stretches in which the person speaks are events, as the beeps of an alarm are, and the level is
// that of an example of them which no clip cuts short.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "augmenters/audio/parts/events.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/talkers.h"
#include "augmenters/augmenter.h"
#include "pipeline/measure/active_stretches.h"

namespace fairground {
namespace {

struct CompetingTalker : NoiseLevel {
  std::string from;
  std::optional<double> first_event_s;
};

const ParameterTable<CompetingTalker>& table() {
  using P = CompetingTalker;
  static const auto instance =
      noise_level_table<P>()
          .talkers("from", &P::from, "The pool whose people speak; none of them may be a subject of the sources.")
          .number("first_event_s", &P::first_event_s, "s", {0.0, 60.0},
                  "When the talker begins; by default drawn from 0 to 0.5.");
  return instance;
}

// Longer speech counts as several events, so that a clip need hold no more than this of it to be let in (empirical).
constexpr double kLongestEventS = 1.0;
// So much speech, without the pauses, stands for the talker's level, if there is as much (empirical).
constexpr double kExampleS = 30.0;
constexpr const char* kLabel = "speech";

/// The talkers, and where in the loop of each they speak.
struct State {
  Talkers talkers;
  std::vector<std::vector<Stretch>> stretches;
};

State prepare(const CompetingTalker& p, const PrepareContext& context) {
  State state{Talkers(p.from, /*count=*/1, context), {}};
  for (const Talker& talker : state.talkers.all()) {
    std::vector<Stretch>& stretches = state.stretches.emplace_back();
    std::size_t offset = 0;
    for (const Talker::Take& take : talker.takes) {
      for (const Stretch& stretch : active_stretches(take.samples, context.sample_rate)) {
        stretches.push_back({offset + stretch.begin, offset + stretch.end});
      }
      offset += take.samples.size();
    }
  }
  return state;
}

/// Adds the events of one stretch that begins at frame `start` of the clip.
void add_events(NoiseSound& sound, std::size_t start, std::size_t length) {
  const double rate = sound.signal.sample_rate;
  const auto longest = static_cast<std::size_t>(kLongestEventS * rate);
  for (std::size_t done = 0; done < length; done += longest) {
    const double start_s = static_cast<double>(start + done) / rate;
    if (!sound.events.empty() && start_s >= sound.signal.seconds()) {
      return;
    }
    sound.events.push_back({kLabel, start_s, static_cast<double>(start + std::min(done + longest, length)) / rate});
  }
}

void make(NoiseSound& sound, const State& state, const CompetingTalker& p, const StepRandom& random) {
  const Talker& talker = *state.talkers.draw(random).front();
  sound.voices.push_back(talker.subject);
  const std::vector<Stretch>& stretches =
      state.stretches[static_cast<std::size_t>(&talker - state.talkers.all().data())];
  // The next word after a moment that is drawn.
  const auto next = std::ranges::lower_bound(stretches, talker.draw_moment(random), {}, &Stretch::begin);
  const std::size_t first = next == stretches.end() ? 0 : static_cast<std::size_t>(next - stretches.begin());
  const std::size_t begin = stretches[first].begin;
  const auto stretch = [&](std::size_t i) {
    const std::size_t rounds = (first + i) / stretches.size();
    const Stretch& in_loop = stretches[(first + i) % stretches.size()];
    return Stretch{in_loop.begin + rounds * talker.period, in_loop.end + rounds * talker.period};
  };

  const int rate = sound.signal.sample_rate;
  const auto onset = static_cast<std::size_t>(std::floor(first_onset_s(p.first_event_s, random) * rate + 0.5));
  const std::size_t frames = sound.signal.frames();
  const std::span<float> voice = sound.signal.channel(0);
  if (onset < frames) {
    talker.add_to(voice.subspan(onset), begin);
    for (std::size_t i = 0; i < std::min(talker.fade_frames, frames - onset); ++i) {
      voice[onset + i] *= (static_cast<float>(i) + 0.5F) / static_cast<float>(talker.fade_frames);
    }
  }
  for (int channel = 1; channel < sound.signal.channels; ++channel) {
    std::ranges::copy(voice, sound.signal.channel(channel).begin());
  }
  for (std::size_t i = 0; i == 0 || onset + stretch(i).begin - begin < frames; ++i) {
    add_events(sound, onset + stretch(i).begin - begin, stretch(i).end - stretch(i).begin);
  }

  sound.active = Audio(rate, 1, 0);
  for (std::size_t i = 0; i < stretches.size() && sound.active.seconds() < kExampleS; ++i) {
    const std::size_t done = sound.active.samples.size();
    sound.active.samples.resize(done + stretch(i).end - stretch(i).begin);
    talker.add_to(std::span(sound.active.samples).subspan(done), stretch(i).begin % talker.period);
  }
}

const Registration registration(noise_augmenter<CompetingTalker, State>(
    {
        .name = "noise.competing_talker",
        .summary = "One person from a pool of talkers speaks at the same time, at a target-to-masker ratio.",
        .source = "ITU-T P.56 (level of both); Hershey et al. 2016; the recordings are the user's",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels; who is heard stands in `voices`, and each stretch of speech is an event",
        .claim = "The active levels of the two voices (ITU-T P.56) differ by what was asked within 0.5 dB, and a voice "
                 "is not made louder for its pauses (0.3 dB). Less than 1 % of the talker's energy lies outside of its "
                 "events.",
        .example = "weaker: [{noise.competing_talker: {from: voices, first_event_s: 0.2, snr_db: 10}}]\n"
                   "as_loud: [{noise.competing_talker: {from: voices, first_event_s: 0.2, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
