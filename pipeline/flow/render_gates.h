// What decoding a source and rendering its variants refuse for the same reason.
#pragma once

#include <string>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {

inline constexpr const char* kOutOfMemory = "not enough memory; use fewer --jobs, or smaller `limits` in the config";

/// Throws GateError; `whose` comes before what is said of it.
inline void check_clipping(const Gates& gates, double clipped_fraction, const std::string& whose = {}) {
  if (clipped_fraction > gates.clipped_fraction) {
    throw GateError(whose + "share of clipped samples is " + shortest(clipped_fraction) +
                        ", and gates: clipped_fraction allows " + shortest(gates.clipped_fraction),
                    GateFigure{"clipped_fraction", clipped_fraction, gates.clipped_fraction});
  }
}

}  // namespace fairground
