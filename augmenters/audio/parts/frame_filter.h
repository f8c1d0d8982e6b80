// Filters that change from frame to frame: the short-time spectrum, gains on its bins, and back, without delay.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// Eight Fourier transforms of one size at once, side by side: element k of transform l stands at 8 k + l. A power of
/// two of at least 2. The same bits on every CPU.
class LaneFourier {
 public:
  static constexpr std::size_t kLanes = 8;

  explicit LaneFourier(std::size_t size);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// X[k] = sum over n of x[n] e^(-2 pi i k n / size), in place and without a factor, but X[k] is left at place_of(k).
  void forward(std::span<float> real, std::span<float> imaginary) const;
  /// The same with a plus in the exponent. What goes in is in order.
  void inverse(std::span<float> real, std::span<float> imaginary) const {
    forward(imaginary, real);  // NOLINT(readability-suspicious-call-argument): changed over on purpose
  }
  /// The bits of k mirrored.
  [[nodiscard]] std::size_t place_of(std::size_t k) const { return places_[k]; }

 private:
  std::size_t size_;
  std::vector<float> real_, imaginary_;  // e^(-2 pi i k / size)
  std::vector<std::size_t> places_;
};

/// Frames of `size` samples, a power of two, that begin every `size` / 2 samples, the first of them half before the
/// clip. Their window is the root of Hann's, twice: gains of 1 give the signal back, within the rounding of float.
class FrameFilter {
 public:
  FrameFilter(const Audio& audio, std::size_t size);

  [[nodiscard]] std::size_t frames() const { return frames_; }
  [[nodiscard]] std::size_t bins() const { return fourier_.size() / 2 + 1; }
  /// Of these alone, no part lies outside the clip.
  [[nodiscard]] bool is_whole(std::size_t frame) const {
    return frame > 0 && (frame + 1) * (fourier_.size() / 2) <= audio_->frames();
  }

  /// Shows the power of each bin, the mean over channels, of the first `count` frames in order.
  using See = std::function<void(std::size_t frame, std::span<const float> power)>;
  void see(std::size_t count, const See& look) const;

  /// Asks for the gains of each frame, all 1 when it asks, and gives what becomes of the signal. All channels have the
  /// same gains, so that a stereo image stays where it is.
  using Decide = std::function<void(std::size_t frame, std::span<const float> power, std::span<float> gains)>;
  [[nodiscard]] Audio apply(const Decide& decide) const;

 private:
  static constexpr std::size_t kBatch = 2 * LaneFourier::kLanes;  // two real frames make one complex one
  struct Batch;

  void analyse(std::size_t first, Batch& batch) const;
  void synthesise(std::size_t first, Batch& batch, Audio& out) const;

  const Audio* audio_;
  LaneFourier fourier_;
  std::vector<float> window_;
  std::size_t frames_;
};

}  // namespace fairground
