// A picture that was sent by a messenger, and forwarded: each time it is made to fit a longest side and coded as a JPEG
// of low quality with colour at half the resolution.
//
// What services do changes by the month and is not published. The three of `service` are empirical and of the kind that
// was seen elsewhere: senders that fit 1600 pixels and code at 60 to 80, those that offer better, and small previews.

#include <algorithm>
#include <opencv2/core.hpp>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/file_codes.h"
#include "augmenters/image/parts/new_size.h"
#include "augmenters/image/parts/resize.h"
#include "pipeline/media/jpeg_codec.h"

namespace fairground {
namespace {

struct Service {
  double longest_side_px;
  double quality;
  bool operator==(const Service&) const = default;
};

constexpr Service kStandard{1600.0, 70.0};
constexpr Service kHighQuality{4096.0, 85.0};
constexpr Service kPreview{320.0, 50.0};

struct FileMessenger {
  Service service = kStandard;
  std::optional<double> longest_side_px;
  std::optional<double> quality;
  std::int64_t times = 2;
};

const ParameterTable<FileMessenger>& table() {
  using P = FileMessenger;
  static const auto instance =
      ParameterTable<P>()
          .choice("service", &P::service,
                  {{"standard", kStandard}, {"high_quality", kHighQuality}, {"preview", kPreview}},
                  "A kind of service, empirical: 1600 px at quality 70, 4096 px at 85, or 320 px at 50.")
          .number("longest_side_px", &P::longest_side_px, "px", {64.0, 16000.0},
                  "Length of the longer side, in place of the service's; smaller pictures keep their size.")
          .number("quality", &P::quality, "", {1.0, 100.0},
                  "Quality as libjpeg counts it, in place of the service's. A drawn one is rounded.")
          .integer("times", &P::times, "", {1.0, 10.0}, "How often it was sent.");
  return instance;
}

void apply(PictureFile& file, const FileMessenger& p, const StepRandom&) {
  const int quality = whole_quality(p.quality.value_or(p.service.quality));
  OpaqueCodes codes = take_off_alpha(to_eight_bits(std::move(file.raster)));
  const cv::Size old = codes.colour.codes.size();
  const cv::Size size = fitted_size(old, p.longest_side_px.value_or(p.service.longest_side_px));
  if (size != old) {
    codes.colour.codes = resize_codes(codes.colour.codes, size.width, size.height, ResizeKernel::area);
    if (!codes.alpha.empty()) {
      codes.alpha = resize_codes(codes.alpha, size.width, size.height, ResizeKernel::area);
    }
    file.point_map = resize_points(old.width, old.height, size.width, size.height);
  }
  Bytes bytes;
  for (std::int64_t i = 0; i < p.times; ++i) {
    bytes = encode_jpeg(codes.colour, quality, JpegSubsampling::s420);
    codes.colour = decode_own_image(bytes);
  }
  file.measure.values = {{"quality", quality},
                         {"bits_per_pixel", 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(size.area())},
                         {"resized_width_px", size.width},
                         {"resized_height_px", size.height}};
  file.raster = put_on_alpha(codes);
  if (codes.alpha.empty()) {
    file.written = PictureFile::Written{ImageContainer::jpeg, std::move(bytes)};
  }
}

const Registration registration(file_augmenter<FileMessenger>(
    {
        .name = "file.messenger",
        .summary = "Sent by a messenger and forwarded: made to fit a longest side, then JPEG, once or more often.",
        .source = "empirical",
        .media = Media::image,
        .stage = Stage::file,
        .version = 1,
        .identity = "none: it is always coded",
        .labels = "moves boxes, key points and masks with the size",
        .claim = "The file is the same to the byte as file.resize and then file.jpeg twice give, with the size and the "
                 "subsampling that were asked for.",
        .limits = "What services do changes by the month and is not published: the three of `service` are empirical.",
        .example = "small: [{file.messenger: {longest_side_px: 100, quality: 60}}]\n"
                   "forwarded: [{file.messenger: {quality: 20, times: 6}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
