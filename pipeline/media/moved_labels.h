// What becomes of a picture's labels where its contents move.
#pragma once

#include "pipeline/media/picture_labels.h"
#include "pipeline/media/point_map.h"

namespace fairground {

struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

/// The labels of a picture of size `before` as they lie in one of size `after` that `map` made of it. Where nothing
/// moves they are as they were.
///
/// A box becomes the smallest that holds its moved outline. Where it was tight around something in the mask (all
/// that is not 0, or the pixels of one code; each edge within a pixel), it is tight around the same in
/// the moved mask. Boxes are cut to the frame, and a box of which nothing is left in the frame is dropped, as a key
/// point outside of it is: so do users of COCO's format expect it.
///
/// Masks, depths and normals take for each pixel what is nearest to where it came from. A mask that shrinks takes what
/// most of the pixel was. What was outside of the picture is 0. Normals are moved and not turned, as no lens turns what
/// it sees by much.
[[nodiscard]] PictureLabels moved_labels(const PictureLabels& labels, const PointMap& map, PictureSize before,
                                         PictureSize after);

}  // namespace fairground
