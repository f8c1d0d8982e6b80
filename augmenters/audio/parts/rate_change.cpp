#include "augmenters/audio/parts/rate_change.h"

#include <algorithm>

#include "pipeline/media/resample.h"

namespace fairground {

RateChange::RateChange(int from, int to) : from_(from), to_(to) {
  if (from != to && RateConverter::serves(from, to)) {
    converter_.emplace(from, to);
  }
}

Audio RateChange::apply(const Audio& audio, std::size_t frames) const {
  if (converter_) {
    return converter_->apply(audio, frames);
  }
  const Audio changed = resample(audio, to_, Resampler::libsamplerate);
  Audio fitted(to_, audio.channels, frames);
  for (int c = 0; c < audio.channels; ++c) {
    const auto part = changed.channel(c).first(std::min(frames, changed.frames()));
    std::ranges::copy(part, fitted.channel(c).begin());
  }
  return fitted;
}

Audio RateChange::apply(const Audio& audio) const {
  const auto from = static_cast<std::size_t>(from_);
  return apply(audio, (audio.frames() * static_cast<std::size_t>(to_) + from - 1) / from);
}

}  // namespace fairground
