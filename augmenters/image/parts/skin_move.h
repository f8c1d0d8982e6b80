// Where the tone of skin may be moved to, and how.
//
// Skin is moved by a constant shift in optical density per channel, -ln(linear light), as more of a pigment would do by
// the modified Beer-Lambert law (Tsumura, Haneishi and Miyake, "Independent-component analysis of skin color image",
// JOSA A 16(9), 1999): linear light times exp(-weight * shift). Shading and texture are factors and stay. Weights scale
// the shift and do not mix moved with unmoved light: so a shift can be taken back exactly, and gradients suffer less at
// the edge (at 1.5, a correlation of 0.967 against 0.952 on a portrait), while rims are about as many.
#pragma once

#include <array>

#include "augmenters/image/parts/skin_patch.h"
#include "pipeline/core/random.h"
#include "pipeline/measure/apparent_tone.h"
#include "pipeline/measure/cie_lab.h"
#include "pipeline/measure/noise_level.h"
#include "pipeline/media/image.h"

namespace fairground {

/// A colour in CIE L*, C*ab and h_ab, for D65.
struct SkinColour {
  double lightness = 0.0;
  double chroma = 0.0;
  double hue_deg = 0.0;
};

[[nodiscard]] inline SkinColour colour_of(const ApparentTone& tone) {
  return {tone.lightness, tone.chroma, tone.hue_deg};
}

[[nodiscard]] CieLab lab_of(const SkinColour& colour);

/// How far apart two hues are, either way round, in degrees.
[[nodiscard]] double difference_in_hue(double a, double b);

/// A difference in optical density: red, green, blue. Positive is darker.
using OdShift = std::array<double, 3>;

/// Along which photographed tones differ, of length 1: the darkest less the lightest 5 % of 739 portraits of the
/// Chicago Face Database (Ma, Correll and Wittenbrink, 2015), in optical density. Empirical.
inline constexpr OdShift kToneDirection = {0.494, 0.576, 0.651};

/// What skin of the colour `own` gets at another lightness: chroma and hue go part of the way to what is photographed
/// there, all the sooner the smaller the change is. Empirical.
[[nodiscard]] SkinColour eased_colour(const SkinColour& own, double lightness);

/// The shift from one colour to another, both within the gamut of sRGB.
[[nodiscard]] OdShift shift_between(const SkinColour& from, const SkinColour& to);
/// The colour that a shift makes of another.
[[nodiscard]] SkinColour shifted(const SkinColour& from, const OdShift& shift);
[[nodiscard]] double length_of(const OdShift& shift);

/// What makes up for noise that a darkened face has lost. Lightened pixels get none.
class SkinGrain {
 public:
  /// The draws of a pixel hang on its place in the picture and on nothing else.
  SkinGrain(const SkinPatch& patch, const NoiseLevelFunction& noise, const RandomStream& stream);

 private:
  friend void move_skin(const SkinPatch&, const OdShift&, const SkinGrain&, Image&);
  std::array<Plane, 3> normals_ = {};  ///< empty where there is no noise
  NoiseLevelFunction noise_;
};

/// Puts the patch into the picture with its skin moved. With light v and gain g, noise of variance g^2 V(v) is left
/// where the source itself would have V(g v): the difference is added. Pixels without weight keep their bits.
void move_skin(const SkinPatch& patch, const OdShift& shift, const SkinGrain& grain, Image& image);

}  // namespace fairground
