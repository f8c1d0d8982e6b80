#include "pipeline/core/short_filter.h"

#include <algorithm>
#include <stdexcept>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

/// One group of a spectrum, by the same of another.
FAIRGROUND_HOT void multiply(const float* h, const float* hi, float* x, float* xi) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierGroup; ++k) {
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

void ShortFilter::apply(std::span<float> signal, std::size_t skip) const {
  const std::size_t hop = kFourierSize - reach_;
  AlignedFloats values(2 * kFourierSize);
  const FourierPart real = real_of(values);
  const FourierPart imaginary = imaginary_of(values);
  // Of what the last pair of blocks has overwritten, the end, which the next one still needs.
  AlignedFloats past(reach_ - std::min(skip, reach_));
  // The block whose results begin at `at` needs the signal from `reach_` before what they stand for on. What lies
  // before `written` is overwritten.
  const auto load = [&](std::size_t at, std::size_t written, std::span<float> block) {
    const std::size_t behind = at + skip;  // of the block's first result, in the signal
    const std::size_t lead = behind < reach_ ? reach_ - behind : 0;
    auto to = std::fill_n(block.begin(), lead, 0.0F);
    std::size_t begin = behind + lead - reach_;
    if (begin < written) {
      to = std::copy(past.end() - static_cast<std::ptrdiff_t>(written - begin), past.end(), to);
      begin = written;
    }
    const std::size_t room = static_cast<std::size_t>(block.end() - to);
    const std::size_t count = begin < signal.size() ? std::min(room, signal.size() - begin) : 0;
    if (count > 0) {
      to = std::ranges::copy(signal.subspan(begin, count), to).out;
    }
    std::fill(to, block.end(), 0.0F);
  };
  const auto store = [&](std::size_t at, std::span<const float> block) {
    if (at < signal.size()) {
      const std::span<float> out = signal.subspan(at, std::min(hop, signal.size() - at));
      std::ranges::copy(block.subspan(reach_, out.size()), out.begin());
    }
  };
  for (std::size_t at = 0; at < signal.size(); at += 2 * hop) {
    load(at, at, real);
    load(at + hop, at, imaginary);
    if (at + 2 * hop < signal.size()) {
      std::ranges::copy(signal.subspan(at + 2 * hop - past.size(), past.size()), past.begin());
    }
    forward_fourier_to_mixed(real, imaginary);
    inverse_fourier_of_made(real, imaginary, [&](std::size_t group) {
      const std::size_t first = group * kFourierGroup;
      multiply(spectrum_.data() + first, spectrum_.data() + kFourierSize + first, real.data() + first,
               imaginary.data() + first);
    });
    store(at, real);
    store(at + hop, imaginary);
  }
}

}  // namespace fairground
