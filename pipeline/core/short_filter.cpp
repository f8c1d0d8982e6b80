#include "pipeline/core/short_filter.h"

#include <algorithm>
#include <stdexcept>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void multiply(const float* h_real, const float* h_imaginary, float* real, float* imaginary) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierSize; ++k) {
    const float r = real[k], i = imaginary[k];
    real[k] = r * h_real[k] - i * h_imaginary[k];
    imaginary[k] = r * h_imaginary[k] + i * h_real[k];
  }
}

}  // namespace

ShortFilter::ShortFilter(std::span<const float> taps)
    : reach_(taps.size() - 1), real_(kFourierSize), imaginary_(kFourierSize) {
  if (taps.empty() || taps.size() > kMostTaps) {
    throw std::invalid_argument("a short filter has 1 to " + std::to_string(kMostTaps) + " taps, not " +
                                std::to_string(taps.size()));
  }
  // The transform there and back multiplies by its size, a power of two.
  constexpr float kFactor = 1.0F / static_cast<float>(kFourierSize);
  std::ranges::transform(taps, real_.begin(), [](float tap) { return tap * kFactor; });
  forward_fourier(std::span(real_).first<kFourierSize>(), std::span(imaginary_).first<kFourierSize>());
}

void ShortFilter::apply(std::span<const float> signal, std::span<float> out, std::size_t skip) const {
  const std::size_t hop = kFourierSize - reach_;
  std::vector<float> values(2 * kFourierSize);
  const auto real = std::span(values).first<kFourierSize>();
  const auto imaginary = std::span(values).last<kFourierSize>();
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
    forward_fourier(real, imaginary);
    multiply(real_.data(), imaginary_.data(), real.data(), imaginary.data());
    inverse_fourier(real, imaginary);
    store(at, real);
    store(at + hop, imaginary);
  }
}

}  // namespace fairground
