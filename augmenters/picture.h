// What the steps of pictures work on, and what they know of each other.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/step_measure.h"
#include "pipeline/measure/skin_region.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_labels.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// How a camera exposes by itself: at its lowest ISO until the time gets too long for a hand, then at a higher one, and
/// where that is not enough, too dark.
struct ExposureProgramme {
  double f_number = 1.8;
  double lowest_iso = 50.0;
  double highest_iso = 3200.0;
  double longest_time_s = 1.0 / 15.0;
};

/// What the steps of a shot declare before the first of them starts, so that light and camera meet although they may
/// stand on different axes.
struct ShotDeclaration {
  std::optional<double> illuminance_lux;       ///< on what is photographed
  std::optional<ExposureProgramme> programme;  ///< of the camera that takes it
};

/// How a camera exposes under some illuminance.
struct Exposure {
  double illuminance_lux = 0.0;
  double time_s = 0.0;
  double iso = 0.0;
  double ev = 0.0;  ///< how much darker than rightly exposed the picture gets, in stops, at most 0
};

/// By ISO 2720:1974, 6.2.2, for incident light: N^2 / t = E S / C with C = 250 lx s. Beyond what the programme can
/// reach, the picture gets darker. Light is never too much: the time gets as short as it must.
[[nodiscard]] Exposure expose(double illuminance_lux, const ExposureProgramme& programme);

/// The shot that the steps of one variant are about.
struct Shot {
  int width = 0;     ///< of the picture that this step sees, in pixels
  int height = 0;    ///< likewise
  int channels = 0;  ///< 3 (red, green, blue) or 1 (grey)
  ShotDeclaration declared = {};
  /// Where the illuminance is declared: how the declared camera exposes, or a typical phone if none is.
  std::optional<Exposure> exposure = {};
  /// What is known of the picture that this step sees, moved with all that moved before; nullptr where nothing is. Of
  /// row operations, valid while they are made and not while they run.
  const PictureLabels* labels = nullptr;
  /// Of steps that need it (see StepSchema::needs_skin), what is known of the skin in the source; otherwise nullptr.
  /// These steps come before all that moves anything.
  const SkinFacts* skin = nullptr;

  /// Half the diagonal, in pixels: the unit of many models of lenses.
  [[nodiscard]] double half_diagonal() const;
};

/// Of a pixel-wise step: changes one row in place. Rows come in any order, each once, from one thread.
struct RowOperation {
  std::function<void(const ImageRow&)> change;
  /// What is known when all rows are done. It goes into the record. May be absent.
  std::function<std::vector<std::pair<std::string, double>>()> found = {};
  /// Of a curve on linear light: the curve together with the encoding to codes of 8 bits, which is all that is run
  /// where nothing stands between the two. The codes are the same as without. May be absent.
  std::shared_ptr<const CodeTables> codes = {};

  template <std::invocable<const ImageRow&> Change>
  RowOperation(Change change_row) : change(std::move(change_row)) {}  // implicit, as most are a lambda and nothing else
  RowOperation(std::function<void(const ImageRow&)> change_row,
               std::function<std::vector<std::pair<std::string, double>>()> found_out)
      : change(std::move(change_row)), found(std::move(found_out)) {}
  RowOperation(std::function<void(const ImageRow&)> change_row, std::shared_ptr<const CodeTables> curve_codes)
      : change(std::move(change_row)), codes(std::move(curve_codes)) {}

  void operator()(const ImageRow& row) const { change(row); }
};

/// What a step works on that sees the whole picture, in linear light.
struct Picture {
  Image image;
  Shot shot;
  /// What this step does to places. It starts as doing nothing; the renderer applies it to all labels.
  PointMap point_map = {};
  /// What this step found out. The renderer collects it.
  StepMeasure measure = {};
  /// The apparent tone of the subject's skin in `image`, where the step changed and measured it.
  std::optional<ApparentTone> tone = {};
};

/// What a step of the file stage works on: codes, as they decode from a file.
struct PictureFile {
  Raster raster;
  Shot shot;
  PointMap point_map = {};
  StepMeasure measure = {};
  /// The file that `raster` decodes from, if this step wrote one. If it is the last step that changed anything and in
  /// the format of the output, these bytes are what is written.
  struct Written {
    ImageContainer container = ImageContainer::jpeg;
    Bytes bytes;
  };
  std::optional<Written> written = {};
  /// This step left `raster` as it was, so that it is still what the file of a step before decodes to.
  bool is_unchanged = false;
};

}  // namespace fairground
