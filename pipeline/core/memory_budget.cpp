#include "pipeline/core/memory_budget.h"

namespace fairground {

void MemoryBudget::take(std::size_t bytes) {
  const std::lock_guard turn(turn_);
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return shares_ == 0 || (taken_ <= most_bytes_ && bytes <= most_bytes_ - taken_); });
  taken_ += bytes;
  ++shares_;
}

void MemoryBudget::give_back(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
    --shares_;
  }
  freed_.notify_one();
}

}  // namespace fairground
