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

  /// All faces, the largest first, each with its mesh. May be called from several threads at once. The same picture
  /// gives the same landmarks whatever was asked before; they are rounded to quarters of a pixel of the network's own
  /// input, so that processors that round otherwise agree.
  [[nodiscard]] std::vector<Face> find(const Image& image) const;

 private:
  struct Networks;
  std::unique_ptr<Networks> networks_;
};

}  // namespace fairground
