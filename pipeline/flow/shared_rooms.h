// Putting a scene into a room: the ways through it, made once, and what they do to sound.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/convolution.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/output/record.h"

namespace fairground {

/// A way through a room, ready for any sound.
struct SharedResponse {
  RoomResponse response;
  BlockSpectra spectra;
  BlockSpectra early;   ///< of the first 50 ms after the direct sound, and what comes before
  RoomMeasure measure;  ///< of the response
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

/// The spectra of a sound that many variants put into rooms, made when the first of them asks.
class SharedSpectra {
 public:
  /// Of each channel.
  [[nodiscard]] const std::vector<BlockSpectra>& of(const Audio& audio, BlockPairs pairs) const {
    Spectra& spectra = pairs == BlockPairs::even ? even_ : odd_;
    std::call_once(spectra.once, [&] {
      for (int channel = 0; channel < audio.channels; ++channel) {
        spectra.channels.push_back(BlockSpectra::of_signal(audio.channel(channel), pairs));
      }
    });
    return spectra.channels;
  }

 private:
  struct Spectra {
    std::once_flag once;
    std::vector<BlockSpectra> channels;
  };
  mutable Spectra even_;
  mutable Spectra odd_;
};

/// Speech at a microphone in a room, at its level there.
struct HeardSpeech {
  Audio speech;
  SpeechLevel level;
  Audio early;  ///< what of it has come by 50 ms after the direct sound, if somebody asked for that
  SpeechLevel early_level;
};

/// Remembers what a source's speech is in the rooms of its variants.
class SharedSpeech {
 public:
  /// Under a key that says all that it hangs on beside the source. `make` makes what is not known.
  [[nodiscard]] std::shared_ptr<const HeardSpeech> heard(const std::string& key,
                                                         const std::function<HeardSpeech()>& make) const;

 private:
  /// A minute at 16 kHz in each of four rooms. Of longer recordings none is kept.
  mutable BoundedCache<HeardSpeech> cache_{std::size_t{16} << 20U};
};

/// The first `frames` of what the sound is at the microphone. `spectra` are those of `sound`, or nullptr where nobody
/// else needs them.
[[nodiscard]] Audio through_room(const Audio& sound, const RoomResponse& response, const BlockSpectra& taps,
                                 std::size_t frames, const SharedSpectra* spectra = nullptr);

}  // namespace fairground
