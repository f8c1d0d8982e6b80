// Hands, by the colours of the face that they belong to.
#pragma once

#include <vector>

#include "pipeline/measure/face_outline.h"
#include "pipeline/measure/skin_colour.h"
#include "pipeline/measure/skin_shapes.h"
#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// One hand, or what is seen of an arm.
struct Hand {
  ColourField field;
  Shape skin;
};

struct Hands {
  std::vector<Hand> sure;
  /// The area of what has a hand's size and colours but may be something else, in squares of the face's width.
  double doubtful = 0.0;
};

/// Pieces of skin's colours that lie apart from the head, within reach of its arms. `law` is of the face's colours, and
/// `head` marks what is known as its skin. A piece is surely a hand where it is of the face's own chroma in the mean,
/// is shaded as round things are, and ends all around: colours of skin that go on are wood or a wall.
/// Where there are `others`, the boxes of other people's faces, no hand is surely the subject's.
[[nodiscard]] Hands find_hands(const Image& image, const FaceOutline& outline, const ColourLaw& law, const Mask& head,
                               const std::vector<Box>& others);

}  // namespace fairground
