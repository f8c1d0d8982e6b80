// Sample-rate conversion by a fixed ratio of whole numbers, for the conversions inside a chain, which every variant
// has, and, behind resample(), for sources and assets.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// From one rate to another, both in Hz. Linear phase with its delay taken out. From 0 to 0.9 of the lower Nyquist
/// frequency within 0.01 dB, and 100 dB down from that frequency on. The same bits on every CPU. Each frame of the
/// result hangs on what lies within 65 periods of the lower rate, before it or after it, and on nothing else. May be
/// used by many threads at once.
class RateConverter {
 public:
  /// Throws std::invalid_argument where a rate is not positive, or where the fraction has a numerator or denominator
  /// beyond 1000.
  RateConverter(int from, int to);

  /// Whether there is one between these rates.
  [[nodiscard]] static bool serves(int from, int to);

  [[nodiscard]] int from() const { return from_; }
  [[nodiscard]] int to() const { return to_; }
  /// That its taps take in memory.
  [[nodiscard]] std::size_t bytes() const;

  /// round(frames * to / from) frames. Throws std::invalid_argument where the audio is at another rate than `from`.
  [[nodiscard]] Audio apply(const Audio& audio) const;
  /// As many frames as are wanted: what would lie behind them is left out, and behind the clip there is silence.
  [[nodiscard]] Audio apply(const Audio& audio, std::size_t frames) const;

 private:
  /// The taps of every `up_`-th output, and where in a block's streams the input of each stands.
  struct Phase {
    std::vector<float> taps;
    std::vector<std::size_t> places;
  };

  [[nodiscard]] std::size_t place(std::ptrdiff_t input) const;
  void fill(std::span<const float> in, std::ptrdiff_t begin, std::vector<float>& streams) const;

  int from_ = 0;
  int to_ = 0;
  std::size_t up_ = 1;      ///< L: the ratio is up_ / down_, in lowest terms
  std::size_t down_ = 1;    ///< M
  std::size_t groups_ = 0;  ///< outputs of each phase in a block
  std::size_t before_ = 0;  ///< periods of `down_` inputs that a block needs ahead of its own
  std::size_t stride_ = 0;  ///< from one stream to the next
  std::vector<Phase> phases_;
};

}  // namespace fairground
