// Which part of a picture is the person.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "augmenters/image/parts/normal_field.h"
#include "augmenters/picture.h"

namespace fairground {

/// The picture's mask, of which every code but 0 belongs to the subject; or else the outline of a head, neck and
/// shoulders where head_of() supposes them. No real outline is just there, so its edge is wide, and lies mostly inside,
/// as light from behind wraps around a head: what is behind never looks as if it belonged to the subject. It does not
/// need the labels any more.
class SubjectRegion {
 public:
  /// From the subject to what is behind it takes `edge_px`.
  SubjectRegion(const Shot& shot, double edge_px);

  [[nodiscard]] bool is_known() const { return !weights_.empty(); }

  /// How much of each pixel of a row belongs to the subject, from 0 to 1.
  void row(int y, std::span<float> weight) const;

 private:
  std::vector<std::uint16_t> weights_;  ///< of a mask, 65535 is all
  HeadPlace head_;
  double edge_heads_;  ///< as half heights of the head
};

}  // namespace fairground
