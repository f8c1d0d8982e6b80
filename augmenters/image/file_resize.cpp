// A picture that was made smaller or larger on its way, as it is by a web page, a form or a database: the codes are
// resampled as they are, without regard to linear light, since that is what such software does.

#include <opencv2/core.hpp>
#include <string>
#include <utility>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/file_codes.h"
#include "augmenters/image/parts/new_size.h"
#include "augmenters/image/parts/resize.h"
#include "pipeline/core/error.h"

namespace fairground {
namespace {

enum class NewSize { changed, restored };

struct FileResize {
  std::optional<double> scale;
  std::optional<double> longest_side_px;
  ResizeKernel kernel = ResizeKernel::bicubic;
  NewSize size = NewSize::changed;
};

const ParameterTable<FileResize>& table() {
  using P = FileResize;
  static const auto instance =
      ParameterTable<P>()
          .number("scale", &P::scale, "", {0.02, 4.0},
                  "New size over old; no side gets below 8 pixels, or below what it has if that is less.")
          .number("longest_side_px", &P::longest_side_px, "px", {8.0, 16000.0},
                  "Length of the longer side; pictures that are smaller stay as they are.")
          .choice("kernel", &P::kernel,
                  {{"area", ResizeKernel::area},
                   {"bilinear", ResizeKernel::bilinear},
                   {"bicubic", ResizeKernel::bicubic},
                   {"lanczos3", ResizeKernel::lanczos3}},
                  "How it is resampled, both ways; without aliasing where it gets smaller.")
          .choice("size", &P::size, {{"changed", NewSize::changed}, {"restored", NewSize::restored}},
                  "Whether it stays so, or is brought back to the size that it had.");
  return instance;
}

std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  return given(0) == given(1) ? "give either `scale` or `longest_side_px`" : "";
}

constexpr double kMostPixels = 400e6;  // more would exhaust the memory of many machines

void apply(PictureFile& file, const FileResize& p, const StepRandom&) {
  cv::Mat& codes = file.raster.codes;
  const cv::Size old = codes.size();
  const cv::Size size = p.scale ? scaled_size(old, *p.scale) : fitted_size(old, *p.longest_side_px);
  if (static_cast<double>(size.width) * size.height > kMostPixels) {
    throw ItemError("file.resize would make it " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                    " pixels; at most 400 megapixels are made");
  }
  file.measure.values = {{"resized_width_px", size.width}, {"resized_height_px", size.height}};
  if (size == old) {
    file.is_unchanged = true;
    return;
  }
  if (p.size == NewSize::restored) {
    // Transparency is moved where pictures move, and else left alone.
    OpaqueCodes parts = take_off_alpha(std::move(file.raster));
    cv::Mat& colour = parts.colour.codes;
    colour = resize_codes(resize_codes(colour, size.width, size.height, p.kernel), old.width, old.height, p.kernel);
    file.raster = put_on_alpha(parts);
  } else {
    codes = resize_codes(codes, size.width, size.height, p.kernel);
    file.point_map = resize_points(old.width, old.height, size.width, size.height);
  }
}

const Registration registration(file_augmenter<FileResize>(
    {
        .name = "file.resize",
        .summary = "Made smaller or larger by a chosen kernel, and brought back to its size or not.",
        .source = "Keys 1981 (bicubic); Turkowski 1990 (Lanczos)",
        .media = Media::image,
        .stage = Stage::file,
        .version = 1,
        .identity = "scale: 1",
        .labels = "moves boxes, key points and masks with the size",
        .claim = "Sizes and places are exact, and at scale 1 every bit stays. The weights of each kernel sum to 1 "
                 "within 1e-6, and of a wave that is too fine for the new size 2 % (lanczos3) to 20 % (area) are left "
                 "at most.",
        .limits = "Codes are resampled as they are, without regard to linear light, as most such software does.",
        .example = "half: [{file.resize: {scale: 0.5, size: restored}}]\n"
                   "tenth: [{file.resize: {scale: 0.1, size: restored, kernel: lanczos3}}]\n"
                   "tenth_area: [{file.resize: {scale: 0.1, size: restored, kernel: area}}]\n",
        .check = check,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
