#include "augmenters/audio/parts/struck_body.h"

#include <algorithm>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void ring_on(float* out, std::size_t count, double* re, double* im, const double* turn_re,
                            const double* turn_im) {
  static_assert(StruckBody::kMostModes == 8);
  for (std::size_t i = 0; i < count; ++i) {
    // In pairs, as a sum in a row would wait for each of its terms.
    out[i] += static_cast<float>(((im[0] + im[1]) + (im[2] + im[3])) + ((im[4] + im[5]) + (im[6] + im[7])));
    for (std::size_t m = 0; m < 8; ++m) {
      const double real = re[m] * turn_re[m] - im[m] * turn_im[m];
      im[m] = re[m] * turn_im[m] + im[m] * turn_re[m];
      re[m] = real;
    }
  }
}

}  // namespace

StruckBody::StruckBody(std::span<const RingingMode> modes, int sample_rate) : rate_(sample_rate) {
  std::size_t used = 0;
  for (const RingingMode& mode : modes) {
    if (mode.hz >= 0.48 * sample_rate || used == kMostModes) {
      continue;
    }
    turns_[used] = mode.hz / sample_rate;
    decay_[used] = 3.0 * plain::kLn10 / (mode.rings_s * sample_rate);
    amplitude_[used] = mode.amplitude;
    const double fall = plain::exp(-decay_[used]);
    turn_real_[used] = fall * plain::cosine_of_turns(turns_[used]);
    turn_imaginary_[used] = fall * plain::sine_of_turns(turns_[used]);
    ++used;
  }
}

void StruckBody::strike(double strength, double late) {
  for (std::size_t m = 0; m < kMostModes; ++m) {
    const double height = strength * amplitude_[m] * plain::exp(-decay_[m] * late);
    real_[m] += height * plain::cosine_of_turns(turns_[m] * late);
    imaginary_[m] += height * plain::sine_of_turns(turns_[m] * late);
  }
}

void StruckBody::ring(std::span<float> out) {
  ring_on(out.data(), out.size(), real_.data(), imaginary_.data(), turn_real_.data(), turn_imaginary_.data());
}

double StruckBody::energy() const {
  double energy = 0.0;
  for (std::size_t m = 0; m < kMostModes; ++m) {
    // The mean of a squared sine is a half, and that of a decay's square a half of its time constant.
    energy += decay_[m] > 0.0 ? 0.25 * amplitude_[m] * amplitude_[m] / (decay_[m] * rate_) : 0.0;
  }
  return energy;
}

}  // namespace fairground
