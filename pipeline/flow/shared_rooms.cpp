#include "pipeline/flow/shared_rooms.h"

#include <algorithm>

#include "pipeline/measure/reverberation.h"

namespace fairground {
namespace {

constexpr double kEarlyS = 0.05;

RoomMeasure measure_room(const RoomResponse& response) {
  const int rate = response.sample_rate;
  const std::span<const float> heard = std::span(response.samples).subspan(response.direct);
  RoomMeasure measure{response.delay_s, response.distance_m, std::nullopt, clarity_50_db(heard, rate),
                      direct_to_reverberant_db(heard, rate)};
  const auto low = reverberation_time_s(octave_band(heard, rate, 500.0).samples, rate);
  const auto high = reverberation_time_s(octave_band(heard, rate, 1000.0).samples, rate);
  if (low && high) {
    measure.t20_s = 0.5 * (*low + *high);
  }
  return measure;
}

}  // namespace

std::span<const float> SharedResponse::early() const {
  const auto end = static_cast<std::size_t>(kEarlyS * response_.sample_rate) + response_.direct;
  return std::span(response_.samples).first(std::min(response_.samples.size(), end));
}

const BlockSpectra& SharedResponse::spectra() const {
  return spectra_.get([&] { return BlockSpectra::of_response(response_.samples); });
}

const BlockSpectra& SharedResponse::early_spectra() const {
  return early_spectra_.get([&] { return BlockSpectra::of_response(early()); });
}

const RoomMeasure& SharedResponse::measure() const {
  return measure_.get([&] { return measure_room(response_); });
}

std::size_t SharedResponse::bytes() const {
  return response_.samples.size() * sizeof(float) + BlockSpectra::bytes_of_response(response_.samples.size()) +
         BlockSpectra::bytes_of_response(early().size());
}

std::shared_ptr<const SharedResponse> SharedRooms::response(const std::string& key,
                                                            const std::function<RoomResponse()>& make) {
  std::shared_ptr<const SharedResponse> known = cache_.find(key);
  if (!known) {
    known = std::make_shared<const SharedResponse>(make());
    cache_.keep(key, known, known->bytes());
  }
  return known;
}

const std::vector<BlockSpectra>& SharedSpectra::of(const Audio& audio) const {
  return pairs_.get([&] {
    std::vector<BlockSpectra> channels;
    for (int channel = 0; channel < audio.channels; ++channel) {
      channels.push_back(BlockSpectra::of_signal(audio.channel(channel)));
    }
    return channels;
  });
}

const std::vector<BlockSpectra>& SharedSpectra::between_pairs_of(const Audio& audio) const {
  return between_.get([&] {
    std::vector<BlockSpectra> channels;
    for (const BlockSpectra& pairs : of(audio)) {
      channels.push_back(BlockSpectra::between(pairs));
    }
    return channels;
  });
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

Audio through_room(const Audio& sound, const BlockSpectra& response, std::size_t direct, std::size_t frames,
                   const SharedSpectra* spectra) {
  Audio heard;
  heard.sample_rate = sound.sample_rate;
  heard.channels = sound.channels;
  heard.samples.reserve(frames * static_cast<std::size_t>(sound.channels));
  const bool shared = spectra != nullptr && sound.frames() <= kLongestSharedSpectra;
  for (int channel = 0; channel < sound.channels; ++channel) {
    if (shared) {
      const auto index = static_cast<std::size_t>(channel);
      const BlockSpectra& pairs = spectra->of(sound)[index];
      const BlockSpectra& between = response.count() > 1 ? spectra->between_pairs_of(sound)[index] : pairs;
      convolve_onto(heard.samples, frames, pairs, between, response, direct);
    } else {
      convolve_onto(heard.samples, frames, sound.channel(channel), response, direct);
    }
  }
  return heard;
}

}  // namespace fairground
