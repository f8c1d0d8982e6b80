// The curves of ICC profiles, in plain arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fairground {

inline constexpr std::size_t kIccHeaderBytes = 128;  ///< after which the table of tags begins

/// The light of codes from 0 to 1 by the curve in the tag of this signature: sampled, a power, or parametric of the
/// types 0 to 4. Throws ItemError where it is missing or damaged, of another form, or leads to light without end.
[[nodiscard]] std::vector<float> light_of_curve(std::span<const std::byte> profile, std::uint32_t signature,
                                                const std::vector<float>& codes);

}  // namespace fairground
