#include "pipeline/media/icc_fault.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"

namespace fairground {

void refuse_profile(const std::string& what) {
  throw ItemError("its ICC profile " + what + "; convert the picture to sRGB");
}

std::string signature_text(std::uint32_t signature) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto c = static_cast<char>(signature >> static_cast<unsigned>(shift) & 0xFFU);
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  while (text.ends_with(' ')) {
    text.pop_back();
  }
  return text;
}

void require_light(const std::vector<float>& light) {
  constexpr float kBrightest = 100.0F;  // times white; no real profile reaches 3
  if (!std::ranges::all_of(light, [](float value) { return std::abs(value) <= kBrightest; })) {
    refuse_profile("is damaged: it leads to light without end");
  }
}

}  // namespace fairground
