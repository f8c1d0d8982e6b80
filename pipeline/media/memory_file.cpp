#include "pipeline/media/memory_file.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace fairground {
namespace {

sf_count_t length_of(const MemorySource& file) { return static_cast<sf_count_t>(file.bytes.size()); }
sf_count_t length_of(const MemoryTarget& file) { return static_cast<sf_count_t>(file.bytes.size()); }

template <typename File>
sf_count_t get_length(void* file) {
  return length_of(*static_cast<File*>(file));
}

template <typename File>
sf_count_t tell(void* file) {
  return static_cast<File*>(file)->position;
}

// Headers lie, so libsndfile may be led to seek anywhere: a place outside of the file is refused.
template <typename File>
sf_count_t seek(sf_count_t offset, int whence, void* user) {
  File& file = *static_cast<File*>(user);
  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : length_of(file);
  sf_count_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0 || target > length_of(file)) return -1;
  return file.position = target;
}

template <typename File>
sf_count_t read(void* out, sf_count_t count, void* user) {
  File& file = *static_cast<File*>(user);
  const sf_count_t given = std::clamp<sf_count_t>(count, 0, length_of(file) - file.position);
  if (given > 0) std::memcpy(out, file.bytes.data() + file.position, static_cast<std::size_t>(given));
  file.position += given;
  return given;
}

sf_count_t write(const void* in, sf_count_t count, void* user) {
  MemoryTarget& file = *static_cast<MemoryTarget*>(user);
  if (count <= 0) return 0;
  const auto* const from = static_cast<const std::byte*>(in);
  const auto at = static_cast<std::size_t>(file.position);
  const std::size_t over = std::min(static_cast<std::size_t>(count), file.bytes.size() - at);
  std::copy_n(from, over, file.bytes.data() + at);
  try {
    file.bytes.insert(file.bytes.end(), from + over, from + count);
  } catch (const std::bad_alloc&) {
    return 0;  // An exception may not pass through C; a short write is noticed by whoever writes samples.
  }
  file.position += count;
  return count;
}

sf_count_t refuse_write(const void*, sf_count_t, void*) { return 0; }

}  // namespace

SndFile open_memory(MemorySource& source, SF_INFO& info) {
  SF_VIRTUAL_IO calls{get_length<MemorySource>, seek<MemorySource>, read<MemorySource>, refuse_write,
                      tell<MemorySource>};
  return SndFile(sf_open_virtual(&calls, SFM_READ, &info, &source));
}

SndFile open_memory(MemoryTarget& target, SF_INFO& info) {
  SF_VIRTUAL_IO calls{get_length<MemoryTarget>, seek<MemoryTarget>, read<MemoryTarget>, write, tell<MemoryTarget>};
  return SndFile(sf_open_virtual(&calls, SFM_WRITE, &info, &target));
}

}  // namespace fairground
