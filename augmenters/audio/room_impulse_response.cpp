// Your own measured rooms: impulse responses from files.
//
// A realization draws one file for the speech, and for each noise another one, if there are others. The direct sound is
// taken to be at the first sample that comes within 20 dB of the largest, as ISO 3382-1 has the start of a response;
// what lies before is taken out but for a few milliseconds. What a recording of a response has for a level is unknown,
// so `level: natural` takes it as it stands.

#include <algorithm>
#include <cmath>
#include <string>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

struct RoomImpulseResponse {
  std::string from;
  RoomLevel level = RoomLevel::keep_active;
};

const ParameterTable<RoomImpulseResponse>& table() {
  using P = RoomImpulseResponse;
  static const auto instance =
      ParameterTable<P>()
          .asset("from", &P::from, "The asset whose recordings are impulse responses, of one channel each.")
          .choice("level", &P::level, {{"keep_active", RoomLevel::keep_active}, {"natural", RoomLevel::natural}},
                  "Whether the speech is brought back to its active level, or has what the response's own level makes "
                  "of it.");
  return instance;
}

constexpr double kOnsetShare = 0.1;  // of the largest sample: -20 dB
constexpr double kLeadS = 0.002;     // before the direct sound, so that its own rise is kept

using State = std::vector<RoomResponse>;

State prepare(const RoomImpulseResponse& p, const PrepareContext& context) {
  State responses;
  std::vector<std::string> faults;
  for (const AssetRecording& recording : context.assets->recordings(p.from, context.sample_rate)) {
    if (recording.audio.channels != 1) {
      faults.push_back("asset '" + p.from + "': '" + recording.path.string() + "' has " +
                       std::to_string(recording.audio.channels) +
                       " channels; impulse responses must have one, so split it into files");
      continue;
    }
    const std::vector<float>& samples = recording.audio.samples;
    float largest = 0.0F;
    for (const float sample : samples) {
      largest = std::max(largest, std::abs(sample));
    }
    const auto onset = std::ranges::find_if(
        samples, [&](float sample) { return std::abs(sample) >= static_cast<float>(kOnsetShare) * largest; });
    const auto direct = static_cast<std::size_t>(onset - samples.begin());
    const auto lead = std::min(direct, static_cast<std::size_t>(kLeadS * context.sample_rate));
    RoomResponse response;
    response.sample_rate = context.sample_rate;
    response.samples.assign(samples.begin() + static_cast<std::ptrdiff_t>(direct - lead), samples.end());
    response.direct = lead;
    response.delay_s = static_cast<double>(direct) / context.sample_rate;
    response.level = p.level;
    responses.push_back(std::move(response));
  }
  if (!faults.empty()) {
    throw UserError(std::move(faults));
  }
  return responses;
}

RoomResponse respond(const State& responses, const std::string& who, const RoomImpulseResponse& /*p*/,
                     const StepRandom& random) {
  const std::size_t speech = random.stream("speech").below(responses.size());
  if (who == "speech" || responses.size() == 1) {
    return responses[speech];
  }
  // One of the others.
  const std::size_t other = random.stream(who).below(responses.size() - 1);
  return responses[other < speech ? other : other + 1];
}

const Registration registration(room_augmenter<RoomImpulseResponse, State>(
    {
        .name = "room.impulse_response",
        .summary = "Rooms from your own impulse responses, every noise through one of its own.",
        .source = "ISO 3382-1 (start of a response); the responses are the user's",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 3,
        .identity = "none: every room reflects",
        .labels = "keeps all labels: the time before the direct sound is taken out, and recorded",
        .claim = "A response of a sound and an echo gives the sum of both, within two steps of 16 bits, and the time "
                 "before the direct sound is taken out and recorded within 0.1 ms.",
        .limits = "What level a recording of a response has is unknown, so `level: natural` takes it as it stands.",
        .example = "your_rooms: [{room.impulse_response: {from: responses}}]\n",
    },
    table(), prepare, respond));

}  // namespace
}  // namespace fairground
