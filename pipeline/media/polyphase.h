// Sample-rate conversion by a fixed ratio of whole numbers, for the conversions inside a chain, which every variant
// has. Sources, and ratios that are no such fraction, go through resample().
#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// From one rate to another, both in Hz. Linear phase with its delay taken out. From 0 to 0.9 of the lower Nyquist
/// frequency within 0.01 dB, and 100 dB down from that frequency on. The same bits on every CPU. May be used by many
/// threads at once.
class RateConverter {
 public:
  /// Throws std::invalid_argument where the fraction has a numerator or denominator beyond 1000.
  RateConverter(int from, int to);

  [[nodiscard]] int from() const { return from_; }
  [[nodiscard]] int to() const { return to_; }

  /// round(frames * to / from) frames.
  [[nodiscard]] Audio apply(const Audio& audio) const;
  /// As many frames as are wanted: what would lie behind them is left out, and behind the clip there is silence.
  [[nodiscard]] Audio apply(const Audio& audio, std::size_t frames) const;

 private:
  int from_ = 0;
  int to_ = 0;
};

}  // namespace fairground
