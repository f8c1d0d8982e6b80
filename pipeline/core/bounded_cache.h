// Values that cost time to make, kept for whoever asks next, within a limit of memory.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace fairground {

/// The values used last, up to so many bytes. For values that hang on their key alone, so that it never matters to a
/// result whether one was found here or made anew. Called from many threads; none waits for another to make a value.
template <class T>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t bytes) : capacity_(bytes) {}

  /// Null where the key is unknown, or known no longer.
  [[nodiscard]] std::shared_ptr<const T> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      return nullptr;
    }
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return found->second->value;
  }

  /// Replaces what the key had. A value that would push out most others is not kept, and false is returned.
  bool keep(const std::string& key, std::shared_ptr<const T> value, std::size_t bytes) {
    if (bytes > capacity_ / kLeastValues) {
      return false;
    }
    const std::lock_guard lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      drop(found->second);
    }
    newest_first_.push_front({key, std::move(value), bytes});
    by_key_[key] = newest_first_.begin();
    bytes_ += bytes;
    while (bytes_ > capacity_) {
      drop(std::prev(newest_first_.end()));
    }
    return true;
  }

 private:
  static constexpr std::size_t kLeastValues = 4;

  struct Entry {
    std::string key;
    std::shared_ptr<const T> value;
    std::size_t bytes = 0;
  };
  using Place = typename std::list<Entry>::iterator;

  void drop(Place place) {
    bytes_ -= place->bytes;
    by_key_.erase(place->key);
    newest_first_.erase(place);
  }

  std::mutex mutex_;
  std::size_t capacity_;
  std::size_t bytes_ = 0;
  std::list<Entry> newest_first_;
  std::unordered_map<std::string, Place> by_key_;
};

}  // namespace fairground
