// What brings recordings to another rate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fairground {

/// `polyphase` is the project's own filter for ratios of whole numbers up to 1000, `libsamplerate` that library's best
/// converter, which takes any ratio and some hundred times as long.
enum class Resampler : std::uint8_t { polyphase, libsamplerate };
inline constexpr std::array kAllResamplers = {Resampler::polyphase, Resampler::libsamplerate};

[[nodiscard]] constexpr const char* to_string(Resampler resampler) {
  return resampler == Resampler::polyphase ? "polyphase" : "libsamplerate";
}

}  // namespace fairground
