// Automatic gain control, as a phone has it behind its microphone: weak voices are raised and loud ones lowered to one
// level, pauses are left where they are, and a limiter holds back what the gain could not foresee.
//
// A feed-forward control in dB (Giannoulis, Massberg and Reiss, "Digital dynamic range compressor design", JAES 60,
// 2012, whose time constants these are: 63 % of the way in dB). The gain follows the power of 10 ms. Falling fast and
// rising slowly it rides on the loud syllables, above the active level, and how far above depends on the times and on
// the voice. So the mean of the output's power while the voice is active is learnt, hangover included, and the gain
// corrected by it: what is held is the active speech level of ITU-T P.56. Real ones end at about the same levels by
// other means; the learning, its constants and the limiter's are empirical.
//
// A pause is sound of 20 dB less than the voice; the gain rests in it for `hold_ms`, and rises slowly after that.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "augmenters/audio/parts/block_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct ProcessingAgc {
  double target_dbov = -23.0;
  double max_gain_db = 30.0;
  double attack_ms = 20.0;
  double release_ms = 500.0;
  double hold_ms = 1000.0;
  double gate_dbov = -75.0;
  double start_gain_db = 0.0;
  double ceiling_dbov = -1.0;
};

const ParameterTable<ProcessingAgc>& table() {
  using P = ProcessingAgc;
  static const auto instance =
      ParameterTable<P>()
          .number("target_dbov", &P::target_dbov, "dBov", {-40.0, -10.0},
                  "The active speech level (ITU-T P.56) that the output is brought to.")
          .number("max_gain_db", &P::max_gain_db, "dB", {0.0, 60.0}, "The most that a weak voice is raised by.")
          .number("attack_ms", &P::attack_ms, "ms", {10.0, 5000.0},
                  "Time in which the gain makes 63 % of its way in dB after the sound has become louder at once.")
          .number("release_ms", &P::release_ms, "ms", {200.0, 20000.0},
                  "Time in which the gain makes 63 % of its way in dB after the sound has become weaker at once.")
          .number("hold_ms", &P::hold_ms, "ms", {0.0, 60000.0},
                  "How long the gain rests in a pause before it rises; 0 pumps up the noise of every pause.")
          .number("gate_dbov", &P::gate_dbov, "dBov", {-100.0, -30.0},
                  "Sound of less than this never changes the gain.")
          .number(
              "start_gain_db", &P::start_gain_db, "dB", {-40.0, 60.0},
              "The gain that the clip begins with. Where it is far from what the voice needs, the level is held only "
              "after some seconds.")
          .number("ceiling_dbov", &P::ceiling_dbov, "dBov", {-30.0, 0.0},
                  "No peak leaves above this: a limiter that looks 1 ms ahead holds it back and does not clip it.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto* most = std::get_if<double>(&settings[1]);
  const auto* start = std::get_if<double>(&settings[6]);
  return most != nullptr && start != nullptr && *start > *most ? "`start_gain_db` is beyond `max_gain_db`" : "";
}

constexpr double kWindowS = 0.01;  // two periods of the deepest voices
// By so much a step's level in that window comes late, on the way up and down, on average over steps of 10 to 25 dB.
constexpr double kLateUpS = 0.0025;
constexpr double kLateDownS = 0.0075;
constexpr double kPauseDb = 20.0;
constexpr double kHangoverS = 0.2;  // what P.56 counts as active after the last sound
constexpr double kRidingDb = 0.5;   // so near the level the gain counts as settled
constexpr double kStepDb = 10.0;  // if it moved by more until it settled, the level has changed, and nothing is learnt
constexpr double kMostOver = 10.0;  // power over what it settles at, so that an onset does not count for long
constexpr double kLearnS = 3.0;     // of active time
constexpr double kBeliefS = 0.5;    // of active time that the first guess counts for
constexpr double kLimiterS = 0.05;  // to let go

double db_of(double power) { return plain::log(std::max(power, 1e-20)) * (10.0 / plain::kLn10); }
double decay(double step_s, double seconds) { return seconds > 0.0 ? plain::exp(-step_s / seconds) : 0.0; }

/// The mean power of a voice over that of the level that rides on it, as met at the end of real sentences with times of
/// 10 to 500 and 200 to 3000 ms, within 1 dB (empirical).
double first_guess(const ProcessingAgc& p) {
  return std::min(1.2 * plain::exp(0.3 * plain::log(p.attack_ms / p.release_ms)), 1.0);
}

/// Finds the gain, block after block.
class Control {
 public:
  Control(const ProcessingAgc& p, double step_s)
      : p_(p),
        step_s_(step_s),
        attack_(decay(step_s, p.attack_ms / 1000.0 - kLateUpS)),
        release_(decay(step_s, p.release_ms / 1000.0 - kLateDownS)),
        over_(first_guess(p)),
        over_db_(db_of(over_)),
        lowest_(p.target_dbov - p.max_gain_db),
        level_(std::max(p.target_dbov - p.start_gain_db - over_db_, lowest_)),
        settled_(level_) {}

  [[nodiscard]] double gain_db() const { return std::min(p_.target_dbov - level_ - over_db_, p_.max_gain_db); }
  [[nodiscard]] bool active() const { return active_; }

  void take(double power) {
    const double now = db_of(power);
    quiet_s_ = now < level_ - kPauseDb ? quiet_s_ + step_s_ : 0.0;
    active_ = now >= p_.gate_dbov && (quiet_s_ == 0.0 || quiet_s_ > p_.hold_ms / 1000.0);
    if (active_) {
      const bool falls_through = above_ && now < level_;
      above_ = now > level_;
      level_ = std::max(lowest_, now + (level_ - now) * (above_ ? attack_ : release_));
      learn(now);
      if (falls_through || std::fabs(now - level_) <= kRidingDb) {
        settle();
      }
    } else if (quiet_s_ <= kHangoverS) {
      learn(now);
    }
  }

 private:
  void learn(double now) {
    sum_ += step_s_ * std::min(kMostOver, plain::power_from_db(now - level_));
    seconds_ += step_s_;
  }
  void settle() {
    if (met_ && std::fabs(level_ - settled_) <= kStepDb && level_ > lowest_) {
      over_ = (over_ * learnt_s_ + sum_) / (learnt_s_ + seconds_);
      over_db_ = db_of(over_);
      learnt_s_ = std::min(learnt_s_ + seconds_, kLearnS);
    }
    met_ = true;
    sum_ = 0.0;
    seconds_ = 0.0;
    settled_ = level_;
  }

  const ProcessingAgc& p_;
  double step_s_, attack_, release_;
  double over_, over_db_;  // the mean power of the active voice over that of level_
  double lowest_;          // a level of less would ask for more than the greatest gain
  double level_;           // in dBov, that the gain goes by
  double settled_;         // where it was when the gain last settled
  double quiet_s_ = 0.0;
  bool active_ = false;
  bool above_ = false;
  bool met_ = false;                  // the level was a guess until sound rose above it
  double sum_ = 0.0, seconds_ = 0.0;  // since then, of power over that of level_
  double learnt_s_ = kBeliefS;
};

/// Lowers gains so that no peak passes `ceiling`, and gives the share of the blocks that needed it. A gain holds at the
/// end of its block and the start of the next.
double limit(std::vector<float>& gains, const std::vector<BlockLevel>& blocks, double ceiling, double step_s) {
  const double back = decay(step_s, kLimiterS);
  double part = 1.0;
  std::size_t limited = 0;
  for (std::size_t k = 0; k < gains.size(); ++k) {
    const double before = k == 0 ? 0.0 : blocks[k - 1].peak;
    const double peak = gains[k] * std::max(before, k < blocks.size() ? blocks[k].peak : 0.0);
    part = 1.0 - (1.0 - part) * back;
    if (peak * part > ceiling) {
      part = ceiling / peak;
      ++limited;
    }
    gains[k] = static_cast<float>(gains[k] * part);
  }
  return static_cast<double>(limited) / static_cast<double>(gains.size());
}

void apply(AudioSignal& signal, const ProcessingAgc& p, const StepRandom& /*random*/) {
  Audio& audio = signal.audio;
  const auto block = static_cast<std::size_t>((audio.sample_rate + 999) / 1000);
  const double step_s = static_cast<double>(block) / audio.sample_rate;
  const auto window = static_cast<std::size_t>(std::floor(kWindowS / step_s + 0.5));
  const std::vector<BlockLevel> blocks = block_levels(audio, block);
  Control control(p, step_s);
  std::vector<float> gains{static_cast<float>(plain::amplitude_from_db(control.gain_db()))};
  double active_gain_db = 0.0;
  std::size_t active = 0;
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    double power = 0.0;  // before the clip there is silence
    for (std::size_t j = k + 1 - std::min(window, k + 1); j <= k; ++j) {
      power += blocks[j].power;
    }
    control.take(power / static_cast<double>(window));
    gains.push_back(static_cast<float>(plain::amplitude_from_db(control.gain_db())));
    if (control.active()) {
      active_gain_db += control.gain_db();
      ++active;
    }
  }
  const double limited = limit(gains, blocks, plain::amplitude_from_db(p.ceiling_dbov), step_s);
  apply_block_gains(audio, block, gains);
  signal.measure.values = {
      {"gain_db", active > 0 ? active_gain_db / static_cast<double>(active) : control.gain_db()},
      {"end_gain_db", control.gain_db()},
      {"limited_fraction", limited},
  };
}

const Registration registration(signal_augmenter<ProcessingAgc>(
    {
        .name = "processing.agc",
        .summary = "Automatic gain control: the voice is brought to one active level, quickly down and slowly up.",
        .source = "Giannoulis, Massberg and Reiss 2012 (feed-forward in dB, times of 63 %); ITU-T P.56 (target); what "
                  "is learnt of the voice is empirical",
        .media = Media::audio,
        .stage = Stage::processing_audio,
        .version = 1,
        .identity = "none: a gain that is held back is no gain control",
        .labels = "keeps all labels",
        .claim = "Times on steps of tones and of noise are within 10 %. After 8 s, the active level (ITU-T P.56) of "
                 "voices from -50 to -10 dBov is within 1 dB of the target, and no peak leaves above the ceiling.",
        .limits = "What is learnt of the voice, and the limiter's constants, are empirical.",
        .example = "raised: [{processing.agc: {start_gain_db: 12}}]\n"
                   "noisy: [{noise.coloured: {colour: white, snr_db: 20}}]\n"
                   "noisy_without_hold: [{noise.coloured: {colour: white, snr_db: 20}}, {processing.agc: "
                   "{hold_ms: 0, release_ms: 200}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
