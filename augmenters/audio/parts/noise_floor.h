// Steady noise under speech, bin by bin of a short-time spectrum.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace fairground {

/// The noise of each bin is taken to be the minimum of its smoothed power over a window, times a bias: Martin, "Noise
/// power spectral density estimation based on optimal smoothing and minimum statistics" (IEEE Transactions on Speech
/// and Audio Processing 9, 2001), simplified: the smoothing is constant, and the bias hangs on the window alone. The
/// mean of steady Gaussian noise is met within 0.3 dB, with frames of 8 to 16 ms and windows of 0.5 to 10 s.
class NoiseFloor {
 public:
  NoiseFloor(std::size_t bins, double frame_s, double window_s);

  [[nodiscard]] std::size_t window_frames() const { return kParts * part_frames_; }

  void take(std::span<const float> power);
  /// Silence, while no frame was seen.
  void write(std::span<float> noise) const;

 private:
  static constexpr std::size_t kParts = 8;     // of the window, as Martin's; it moves on by one of them at a time
  static constexpr std::size_t kAveraged = 8;  // frames, as many as the smoothing spans
  static constexpr float kMost = 1e30F;        // more than any power

  std::size_t part_frames_, seen_ = 0;
  float keep_, bias_;
  std::vector<float> smooth_;
  std::array<std::vector<float>, kParts> parts_;  // the minima of each, the newest last
  std::vector<float> older_;                      // the minima of all of them but the newest
};

}  // namespace fairground
