// Skin that hangs together with a face.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/measure/face_outline.h"
#include "pipeline/measure/skin_colour.h"
#include "pipeline/measure/skin_shapes.h"
#include "pipeline/media/image.h"

namespace fairground {

/// What is surely skin: the face without lips, brows and eyes, well inside its outline.
[[nodiscard]] Shape face_core(const ColourField& field, const FaceOutline& outline);

/// The part of a picture around a head, at a scale at which its face is some 200 pixels wide, or as it is.
[[nodiscard]] ColourField field_around(const Image& image, const FaceOutline& outline);

/// Skin as it was grown, and what tells how far it may be trusted.
struct GrownSkin {
  Shape skin;               ///< of the field's size, lips and brows included, eyes and mouth not
  ColourLaw law;            ///< of the colours of the face's core
  double oval_share = 0.0;  ///< of the face's outline without eyes and mouth, how much is skin
  double leak = 0.0;        ///< share of the skin's outline that lies at the bounds, where it would have gone on
  double separation = 0.0;  ///< by how much the colours on both sides of its outline differ, in deviations of the skin
};

[[nodiscard]] GrownSkin grow_skin(const ColourField& field, const FaceOutline& outline);

}  // namespace fairground
