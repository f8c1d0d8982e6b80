// What a photograph goes through, from the light on the scene to the file.
#pragma once

#include <optional>
#include <vector>

#include "augmenters/picture.h"
#include "pipeline/flow/scene.h"
#include "pipeline/media/image.h"

namespace fairground {

struct TakenPicture {
  Raster raster;  ///< as the steps left it
  /// Where the last step that changed anything wrote a file: that file, which decodes to the raster.
  std::optional<PictureFile::Written> written = {};
  PointMap point_map = {};              ///< from the source to the raster
  std::vector<StepMeasure> steps = {};  ///< what the steps found out, those that did
  /// Of the subject's skin before light, camera and file, where it is known.
  std::optional<ApparentTone> tone = {};
};

/// Runs the steps over a source. Row operations that follow each other, and the encoding if it follows them, are one
/// pass over the rows. What steps of the file stage get, and what is left where none of them is, has `bits` per sample.
/// `skin` is what is known of the source's, or nullptr where nobody asked. Throws GateError where a step needs skin
/// that is not found, or where its result must not enter the set.
[[nodiscard]] TakenPicture take_picture(const std::vector<ReadyStep>& steps, const Image& source,
                                        const PictureLabels& labels, int bits, const SkinFacts* skin = nullptr);

/// Runs the row operations over a picture in one pass and encodes its rows.
[[nodiscard]] Raster render_rows(const Image& image, const std::vector<RowOperation>& operations, int bits);

}  // namespace fairground
