// What an echo canceller leaves of the far end: the other speaker of a call, out of the phone's own loudspeaker.
//
// A realization draws one person from a pool of talkers whom no source has as its subject, and says all that the pool
// has of them, from a moment that is drawn. The voice goes through a small loudspeaker, which bends its peaks (a cubic)
// and has neither bass nor the highest treble, and through a path of decaying noise to the microphone. An adaptive
// canceller then takes it off. No canceller runs: what one would leave is made from what is known of it (Haykin,
// "Adaptive Filter Theory", on NLMS; ITU-T G.168 and 3GPP TS 26.132 measure the loss). Unconverged it leaves the echo,
// which falls in a straight line of dB. Converged it leaves the error of its filter, which lies evenly over all taps:
// the far end through noise that does not decay, lower by the echo return loss enhancement, so it sounds smeared and
// not just weak. Loudspeaker, path and error are empirical. Left out are a canceller that diverges in double talk, and
// the suppressor that may follow. The delay of the path changes nothing, since nobody knows when the far end spoke.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "augmenters/audio/parts/linear_phase.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/audio/parts/talkers.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/convolution.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"

namespace fairground {
namespace {

enum class Start { converged, cold };

struct ProcessingEchoResidual {
  std::string from;
  double echo_to_speech_db = 0.0;
  double erle_db = 30.0;
  double convergence_s = 1.0;
  Start start = Start::converged;
  double changes_per_min = 0.0;
  double path_ms = 150.0;
};

const ParameterTable<ProcessingEchoResidual>& table() {
  using P = ProcessingEchoResidual;
  static const auto instance =
      ParameterTable<P>()
          .talkers("from", &P::from,
                   "The pool whose people speak at the far end; none of them may be a subject of the sources.")
          .number(
              "echo_to_speech_db", &P::echo_to_speech_db, "dB", {-40.0, 30.0},
              "Active level (ITU-T P.56) of the echo before it is cancelled, over that of the signal: a handset has "
              "about -30, a loud hands-free phone 10.")
          .number("erle_db", &P::erle_db, "dB", {0.0, 60.0},
                  "Echo return loss enhancement: how much of that level a converged canceller takes off.")
          .number("convergence_s", &P::convergence_s, "s", {0.05, 20.0},
                  "Time in which an unconverged canceller takes off 20 dB.")
          .choice("start", &P::start, {{"converged", Start::converged}, {"cold", Start::cold}},
                  "Whether the canceller knows the path when the clip begins.")
          .number("changes_per_min", &P::changes_per_min, "1/min", {0.0, 60.0},
                  "How often, on average, the path changes and the canceller begins anew.")
          .number(
              "path_ms", &P::path_ms, "ms", {20.0, 500.0},
              "Time in which the path falls by 60 dB: as long as the reverberation of a room, or less of a handset.");
  return instance;
}

constexpr double kLeadS = 0.008;    // for what the loudspeaker's filter spreads backwards
constexpr double kExampleS = 30.0;  // of the talker stand for the level, if there is as much
constexpr float kBentAt = 0.4F;     // where the loudspeaker's cubic becomes flat: 18 dB over a talker's active level
constexpr GainPoint kLoudspeaker[]{{125, -24}, {250, -12}, {500, -3}, {1000, 0}, {7000, 0}, {14000, -12}};

FAIRGROUND_HOT void bend(float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float below = x[i] * (1.0F / kBentAt) < 1.0F ? x[i] * (1.0F / kBentAt) : 1.0F;
    const float u = below > -1.0F ? below : -1.0F;
    x[i] = kBentAt * (u - u * u * u * (1.0F / 3.0F));
  }
}

/// What the loudspeaker makes of the voice, from sample `moment` of its loop on.
std::vector<float> far_end(const Talker& talker, std::size_t moment, std::size_t frames) {
  std::vector<float> voice(frames);
  talker.add_to(voice, moment);
  bend(voice.data(), voice.size());
  return voice;
}

struct State {
  Talkers talkers;
  LinearPhaseFilter loudspeaker;
  int sample_rate;
};

State prepare(const ProcessingEchoResidual& p, const PrepareContext& context) {
  return {Talkers(p.from, /*count=*/1, context),
          LinearPhaseFilter(context.sample_rate, [](double hz) { return interpolated_db(kLoudspeaker, hz); }),
          context.sample_rate};
}

/// A talker, and two ways to the output, each of which gives an active level of 0 dBov.
struct Unit {
  const Talker* talker = nullptr;
  std::size_t moment = 0;
  BlockSpectra echo, error;
};

BlockSpectra levelled(Audio response, std::span<const float> example) {
  const double energy = mean_power(response.samples) * static_cast<double>(response.samples.size());
  const auto scale = static_cast<float>(1.0 / std::sqrt(std::max(energy, 1e-20)));
  std::ranges::transform(response.samples, response.samples.begin(), [&](float x) { return x * scale; });
  std::vector<float> heard(example.size());
  convolve(example, BlockSpectra::of_response(response.samples), heard);
  // The level is rounded, as it decides bytes. A voice without any active speech goes by its power.
  const SpeechLevel level = measure_speech_level(heard, response.sample_rate);
  const double db = rounded_db(level.active_level_dbov > kSilenceDbov ? level.active_level_dbov : level.rms_dbov);
  const auto gain = static_cast<float>(plain::amplitude_from_db(-db));
  std::ranges::transform(response.samples, response.samples.begin(), [&](float x) { return x * gain; });
  return BlockSpectra::of_response(response.samples);
}

Unit realize(const State& state, const ProcessingEchoResidual& p, const StepRandom& random) {
  const Talker& talker = *state.talkers.draw(random).front();
  const double rate = state.sample_rate;
  const auto lead = static_cast<std::size_t>(std::ceil(kLeadS * rate));
  const auto taps = static_cast<std::size_t>(std::ceil(p.path_ms / 1000.0 * rate));
  Audio echo(state.sample_rate, 1, lead + taps + lead);
  Audio error = echo;
  random.stream("path").normals(0, echo.channel(0).subspan(lead, taps));
  random.stream("error").normals(0, error.channel(0).subspan(lead, taps));
  const double decay = plain::exp(-3.0 * plain::kLn10 / static_cast<double>(taps));
  double fall = 1.0;
  for (float& tap : echo.channel(0).subspan(lead, taps)) {
    tap *= static_cast<float>(fall);
    fall *= decay;
  }
  state.loudspeaker.apply(echo);
  state.loudspeaker.apply(error);
  const std::size_t example = std::min(talker.period, static_cast<std::size_t>(kExampleS * rate));
  const std::vector<float> voice = far_end(talker, 0, example);
  return {&talker, talker.draw_moment(random), levelled(echo, voice), levelled(error, voice)};
}

/// What is left at each knot of the echo that is not cancelled yet; nothing where the canceller is converged
/// throughout.
std::vector<float> unconverged(const ProcessingEchoResidual& p, std::size_t knots, const StepRandom& random) {
  RandomStream changes = random.stream("changes");
  const auto next_change_s = [&](double after_s) {
    return after_s - plain::log(1.0 - changes.uniform()) * 60.0 / p.changes_per_min;
  };
  std::vector<float> left(knots);
  std::optional<double> since_s = p.start == Start::cold ? std::optional(0.0) : std::nullopt;
  double change_s = p.changes_per_min > 0.0 ? next_change_s(0.0) : 1e30;
  // What is cancelled at last is no part of what falls.
  const double whole = std::sqrt(std::max(1.0 - plain::power_from_db(-p.erle_db), 0.0));
  for (std::size_t k = 0; k < knots; ++k) {
    const double now_s = static_cast<double>(k) / kKnotsPerS;
    while (change_s <= now_s) {
      since_s = change_s;
      change_s = next_change_s(change_s);
    }
    if (since_s) {
      const double fallen_db = 20.0 * (now_s - *since_s) / p.convergence_s;
      left[k] = fallen_db < 200.0 ? static_cast<float>(whole * plain::amplitude_from_db(-fallen_db)) : 0.0F;
    }
  }
  return left;
}

void apply(AudioSignal& signal, const Unit& unit, const ProcessingEchoResidual& p, const StepRandom& random) {
  Audio& audio = signal.audio;
  const double near_db = rounded_db(measure_speech_level(audio).active_level_dbov);
  if (near_db <= kSilenceDbov) {
    throw GateError(
        "processing.echo_residual: no active speech is found (ITU-T P.56), so the echo's level has no meaning");
  }
  // Whole pairs of blocks, so that a shorter clip has the bits of a longer one.
  constexpr std::size_t kWhole = 2 * kConvolutionBlock;
  const std::size_t frames = audio.frames();
  const std::vector<float> voice = far_end(*unit.talker, unit.moment, (frames + kWhole - 1) / kWhole * kWhole);
  std::vector<float> residual(frames);
  convolve(voice, unit.error, residual);
  const auto lowered = static_cast<float>(plain::amplitude_from_db(-p.erle_db));
  std::ranges::transform(residual, residual.begin(), [lowered](float x) { return x * lowered; });
  const std::vector<float> left = unconverged(p, knots_of(frames, audio.sample_rate), random);
  if (std::ranges::any_of(left, [](float x) { return x > 0.0F; })) {
    std::vector<float> echo(frames);
    convolve(voice, unit.echo, echo);
    add_at_level(residual, echo, audio.sample_rate, left);
  }
  const auto gain = static_cast<float>(plain::amplitude_from_db(near_db + p.echo_to_speech_db));
  for (int c = 0; c < audio.channels; ++c) {
    std::ranges::transform(residual, audio.channel(c), audio.channel(c).begin(),
                           [gain](float x, float y) { return y + gain * x; });
  }
  const double residual_db = level_dbov(mean_power(residual)) + p.echo_to_speech_db;
  signal.measure.values = {{"residual_rms_to_speech_db", residual_db}};
  signal.measure.voices = {unit.talker->subject};
}

const Registration registration(signal_augmenter<ProcessingEchoResidual, State, Unit>(
    {
        .name = "processing.echo_residual",
        .summary = "The far end of a call out of the phone's own loudspeaker, as far as an echo canceller leaves it.",
        .source = "ITU-T P.56 (levels), ITU-T G.168, 3GPP TS 26.132; Haykin (NLMS); the model is empirical, and the "
                  "recordings are the user's",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 2,
        .identity = "none: every level adds an echo",
        .labels = "keeps all labels; who is heard stands in `voices`",
        .claim = "The active level of what is left, against that of the speech, is within 0.5 dB of what was asked. An "
                 "unconverged canceller takes off its 20 dB in a straight line of dB, within 0.4 dB.",
        .limits = "No canceller runs: it is made what one would leave. Left out are one that diverges in double talk "
                  "and the suppressor that may follow; loudspeaker, path and error are empirical.",
        .example = "converged: [{processing.echo_residual: {from: voices, echo_to_speech_db: 10, erle_db: 15}}]\n"
                   "cold: [{processing.echo_residual: {from: voices, echo_to_speech_db: 10, erle_db: 40, "
                   "start: cold}}]\n",
    },
    table(), prepare, realize, apply));

}  // namespace
}  // namespace fairground
