#include "pipeline/core/convolution.h"

#include <algorithm>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FourierPart real_of(float* spectrum) { return FourierPart(spectrum, kFourierSize); }
FourierPart imaginary_of(float* spectrum) { return FourierPart(spectrum + kFourierSize, kFourierSize); }

FAIRGROUND_HOT void multiply(const float* x, const float* h, float* product) {
  const float* xi = x + kFourierSize;
  const float* hi = h + kFourierSize;
  float* imaginary = product + kFourierSize;
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierSize; ++k) {
    product[k] = x[k] * h[k] - xi[k] * hi[k];
    imaginary[k] = x[k] * hi[k] + xi[k] * h[k];
  }
}

FAIRGROUND_HOT void multiply_add(const float* x, const float* h, float* sum) {
  const float* xi = x + kFourierSize;
  const float* hi = h + kFourierSize;
  float* imaginary = sum + kFourierSize;
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierSize; ++k) {
    sum[k] += x[k] * h[k] - xi[k] * hi[k];
    imaginary[k] += x[k] * hi[k] + xi[k] * h[k];
  }
}

std::size_t blocks_for(std::size_t frames) { return (frames + kConvolutionBlock - 1) / kConvolutionBlock; }

/// A window is a block of a signal and the one before it. They count from 1, since a pair may begin one before the
/// first block. That behind the last block is the last that is not zero.
constexpr std::size_t first_window(std::size_t pair) { return 2 * pair + 1; }
std::size_t pairs_for(std::size_t frames) { return frames == 0 ? 0 : blocks_for(frames) / 2 + 1; }

/// With zeros beyond the signal.
void fill_window(std::span<const float> samples, std::size_t window, FourierPart target) {
  auto to = target.begin();
  if (window < 2) {
    to = std::fill_n(to, (2 - window) * kConvolutionBlock, 0.0F);
  }
  const std::size_t begin = std::min((std::max<std::size_t>(window, 2) - 2) * kConvolutionBlock, samples.size());
  const std::size_t end = std::min(window * kConvolutionBlock, samples.size());
  to = std::ranges::copy(samples.subspan(begin, end - begin), to).out;
  std::fill(to, target.end(), 0.0F);
}

/// Of the windows `window` and the next.
void transform_pair(std::span<const float> samples, std::size_t window, float* spectrum) {
  fill_window(samples, window, real_of(spectrum));
  fill_window(samples, window + 1, imaginary_of(spectrum));
  forward_fourier_to_mixed(real_of(spectrum), imaginary_of(spectrum));
}

/// The pair between two others, either of which may be missing: then it is zero.
void between_pairs(const float* before, const float* behind, float* between) {
  static const AlignedFloats zeros(BlockSpectra::kSize, 0.0F);
  using Spectrum = std::span<const float, BlockSpectra::kSize>;
  mixed_spectrum_between(Spectrum(before != nullptr ? before : zeros.data(), BlockSpectra::kSize),
                         Spectrum(behind != nullptr ? behind : zeros.data(), BlockSpectra::kSize),
                         std::span<float, BlockSpectra::kSize>(between, BlockSpectra::kSize));
}

/// `pair_of(window)` gives the spectrum of the pair that begins with this window, counted from 1 as above, or nullptr
/// where there is nothing but zeros.
template <class PairOf>
void convolve_blocks(PairOf pair_of, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  AlignedFloats sum(BlockSpectra::kSize);
  const auto put = [&](std::size_t block, std::span<const float> values) {
    const std::size_t begin = std::max(skip, block * kConvolutionBlock);
    const std::size_t end = std::min(skip + out.size(), (block + 1) * kConvolutionBlock);
    if (begin < end) {
      const std::size_t at = begin - block * kConvolutionBlock;
      std::ranges::copy(values.subspan(kConvolutionBlock + at, end - begin), out.subspan(begin - skip).begin());
    }
  };
  for (std::size_t block = 0; block < blocks_for(skip + out.size()); block += 2) {
    bool is_empty = true;
    // The pair before the first block has that block in its second part.
    for (std::size_t p = 0; p < response.count() && p <= block + 1; ++p) {
      if (const float* pair = pair_of(block + 1 - p)) {
        (is_empty ? multiply : multiply_add)(pair, response.spectrum(p), sum.data());
        is_empty = false;
      }
    }
    if (is_empty) {
      std::ranges::fill(sum, 0.0F);
    } else {
      inverse_fourier_of_mixed(real_of(sum.data()), imaginary_of(sum.data()));
    }
    put(block, real_of(sum.data()));
    put(block + 1, imaginary_of(sum.data()));
  }
}

}  // namespace

BlockSpectra BlockSpectra::of_signal(std::span<const float> samples) {
  BlockSpectra spectra;
  const std::size_t count = pairs_for(samples.size());
  spectra.values_.resize(count * kSize);
  for (std::size_t i = 0; i < count; ++i) {
    transform_pair(samples, first_window(i), spectra.values_.data() + i * kSize);
  }
  return spectra;
}

BlockSpectra BlockSpectra::between(const BlockSpectra& pairs) {
  BlockSpectra spectra;
  const std::size_t count = pairs.count() == 0 ? 0 : pairs.count() + 1;
  spectra.values_.resize(count * kSize);
  for (std::size_t i = 0; i < count; ++i) {
    between_pairs(i == 0 ? nullptr : pairs.spectrum(i - 1), i == pairs.count() ? nullptr : pairs.spectrum(i),
                  spectra.values_.data() + i * kSize);
  }
  return spectra;
}

BlockSpectra BlockSpectra::of_response(std::span<const float> taps) {
  constexpr float kFactor = 1.0F / static_cast<float>(kFourierSize);  // a power of two, so exact
  BlockSpectra spectra;
  spectra.values_.resize(blocks_for(taps.size()) * kSize);
  for (std::size_t begin = 0; begin < taps.size(); begin += kConvolutionBlock) {
    float* const spectrum = spectra.values_.data() + begin / kConvolutionBlock * kSize;
    std::fill_n(spectrum, kSize, 0.0F);
    std::ranges::transform(taps.subspan(begin, std::min(kConvolutionBlock, taps.size() - begin)), spectrum,
                           [](float tap) { return kFactor * tap; });
    forward_fourier_to_mixed(real_of(spectrum), imaginary_of(spectrum));
  }
  return spectra;
}

void convolve(const BlockSpectra& pairs, const BlockSpectra& between, const BlockSpectra& response,
              std::span<float> out, std::size_t skip) {
  const auto pair_of = [&](std::size_t window) {
    const BlockSpectra& held = window % 2 == 1 ? pairs : between;
    return window / 2 < held.count() ? held.spectrum(window / 2) : nullptr;
  };
  convolve_blocks(pair_of, response, out, skip);
}

void convolve(std::span<const float> signal, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  const std::size_t count = pairs_for(signal.size());
  // The last ones, in a ring: each pair and, unless the response is too short to see it, that between it and the one
  // before.
  const bool sees_between = response.count() > 1;
  const std::size_t places = response.count() + 1;
  AlignedFloats ring(places * BlockSpectra::kSize);
  const auto place = [&](std::size_t window) { return ring.data() + window % places * BlockSpectra::kSize; };
  std::size_t made = 0;
  const auto pair_of = [&](std::size_t window) -> const float* {
    if (count == 0 || window > 2 * count) {
      return nullptr;
    }
    for (; made <= window / 2; ++made) {
      const std::size_t behind = first_window(made);
      if (made < count) {
        transform_pair(signal, behind, place(behind));
      }
      if (sees_between) {
        between_pairs(made == 0 ? nullptr : place(behind - 2), made == count ? nullptr : place(behind),
                      place(behind - 1));
      }
    }
    return place(window);
  };
  convolve_blocks(pair_of, response, out, skip);
}

}  // namespace fairground
