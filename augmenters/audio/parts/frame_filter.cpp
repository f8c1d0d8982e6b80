#include "augmenters/audio/parts/frame_filter.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kLanes = LaneFourier::kLanes;

/// One step of radix 2, decimation in frequency, of all parts of `length` elements.
FAIRGROUND_HOT void step(float* real, float* imaginary, std::size_t size, std::size_t length, const float* root_real,
                         const float* root_imaginary) {
  const std::size_t half = length / 2;
  for (std::size_t first = 0; first < size; first += length) {
    for (std::size_t j = 0; j < half; ++j) {
      const float wr = root_real[j * (size / length)];
      const float wi = root_imaginary[j * (size / length)];
      float* __restrict ar = real + (first + j) * kLanes;
      float* __restrict ai = imaginary + (first + j) * kLanes;
      float* __restrict br = ar + half * kLanes;
      float* __restrict bi = ai + half * kLanes;
      FAIRGROUND_INDEPENDENT
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float dr = ar[lane] - br[lane];
        const float di = ai[lane] - bi[lane];
        ar[lane] += br[lane];
        ai[lane] += bi[lane];
        br[lane] = dr * wr - di * wi;
        bi[lane] = dr * wi + di * wr;
      }
    }
  }
}

}  // namespace

LaneFourier::LaneFourier(std::size_t size) : size_(size), real_(size / 2), imaginary_(size / 2), places_(size) {
  if (size < 2 || !std::has_single_bit(size)) {
    throw std::invalid_argument("a Fourier transform of a size that is no power of two");
  }
  for (std::size_t k = 0; k < size / 2; ++k) {
    const double turns = static_cast<double>(k) / static_cast<double>(size);
    real_[k] = static_cast<float>(plain::cosine_of_turns(turns));
    imaginary_[k] = static_cast<float>(-plain::sine_of_turns(turns));
  }
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t bit = 1; bit < size; bit *= 2) {
      places_[k] = 2 * places_[k] + ((k & bit) != 0 ? 1 : 0);
    }
  }
}

void LaneFourier::forward(std::span<float> real, std::span<float> imaginary) const {
  for (std::size_t length = size_; length > 1; length /= 2) {
    step(real.data(), imaginary.data(), size_, length, real_.data(), imaginary_.data());
  }
}

/// The spectra of a batch of frames: frame 2 l is the real part of lane l, frame 2 l + 1 the imaginary one.
struct FrameFilter::Batch {
  Batch(std::size_t size, std::size_t bins, int channels)
      : values(static_cast<std::size_t>(channels) * 2 * size * kLanes),
        ordered(2 * size * kLanes),
        powers(kBatch * bins),
        gains(kBatch * bins) {}

  std::vector<float> values;   // of all channels, as the transform leaves them
  std::vector<float> ordered;  // of one channel
  std::vector<float> powers;   // frame after frame
  std::vector<float> gains;    // likewise
};

FrameFilter::FrameFilter(const Audio& audio, std::size_t size)
    : audio_(&audio),
      fourier_(size),
      window_(size),
      frames_(audio.frames() == 0 ? 0 : (audio.frames() + size / 2 - 1) / (size / 2) + 1) {
  for (std::size_t i = 0; i < size; ++i) {
    const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(size);
    window_[i] = static_cast<float>(plain::sine_of_turns(0.5 * place));
  }
}

void FrameFilter::analyse(std::size_t first, Batch& batch) const {
  const std::size_t size = fourier_.size();
  const std::size_t half = size / 2;
  std::ranges::fill(batch.powers, 0.0F);
  const float per_channel = 1.0F / static_cast<float>(audio_->channels);
  for (int c = 0; c < audio_->channels; ++c) {
    const std::span<const float> x = audio_->channel(c);
    const std::span part = std::span(batch.values).subspan(static_cast<std::size_t>(c) * 2 * size * kLanes);
    const std::span real = part.first(size * kLanes);
    const std::span imaginary = part.subspan(size * kLanes, size * kLanes);
    for (std::size_t j = 0; j < kBatch; ++j) {
      const std::span to = j % 2 == 0 ? real : imaginary;
      const std::size_t end = (first + j) * half;  // of its first half, in the clip; there may be no such frame
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = end + i;  // later by half a frame
        const bool inside = at >= half && at - half < x.size();
        to[i * kLanes + j / 2] = inside ? x[at - half] * window_[i] : 0.0F;
      }
    }
    fourier_.forward(real, imaginary);
    // Of a + i b, whose spectra are A and B: A[k] = (Z[k] + conj Z[-k]) / 2 and B[k] = (Z[k] - conj Z[-k]) / 2i.
    for (std::size_t k = 0; k <= half; ++k) {
      const std::size_t up = fourier_.place_of(k) * kLanes;
      const std::size_t down = fourier_.place_of((size - k) % size) * kLanes;
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float ar = real[up + lane] + real[down + lane];
        const float ai = imaginary[up + lane] - imaginary[down + lane];
        const float br = imaginary[up + lane] + imaginary[down + lane];
        const float bi = real[up + lane] - real[down + lane];
        batch.powers[2 * lane * bins() + k] += 0.25F * (ar * ar + ai * ai) * per_channel;
        batch.powers[(2 * lane + 1) * bins() + k] += 0.25F * (br * br + bi * bi) * per_channel;
      }
    }
  }
}

void FrameFilter::synthesise(std::size_t first, Batch& batch, Audio& out) const {
  const std::size_t size = fourier_.size();
  const std::size_t half = size / 2;
  const float factor = 0.5F / static_cast<float>(size);
  for (int c = 0; c < audio_->channels; ++c) {
    const std::span part = std::span(batch.values).subspan(static_cast<std::size_t>(c) * 2 * size * kLanes);
    const std::span real = part.first(size * kLanes);
    const std::span imaginary = part.subspan(size * kLanes, size * kLanes);
    const std::span to_real = std::span(batch.ordered).first(size * kLanes);
    const std::span to_imaginary = std::span(batch.ordered).last(size * kLanes);
    for (std::size_t k = 0; k <= half; ++k) {
      const std::size_t up = fourier_.place_of(k) * kLanes;
      const std::size_t mirrored = (size - k) % size;
      const std::size_t down = fourier_.place_of(mirrored) * kLanes;
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float a = batch.gains[2 * lane * bins() + k] * factor;
        const float b = batch.gains[(2 * lane + 1) * bins() + k] * factor;
        const float ar = a * (real[up + lane] + real[down + lane]);
        const float ai = a * (imaginary[up + lane] - imaginary[down + lane]);
        const float br = b * (imaginary[up + lane] + imaginary[down + lane]);
        const float bi = -b * (real[up + lane] - real[down + lane]);
        to_real[k * kLanes + lane] = ar - bi;
        to_imaginary[k * kLanes + lane] = ai + br;
        to_real[mirrored * kLanes + lane] = ar + bi;
        to_imaginary[mirrored * kLanes + lane] = br - ai;
      }
    }
    fourier_.inverse(to_real, to_imaginary);
    const std::span<float> y = out.channel(c);
    for (std::size_t j = 0; j < kBatch && first + j < frames_; ++j) {
      const std::span from = j % 2 == 0 ? to_real : to_imaginary;
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = (first + j) * half + i;
        if (at >= half && at - half < y.size()) {
          y[at - half] += from[fourier_.place_of(i) * kLanes + j / 2] * window_[i];
        }
      }
    }
  }
}

void FrameFilter::see(std::size_t count, const See& look) const {
  Batch batch(fourier_.size(), bins(), audio_->channels);
  for (std::size_t first = 0; first < std::min(count, frames_); first += kBatch) {
    analyse(first, batch);
    for (std::size_t j = 0; j < kBatch && first + j < std::min(count, frames_); ++j) {
      look(first + j, std::span(batch.powers).subspan(j * bins(), bins()));
    }
  }
}

Audio FrameFilter::apply(const Decide& decide) const {
  Batch batch(fourier_.size(), bins(), audio_->channels);
  Audio out(audio_->sample_rate, audio_->channels, audio_->frames());
  for (std::size_t first = 0; first < frames_; first += kBatch) {
    analyse(first, batch);
    std::ranges::fill(batch.gains, 1.0F);
    for (std::size_t j = 0; j < kBatch && first + j < frames_; ++j) {
      decide(first + j, std::span(batch.powers).subspan(j * bins(), bins()),
             std::span(batch.gains).subspan(j * bins(), bins()));
    }
    synthesise(first, batch, out);
  }
  return out;
}

}  // namespace fairground
