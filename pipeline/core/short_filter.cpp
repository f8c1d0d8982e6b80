#include "pipeline/core/short_filter.h"

#include <algorithm>
#include <stdexcept>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void multiply(const float* h, float* x) {
  const float* hi = h + kFourierSize;
  float* xi = x + kFourierSize;
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierSize; ++k) {
    const float r = x[k], i = xi[k];
    x[k] = r * h[k] - i * hi[k];
    xi[k] = r * hi[k] + i * h[k];
  }
}

FourierPart real_of(AlignedFloats& signal) { return std::span(signal).first<kFourierSize>(); }
FourierPart imaginary_of(AlignedFloats& signal) { return std::span(signal).last<kFourierSize>(); }

}  // namespace

ShortFilter::ShortFilter(std::span<const float> taps) : reach_(taps.size() - 1), spectrum_(2 * kFourierSize, 0.0F) {
  if (taps.empty() || taps.size() > kMostTaps) {
    throw std::invalid_argument("a short filter has 1 to " + std::to_string(kMostTaps) + " taps, not " +
                                std::to_string(taps.size()));
  }
  // The transform there and back multiplies by its size, a power of two.
  constexpr float kFactor = 1.0F / static_cast<float>(kFourierSize);
  std::ranges::transform(taps, spectrum_.begin(), [](float tap) { return tap * kFactor; });
  forward_fourier_to_mixed(real_of(spectrum_), imaginary_of(spectrum_));
}

void ShortFilter::apply(std::span<const float> signal, std::span<float> out, std::size_t skip) const {
  const std::size_t hop = kFourierSize - reach_;
  AlignedFloats values(2 * kFourierSize);
  const FourierPart real = real_of(values);
  const FourierPart imaginary = imaginary_of(values);
  // The block that begins at `at` in the output needs the signal from `reach_` before it on.
  const auto load = [&](std::size_t at, std::span<float> block) {
    const std::size_t behind = at + skip;  // of the block's first output, in the signal
    const std::size_t lead = behind < reach_ ? reach_ - behind : 0;
    const std::size_t begin = behind + lead - reach_;
    const std::size_t count = begin < signal.size() ? std::min(kFourierSize - lead, signal.size() - begin) : 0;
    std::fill_n(block.begin(), lead, 0.0F);
    std::copy_n(signal.begin() + static_cast<std::ptrdiff_t>(count == 0 ? 0 : begin), count,
                block.begin() + static_cast<std::ptrdiff_t>(lead));
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(lead + count), block.end(), 0.0F);
  };
  const auto store = [&](std::size_t at, std::span<const float> block) {
    if (at < out.size()) {
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(reach_), std::min(hop, out.size() - at),
                  out.begin() + static_cast<std::ptrdiff_t>(at));
    }
  };
  for (std::size_t at = 0; at < out.size(); at += 2 * hop) {
    load(at, real);
    load(at + hop, imaginary);
    forward_fourier_to_mixed(real, imaginary);
    multiply(spectrum_.data(), values.data());
    inverse_fourier_of_mixed(real, imaginary);
    store(at, real);
    store(at + hop, imaginary);
  }
}

}  // namespace fairground
