// How far apart two colours look.
#pragma once

#include "pipeline/measure/cie_lab.h"

namespace fairground {

/// The CIEDE2000 colour difference (CIE 142-2001) with all parametric factors 1, as written out by Sharma, Wu and
/// Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary test data, and mathematical
/// observations", Color Research and Application 30(1), 2005. About 1 is just seen. In plain arithmetic.
[[nodiscard]] double ciede2000(const CieLab& first, const CieLab& second);

}  // namespace fairground
