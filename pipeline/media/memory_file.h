// libsndfile's virtual i/o over bytes in memory. Files are never opened by name, since libsndfile takes headerless
// formats from a name's extension, and sound would then be read out of anything.
#pragma once

#include <sndfile.h>

#include <cstddef>
#include <span>

#include "pipeline/media/bytes.h"
#include "pipeline/media/handles.h"

namespace fairground {

/// A file to be read. It must outlive the handle that is opened on it, and stay where it is.
struct MemorySource {
  std::span<const std::byte> bytes;
  sf_count_t position = 0;
};

/// A file to be written. It must outlive the handle that is opened on it, and stay where it is.
struct MemoryTarget {
  Bytes bytes;
  sf_count_t position = 0;
};

/// Null where libsndfile does not know the content. `info` is filled in.
[[nodiscard]] SndFile open_memory(MemorySource& source, SF_INFO& info);
/// Null where libsndfile cannot write what `info` asks for.
[[nodiscard]] SndFile open_memory(MemoryTarget& target, SF_INFO& info);

}  // namespace fairground
