// A signal read at moments that lie between its samples: clocks that differ, and clocks that wander.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// Reads between samples by a windowed sinc. For speeds near 1: nothing is done against aliases, so that at a speed of
/// 1 + x what lies within a share of x below the Nyquist frequency folds. What lies below 0.9 of that frequency is
/// right within -90 dB, measured. The same bits on every CPU.
class FractionalReader {
 public:
  FractionalReader();

  /// `out[i]` is `in` at the place `places[i]`, in samples; outside the clip there is silence.
  void read(std::span<const float> in, std::span<const double> places, std::span<float> out) const;

 private:
  std::vector<float> taps_;  ///< kPhases + 1 rows
};

/// `frames` frames of all channels of `audio`, of which frame n is read at the place that `place_of(n)` gives.
template <class PlaceOf>
[[nodiscard]] Audio read_at(const FractionalReader& reader, const Audio& audio, std::size_t frames, PlaceOf place_of) {
  constexpr std::size_t kBlock = 4096;
  Audio result(audio.sample_rate, audio.channels, frames);
  std::vector<double> places;
  for (std::size_t begin = 0; begin < frames; begin += kBlock) {
    places.resize(std::min(kBlock, frames - begin));
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = place_of(begin + i);
    }
    for (int channel = 0; channel < audio.channels; ++channel) {
      reader.read(audio.channel(channel), places, result.channel(channel).subspan(begin, places.size()));
    }
  }
  return result;
}

}  // namespace fairground
