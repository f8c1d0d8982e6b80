// Something small that rings in its modes when it is struck, each a sine that decays (van den Doel and Pai, "The sounds
// of physical shapes", Presence 7, 1998): a cup, the housing of a motor.
#pragma once

#include <array>
#include <span>

namespace fairground {

struct RingingMode {
  double hz = 0.0;
  double rings_s = 0.0;  ///< until it has fallen by 60 dB
  double amplitude = 0.0;
};

class StruckBody {
 public:
  static constexpr std::size_t kMostModes = 8;

  /// Modes near and above half the rate are left out.
  StruckBody(std::span<const RingingMode> modes, int sample_rate);

  /// A blow between two samples, `late` before the coming one, 0 to 1: so that blows keep their rhythm at any rate.
  void strike(double strength, double late);
  /// Adds what sounds on. Whoever rings on for long without a blow wastes time on numbers next to nothing.
  void ring(std::span<float> out);

  /// Energy of one blow of strength 1, in squares times seconds, if its modes lie well apart.
  [[nodiscard]] double energy() const;

 private:
  using Row = std::array<double, kMostModes>;

  Row real_{};
  Row imaginary_{};
  Row turn_real_{};  ///< what a sample does to a mode: a turn in the complex plane, and a little decay
  Row turn_imaginary_{};
  Row amplitude_{};
  Row turns_{};  ///< per sample
  Row decay_{};  ///< nepers per sample
  double rate_ = 0.0;
};

}  // namespace fairground
