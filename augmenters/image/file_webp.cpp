// What lossy WebP leaves of a picture (RFC 9649): blocks that are predicted from their neighbours, colour at half the
// resolution, and a filter over the blocks' edges, so that it smears where JPEG rings. libwebp makes and reads it. WebP
// knows no grey: such a picture becomes one of three colours, which rounding leaves within a code of each other.

#include <opencv2/core.hpp>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/file_codes.h"

namespace fairground {
namespace {

struct FileWebp {
  double quality = 80.0;
};

const ParameterTable<FileWebp>& table() {
  using P = FileWebp;
  static const auto instance = ParameterTable<P>().number(
      "quality", &P::quality, "", {1.0, 100.0},
      "Quality as libwebp counts it, which is not that of JPEG; 100 still rounds. A drawn one is rounded.");
  return instance;
}

void apply(PictureFile& file, const FileWebp& p, const StepRandom&) {
  const int quality = whole_quality(p.quality);
  const Raster raster = to_eight_bits(std::move(file.raster));
  Bytes bytes = encode_image(raster, ImageContainer::webp, quality);
  file.raster = decode_own_image(bytes);
  if (raster.codes.channels() == 4 && file.raster.codes.channels() == 3) {
    // Transparency that hides nothing is not written.
    file.raster = put_on_alpha({file.raster, take_off_alpha(raster).alpha});
  }
  file.measure.values = {
      {"quality", quality},
      {"bits_per_pixel", 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(raster.codes.total())}};
  file.written = PictureFile::Written{ImageContainer::webp, std::move(bytes)};
}

const Registration registration(file_augmenter<FileWebp>(
    {
        .name = "file.webp",
        .summary =
            "Lossy WebP of a quality, with transparency; a grey picture becomes one of three nearly equal colours.",
        .source = "RFC 9649 (WebP), RFC 6386 (VP8)",
        .media = Media::image,
        .stage = Stage::file,
        .version = 1,
        .identity = "none: even a lossy WebP of quality 100 rounds",
        .labels = "keeps all labels",
        .claim = "The picture is what its file decodes to, to the bit, with its transparency, and the error grows as "
                 "the quality falls.",
        .limits = "WebP knows no grey: such a picture becomes one of three nearly equal colours.",
        .example = "quality_20: [{file.webp: {quality: 20}}]\n"
                   "quality_1: [{file.webp: {quality: 1}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
