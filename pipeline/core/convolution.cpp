#include "pipeline/core/convolution.h"

#include <algorithm>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kBins = BlockSpectra::kBins;

/// Two blocks in one transform: a real one in each part. Their spectra are told apart by symmetry.
class BlockPair {
 public:
  [[nodiscard]] std::span<float, kFourierSize> first() { return std::span(values_).first<kFourierSize>(); }
  [[nodiscard]] std::span<float, kFourierSize> second() { return std::span(values_).last<kFourierSize>(); }

  /// Leaves the two spectra, summed and not yet told apart, where the blocks were.
  void forward() { inverse_fourier(second(), first()); }  // with its parts exchanged it is the forward one
  void inverse() { inverse_fourier(first(), second()); }

 private:
  std::vector<float> values_ = std::vector<float>(2 * kFourierSize);
};

/// z = a + i b of two real blocks: A[k] = (z[k] + conj z[-k]) / 2 and B[k] = (z[k] - conj z[-k]) / 2i.
FAIRGROUND_HOT void part(const float* real, const float* imaginary, float* a_real, float* a_imaginary, float* b_real,
                         float* b_imaginary) {
  constexpr float kHalf = 0.5F;
  a_real[0] = real[0];
  a_imaginary[0] = 0.0F;
  b_real[0] = imaginary[0];
  b_imaginary[0] = 0.0F;
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 1; k < kBins; ++k) {
    const float r = real[k], i = imaginary[k], mr = real[kFourierSize - k], mi = imaginary[kFourierSize - k];
    a_real[k] = kHalf * (r + mr);
    a_imaginary[k] = kHalf * (i - mi);
    b_real[k] = kHalf * (i + mi);
    b_imaginary[k] = kHalf * (mr - r);
  }
}

/// The inverse of part(): z = A + i B over all bins.
FAIRGROUND_HOT void join(const float* a_real, const float* a_imaginary, const float* b_real, const float* b_imaginary,
                         float* real, float* imaginary) {
  real[0] = a_real[0];
  imaginary[0] = b_real[0];
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 1; k < kConvolutionBlock; ++k) {
    real[k] = a_real[k] - b_imaginary[k];
    imaginary[k] = a_imaginary[k] + b_real[k];
    real[kFourierSize - k] = a_real[k] + b_imaginary[k];
    imaginary[kFourierSize - k] = b_real[k] - a_imaginary[k];
  }
  real[kConvolutionBlock] = a_real[kConvolutionBlock];
  imaginary[kConvolutionBlock] = b_real[kConvolutionBlock];
}

FAIRGROUND_HOT void multiply_add(const float* x_real, const float* x_imaginary, const float* h_real,
                                 const float* h_imaginary, float* real, float* imaginary) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kBins; ++k) {
    real[k] += x_real[k] * h_real[k] - x_imaginary[k] * h_imaginary[k];
    imaginary[k] += x_real[k] * h_imaginary[k] + x_imaginary[k] * h_real[k];
  }
}

/// The block of a signal and the one before it, into zeros.
void fill_window(std::span<const float> samples, std::size_t block, std::span<float> target) {
  const std::size_t begin = block == 0 ? 0 : (block - 1) * kConvolutionBlock;
  const std::size_t end = std::min(samples.size(), (block + 1) * kConvolutionBlock);
  const std::size_t offset = block == 0 ? kConvolutionBlock : 0;
  if (begin < end) {
    std::ranges::copy(samples.subspan(begin, end - begin), target.begin() + static_cast<std::ptrdiff_t>(offset));
  }
}

/// The spectra of two blocks, of kBins real and kBins imaginary parts each. Without a `b` the second is left out.
template <class Fill>
void transform_pair(BlockPair& pair, std::size_t block, Fill fill, float* a, float* b) {
  std::ranges::fill(pair.first(), 0.0F);
  std::ranges::fill(pair.second(), 0.0F);
  fill(block, pair.first());
  fill(block + 1, pair.second());
  pair.forward();
  part(pair.first().data(), pair.second().data(), a, a + kBins, b, b + kBins);
}

std::size_t blocks_for(std::size_t frames) { return (frames + kConvolutionBlock - 1) / kConvolutionBlock; }

}  // namespace

/// `fill(block, target)` puts what is to be transformed into `target`, which is zero.
template <class Fill>
void BlockSpectra::transform(std::size_t blocks, Fill fill) {
  blocks_ = blocks;
  values_.resize(2 * kBins * blocks);
  std::vector<float> unused(2 * kBins);
  BlockPair pair;
  for (std::size_t block = 0; block < blocks; block += 2) {
    float* const a = values_.data() + 2 * block * kBins;
    transform_pair(pair, block, fill, a, block + 1 < blocks ? a + 2 * kBins : unused.data());
  }
}

BlockSpectra BlockSpectra::of_signal(std::span<const float> samples) {
  BlockSpectra spectra;
  // One more than it has: the last block is the one before of what comes behind it.
  const std::size_t blocks = samples.empty() ? 0 : blocks_for(samples.size()) + 1;
  spectra.transform(blocks, [&](std::size_t block, std::span<float> target) { fill_window(samples, block, target); });
  return spectra;
}

BlockSpectra BlockSpectra::of_response(std::span<const float> taps) {
  BlockSpectra spectra;
  spectra.transform(blocks_for(taps.size()), [&](std::size_t block, std::span<float> target) {
    const std::size_t begin = block * kConvolutionBlock;
    if (begin < taps.size()) {
      std::ranges::copy(taps.subspan(begin, std::min(kConvolutionBlock, taps.size() - begin)), target.begin());
    }
  });
  constexpr float kFactor = 1.0F / static_cast<float>(kFourierSize);  // a power of two, so exact
  for (float& value : spectra.values_) {
    value *= kFactor;
  }
  return spectra;
}

namespace {

/// `spectrum_of(block)` gives that of a block of the signal, or nullptr where it has none. Asked for two more blocks
/// each time, and for those before them that the response reaches.
template <class SpectrumOf>
void convolve_blocks(SpectrumOf spectrum_of, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  std::vector<float> sums(4 * kBins);
  BlockPair pair;
  const auto accumulate = [&](std::size_t block, float* sum) {
    for (std::size_t p = 0; p < response.blocks() && p <= block; ++p) {
      if (const float* x = spectrum_of(block - p)) {
        multiply_add(x, x + kBins, response.real(p), response.imaginary(p), sum, sum + kBins);
      }
    }
  };
  const auto put = [&](std::size_t block, std::span<const float> values) {
    const std::size_t begin = std::max(skip, block * kConvolutionBlock);
    const std::size_t end = std::min(skip + out.size(), (block + 1) * kConvolutionBlock);
    if (begin < end) {
      const std::size_t at = begin - block * kConvolutionBlock;
      std::ranges::copy(values.subspan(kConvolutionBlock + at, end - begin), out.subspan(begin - skip).begin());
    }
  };
  for (std::size_t block = 0; block < blocks_for(skip + out.size()); block += 2) {
    std::ranges::fill(sums, 0.0F);
    float* const a = sums.data();
    float* const b = a + 2 * kBins;
    accumulate(block, a);
    accumulate(block + 1, b);
    join(a, a + kBins, b, b + kBins, pair.first().data(), pair.second().data());
    pair.inverse();
    put(block, pair.first());
    put(block + 1, pair.second());
  }
}

}  // namespace

void convolve(const BlockSpectra& signal, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  convolve_blocks([&](std::size_t block) { return block < signal.blocks() ? signal.real(block) : nullptr; }, response,
                  out, skip);
}

void convolve(std::span<const float> signal, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  const std::size_t blocks = signal.empty() ? 0 : blocks_for(signal.size()) + 1;
  // The last ones, in a ring of an even number of places.
  const std::size_t places = 2 * ((response.blocks() + 1) / 2 + 1);
  std::vector<float> ring(places * 2 * kBins);
  std::size_t known = 0;
  BlockPair pair;
  const auto spectrum_of = [&](std::size_t block) -> const float* {
    if (block >= blocks) {
      return nullptr;
    }
    for (; known <= block; known += 2) {
      float* const a = ring.data() + known % places * 2 * kBins;
      transform_pair(
          pair, known, [&](std::size_t b, std::span<float> target) { fill_window(signal, b, target); }, a,
          a + 2 * kBins);
    }
    return ring.data() + block % places * 2 * kBins;
  };
  convolve_blocks(spectrum_of, response, out, skip);
}

}  // namespace fairground
