// A Fourier transform of one size, for noise that is drawn as a spectrum, for what such a noise is learned from, and
// for filters. A library would do but for two things: this is most of the time of whatever has to do with sound, and
// its twiddle factors may not depend on the machine's libm.
#pragma once

#include <cstddef>
#include <span>

namespace fairground {

inline constexpr std::size_t kFourierSize = 16384;

/// Real or imaginary parts of a complex signal or its spectrum.
using FourierPart = std::span<float, kFourierSize>;

/// x[n] = sum over k of X[k] e^(2 pi i k n / kFourierSize), in place and without a factor. Real and imaginary parts lie
/// apart. The same bits on every CPU.
void inverse_fourier(FourierPart real, FourierPart imaginary);

/// X[k] = sum over n of x[n] e^(-2 pi i k n / kFourierSize), likewise: the inverse with the two parts changed over.
inline void forward_fourier(FourierPart real, FourierPart imaginary) {
  inverse_fourier(imaginary, real);  // NOLINT(readability-suspicious-call-argument): changed over on purpose
}

/// Likewise, but leaves the spectrum in an order of its own, which is all that a filter needs: spectra in it are
/// multiplied bin by bin, and inverse_fourier_of_mixed() takes them. Spared is a pass over all of it.
void forward_fourier_to_mixed(FourierPart real, FourierPart imaginary);

/// Of two mixed spectra, each of two real signals in the parts of a complex one, that of the second signal of `before`
/// with the first of `behind`: what a transform of these two would give, but for rounding. Real parts stand first, then
/// imaginary ones. `between` shares no memory with the others.
void mixed_spectrum_between(std::span<const float, 2 * kFourierSize> before,
                            std::span<const float, 2 * kFourierSize> behind,
                            std::span<float, 2 * kFourierSize> between);

/// The inverse of the mixed transform, without a factor: from the order of its own to a signal in order.
void inverse_fourier_of_mixed(FourierPart real, FourierPart imaginary);

}  // namespace fairground
