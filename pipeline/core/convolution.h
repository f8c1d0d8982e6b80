// Convolution of long signals with long responses, in blocks of one size.
//
// Uniformly partitioned overlap-save (Wefers, "Partitioned convolution algorithms for real-time auralization", RWTH
// Aachen, 2015): signal and response are cut into blocks, transformed once each, and multiplied in the spectrum. So the
// spectra of a signal serve every response, and those of a response every signal. The transform is that of
// pipeline/core/fourier.h, and the result has the same bits on every CPU.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/core/fourier.h"

namespace fairground {

inline constexpr std::size_t kConvolutionBlock = kFourierSize / 2;

/// The spectra of successive blocks, real and imaginary parts apart, kConvolutionBlock + 1 bins of each.
class BlockSpectra {
 public:
  BlockSpectra() = default;

  /// Of a signal: each block with the one before it, zeros before the first.
  [[nodiscard]] static BlockSpectra of_signal(std::span<const float> samples);
  /// Of a response: each block followed by zeros, and already divided by what a transform there and back multiplies by.
  [[nodiscard]] static BlockSpectra of_response(std::span<const float> taps);

  [[nodiscard]] std::size_t blocks() const { return blocks_; }
  [[nodiscard]] const float* real(std::size_t block) const { return values_.data() + 2 * block * kBins; }
  [[nodiscard]] const float* imaginary(std::size_t block) const { return real(block) + kBins; }
  /// In all of its blocks.
  [[nodiscard]] std::size_t bytes() const { return values_.size() * sizeof(float); }

  static constexpr std::size_t kBins = kConvolutionBlock + 1;

 private:
  template <class Fill>
  void transform(std::size_t blocks, Fill fill);

  std::size_t blocks_ = 0;
  std::vector<float> values_;
};

/// out[n - skip] = sum over k of response[k] signal[n - k], for the `out.size()` first n from `skip` on. Neither needs
/// to be as long. Blocks are transformed in pairs, so results for n below 2 k kConvolutionBlock hang, bit for bit, on
/// as many samples and no more.
void convolve(const BlockSpectra& signal, const BlockSpectra& response, std::span<float> out, std::size_t skip = 0);

/// The same, bit for bit, of a signal whose spectra nobody else needs: no more of them is held than the response is
/// long. `out` is not a part of `signal`.
void convolve(std::span<const float> signal, const BlockSpectra& response, std::span<float> out, std::size_t skip = 0);

}  // namespace fairground
