// How loud each frequency is at each time, for people to look at.
#pragma once

#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// Power of a sine at full scale is 0 dB. Channels are averaged.
struct Spectrogram {
  int frames = 0;         ///< in equal steps over the recording
  int bins = 0;           ///< in equal steps from 0 Hz to half the sample rate
  std::vector<float> db;  ///< frames * bins, frame after frame; at least -150

  [[nodiscard]] float at(int frame, int bin) const {
    return db[static_cast<std::size_t>(frame) * static_cast<std::size_t>(bins) + static_cast<std::size_t>(bin)];
  }
};

/// By Hann windows of about 32 ms. `frames` is at least 1. An empty recording is silent.
[[nodiscard]] Spectrogram measure_spectrogram(const Audio& audio, int frames);

}  // namespace fairground
