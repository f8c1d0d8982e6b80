// What JPEG leaves of a picture (ITU-T T.81): colour at a part of the resolution, and 8 x 8 blocks whose frequencies
// are rounded in steps that libjpeg takes from the quality (the tables of annex K, scaled).
//
// A picture that is sent on is coded again and again. On the same grid of blocks and with the same tables it soon comes
// out as it went in; what keeps it changing is a grid that moves, as it does when somebody crops. `shift_px` moves the
// grid from one generation to the next, while the picture stays where it is; in the last, which is the file, it lies
// where it must.

#include <cmath>
#include <opencv2/core.hpp>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/file_codes.h"
#include "pipeline/media/jpeg_codec.h"

namespace fairground {
namespace {

struct FileJpeg {
  double quality = 85.0;
  JpegSubsampling subsampling = JpegSubsampling::s420;
  std::int64_t generations = 1;
  std::int64_t shift_px = 0;
};

const ParameterTable<FileJpeg>& table() {
  using P = FileJpeg;
  static const auto instance =
      ParameterTable<P>()
          .number("quality", &P::quality, "", {1.0, 100.0},
                  "Quality as libjpeg counts it; phones have some 85 to 95. A drawn one is rounded.")
          .choice(
              "subsampling", &P::subsampling,
              {{"4:4:4", JpegSubsampling::s444}, {"4:2:2", JpegSubsampling::s422}, {"4:2:0", JpegSubsampling::s420}},
              "Resolution of colour: whole, half along rows, or half both ways. Grey pictures have no colour.")
          .integer("generations", &P::generations, "", {1.0, 20.0}, "How often it is coded, each time from the last.")
          .integer("shift_px", &P::shift_px, "px", {0.0, 7.0},
                   "By how much the grid of blocks moves from one generation to the next; without it, generations "
                   "soon change nothing more.");
  return instance;
}

/// The picture with `edge` more rows above and columns to the left, which repeat its first ones.
cv::Mat with_edge(const cv::Mat& codes, int edge) {
  if (edge == 0) {
    return codes;
  }
  cv::Mat wider;
  cv::copyMakeBorder(codes, wider, edge, 0, edge, 0, cv::BORDER_REPLICATE);
  return wider;
}

void apply(PictureFile& file, const FileJpeg& p, const StepRandom&) {
  constexpr std::int64_t kBlock = 8;
  const int quality = whole_quality(p.quality);
  OpaqueCodes codes = take_off_alpha(to_eight_bits(std::move(file.raster)));
  const cv::Size size = codes.colour.codes.size();
  Bytes bytes;
  for (std::int64_t left = p.generations - 1; left >= 0; --left) {
    const auto edge = static_cast<int>(left * p.shift_px % kBlock);
    bytes = encode_jpeg({with_edge(codes.colour.codes, edge)}, quality, p.subsampling);
    codes.colour.codes = decode_own_image(bytes).codes(cv::Rect({edge, edge}, size));
  }
  file.measure.values = {
      {"quality", quality},
      {"bits_per_pixel", 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(size.area())}};
  if (!codes.colour.codes.isContinuous()) {
    codes.colour.codes = codes.colour.codes.clone();  // lets go of the edge
  }
  file.raster = put_on_alpha(codes);
  if (codes.alpha.empty()) {
    file.written = PictureFile::Written{ImageContainer::jpeg, std::move(bytes)};
  }
}

const Registration registration(file_augmenter<FileJpeg>(
    {
        .name = "file.jpeg",
        .summary = "JPEG of a quality and subsampling, once or again and again; transparency is kept beside it.",
        .source = "ITU-T T.81 (JPEG), annex K",
        .media = Media::image,
        .stage = Stage::file,
        .version = 1,
        .identity = "none: even a JPEG of quality 100 rounds",
        .labels = "keeps all labels",
        .claim = "The picture is what its file decodes to, to the bit, and the file has the tables and the subsampling "
                 "that were asked for. The error grows as the quality falls, and from generation to generation only "
                 "where the grid moves.",
        .example = "quality_30: [{file.jpeg: {quality: 30}}]\n"
                   "quality_8: [{file.jpeg: {quality: 8}}]\n"
                   "ten_times: [{file.jpeg: {quality: 30, generations: 10, shift_px: 3}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
