// A curve of linear light as a table.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace fairground {

/// A curve that never falls, from black to black and from white to white, in straight pieces: one up to 2^-16, and then
/// 128 to each octave of linear light. The piece that a sample lies in is read from its bits as a float, without a root
/// or a power, so that any curve costs the same. Beyond white light stays what it is, and below black the curve is
/// mirrored.
class CurveTable {
 public:
  /// From its start to the start of the next.
  struct Piece {
    float value;  ///< at the start
    float slope;
  };

  /// `curve` is smooth, with curve(0) = 0 and curve(1) = 1. It is asked for 16 values in each octave, and a cubic
  /// through four of them gives those between.
  explicit CurveTable(const std::function<double(double)>& curve);

  void apply(std::span<float> samples) const;

 private:
  std::vector<Piece> pieces_;
};

}  // namespace fairground
