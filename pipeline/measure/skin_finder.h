// Finds the visible skin of a picture's subject.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "pipeline/measure/skin_region.h"
#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// What automatic masks are found with. Where there is a folder of landmark models, cascades are not used.
struct SkinModels {
  std::filesystem::path landmarks = {};  ///< a folder with blazeface.onnx and facemesh.onnx; empty: none
  std::filesystem::path cascades = {};   ///< a folder with OpenCV's cascades; empty: none
};

/// The manifest's mask, or else skin grown from the face that landmarks or a cascade find, if just one person is meant.
class SkinFinder {
 public:
  /// Loads what the models need. Throws UserError where that fails.
  explicit SkinFinder(const SkinModels& models);
  ~SkinFinder();
  SkinFinder(const SkinFinder&) = delete;
  SkinFinder& operator=(const SkinFinder&) = delete;

  /// May be called from several threads at once. `codes` says what the manifest's mask means.
  [[nodiscard]] SkinFacts find(const Image& image, const PictureLabels& labels, const MaskCodes& codes) const;

 private:
  struct Models;
  std::unique_ptr<const Models> models_;
};

}  // namespace fairground
