// The largest sample of a stretch, which is asked for often and decides what work can be left out.
#pragma once

#include <span>

namespace fairground {

/// The largest absolute value, 0 of nothing.
[[nodiscard]] float peak(std::span<const float> samples);

}  // namespace fairground
