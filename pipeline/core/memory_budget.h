// Lets threads wait until there is memory for what they are about to do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace fairground {

/// What is taken from it stays together below a limit; what is larger than the limit is taken alone. In the order of the
/// calls, so that what is large is not overtaken for ever.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// A part of the budget, waited for and held while it lives.
  class Share {
   public:
    Share(MemoryBudget& budget, std::size_t bytes) : budget_(budget), bytes_(bytes) { budget_.take(bytes_); }
    ~Share() { budget_.give_back(bytes_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    MemoryBudget& budget_;
    std::size_t bytes_;
  };

 private:
  void take(std::size_t bytes);
  void give_back(std::size_t bytes);

  std::size_t most_bytes_;
  std::mutex turn_;  ///< held by the thread that is the next to take
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t taken_ = 0;
  std::size_t shares_ = 0;
};

}  // namespace fairground
