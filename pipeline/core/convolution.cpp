#include "pipeline/core/convolution.h"

#include <algorithm>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FourierPart real_of(float* spectrum) { return FourierPart(spectrum, kFourierSize); }
FourierPart imaginary_of(float* spectrum) { return FourierPart(spectrum + kFourierSize, kFourierSize); }

/// One group of a spectrum, whose parts lie apart.
struct Group {
  const float* real;
  const float* imaginary;

  static Group of(const float* spectrum, std::size_t group) {
    return {spectrum + group * kFourierGroup, spectrum + kFourierSize + group * kFourierGroup};
  }
};

FAIRGROUND_HOT void multiply(const Group& x, const Group& h, float* real, float* imaginary) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierGroup; ++k) {
    real[k] = x.real[k] * h.real[k] - x.imaginary[k] * h.imaginary[k];
    imaginary[k] = x.real[k] * h.imaginary[k] + x.imaginary[k] * h.real[k];
  }
}

FAIRGROUND_HOT void multiply_add(const Group& x, const Group& h, float* real, float* imaginary) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t k = 0; k < kFourierGroup; ++k) {
    real[k] += x.real[k] * h.real[k] - x.imaginary[k] * h.imaginary[k];
    imaginary[k] += x.real[k] * h.imaginary[k] + x.imaginary[k] * h.real[k];
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

/// The spectrum of a pair of windows, or the two that it lies between. Of these either may be missing: then it is zero.
struct PairSpectrum {
  const float* whole = nullptr;
  const float* before = nullptr;
  const float* behind = nullptr;

  [[nodiscard]] bool is_zero() const { return whole == nullptr && before == nullptr && behind == nullptr; }
};

/// One group of the pair between two others.
void make_group_between(const PairSpectrum& pair, std::size_t group, float* real, float* imaginary) {
  static const AlignedFloats zeros(BlockSpectra::kSize, 0.0F);
  using Spectrum = std::span<const float, BlockSpectra::kSize>;
  using Part = std::span<float, kFourierGroup>;
  mixed_group_between(Spectrum(pair.before != nullptr ? pair.before : zeros.data(), BlockSpectra::kSize),
                      Spectrum(pair.behind != nullptr ? pair.behind : zeros.data(), BlockSpectra::kSize), group,
                      Part(real, kFourierGroup), Part(imaginary, kFourierGroup));
}

void make_between(const PairSpectrum& pair, float* between) {
  for (std::size_t group = 0; group < kFourierGroups; ++group) {
    make_group_between(pair, group, between + group * kFourierGroup, between + kFourierSize + group * kFourierGroup);
  }
}

/// `pair_of(window)` gives the spectrum of the pair that begins with this window, counted from 1 as above. The results
/// go to `take`, part after part.
template <class PairOf, class Take>
void convolve_blocks(PairOf pair_of, const BlockSpectra& response, std::size_t frames, std::size_t skip, Take take) {
  struct Term {
    PairSpectrum pair;
    const float* response;
  };
  std::vector<Term> terms;
  AlignedFloats sum(BlockSpectra::kSize);
  AlignedFloats between(2 * kFourierGroup);
  const FourierPart real = real_of(sum.data());
  const FourierPart imaginary = imaginary_of(sum.data());
  const auto add_up = [&](std::size_t group) {
    float* const sum_real = real.data() + group * kFourierGroup;
    float* const sum_imaginary = imaginary.data() + group * kFourierGroup;
    for (const Term& term : terms) {
      Group x{between.data(), between.data() + kFourierGroup};
      if (term.pair.whole != nullptr) {
        x = Group::of(term.pair.whole, group);
      } else {
        make_group_between(term.pair, group, between.data(), between.data() + kFourierGroup);
      }
      (&term == terms.data() ? multiply : multiply_add)(x, Group::of(term.response, group), sum_real, sum_imaginary);
    }
  };
  const auto put = [&](std::size_t block, std::span<const float> values) {
    const std::size_t begin = std::max(skip, block * kConvolutionBlock);
    const std::size_t end = std::min(skip + frames, (block + 1) * kConvolutionBlock);
    if (begin < end) {
      const std::size_t at = begin - block * kConvolutionBlock;
      take(values.subspan(kConvolutionBlock + at, end - begin));
    }
  };
  for (std::size_t block = 0; block < blocks_for(skip + frames); block += 2) {
    terms.clear();
    // The pair before the first block has that block in its second part.
    for (std::size_t p = 0; p < response.count() && p <= block + 1; ++p) {
      if (const PairSpectrum pair = pair_of(block + 1 - p); !pair.is_zero()) {
        terms.push_back({pair, response.spectrum(p)});
      }
    }
    if (terms.empty()) {
      std::ranges::fill(sum, 0.0F);
    } else {
      inverse_fourier_of_made(real, imaginary, add_up);
    }
    put(block, real);
    put(block + 1, imaginary);
  }
}

template <class Take>
void convolve_held(const BlockSpectra& pairs, const BlockSpectra& between, const BlockSpectra& response,
                   std::size_t frames, std::size_t skip, Take take) {
  const auto pair_of = [&](std::size_t window) -> PairSpectrum {
    const BlockSpectra& held = window % 2 == 1 ? pairs : between;
    return {window / 2 < held.count() ? held.spectrum(window / 2) : nullptr};
  };
  convolve_blocks(pair_of, response, frames, skip, take);
}

template <class Take>
void convolve_streamed(std::span<const float> signal, const BlockSpectra& response, std::size_t frames,
                       std::size_t skip, Take take) {
  const std::size_t count = pairs_for(signal.size());
  // The last ones, in a ring: each pair and, if the response is so long that it is needed again, that between it and
  // the one before.
  const bool keeps_between = response.count() > 2;
  const std::size_t places = keeps_between ? response.count() + 1 : 2;
  AlignedFloats ring(places * BlockSpectra::kSize);
  const auto place = [&](std::size_t window) -> float* {
    return ring.data() + (keeps_between ? window : window / 2) % places * BlockSpectra::kSize;
  };
  const auto between = [&](std::size_t pair) -> PairSpectrum {
    return {nullptr, pair == 0 ? nullptr : place(first_window(pair - 1)),
            pair == count ? nullptr : place(first_window(pair))};
  };
  std::size_t made = 0;
  const auto pair_of = [&](std::size_t window) -> PairSpectrum {
    if (count == 0 || window > 2 * count) {
      return {};
    }
    for (; made <= window / 2; ++made) {
      if (made < count) {
        transform_pair(signal, first_window(made), place(first_window(made)));
      }
      if (keeps_between) {
        make_between(between(made), place(2 * made));
      }
    }
    return window % 2 == 1 || keeps_between ? PairSpectrum{place(window)} : between(window / 2);
  };
  convolve_blocks(pair_of, response, frames, skip, take);
}

auto copy_to(std::span<float> out) {
  return [out](std::span<const float> part) mutable {
    std::ranges::copy(part, out.begin());
    out = out.subspan(part.size());
  };
}

auto append_to(std::vector<float>& out, std::size_t frames) {
  out.reserve(out.size() + frames);
  return [&out](std::span<const float> part) { out.insert(out.end(), part.begin(), part.end()); };
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
    make_between({nullptr, i == 0 ? nullptr : pairs.spectrum(i - 1), i == pairs.count() ? nullptr : pairs.spectrum(i)},
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
  convolve_held(pairs, between, response, out.size(), skip, copy_to(out));
}

void convolve(std::span<const float> signal, const BlockSpectra& response, std::span<float> out, std::size_t skip) {
  convolve_streamed(signal, response, out.size(), skip, copy_to(out));
}

void convolve_onto(std::vector<float>& out, std::size_t frames, const BlockSpectra& pairs, const BlockSpectra& between,
                   const BlockSpectra& response, std::size_t skip) {
  convolve_held(pairs, between, response, frames, skip, append_to(out, frames));
}

void convolve_onto(std::vector<float>& out, std::size_t frames, std::span<const float> signal,
                   const BlockSpectra& response, std::size_t skip) {
  convolve_streamed(signal, response, frames, skip, append_to(out, frames));
}

}  // namespace fairground
