// Putting a scene into a room: the ways through it, made once, and what they do to sound.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/convolution.h"
#include "pipeline/core/made_once.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/output/record.h"

namespace fairground {

/// A way through a room, and what follows from it.
class SharedResponse {
 public:
  explicit SharedResponse(RoomResponse response) : response_(std::move(response)) {}

  [[nodiscard]] const RoomResponse& response() const { return response_; }
  [[nodiscard]] const BlockSpectra& spectra() const;
  /// Of the first 50 ms after the direct sound, and what comes before.
  [[nodiscard]] const BlockSpectra& early_spectra() const;
  [[nodiscard]] const RoomMeasure& measure() const;
  /// That it takes once all has been asked for.
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] std::span<const float> early() const;

  RoomResponse response_;
  MadeOnce<BlockSpectra> spectra_;
  MadeOnce<BlockSpectra> early_spectra_;
  MadeOnce<RoomMeasure> measure_;
};

/// Remembers the ways through rooms.
class SharedRooms {
 public:
  explicit SharedRooms(std::size_t bytes) : cache_(bytes) {}

  /// The way from `who`, under a key that says all that it hangs on. `make` makes what is not yet known.
  [[nodiscard]] std::shared_ptr<const SharedResponse> response(const std::string& key,
                                                               const std::function<RoomResponse()>& make);

 private:
  BoundedCache<SharedResponse> cache_;
};

/// In samples. Longer sounds are transformed as they are needed: held spectra may be four times as large as the sound.
inline constexpr std::size_t kLongestSharedSpectra = std::size_t{1} << 21U;

/// The spectra of a sound that many variants put into rooms.
class SharedSpectra {
 public:
  /// Of each channel. All calls are of the same sound.
  [[nodiscard]] const std::vector<BlockSpectra>& of(const Audio& audio) const;
  [[nodiscard]] const std::vector<BlockSpectra>& between_pairs_of(const Audio& audio) const;

 private:
  MadeOnce<std::vector<BlockSpectra>> pairs_;
  MadeOnce<std::vector<BlockSpectra>> between_;
};

/// Speech at a microphone in a room, at its level there.
struct HeardSpeech {
  Audio speech;       ///< to be multiplied by `gain`
  Audio early;        ///< what of it has come by 50 ms after the direct sound, if somebody asked for that; likewise
  float gain = 1.0F;  ///< that brings it to its level
  SpeechLevel level;
  SpeechLevel early_level;
};

/// Remembers what a source's speech is in the rooms of its variants.
class SharedSpeech {
 public:
  /// Under a key that says all that it hangs on beside the source. `make` makes what is not known.
  [[nodiscard]] std::shared_ptr<const HeardSpeech> heard(const std::string& key,
                                                         const std::function<HeardSpeech()>& make) const;
  /// Whether it remembers what a recording as long as this is in a room.
  [[nodiscard]] static bool keeps(const Audio& audio) { return audio.samples.size() <= kMostKeptSamples; }
  /// A minute at 16 kHz. Of longer recordings none is kept.
  static constexpr std::size_t kMostKeptSamples = std::size_t{1} << 20U;

 private:
  static constexpr std::size_t kBytes = 4 * sizeof(float) * kMostKeptSamples;  // in four rooms
  mutable BoundedCache<HeardSpeech> cache_{kBytes};
};

/// The first `frames` of what the sound is at the microphone, after `direct` samples on the way, by the spectra of the
/// response. `spectra` are those of `sound`, or nullptr where nobody else needs them.
[[nodiscard]] Audio through_room(const Audio& sound, const BlockSpectra& response, std::size_t direct,
                                 std::size_t frames, const SharedSpectra* spectra = nullptr);

}  // namespace fairground
