#include "pipeline/flow/picture_path.h"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/moved_labels.h"

namespace fairground {
namespace {

/// What all steps together say of the shot, before the first of them starts.
ShotDeclaration declaration_of(const std::vector<ReadyStep>& steps) {
  ShotDeclaration declared;
  for (const ReadyStep& ready : steps) {
    if (ready.step->augmenter->declare) {
      ready.step->augmenter->declare(declared, *ready.values);
    }
  }
  return declared;
}

/// A picture on its way. It is linear light or codes, and row operations wait until something needs their result.
class PicturePath {
 public:
  PicturePath(const std::vector<ReadyStep>& steps, const Image& source, const PictureLabels& labels, int bits,
              const SkinFacts* skin)
      : source_(source), labels_(labels), bits_(bits), skin_(skin) {
    if (skin_ != nullptr) {
      taken_.tone = skin_->tone;
    }
    shot_.declared = declaration_of(steps);
    if (shot_.declared.illuminance_lux) {
      shot_.exposure = expose(*shot_.declared.illuminance_lux, shot_.declared.programme.value_or(ExposureProgramme{}));
    }
  }

  void run(const ReadyStep& ready) {
    if (ready.step->augmenter->schema.needs_skin) {
      check_skin(ready.step->augmenter->schema.name);
    }
    if (ready.step->rows) {
      if (raster_) {
        make_light();
      }
      rows_.push_back(ready.step->rows(shot(), *ready.values, ready.random));
      row_names_.push_back(ready.step->augmenter->schema.name);
    } else if (ready.step->picture) {
      make_light();
      const Shot seen = shot();  // before the picture is moved out of here
      Picture picture{std::move(*image_), seen, {}, {ready.step->augmenter->schema.name, {}}};
      picture.shot.skin = ready.step->augmenter->schema.needs_skin ? skin_ : nullptr;
      ready.step->picture(picture, *ready.values, ready.random);
      image_ = std::move(picture.image);
      note(std::move(picture.measure), picture.point_map);
      if (picture.tone) {
        taken_.tone = picture.tone;
      }
    } else {
      make_codes();
      const Shot seen = shot();
      PictureFile file{std::move(*raster_), seen, {}, {ready.step->augmenter->schema.name, {}}};
      ready.step->file(file, *ready.values, ready.random);
      raster_ = std::move(file.raster);
      note(std::move(file.measure), file.point_map);
      if (!file.is_unchanged) {
        taken_.written = std::move(file.written);
      }
    }
  }

  [[nodiscard]] TakenPicture finish() {
    make_codes();
    taken_.raster = std::move(*raster_);
    return std::move(taken_);
  }

 private:
  void check_skin(const std::string& step) const {
    if (skin_ == nullptr) {
      throw std::logic_error(step + ": nobody looked for skin");
    }
    if (!skin_->region) {
      throw GateError(step + ": " + skin_->refusal, skin_->refusal_figure);
    }
  }

  [[nodiscard]] const Image& light() const { return image_ ? *image_ : source_; }

  [[nodiscard]] Shot shot() {
    Shot shot = shot_;
    shot.width = raster_ ? raster_->codes.cols : light().width;
    shot.height = raster_ ? raster_->codes.rows : light().height;
    // A file may have no grey, and then it comes back in colour.
    shot.channels = raster_ ? (raster_->codes.channels() == 1 ? 1 : 3) : light().channels;
    shot.labels = &labels({shot.width, shot.height});
    return shot;
  }

  /// Of the picture as it is now. They are moved from the source at once, so that no rounding adds up.
  [[nodiscard]] const PictureLabels& labels(PictureSize size) {
    const PictureSize source{source_.width, source_.height};
    if (taken_.point_map.is_identity() && size == source) {
      return labels_;
    }
    if (!moved_labels_) {
      moved_labels_ = moved_labels(labels_, taken_.point_map, source, size);
    }
    return *moved_labels_;
  }

  void note(StepMeasure measure, const PointMap& point_map) {
    if (!point_map.is_identity()) {
      taken_.point_map.then(point_map);
      moved_labels_.reset();
    }
    if (!measure.is_empty()) {
      taken_.steps.push_back(std::move(measure));
    }
  }

  /// The operations that wait have been run.
  void forget_rows() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].found) {
        note({row_names_[i], rows_[i].found()}, {});
      }
    }
    rows_.clear();
    row_names_.clear();
  }

  /// Leaves `image_` with all that has been done so far.
  void make_light() {
    if (raster_) {
      image_ = to_linear(*std::exchange(raster_, std::nullopt));
      taken_.written.reset();
      return;
    }
    if (!image_) {
      image_ = source_;
    }
    for (int y = 0; y < image_->height; ++y) {
      for (const RowOperation& operation : rows_) {
        operation(image_->row(y));
      }
    }
    forget_rows();
  }

  /// Leaves `raster_` with all that has been done so far.
  void make_codes() {
    if (raster_) {
      return;
    }
    raster_ = render_rows(light(), rows_, bits_);
    image_.reset();
    forget_rows();
  }

  const Image& source_;
  const PictureLabels& labels_;
  const int bits_;
  const SkinFacts* skin_;
  Shot shot_;
  std::optional<PictureLabels> moved_labels_;  ///< since something moved last, once a step asked for them
  std::optional<Image> image_;                 ///< linear light, where it is no longer the source's
  std::optional<Raster> raster_;
  std::vector<RowOperation> rows_;  ///< that wait
  std::vector<std::string> row_names_;
  TakenPicture taken_;
};

/// Begins to bring them near while something else is worked on. A picture comes from far memory, and the processor does
/// not see by itself which row is next.
void fetch(std::span<const float> samples) {
#if defined(__GNUC__)
  constexpr std::size_t kLine = 64 / sizeof(float);  // of the cache
  for (std::size_t i = 0; i < samples.size(); i += kLine) {
    __builtin_prefetch(&samples[i]);
  }
#endif
}

}  // namespace

TakenPicture take_picture(const std::vector<ReadyStep>& steps, const Image& source, const PictureLabels& labels,
                          int bits, const SkinFacts* skin) {
  PicturePath path(steps, source, labels, bits, skin);
  for (const ReadyStep& ready : steps) {
    path.run(ready);
  }
  return path.finish();
}

Raster render_rows(const Image& image, const std::vector<RowOperation>& operations, int bits) {
  Raster raster = make_raster(image, bits);
  // The last operation may have the encoding in it.
  const CodeTables* codes = bits == 8 && !operations.empty() ? operations.back().codes.get() : nullptr;
  const std::span<const RowOperation> before(operations.data(), operations.size() - (codes != nullptr ? 1U : 0U));
  std::vector<float> buffer(image.row_size());
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.row(y).data(), buffer.size(), buffer.data());
    if (y + 1 < image.height) {
      fetch(image.row(y + 1));
    }
    const ImageRow row{y, image.width, image.channels, buffer};
    for (const RowOperation& operation : before) {
      operation(row);
    }
    if (codes != nullptr) {
      put_row(row, raster, *codes);
    } else {
      put_row(row, raster);
    }
  }
  return raster;
}

}  // namespace fairground
