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

/// The inverse of the mixed transform, without a factor: from the order of its own to a signal in order.
void inverse_fourier_of_mixed(FourierPart real, FourierPart imaginary);

/// A mixed spectrum is made of groups of so many places, which lie one after the other. A group stays in the
/// first-level cache: what is done with one before the next is begun costs no way to the memory behind it.
inline constexpr std::size_t kFourierGroup = 2048;
inline constexpr std::size_t kFourierGroups = kFourierSize / kFourierGroup;

/// The two parts of the inverse of the mixed transform: that of each group by itself, and then that of all together.
void inverse_fourier_in_group(FourierPart real, FourierPart imaginary, std::size_t group);
void inverse_fourier_over_groups(FourierPart real, FourierPart imaginary);

/// The inverse of a mixed spectrum that is made on the way: `make(group)` makes that group in both parts.
template <class Make>
void inverse_fourier_of_made(FourierPart real, FourierPart imaginary, Make make) {
  for (std::size_t group = 0; group < kFourierGroups; ++group) {
    make(group);
    inverse_fourier_in_group(real, imaginary, group);
  }
  inverse_fourier_over_groups(real, imaginary);
}

/// Of two mixed spectra, each of two real signals in the parts of a complex one, that of the second signal of `before`
/// with the first of `behind`: what a transform of these two would give, but for rounding. One group of it. Real parts
/// stand first in both spectra, then imaginary ones. The results share no memory with the others.
void mixed_group_between(std::span<const float, 2 * kFourierSize> before,
                         std::span<const float, 2 * kFourierSize> behind, std::size_t group,
                         std::span<float, kFourierGroup> real, std::span<float, kFourierGroup> imaginary);

}  // namespace fairground
