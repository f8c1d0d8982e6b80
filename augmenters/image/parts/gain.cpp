#include "augmenters/image/parts/gain.h"

#include <cstddef>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void multiply(float* samples, std::size_t count, float gain) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gain;
  }
}

}  // namespace

void multiply_samples(std::span<float> samples, float gain) { multiply(samples.data(), samples.size(), gain); }

}  // namespace fairground
