// Pulses between samples, a buffer for each octave of a room.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "augmenters/audio/parts/shoebox_room.h"

namespace fairground {

/// By how many samples a pulse begins to rise before its place.
inline constexpr std::size_t kPulseLead = 31;

/// Pulses of every band in a buffer of its own. A pulse between two samples is a sinc under Kaiser's window.
class BandPulses {
 public:
  /// For pulses at 0 to before `frames`; `lead` samples, at least kPulseLead, stand before 0.
  BandPulses(std::size_t frames, std::size_t lead);

  /// At `position`, in samples, 0 or more. What lies behind the last frame is left out.
  void add(double position, const RoomBands& amplitude);

  /// `lead` and `frames` samples, and as many more as the last pulse reaches.
  [[nodiscard]] std::span<float> band(std::size_t b) { return bands_[b]; }

 private:
  std::size_t frames_;
  std::size_t lead_;
  std::array<std::vector<float>, kRoomBandsHz.size()> bands_;
};

}  // namespace fairground
