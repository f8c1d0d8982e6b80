// The owner of kissfft's transform of real signals, for the meters.
#pragma once

#include <kiss_fftr.h>

#include <memory>

namespace fairground {

struct RealFourierDeleter {
  void operator()(kiss_fftr_state* state) const { kiss_fftr_free(state); }
};
using RealFourier = std::unique_ptr<kiss_fftr_state, RealFourierDeleter>;

/// Of `size` samples, which is even, into size / 2 + 1 bins.
[[nodiscard]] inline RealFourier real_fourier(int size) {
  return RealFourier(kiss_fftr_alloc(size, /*inverse_fft=*/0, nullptr, nullptr));
}

/// From size / 2 + 1 bins back to `size` samples, which come out multiplied by `size`.
[[nodiscard]] inline RealFourier inverse_real_fourier(int size) {
  return RealFourier(kiss_fftr_alloc(size, /*inverse_fft=*/1, nullptr, nullptr));
}

}  // namespace fairground
