// Something that is made when the first of many threads asks for it.
#pragma once

#include <mutex>

namespace fairground {

template <class T>
class MadeOnce {
 public:
  /// What `make` gave when it was first called. Where it throws, the next one makes it.
  template <class Make>
  const T& get(Make make) const {
    std::call_once(once_, [&] { value_ = make(); });
    return value_;
  }

 private:
  mutable std::once_flag once_;
  mutable T value_{};
};

}  // namespace fairground
