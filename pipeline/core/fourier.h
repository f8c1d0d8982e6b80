// A Fourier transform of one size, for noise that is drawn as a spectrum, and for what such a noise is learned from. A
// library would do but for two things: this is most of such a noise's time, and its twiddle factors may not depend on
// the machine's libm.
#pragma once

#include <cstddef>
#include <span>

namespace fairground {

inline constexpr std::size_t kFourierSize = 16384;

/// x[n] = sum over k of X[k] e^(2 pi i k n / kFourierSize), in place and without a factor. Real and imaginary parts lie
/// apart, kFourierSize of each. The same bits on every CPU.
void inverse_fourier(std::span<float, kFourierSize> real, std::span<float, kFourierSize> imaginary);

/// X[k] = sum over n of x[n] e^(-2 pi i k n / kFourierSize), likewise: the inverse with the two parts changed over.
inline void forward_fourier(std::span<float, kFourierSize> real, std::span<float, kFourierSize> imaginary) {
  inverse_fourier(imaginary, real);  // NOLINT(readability-suspicious-call-argument): changed over on purpose
}

}  // namespace fairground
