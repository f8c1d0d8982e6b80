// Faces by cascades of simple features: the last resort.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "pipeline/measure/face.h"
#include "pipeline/media/image.h"

namespace fairground {

/// Viola and Jones, "Rapid object detection using a boosted cascade of simple features" (CVPR 2001), with the cascades
/// that come with OpenCV.
class FaceCascade {
 public:
  /// A folder with haarcascade_frontalface_alt2.xml and haarcascade_eye.xml. Throws UserError where they cannot be
  /// loaded.
  explicit FaceCascade(const std::filesystem::path& folder);
  ~FaceCascade();
  FaceCascade(const FaceCascade&) = delete;
  FaceCascade& operator=(const FaceCascade&) = delete;

  /// All faces in which an eye is seen, the largest first, without meshes: upright and frontal ones from 40 pixels in a
  /// picture of up to 2000, and in proportion in larger ones. The score is empirical. May be called from several threads
  /// at once.
  [[nodiscard]] std::vector<Face> find(const Image& image) const;

 private:
  struct Cascades;
  std::unique_ptr<Cascades> cascades_;
};

}  // namespace fairground
