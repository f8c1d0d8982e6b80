// Faces and their landmarks, by the networks BlazeFace and FaceMesh.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "pipeline/measure/face.h"
#include "pipeline/media/image.h"

namespace fairground {

/// Bazarevsky et al., "BlazeFace" (2019), and Kartynnik et al., "Real-time facial surface geometry" (2019), run by
/// OpenCV's DNN module.
class FaceLandmarks {
 public:
  /// A folder with blazeface.onnx and facemesh.onnx. Throws UserError where they cannot be loaded or are of other
  /// shapes.
  explicit FaceLandmarks(const std::filesystem::path& folder);
  ~FaceLandmarks();
  FaceLandmarks(const FaceLandmarks&) = delete;
  FaceLandmarks& operator=(const FaceLandmarks&) = delete;

  /// All faces, the largest first, each with its mesh, whose points may lie beyond the picture. None in a picture of
  /// fewer than 16 pixels a side. Faces are found from about a hundredth of the picture's longer side, but not below
  /// 20 pixels, up to the whole of it, and turned by up to 60 degrees.
  ///
  /// May be called from several threads at once. The same picture gives the same landmarks whatever was asked before.
  /// They are rounded to quarters of a pixel of the network's own input, and scores to hundredths, so that processors
  /// which round otherwise agree on nearly all.
  [[nodiscard]] std::vector<Face> find(const Image& image) const;

 private:
  struct Networks;
  std::unique_ptr<Networks> networks_;
};

}  // namespace fairground
