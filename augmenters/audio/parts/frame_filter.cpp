#include "augmenters/audio/parts/frame_filter.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kLanes = LaneFourier::kLanes;

/// Two steps of radix 2, decimation in frequency, of all parts of `length` elements, in one pass.
FAIRGROUND_HOT void two_steps(float* real, float* imaginary, std::size_t size, std::size_t length,
                              const float* root_real, const float* root_imaginary) {
  const std::size_t quarter = length / 4;
  const std::size_t stride = size / length;
  for (std::size_t first = 0; first < size; first += length) {
    for (std::size_t j = 0; j < quarter; ++j) {
      const float r1 = root_real[j * stride], i1 = root_imaginary[j * stride];
      const float r2 = root_real[2 * j * stride], i2 = root_imaginary[2 * j * stride];
      const float r3 = root_real[3 * j * stride], i3 = root_imaginary[3 * j * stride];
      float* __restrict ar = real + (first + j) * kLanes;
      float* __restrict br = ar + quarter * kLanes;
      float* __restrict cr = br + quarter * kLanes;
      float* __restrict dr = cr + quarter * kLanes;
      float* __restrict ai = imaginary + (first + j) * kLanes;
      float* __restrict bi = ai + quarter * kLanes;
      float* __restrict ci = bi + quarter * kLanes;
      float* __restrict di = ci + quarter * kLanes;
      FAIRGROUND_INDEPENDENT
      for (std::size_t x = 0; x < kLanes; ++x) {
        const float sum_ac_r = ar[x] + cr[x], sum_ac_i = ai[x] + ci[x];
        const float sum_bd_r = br[x] + dr[x], sum_bd_i = bi[x] + di[x];
        const float diff_ac_r = ar[x] - cr[x], diff_ac_i = ai[x] - ci[x];
        const float diff_bd_r = br[x] - dr[x], diff_bd_i = bi[x] - di[x];
        ar[x] = sum_ac_r + sum_bd_r;
        ai[x] = sum_ac_i + sum_bd_i;
        const float b_r = sum_ac_r - sum_bd_r, b_i = sum_ac_i - sum_bd_i;
        br[x] = b_r * r2 - b_i * i2;
        bi[x] = b_r * i2 + b_i * r2;
        const float c_r = diff_ac_r + diff_bd_i, c_i = diff_ac_i - diff_bd_r;
        cr[x] = c_r * r1 - c_i * i1;
        ci[x] = c_r * i1 + c_i * r1;
        const float d_r = diff_ac_r - diff_bd_i, d_i = diff_ac_i + diff_bd_r;
        dr[x] = d_r * r3 - d_i * i3;
        di[x] = d_r * i3 + d_i * r3;
      }
    }
  }
}

/// The last step, of pairs, where one is left over.
FAIRGROUND_HOT void last_step(float* values, std::size_t size) {
  for (std::size_t k = 0; k < size; k += 2) {
    float* __restrict a = values + k * kLanes;
    float* __restrict b = a + kLanes;
    FAIRGROUND_INDEPENDENT
    for (std::size_t x = 0; x < kLanes; ++x) {
      const float sum = a[x] + b[x];
      b[x] = a[x] - b[x];
      a[x] = sum;
    }
  }
}

}  // namespace

LaneFourier::LaneFourier(std::size_t size) : size_(size), real_(size), imaginary_(size), places_(size) {
  if (size < 2 || !std::has_single_bit(size)) {
    throw std::invalid_argument("a Fourier transform of a size that is no power of two");
  }
  for (std::size_t k = 0; k < size; ++k) {
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
  std::size_t length = size_;
  for (; length > 2; length /= 4) {
    two_steps(real.data(), imaginary.data(), size_, length, real_.data(), imaginary_.data());
  }
  if (length == 2) {
    last_step(real.data(), size_);
    last_step(imaginary.data(), size_);
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
      const std::size_t from = std::min(size, end < half ? half - end : 0);
      const std::size_t to_end = std::max(from, std::min(size, x.size() + half > end ? x.size() + half - end : 0));
      float* const lane = to.data() + j / 2;
      for (std::size_t i = 0; i < from; ++i) {
        lane[i * kLanes] = 0.0F;
      }
      for (std::size_t i = from; i < to_end; ++i) {
        lane[i * kLanes] = x[end + i - half] * window_[i];
      }
      for (std::size_t i = to_end; i < size; ++i) {
        lane[i * kLanes] = 0.0F;
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
