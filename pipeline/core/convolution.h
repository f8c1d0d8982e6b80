// Convolution of long signals with long responses, in blocks of one size.
//
// Uniformly partitioned overlap-save (Wefers, "Partitioned convolution algorithms for real-time auralization", RWTH
// Aachen, 2015): signal and response are cut into blocks, transformed once each, and multiplied in the spectrum. So the
// spectra of a signal serve every response, and those of a response every signal. Since responses are real, two
// neighbouring blocks of a signal go through one complex transform, a block in each of its parts, and stay there; the
// pairs between these pairs follow from their spectra. The transform is that of pipeline/core/fourier.h, and the result
// has the same bits on every CPU.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pipeline/core/aligned.h"
#include "pipeline/core/fourier.h"

namespace fairground {

inline constexpr std::size_t kConvolutionBlock = kFourierSize / 2;

/// The mixed spectra of blocks, or of pairs of blocks: kFourierSize real and then as many imaginary parts of each.
class BlockSpectra {
 public:
  BlockSpectra() = default;

  /// Of a signal: each block with the one before it, zeros before the first; 0 goes with 1, 2 with 3, and so on.
  [[nodiscard]] static BlockSpectra of_signal(std::span<const float> samples);
  /// Of the same signal, where 1 goes with 2, 3 with 4, and so on, and 0 is alone.
  [[nodiscard]] static BlockSpectra between(const BlockSpectra& pairs);
  /// Of a response: each block followed by zeros, and already divided by what a transform there and back multiplies by.
  [[nodiscard]] static BlockSpectra of_response(std::span<const float> taps);

  [[nodiscard]] std::size_t count() const { return values_.size() / kSize; }
  [[nodiscard]] const float* spectrum(std::size_t index) const { return values_.data() + index * kSize; }
  /// In all of its blocks.
  [[nodiscard]] std::size_t bytes() const { return values_.size() * sizeof(float); }
  /// That of_response() would have of so many taps.
  [[nodiscard]] static std::size_t bytes_of_response(std::size_t taps) {
    return (taps + kConvolutionBlock - 1) / kConvolutionBlock * kSize * sizeof(float);
  }

  static constexpr std::size_t kSize = 2 * kFourierSize;  ///< of one spectrum, in floats

 private:
  AlignedFloats values_;
};

/// out[n - skip] = sum over k of response[k] signal[n - k], for the `out.size()` first n from `skip` on. Neither needs
/// to be as long. `between` is only looked at if the response is longer than a block. Blocks are transformed in pairs,
/// so results for n below 2 k kConvolutionBlock hang, bit for bit, on as many samples and no more.
void convolve(const BlockSpectra& pairs, const BlockSpectra& between, const BlockSpectra& response,
              std::span<float> out, std::size_t skip = 0);

/// The same, bit for bit, of a signal whose spectra nobody else needs: no more of them is held than the response is
/// long. `out` is not a part of `signal`.
void convolve(std::span<const float> signal, const BlockSpectra& response, std::span<float> out, std::size_t skip = 0);

/// Both again, which append `frames` results to `out`: memory that nobody has set to zero before.
void convolve_onto(std::vector<float>& out, std::size_t frames, const BlockSpectra& pairs, const BlockSpectra& between,
                   const BlockSpectra& response, std::size_t skip = 0);
void convolve_onto(std::vector<float>& out, std::size_t frames, std::span<const float> signal,
                   const BlockSpectra& response, std::size_t skip = 0);

}  // namespace fairground
