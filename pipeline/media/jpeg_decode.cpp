// Through libjpeg-turbo's own interface, which tells what is damaged: OpenCV prints that and goes on with grey. Errors
// leave by longjmp, and so they only cross frames of plain values: the functions below that call setjmp, and the
// library.

#include <csetjmp>
#include <cstdio>
#include <new>
#include <opencv2/core.hpp>
#include <string>

#include "pipeline/media/jpeg_codec.h"

// After <cstdio>, on which it relies.
#include <jpeglib.h>

// After jpeglib.h, which says which messages there are.
#include <jerror.h>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

/// Progressive files have some ten scans. Each goes through the whole picture, however few bytes it has, so that a
/// small file of thousands would take minutes.
constexpr int kMostScans = 100;

struct Failure {
  jpeg_error_mgr manager;  // first, so that a pointer to it is one to all
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
  bool is_out_of_memory;
};

/// Whether pixels are lost. The other warnings tell of stray bytes and odd headers.
bool is_loss(int warning) {
  return warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE || warning == JWRN_JPEG_EOF ||
         warning == JWRN_MUST_RESYNC || warning == JWRN_ARITH_BAD_CODE || warning == JWRN_NOT_SEQUENTIAL;
}

extern "C" {
[[noreturn]] static void leave_decoder(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  failure->is_out_of_memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
  failure->manager.format_message(info, failure->message);
  std::longjmp(failure->back, 1);  // NOLINT(cert-err52-cpp): libjpeg's C frames may not be unwound
}

static void leave_at_loss(j_common_ptr info, int level) {
  if (level < 0 && is_loss(info->err->msg_code)) {
    leave_decoder(info);
  }
}

static void print_nothing(j_common_ptr) {}

static void count_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMostScans) {
    auto* failure = reinterpret_cast<Failure*>(info->err);
    (void)std::snprintf(failure->message, sizeof failure->message, "it has more than %d scans", kMostScans);
    std::longjmp(failure->back, 1);  // NOLINT(cert-err52-cpp): as above
  }
}
}

/// False where it failed, as in what follows.
bool read_header(jpeg_decompress_struct& info, Failure& failure, std::span<const std::byte> bytes) {
  if (setjmp(failure.back) != 0) {  // NOLINT(cert-err52-cpp): as above
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&info, /*require_image=*/TRUE);
  return true;
}

bool read_rows(jpeg_decompress_struct& info, Failure& failure, unsigned char* codes, std::size_t stride) {
  if (setjmp(failure.back) != 0) {  // NOLINT(cert-err52-cpp): as above
    return false;
  }
  info.out_color_space = info.num_components == 1 ? JCS_GRAYSCALE : JCS_EXT_BGR;
  info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = codes + stride * info.output_scanline;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

/// What the library holds, given back however decoding ends.
class Decoder {
 public:
  Decoder() {
    info_.err = jpeg_std_error(&failure_.manager);
    failure_.manager.error_exit = leave_decoder;
    failure_.manager.emit_message = leave_at_loss;
    failure_.manager.output_message = print_nothing;
    progress_.progress_monitor = count_scans;
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  cv::Mat decode(std::span<const std::byte> bytes) {
    require(read_header(info_, failure_, bytes));
    if (info_.num_components != 1 && info_.num_components != 3) {
      throw ItemError("it is a JPEG of " + std::to_string(info_.num_components) + " channels; 1 and 3 can be read");
    }
    info_.progress = &progress_;
    cv::Mat codes(static_cast<int>(info_.image_height), static_cast<int>(info_.image_width),
                  info_.num_components == 1 ? CV_8UC1 : CV_8UC3);
    require(read_rows(info_, failure_, codes.data, codes.step[0]));
    return codes;
  }

 private:
  void require(bool is_done) const {
    if (is_done) {
      return;
    }
    if (failure_.is_out_of_memory) {
      throw std::bad_alloc();
    }
    throw ItemError(std::string("it is a damaged JPEG: ") + failure_.message);
  }

  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  Failure failure_{};
};

}  // namespace

Raster decode_jpeg(std::span<const std::byte> bytes) {
  Decoder decoder;
  return {decoder.decode(bytes)};
}

}  // namespace fairground
