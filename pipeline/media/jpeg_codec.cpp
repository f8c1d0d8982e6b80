// Through libjpeg-turbo's own interface. Its errors leave by longjmp, as its C code knows no other way, and so they
// only cross frames of plain values: compress() below and the library itself.

#include "pipeline/media/jpeg_codec.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <new>
#include <opencv2/core.hpp>
#include <stdexcept>
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

/// Where the file goes. libjpeg's own destination in memory loses sight of its buffer where it fails after having grown
/// it, and so ours belongs to encode_jpeg(), which no jump crosses.
struct Destination {
  jpeg_destination_mgr manager;  // first, as above
  Bytes* bytes;
  bool is_out_of_memory;
};

/// All that the encoder needs, without destructors.
struct Job {
  const unsigned char* codes;
  std::size_t stride;
  int width;
  int height;
  int channels;
  int quality;
  int horizontal;  ///< luminance samples for each of colour, along a row
  int vertical;    ///< and down a column
};

/// Puts what libjpeg writes next behind the first `filled` bytes, into room for as much again; false where there is no
/// memory for it.
bool grow(Destination& destination, std::size_t filled) noexcept {
  constexpr std::size_t kLeast = std::size_t{64} << 10U;
  Bytes& bytes = *destination.bytes;
  try {
    bytes.resize(std::max(kLeast, 2 * filled));
  } catch (const std::bad_alloc&) {
    return false;
  } catch (const std::length_error&) {
    return false;
  }
  destination.manager.next_output_byte = reinterpret_cast<JOCTET*>(bytes.data() + filled);
  destination.manager.free_in_buffer = bytes.size() - filled;
  return true;
}

extern "C" {
[[noreturn]] static void leave(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  failure->manager.format_message(info, failure->message);
  std::longjmp(failure->back, 1);  // NOLINT(cert-err52-cpp): libjpeg's C frames may not be unwound
}

static void say_nothing(j_common_ptr) {}

static void grow_or_leave(j_compress_ptr info, std::size_t filled) {
  auto* destination = reinterpret_cast<Destination*>(info->dest);
  if (!grow(*destination, filled)) {
    destination->is_out_of_memory = true;
    leave(reinterpret_cast<j_common_ptr>(info));
  }
}

static void begin_bytes(j_compress_ptr info) { grow_or_leave(info, 0); }

/// libjpeg calls it with a full buffer, whatever `free_in_buffer` says.
static boolean more_bytes(j_compress_ptr info) {
  grow_or_leave(info, reinterpret_cast<Destination*>(info->dest)->bytes->size());
  return TRUE;
}

static void end_bytes(j_compress_ptr info) {
  auto* destination = reinterpret_cast<Destination*>(info->dest);
  // Fewer bytes than before need no memory.
  destination->bytes->resize(destination->bytes->size() - destination->manager.free_in_buffer);
}
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
bool compress(jpeg_compress_struct& info, Failure& failure, Destination& destination, const Job& job) {
  if (setjmp(failure.back) != 0) {  // NOLINT(cert-err52-cpp): as above
    return false;
  }
  jpeg_create_compress(&info);
  info.dest = &destination.manager;
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

}  // namespace

Bytes encode_jpeg(const Raster& raster, int quality, JpegSubsampling subsampling) {
  require_jpeg(raster, quality);
  const cv::Mat& codes = raster.codes;
  const Job job{codes.data,
                codes.step[0],
                codes.cols,
                codes.rows,
                codes.channels(),
                quality,
                subsampling == JpegSubsampling::s444 ? 1 : 2,
                subsampling == JpegSubsampling::s420 ? 2 : 1};
  Bytes bytes;
  Destination destination{{}, &bytes, /*is_out_of_memory=*/false};
  destination.manager.init_destination = begin_bytes;
  destination.manager.empty_output_buffer = more_bytes;
  destination.manager.term_destination = end_bytes;
  Failure failure{};
  jpeg_compress_struct info{};
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = leave;
  failure.manager.output_message = say_nothing;
  const bool is_done = compress(info, failure, destination, job);
  jpeg_destroy_compress(&info);
  if (destination.is_out_of_memory) {
    throw std::bad_alloc();
  }
  if (!is_done) {
    throw ItemError(std::string("libjpeg cannot encode the picture: ") + failure.message);
  }
  return bytes;
}

}  // namespace fairground
