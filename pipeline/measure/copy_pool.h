// Copies of something that serves one caller at a time, for many threads.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace fairground {

/// Makes a copy when all that it has are lent, so that there are at most as many as threads that ask at once.
template <typename T>
class CopyPool {
 public:
  explicit CopyPool(std::function<T()> make) : make_(std::move(make)) {}

  /// Calls `use` with a copy that nobody else has meanwhile. One that throws loses it.
  template <typename Use>
  auto lend(const Use& use) {
    T copy = take();
    auto result = use(copy);
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(copy));
    return result;
  }

 private:
  T take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        T copy = std::move(idle_.back());
        idle_.pop_back();
        return copy;
      }
    }
    return make_();
  }

  std::function<T()> make_;
  std::mutex mutex_;
  std::vector<T> idle_;
};

}  // namespace fairground
