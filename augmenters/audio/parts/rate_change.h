// From the chain's rate to that of a step which has its own, and back.
#pragma once

#include <cstddef>
#include <optional>

#include "pipeline/media/audio.h"
#include "pipeline/media/polyphase.h"

namespace fairground {

/// By RateConverter, or by libsamplerate's best converter where the fraction of the rates is not one for that. May be
/// used by many threads at once.
class RateChange {
 public:
  /// Both in Hz.
  RateChange(int from, int to);

  /// `audio` at the other rate, as it is where the rates are one, in so many frames: what would lie behind them is left
  /// out, and behind the clip there is silence.
  [[nodiscard]] Audio apply(const Audio& audio, std::size_t frames) const;
  /// As many frames as hold all of it.
  [[nodiscard]] Audio apply(const Audio& audio) const;

 private:
  int from_ = 0;
  int to_ = 0;
  std::optional<RateConverter> converter_;
};

}  // namespace fairground
