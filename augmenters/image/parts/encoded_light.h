// Between linear light and the encoded values that cameras process, in floats, without rounding to codes.
#pragma once

#include <span>

namespace fairground {

/// sRGB-encodes linear light in place (IEC 61966-2-1:1999, section 5.2), within 5e-7 of the exact function. Nothing is
/// cut: beyond white the curve goes on as its tangent there, and below black it is mirrored, f(-x) = -f(x), so that
/// noise around black stays symmetric.
void encode_light(std::span<float> samples);

/// The way back, likewise in place: within 5e-7 of the exact function where that is encoded again. There and back
/// moves linear light of x from -2 to 2 by at most 3e-6 (|x| + 0.01).
void decode_light(std::span<float> samples);

/// One value each, within 1e-15 of the exact function, for tables.
[[nodiscard]] double encoded_light(double linear);
[[nodiscard]] double decoded_light(double encoded);

/// What luma gives each channel, ITU-R BT.709-6, item 3.2. They add up to 1, and so does luminance in linear light.
inline constexpr float kLumaRed = 0.2126F;
inline constexpr float kLumaGreen = 0.7152F;
inline constexpr float kLumaBlue = 0.0722F;

/// Luma of encoded channels, or luminance of linear ones, into `luma`. A grey pixel gives exactly its own value.
void luma_of(std::span<const float> red, std::span<const float> green, std::span<const float> blue,
             std::span<float> luma);

}  // namespace fairground
