// The command `compare`: how near a synthetic noise comes to a recording of the place that it stands for.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairground {

// What the verdict allows; ours, and empirical: two stretches of 20 s of one made noise are within, and noises that
// differ in their spectrum, beat, range or tones are not (tests/e2e/compare_test.cpp).
inline constexpr double kMostBandDb = 3.0;        ///< of a third of an octave from 50 Hz, within 30 dB of the loudest
inline constexpr double kMostSpectrumDba = 1.5;   ///< of the mean difference, each band weighted by what of it is heard
inline constexpr double kMostRhythmRatio = 0.02;  ///< of the main rhythm's frequency
inline constexpr double kMostDepthRatio = 1.5;    ///< of its depth
inline constexpr double kMostRangeDb = 2.0;       ///< of L10 - L90
inline constexpr double kMostToneRatio = 0.01;    ///< of a tone's frequency, or 2 Hz
inline constexpr double kMostToneDb = 3.0;        ///< of its level

/// Measures the recording `real` and `synth`, which is a file of noise, or the folder of a finished run: then the noise
/// of each condition that adds noise and changes nothing else is compared, as the longest variant of it less its clean
/// reference. Other conditions are listed with the reason. Levels are brought together first. Prints a page, or with
/// `json` one object:
///
///   real           path, and the members of a character
///   comparisons    of each noise: name (a path, or the condition), path, the members of a character, and
///     offset_db    what the noise's A-weighted level lies above the recording's
///     bands        hz, real_db, synth_db (over the A-weighted level), difference_db, counts (for the verdict)
///     checks       name, real, synth, difference (dB; of the beat's frequency a share, of its depth the ratio; null
///     where
///                  one of them lacks it), allowed, holds
///     stands_in    whether all hold
///   not_compared   condition, reason
///
/// where a character has seconds (that were looked at), a_weighted_dbov, l10_db, l50_db, l90_db (over the mean level),
/// rhythms (hz, peak_hz, peak_depth), modulation (of each octave: low_hz, variance of the A-weighted power over its
/// mean) and tones (hz, db over the A-weighted level, over_db over the noise around).
/// Throws UserError with all mistakes.
void compare(const std::filesystem::path& real, const std::filesystem::path& synth, bool json, std::ostream& out);

}  // namespace fairground
