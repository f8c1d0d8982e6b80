#include "pipeline/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace fairground {

void parallel_for(std::size_t count, int jobs, const std::function<void(std::size_t)>& body,
                  const std::atomic<bool>* stop) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr first_error;
  const auto work = [&] {
    for (std::size_t i = next++; i < count && (stop == nullptr || !*stop); i = next++) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first_error) {
          first_error = std::current_exception();
        }
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t workers = std::min(static_cast<std::size_t>(std::max(jobs, 1)), count);
    for (std::size_t i = 1; i < workers; ++i) {
      threads.emplace_back(work);
    }
    work();
  }
  if (first_error) {
    std::rethrow_exception(first_error);
  }
}

}  // namespace fairground
