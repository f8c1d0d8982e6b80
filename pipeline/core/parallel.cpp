#include "pipeline/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
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

std::size_t ordered_slots(int jobs) { return jobs > 1 ? 2 * static_cast<std::size_t>(jobs) : 1; }

void ordered_for(std::size_t count, int jobs, const std::function<void(std::size_t, std::size_t)>& make,
                 const std::function<void(std::size_t, std::size_t)>& take) {
  const std::size_t slots = ordered_slots(jobs);
  if (slots == 1) {
    for (std::size_t i = 0; i < count; ++i) {
      make(i, 0);
      take(i, 0);
    }
    return;
  }
  std::mutex mutex;
  std::condition_variable wake;
  std::size_t begun = 0;
  std::size_t taken = 0;
  bool is_taking = false;
  std::vector<char> is_made(slots, 0);
  std::exception_ptr first_error;
  // Calls the body without the lock. Returns false where it throws.
  const auto unlocked = [&](std::unique_lock<std::mutex>& lock, const auto& body, std::size_t index) {
    lock.unlock();
    std::exception_ptr error;
    try {
      body(index, index % slots);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error && !first_error) {
      first_error = error;
      wake.notify_all();
    }
    return !error;
  };
  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return first_error || begun == count || begun < taken + slots; });
      if (first_error || begun == count) {
        return;
      }
      const std::size_t index = begun++;
      if (!unlocked(lock, make, index)) {
        return;
      }
      is_made[index % slots] = 1;
      // Whoever is taking already looks for the next one under the lock and will see this.
      if (is_taking) {
        continue;
      }
      is_taking = true;
      while (!first_error && is_made[taken % slots] != 0 && unlocked(lock, take, taken)) {
        is_made[taken % slots] = 0;
        ++taken;
        wake.notify_all();
      }
      is_taking = false;
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t workers = std::min(static_cast<std::size_t>(jobs), count);
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
