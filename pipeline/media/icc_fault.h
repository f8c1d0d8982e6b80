// What is wrong with an ICC profile, for the files icc_*.cpp alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fairground {

/// Throws ItemError. `what` goes on after "its ICC profile".
[[noreturn]] void refuse_profile(const std::string& what);

/// The four letters that a signature stands for, without spaces at the end; what cannot be shown is a question mark.
[[nodiscard]] std::string signature_text(std::uint32_t signature);

/// Throws ItemError where light is damaged: curves with hostile parameters can lead anywhere, and to what is no number.
void require_light(const std::vector<float>& light);

}  // namespace fairground
