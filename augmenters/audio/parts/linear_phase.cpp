#include "augmenters/audio/parts/linear_phase.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// Half the filter's length. The window's main lobe is then 120 Hz wide from the middle to its edge.
constexpr double kHalfLengthS = 0.008;

constexpr std::size_t kBlock = 32;

/// One block of output. `in` points to its first sample, with as many samples around it as the filter needs.
FAIRGROUND_HOT void filter_block(const float* in, const float* taps, std::size_t count, float* out) {
  std::array<float, kBlock> sum;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum[i] = taps[0] * in[i];
  }
  for (std::size_t k = 1; k < count; ++k) {
    const float* before = in - k;
    const float* behind = in + k;
    const float tap = taps[k];
    for (std::size_t i = 0; i < kBlock; ++i) {
      sum[i] += tap * (before[i] + behind[i]);
    }
  }
  for (std::size_t i = 0; i < kBlock; ++i) {
    out[i] = sum[i];
  }
}

}  // namespace

LinearPhaseFilter::LinearPhaseFilter(int sample_rate, const std::function<double(double hz)>& gain_db)
    : taps_(static_cast<std::size_t>(std::ceil(kHalfLengthS * sample_rate))) {
  // The amplitudes on a grid that is fine enough for twice the filter's length, whose transform is the ideal response.
  const std::size_t grid = std::bit_ceil(4 * taps_.size());
  const std::size_t half = grid / 2;
  std::vector<double> amplitudes(half + 1);
  for (std::size_t k = 1; k <= half; ++k) {
    const double hz = static_cast<double>(k) * sample_rate / static_cast<double>(grid);
    amplitudes[k] = plain::amplitude_from_db(gain_db(hz)) * (k == half ? 1.0 : 2.0);
  }
  amplitudes[0] = 0.5 * amplitudes[1];  // the gain of the lowest frequency
  std::vector<double> cosines(grid);
  for (std::size_t i = 0; i < grid; ++i) {
    cosines[i] = plain::cosine_of_turns(static_cast<double>(i) / static_cast<double>(grid));
  }
  for (std::size_t n = 0; n < taps_.size(); ++n) {
    double sum = 0.0;
    for (std::size_t k = 0; k <= half; ++k) {
      sum += amplitudes[k] * cosines[k * n & (grid - 1)];
    }
    const double place = static_cast<double>(n) / (2.0 * static_cast<double>(taps_.size()));
    const double window = 0.5 + 0.5 * plain::cosine_of_turns(place);
    taps_[n] = static_cast<float>(sum / static_cast<double>(grid) * window);
  }
}

void LinearPhaseFilter::apply(Audio& audio) const {
  const std::size_t reach = taps_.size() - 1;
  const std::size_t frames = audio.frames();
  const std::size_t blocks = (frames + kBlock - 1) / kBlock;
  std::vector<float> padded(reach + blocks * kBlock + reach);
  std::vector<float> filtered(blocks * kBlock);
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<float> channel = audio.channel(c);
    std::ranges::copy(channel, padded.begin() + static_cast<std::ptrdiff_t>(reach));
    for (std::size_t block = 0; block < blocks; ++block) {
      filter_block(padded.data() + reach + block * kBlock, taps_.data(), taps_.size(),
                   filtered.data() + block * kBlock);
    }
    std::copy_n(filtered.begin(), frames, channel.begin());
  }
}

}  // namespace fairground
