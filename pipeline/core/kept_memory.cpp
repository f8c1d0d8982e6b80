#include "pipeline/core/kept_memory.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace fairground {

void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD
  constexpr int kMegabyte = 1 << 20;
  mallopt(M_TRIM_THRESHOLD, 64 * kMegabyte);
  mallopt(M_MMAP_THRESHOLD, 32 * kMegabyte);  // the most that glibc takes
#endif
}

}  // namespace fairground
