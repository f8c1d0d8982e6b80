// Through libjpeg-turbo's own interface. Its errors leave by longjmp, as its C code knows no other way, and so they
// only cross frames of plain values: compress() below and the library itself.

#include "pipeline/media/jpeg_codec.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

// After <cstdio>, on which it relies.
#include <jpeglib.h>

#include "pipeline/core/error.h"

#ifndef JCS_EXTENSIONS
#error "libjpeg-turbo is needed, which takes rows of blue, green and red"
#endif

namespace fairground {
namespace {

struct Failure {
  jpeg_error_mgr manager;  // first, so that a pointer to it is one to all
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

/// All that the encoder needs and leaves, without destructors.
struct Job {
  const unsigned char* codes;
  std::size_t stride;
  int width;
  int height;
  int channels;
  int quality;
  int horizontal;  ///< luminance samples for each of colour, along a row
  int vertical;    ///< and down a column
  unsigned char* bytes;
  unsigned long size;
};

extern "C" {
[[noreturn]] static void leave(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  failure->manager.format_message(info, failure->message);
  std::longjmp(failure->back, 1);  // NOLINT(cert-err52-cpp): libjpeg's C frames may not be unwound
}

static void say_nothing(j_common_ptr) {}
}

void set_up(jpeg_compress_struct& info, const Job& job) {
  info.image_width = static_cast<JDIMENSION>(job.width);
  info.image_height = static_cast<JDIMENSION>(job.height);
  info.input_components = job.channels;
  info.in_color_space = job.channels == 1 ? JCS_GRAYSCALE : JCS_EXT_BGR;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, job.quality, /*force_baseline=*/TRUE);
  info.dct_method = JDCT_ISLOW;
  if (job.channels == 3) {
    info.comp_info[0].h_samp_factor = job.horizontal;
    info.comp_info[0].v_samp_factor = job.vertical;
  }
}

/// False where it failed.
bool compress(jpeg_compress_struct& info, Failure& failure, Job& job) {
  if (setjmp(failure.back) != 0) {  // NOLINT(cert-err52-cpp): as above
    return false;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &job.bytes, &job.size);
  set_up(info, job);
  jpeg_start_compress(&info, /*write_all_tables=*/TRUE);
  while (info.next_scanline < info.image_height) {
    // The library only reads the row, but knows no constant data.
    auto* row = const_cast<JSAMPROW>(job.codes + job.stride * info.next_scanline);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

void require_jpeg(const Raster& raster, int quality) {
  const cv::Mat& codes = raster.codes;
  if (codes.depth() != CV_8U) {
    throw ItemError("JPEG cannot hold 16 bits; write png or tiff");
  }
  if (codes.channels() == 4) {
    throw ItemError("JPEG cannot hold transparency; write png, webp or tiff");
  }
  if (quality < 1 || quality > 100) {
    throw ItemError("the quality is " + std::to_string(quality) + "; 1 to 100 are allowed");
  }
}

struct MallocDeleter {
  void operator()(unsigned char* bytes) const noexcept { std::free(bytes); }
};

}  // namespace

Bytes encode_jpeg(const Raster& raster, int quality, JpegSubsampling subsampling) {
  require_jpeg(raster, quality);
  const cv::Mat& codes = raster.codes;
  Job job{codes.data,
          codes.step[0],
          codes.cols,
          codes.rows,
          codes.channels(),
          quality,
          subsampling == JpegSubsampling::s444 ? 1 : 2,
          subsampling == JpegSubsampling::s420 ? 2 : 1,
          nullptr,
          0};
  Failure failure{};
  jpeg_compress_struct info{};
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = leave;
  failure.manager.output_message = say_nothing;
  const bool is_done = compress(info, failure, job);
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, MallocDeleter> owner(job.bytes);
  if (!is_done) {
    throw ItemError(std::string("libjpeg cannot encode the picture: ") + failure.message);
  }
  const auto* const first = reinterpret_cast<const std::byte*>(job.bytes);
  return {first, first + job.size};
}

}  // namespace fairground
