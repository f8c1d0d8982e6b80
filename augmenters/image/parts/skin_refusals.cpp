#include "augmenters/image/parts/skin_refusals.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "augmenters/image/parts/skin_rims.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/measure/photographed_hue.h"

namespace fairground {
namespace {

/// A figure as messages have it, and a share or a correlation, which differ sooner.
std::string figure(double value) { return shortest(std::round(value * 100.0) / 100.0); }
std::string fine_figure(double value) { return shortest(std::round(value * 1e4) / 1e4); }

[[noreturn]] void refuse(const std::string& message, const std::string& gate, double value, double limit) {
  throw GateError("skin.tone: " + message, {gate, value, limit});
}

}  // namespace

void check_skin_source(const SkinLimits& limits, const SkinFacts& skin, int channels) {
  if (channels != 3) {
    refuse("the picture is grey, so that its skin has no tone", "skin_colour", channels, 3.0);
  }
  const SkinRegion& region = *skin.region;
  const ApparentTone& own = *skin.tone;
  if (own.hue_deg < kLeastSkinHueDeg || own.hue_deg > kMostSkinHueDeg) {
    refuse("the skin has a hue of " + figure(own.hue_deg) + " degrees, and skin in neutral light has " +
               figure(kLeastSkinHueDeg) + " to " + figure(kMostSkinHueDeg) +
               "; the light is coloured or the white balance is off, so use a neutral photograph",
           "skin_source_hue", own.hue_deg, own.hue_deg < kLeastSkinHueDeg ? kLeastSkinHueDeg : kMostSkinHueDeg);
  }
  // Of the mask. Whole masks of rendered heads measure 0, and those of two portraits 0.0068 at the most, drawn or
  // found; without ears, which are 2 % of a head's skin, the portraits measure 0.021 and more
  // (tests/measure/missed_skin_test.cpp has the heads).
  constexpr double kMostMissed = 0.01;
  if (const double missed = skin.missed_skin_fraction.value_or(0.0); missed > kMostMissed) {
    refuse("skin beside the mask is a share of " + fine_figure(missed) + " of it, and " + figure(kMostMissed) +
               " is allowed, since what is left out would stay as it is; take in all visible skin, ears and neck too",
           "skin_missed", missed, kMostMissed);
  }
  if (region.source == MaskSource::supplied) {
    return;
  }
  const double width = region.face_width_px.value_or(0.0);
  if (width < limits.face_width_px) {
    refuse("the face is " + figure(width) + " px wide, and a mask that was found needs " +
               figure(limits.face_width_px) + "; supply a mask, or lower `face_width_px`",
           "skin_face_width", width, limits.face_width_px);
  }
}

void check_skin_limits(const SkinLimits& limits, const SkinRegion& region, double own, double wanted, double slack) {
  const double change = wanted - own;
  const std::string from_to = "from L* " + figure(own) + " to " + figure(wanted);
  if (-change > limits.darker + slack) {
    refuse(from_to + " is " + fine_figure(-change) + " darker, and `darker` allows " + figure(limits.darker) +
               "; widen it, or ask for less",
           "skin_limit_darker", -change, limits.darker);
  }
  if (change > limits.lighter + slack) {
    refuse(from_to + " is " + fine_figure(change) + " lighter, and `lighter` allows " + figure(limits.lighter) +
               "; widen it, or ask for less",
           "skin_limit_lighter", change, limits.lighter);
  }
  if (region.source != MaskSource::supplied && std::fabs(change) > limits.automatic + slack) {
    refuse(from_to + " is " + fine_figure(std::fabs(change)) + ", and `automatic` allows " + figure(limits.automatic) +
               " with a mask that nobody has looked at; look at the mask and supply it, or widen the limit",
           "skin_limit_automatic", std::fabs(change), limits.automatic);
  }
  if (wanted < limits.lowest - slack) {
    refuse(from_to + " is below `lowest`, " + figure(limits.lowest) + "; widen it, or ask for less",
           "skin_limit_lowest", wanted, limits.lowest);
  }
  if (wanted > limits.highest + slack) {
    refuse(from_to + " is above `highest`, " + figure(limits.highest) + "; widen it, or ask for less",
           "skin_limit_highest", wanted, limits.highest);
  }
}

void check_skin_shift(double own, double reached, double length) {
  constexpr double kRounding = 1e-3;  // the direction has length 1 to so many digits
  if (length > kMostSkinShiftOd + kRounding) {
    refuse("from L* " + figure(own) + " to " + figure(reached) + " takes a shift of " + figure(length) +
               " in optical density, and no limit allows more than " + figure(kMostSkinShiftOd) +
               "; ask for a smaller change",
           "skin_limit_shift", length, kMostSkinShiftOd);
  }
}

void check_skin_noise(double ratio) {
  constexpr double kMostNoise = 1.5;
  if (ratio > kMostNoise) {
    refuse("the skin would have " + figure(ratio) +
               " times the noise that the photograph has where it is as light, and " + figure(kMostNoise) +
               " times are allowed; ask for darker skin, or use a cleaner photograph",
           "skin_noise_ratio", ratio, kMostNoise);
  }
}

void check_moved_skin(const SkinColour& wanted, const ApparentTone& tone, const SkinFigures& figures,
                      const std::optional<double>& rims, bool has_edge) {
  constexpr double kMostRims = 0.15;    // see skin_rims.h
  constexpr double kMostMiss = 1.5;     // in L*
  constexpr double kMostHueMiss = 3.0;  // in degrees
  constexpr double kMostClipped = 0.01;
  constexpr double kLeastCorrelation = 0.95;
  constexpr int kEnoughLevels = 64;
  // Across 64 pixels, smooth shading has about as many levels as pixels: smaller skin may lack some for want of pixels,
  // and not for want of light.
  constexpr std::size_t kSmallSkin = std::size_t{64} * 64;
  // And no skin is asked for more than its source has: evenly lit skin has fewer the darker it is, and would be refused
  // for its tone and not for banding.
  if (const double miss = std::fabs(tone.lightness - wanted.lightness); miss > kMostMiss) {
    refuse("the skin has L* " + figure(tone.lightness) + " where " + figure(wanted.lightness) +
               " was wanted; ask for a smaller change, or mend the mask",
           "skin_target_lightness", miss, kMostMiss);
  }
  if (const double miss = difference_in_hue(tone.hue_deg, wanted.hue_deg); miss > kMostHueMiss) {
    refuse("the skin has a hue of " + figure(tone.hue_deg) + " degrees where " + figure(wanted.hue_deg) +
               " was aimed at; ask for a smaller change, or mend the mask",
           "skin_target_hue", miss, kMostHueMiss);
  }
  if (figures.changed_outside > 0) {
    refuse("samples outside the mask have changed", "skin_outside", static_cast<double>(figures.changed_outside), 0.0);
  }
  if (figures.clipped_fraction > kMostClipped) {
    refuse("a share of " + fine_figure(figures.clipped_fraction) + " of the skin is at white, and " +
               shortest(kMostClipped) + " is allowed; ask for less light skin, or use a photograph with less",
           "skin_clipped", figures.clipped_fraction, kMostClipped);
  }
  if (!figures.gradient_correlation) {
    refuse(
        "the skin has no gradients of luminance, so that nothing tells whether its structure stays; use a photograph "
        "in which it has some",
        "skin_gradient_correlation", 0.0, kLeastCorrelation);
  }
  if (*figures.gradient_correlation < kLeastCorrelation) {
    refuse("the gradients of the skin's log luminance correlate by " + fine_figure(*figures.gradient_correlation) +
               " with those of the source, and " + shortest(kLeastCorrelation) +
               " is needed, so that its structure stays; ask for a smaller change",
           "skin_gradient_correlation", *figures.gradient_correlation, kLeastCorrelation);
  }
  if (!rims && has_edge) {
    refuse(
        "the mask has an edge, and none of it can be looked at for rims; use a larger picture, or mend the mask, which "
        "may be too thin or too faint",
        "skin_rims", 0.0, kMostRims);
  }
  if (rims && *rims > kMostRims) {
    refuse("rims show on a share of " + fine_figure(*rims) + " of the mask's edge, and " + figure(kMostRims) +
               " is allowed; ask for a smaller change, or mend the mask's edge (hair, ears, neck)",
           "skin_rims", *rims, kMostRims);
  }
  const int of_source = figures.pixels < kSmallSkin ? (figures.levels_before + 1) / 2 : 3 * figures.levels_before / 4;
  const int needed = std::min(kEnoughLevels, of_source);
  if (figures.levels < needed) {
    refuse("the skin has " + std::to_string(figures.levels) + " levels of luminance, and " + std::to_string(needed) +
               " are needed; ask for lighter skin, or use a photograph with more",
           "skin_levels", figures.levels, needed);
  }
  if (tone.hue_deg < kLeastSkinHueDeg || tone.hue_deg > kMostSkinHueDeg) {
    refuse("the skin would have a hue of " + figure(tone.hue_deg) + " degrees, beyond " + figure(kLeastSkinHueDeg) +
               " to " + figure(kMostSkinHueDeg) + " of what is photographed",
           "skin_hue", tone.hue_deg, tone.hue_deg < kLeastSkinHueDeg ? kLeastSkinHueDeg : kMostSkinHueDeg);
  }
}

}  // namespace fairground
