// Memory for numbers that vectors of the CPU go over.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace fairground {

/// Begins at a line of the cache, since vectors that cross one cost twice, and leaves numbers as they are where a
/// container would first set them to zero.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}  // NOLINT(google-explicit-constructor): the standard's form

  [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* place, std::size_t /*count*/) { ::operator delete(place, kLine); }
  template <class U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
  template <class U>
  bool operator==(const AlignedAllocator<U>& /*other*/) const {
    return true;
  }

 private:
  static constexpr std::align_val_t kLine{64};
};

/// Not zero to begin with.
using AlignedFloats = std::vector<float, AlignedAllocator<float>>;

}  // namespace fairground
