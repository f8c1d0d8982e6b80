// Levels of speech and sound.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// Level of speech by ITU-T P.56 (12/2011), method B.
struct SpeechLevel {
  double active_level_dbov = 0.0;  ///< kSilenceDbov where no speech is found
  double rms_dbov = 0.0;           ///< long-term level over everything, the Recommendation's other result
  double activity_factor = 0.0;    ///< share of time that is active, 0 to 1
};

/// One channel, any rate, full scale 1.0. Empty input measures as silence, and so does speech of less than about
/// -74 dBov, for which the Recommendation has no threshold.
[[nodiscard]] SpeechLevel measure_speech_level(std::span<const float> samples, int sample_rate);
/// Several channels: the power mean of the channels' levels.
[[nodiscard]] SpeechLevel measure_speech_level(const Audio& audio);

/// Speech that is measured once for its level at every gain. That goes with the gain almost, but not quite, since the
/// Recommendation's thresholds are fixed.
class GainedSpeech {
 public:
  explicit GainedSpeech(const Audio& audio);

  /// What measure_speech_level() gives of the samples times `gain`, which is above 0, but for the rounding of these.
  [[nodiscard]] SpeechLevel level(float gain) const;

 private:
  struct Channel {
    double energy = 0.0;
    std::vector<float> envelope;  ///< its readings
    std::int64_t frames = 0;
  };
  int sample_rate_;
  std::vector<Channel> channels_;
};

/// Mean power over all samples of all channels; full scale squared is 1.
[[nodiscard]] double mean_power(std::span<const float> samples);
/// Multiplies all samples, and returns their mean power then, to the bit, in one pass over memory.
[[nodiscard]] double scale_and_measure(std::span<float> samples, float gain);
/// Adds `samples` times `gain` to `target`, which is as long, and returns the mean power of what is added.
[[nodiscard]] double add_and_measure(std::span<float> target, std::span<const float> samples, float gain);

/// What every audio record carries, of the samples as they will decode.
struct AudioMeasures {
  double active_level_dbov = 0.0;
  double activity_factor = 0.0;
  double rms_dbov = 0.0;
  double peak_dbov = 0.0;         ///< sample peak
  double clipped_fraction = 0.0;  ///< share of samples at either end of the integer range
};
[[nodiscard]] AudioMeasures measure_audio(const PcmAudio& pcm);

}  // namespace fairground
