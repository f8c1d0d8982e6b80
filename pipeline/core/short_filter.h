// A filter whose response is short, as those of devices are, beside the signals that go through it.
//
// Overlap-save with one transform of pipeline/core/fourier.h for two blocks: since the response is real, a block in
// each of the transform's two parts stays there through the multiplication by the response's spectrum. A long response,
// as a room has, is cut into blocks instead: see pipeline/core/convolution.h. The same bits on every CPU.
#pragma once

#include <cstddef>
#include <span>

#include "pipeline/core/aligned.h"
#include "pipeline/core/fourier.h"

namespace fairground {

class ShortFilter {
 public:
  static constexpr std::size_t kMostTaps = kFourierSize / 2;

  /// Of 1 to kMostTaps taps. Throws std::invalid_argument for others.
  explicit ShortFilter(std::span<const float> taps);

  /// In place: signal[n] becomes the sum over k of taps[k] signal[n + skip - k], with zeros beyond the signal.
  void apply(std::span<float> signal, std::size_t skip = 0) const;

 private:
  std::size_t reach_ = 0;   ///< how far back it looks
  AlignedFloats spectrum_;  ///< mixed: real and then imaginary parts
};

}  // namespace fairground
