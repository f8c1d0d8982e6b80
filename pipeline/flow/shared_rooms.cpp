#include "pipeline/flow/shared_rooms.h"

#include <algorithm>

#include "pipeline/measure/reverberation.h"

namespace fairground {
namespace {

constexpr double kEarlyS = 0.05;
/// Longer sounds are transformed as they are needed: held spectra may be four times as large as the sound.
constexpr std::size_t kLongestShared = std::size_t{1} << 21U;

RoomMeasure measure(const RoomResponse& response, int sample_rate) {
  const std::span<const float> heard = std::span(response.samples).subspan(response.direct);
  RoomMeasure measure{response.delay_s, response.distance_m, std::nullopt, clarity_50_db(heard, sample_rate),
                      direct_to_reverberant_db(heard, sample_rate)};
  const auto low = reverberation_time_s(octave_band(heard, sample_rate, 500.0).samples, sample_rate);
  const auto high = reverberation_time_s(octave_band(heard, sample_rate, 1000.0).samples, sample_rate);
  if (low && high) {
    measure.t20_s = 0.5 * (*low + *high);
  }
  return measure;
}

}  // namespace

std::shared_ptr<const SharedResponse> SharedRooms::response(const std::string& key,
                                                            const std::function<RoomResponse()>& make) {
  std::shared_ptr<const SharedResponse> known = cache_.find(key);
  if (!known) {
    auto made = std::make_shared<SharedResponse>();
    made->response = make();
    const std::span<const float> samples = made->response.samples;
    const int rate = made->response.sample_rate;
    const auto early = static_cast<std::size_t>(kEarlyS * rate) + made->response.direct;
    made->spectra = BlockSpectra::of_response(samples);
    made->early = BlockSpectra::of_response(samples.first(std::min(samples.size(), early)));
    made->measure = measure(made->response, rate);
    known = made;
    cache_.keep(key, known, samples.size() * sizeof(float) + made->spectra.bytes() + made->early.bytes());
  }
  return known;
}

std::shared_ptr<const HeardSpeech> SharedSpeech::heard(const std::string& key,
                                                       const std::function<HeardSpeech()>& make) const {
  std::shared_ptr<const HeardSpeech> known = cache_.find(key);
  if (!known) {
    known = std::make_shared<HeardSpeech>(make());
    cache_.keep(key, known, (known->speech.samples.size() + known->early.samples.size()) * sizeof(float));
  }
  return known;
}

Audio through_room(const Audio& sound, const RoomResponse& response, const BlockSpectra& taps, std::size_t frames,
                   const SharedSpectra* spectra) {
  Audio heard(sound.sample_rate, sound.channels, frames);
  const bool shared = spectra != nullptr && sound.frames() <= kLongestShared;
  for (int channel = 0; channel < sound.channels; ++channel) {
    if (shared) {
      const auto index = static_cast<std::size_t>(channel);
      const BlockSpectra& even = spectra->of(sound, BlockPairs::even)[index];
      const BlockSpectra& odd = taps.count() > 1 ? spectra->of(sound, BlockPairs::odd)[index] : even;
      convolve(even, odd, taps, heard.channel(channel), response.direct);
    } else {
      convolve(sound.channel(channel), taps, heard.channel(channel), response.direct);
    }
  }
  return heard;
}

}  // namespace fairground
