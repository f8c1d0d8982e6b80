// The transform of real signals of any even size, for the meters. It is kissfft's template, which is built in here: the
// library of that name has the symbols that libcodec2 brings a copy of, and which of both is taken hangs on the linker.
#pragma once

#include <complex>
#include <cstddef>
#include <kissfft/kissfft.hh>
#include <span>
#include <vector>

namespace fairground {

class RealFourier {
 public:
  /// The least size from `size` on that is even and has no factors but 2, 3 and 5.
  [[nodiscard]] static int fast_size(int size) {
    for (int half = (size + 1) / 2;; ++half) {
      int rest = half;
      for (const int factor : {2, 3, 5}) {
        while (rest % factor == 0 && rest > 0) {
          rest /= factor;
        }
      }
      if (rest == 1) {
        return 2 * half;
      }
    }
  }

  /// `size` is even and above 0.
  explicit RealFourier(int size) : half_(static_cast<std::size_t>(size) / 2), transform_(half_, /*inverse=*/false) {}

  /// Of `size` samples into size / 2 + 1 bins, without a factor.
  void forward(std::span<const float> samples, std::span<std::complex<float>> bins) const {
    transform_.transform_real(samples.data(), bins.data());
    bins[half_] = bins[0].imag();  // both are real, and come in one
    bins[0] = bins[0].real();
  }

  /// From size / 2 + 1 bins back to `size` samples, which come out multiplied by `size`.
  void inverse(std::span<const std::complex<float>> bins, std::span<float> samples) const {
    std::vector<std::complex<float>> spectrum(2 * half_);
    for (std::size_t k = 0; k <= half_; ++k) {
      spectrum[(2 * half_ - k) % (2 * half_)] = std::conj(bins[k]);
      spectrum[k] = bins[k];
    }
    std::vector<std::complex<float>> signal(2 * half_);
    kissfft<float>(2 * half_, /*inverse=*/true).transform(spectrum.data(), signal.data());
    for (std::size_t n = 0; n < signal.size(); ++n) {
      samples[n] = signal[n].real();
    }
  }

 private:
  std::size_t half_;
  kissfft<float> transform_;
};

}  // namespace fairground
