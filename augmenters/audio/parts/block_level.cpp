#include "augmenters/audio/parts/block_level.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kLanes = 8;  // sums in so many parts, whatever the CPU

struct Sums {
  double squares = 0.0;
  float peak = 0.0F;
};

FAIRGROUND_HOT Sums sums_of(const float* x, std::size_t count) {
  std::array<float, kLanes> squares{};
  std::array<float, kLanes> peaks{};
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float sample = x[i + lane];
      const float magnitude = std::abs(sample);
      squares[lane] += sample * sample;
      peaks[lane] = peaks[lane] > magnitude ? peaks[lane] : magnitude;
    }
  }
  Sums sums;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.squares += static_cast<double>(squares[lane]);
    sums.peak = std::max(sums.peak, peaks[lane]);
  }
  for (std::size_t i = whole; i < count; ++i) {
    sums.squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    sums.peak = std::max(sums.peak, std::abs(x[i]));
  }
  return sums;
}

FAIRGROUND_HOT void ramp(float* x, std::size_t count, float from, float step) {
  for (std::size_t i = 0; i < count; ++i) {
    x[i] *= from + step * static_cast<float>(static_cast<int>(i));
  }
}

}  // namespace

std::vector<BlockLevel> block_levels(const Audio& audio, std::size_t block_frames) {
  const std::size_t frames = audio.frames();
  std::vector<BlockLevel> levels((frames + block_frames - 1) / block_frames);
  for (int c = 0; c < audio.channels; ++c) {
    const float* const x = audio.channel(c).data();
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const std::size_t first = k * block_frames;
      const std::size_t count = std::min(block_frames, frames - first);
      const Sums sums = sums_of(x + first, count);
      levels[k].power += sums.squares / static_cast<double>(count * static_cast<std::size_t>(audio.channels));
      levels[k].peak = std::max(levels[k].peak, static_cast<double>(sums.peak));
    }
  }
  return levels;
}

void apply_block_gains(Audio& audio, std::size_t block_frames, std::span<const float> gains) {
  const std::size_t frames = audio.frames();
  for (int c = 0; c < audio.channels; ++c) {
    float* const x = audio.channel(c).data();
    for (std::size_t k = 0; k + 1 < gains.size(); ++k) {
      const std::size_t first = k * block_frames;
      const float step = (gains[k + 1] - gains[k]) / static_cast<float>(block_frames);
      ramp(x + first, std::min(block_frames, frames - first), gains[k], step);
    }
  }
}

}  // namespace fairground
