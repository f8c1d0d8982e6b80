// Owners of the C libraries' handles.
#pragma once

#include <samplerate.h>
#include <sndfile.h>

#include <memory>

namespace fairground {

struct SndFileDeleter {
  void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using SndFile = std::unique_ptr<SNDFILE, SndFileDeleter>;

struct SrcStateDeleter {
  void operator()(SRC_STATE* state) const noexcept { src_delete(state); }
};
using SrcState = std::unique_ptr<SRC_STATE, SrcStateDeleter>;

}  // namespace fairground
