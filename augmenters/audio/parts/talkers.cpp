#include "augmenters/audio/parts/talkers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"

namespace fairground {
namespace {

// Any level will do, since the mixer sets that of the whole; this is the level that sources are brought to by default.
constexpr double kLevelDbov = -26.0;
// Long enough to hide a joint in the pauses of speech, too short to cut a sound (empirical).
constexpr double kFadeS = 0.005;

/// The gain, or what is wrong with the recording. P.56's fixed thresholds make its level scale almost, but not quite,
/// with the signal, so the gain is found in a few steps. Levels are rounded, as gains decide bytes.
struct Gain {
  double db = 0.0;
  std::string problem;
};
Gain gain_to_level(const Audio& audio) {
  constexpr int kFullSteps = 3;
  constexpr int kMostSteps = 12;
  constexpr double kTolerance = 0.01;  // in dB
  constexpr double kLimit = 0.5;       // in dB; what the ITU's own sv56 takes for equal
  double gain_db = 0.0;
  double best_gain_db = 0.0;
  double best_error_db = std::numeric_limits<double>::infinity();
  std::vector<float> scaled = audio.samples;
  for (int step = 0; step < kMostSteps && std::abs(best_error_db) > kTolerance; ++step) {
    const double level_db = rounded_db(measure_speech_level(scaled, audio.sample_rate).active_level_dbov);
    if (level_db <= kSilenceDbov) {
      return {0.0, "no active speech is found (ITU-T P.56)"};
    }
    const double error_db = kLevelDbov - level_db;
    if (std::abs(error_db) < std::abs(best_error_db)) {
      best_error_db = error_db;
      best_gain_db = gain_db;
    }
    // Half steps end a swing from one side of the target to the other.
    gain_db += step < kFullSteps ? error_db : 0.5 * error_db;
    const auto gain = static_cast<float>(plain::amplitude_from_db(gain_db));
    std::ranges::transform(audio.samples, scaled.begin(), [gain](float sample) { return sample * gain; });
  }
  if (std::abs(best_error_db) > kLimit) {
    return {0.0, "the recording is too short for a level by ITU-T P.56"};
  }
  return {best_gain_db, ""};
}

}  // namespace

void Talker::add_to(std::span<float> out, std::size_t start) const {
  const Take* take = takes.data();
  std::size_t position = start;
  while (position >= take->samples.size()) {
    position -= take->samples.size();
    ++take;
  }
  const auto* const end = takes.data() + takes.size();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t frames = take->samples.size();
    const std::size_t count = std::min(frames - position, out.size() - done);
    const auto fade = static_cast<float>(std::min(fade_frames, frames / 2));
    for (std::size_t i = 0; i < count; ++i, ++position) {
      const auto from_an_end = static_cast<float>(std::min(position, frames - 1 - position)) + 0.5F;
      const float weight = from_an_end < fade ? from_an_end / fade : 1.0F;
      out[done + i] += take->samples[position] * (take->gain * weight);
    }
    done += count;
    position = 0;
    take = take + 1 == end ? takes.data() : take + 1;
  }
}

std::size_t Talker::draw_moment(const StepRandom& random) const { return random.stream("moment " + key).below(period); }

Talkers::Talkers(const std::string& asset, std::size_t count, const PrepareContext& context) : count_(count) {
  std::vector<std::string> faults;
  for (const AssetRecording& recording : context.assets->recordings(asset, context.sample_rate)) {
    const Gain gain = gain_to_level(recording.audio);
    if (gain.problem.empty()) {
      add(recording, static_cast<float>(plain::amplitude_from_db(gain.db)));
    } else {
      faults.push_back("asset '" + asset + "': '" + recording.path.string() + "': " + gain.problem +
                       "; take its row out of the pool's manifest");
    }
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
  check_count(asset);
}

/// Recordings come in the order of their hashes, and so do the talkers and groups that they begin.
void Talkers::add(const AssetRecording& recording, float gain) {
  auto talker = std::ranges::find(talkers_, recording.subject, &Talker::subject);
  if (talker == talkers_.end()) {
    auto group = std::ranges::find(groups_, recording.balance, &Group::labels);
    if (group == groups_.end()) {
      group = groups_.insert(groups_.end(), Group{recording.balance, {}});
    }
    group->talkers.push_back(talkers_.size());
    talker = talkers_.insert(talkers_.end(), Talker{recording.subject, recording.sha256, {}, 0, 0});
    talker->fade_frames = static_cast<std::size_t>(kFadeS * recording.audio.sample_rate);
  }
  talker->takes.push_back({recording.audio.samples, gain});
  talker->period += recording.audio.frames();
}

void Talkers::check_count(const std::string& asset) const {
  const std::size_t most = (count_ + groups_.size() - 1) / groups_.size();
  std::vector<std::string> faults;
  for (const Group& group : groups_) {
    if (group.talkers.size() < most) {
      std::vector<std::string> labels;
      std::ranges::transform(group.labels, std::back_inserter(labels), in_ticks);
      faults.push_back(
          "asset '" + asset + "': " + counted(count_, "different talker") + " are drawn at a time" +
          (groups_.size() > 1 ? ", up to " + std::to_string(most) + " of them with " + listing(labels) : "") +
          ", but the pool has " + std::to_string(group.talkers.size()) +
          "; add people to the pool, or set fewer `talkers`");
    }
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
}

std::vector<const Talker*> Talkers::draw(const StepRandom& random) const {
  const std::size_t groups = groups_.size();
  const std::size_t rest = count_ % groups;
  const std::size_t first_with_more = random.realization % groups * rest % groups;
  std::vector<const Talker*> drawn;
  for (std::size_t g = 0; g < groups; ++g) {
    const bool gives_more = (g + groups - first_with_more) % groups < rest;
    const std::size_t share = count_ / groups + (gives_more ? 1 : 0);
    std::vector<std::size_t> hat = groups_[g].talkers;
    // A stream for each group, so that a babble of more talkers holds those of one with fewer, rests apart.
    RandomStream stream = random.stream("talkers " + std::to_string(g));
    for (std::size_t i = 0; i < share; ++i) {
      std::swap(hat[i], hat[i + stream.below(hat.size() - i)]);
      drawn.push_back(&talkers_[hat[i]]);
    }
  }
  return drawn;
}

}  // namespace fairground
