// A face in a picture.
#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/media/picture_labels.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// MediaPipe's canonical face has so many landmarks, in the order of its face mesh.
inline constexpr std::size_t kFaceMeshPoints = 468;

struct Face {
  /// Around the face from the forehead, about where hair begins, to the chin, without ears; upright also where the face
  /// is not. It may reach beyond the picture. `label` is empty.
  Box box;
  double score = 0.0;  ///< the detector's, 0 to 1
  /// kFaceMeshPoints landmarks, or empty of a detector that knows none.
  std::vector<PixelPoint> mesh = {};
  double mesh_score = 0.0;  ///< how sure the mesh is that there is a face, 0 to 1
};

}  // namespace fairground
