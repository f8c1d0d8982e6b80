// What OpenCV does when it fails.
#pragma once

namespace fairground {

/// From now on OpenCV says by std::bad_alloc that memory has run out, as everything else does: by its own exception that
/// would be taken for a fault of the picture. Call it once, before any threads.
void make_opencv_throw_bad_alloc();

}  // namespace fairground
