#include "pipeline/core/memory_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace fairground {
namespace {

using namespace std::chrono_literals;

/// What is held at once, summed up by the threads that hold it.
struct Held {
  std::mutex mutex;
  std::size_t bytes = 0;
  std::size_t shares = 0;
  std::size_t most_of_several = 0;
  std::size_t most_shares = 0;

  void begin(std::size_t more) {
    const std::lock_guard lock(mutex);
    bytes += more;
    ++shares;
    most_of_several = std::max(most_of_several, shares > 1 ? bytes : 0);
    most_shares = std::max(most_shares, shares);
  }
  void end(std::size_t less) {
    const std::lock_guard lock(mutex);
    bytes -= less;
    --shares;
  }
};

TEST(MemoryBudget, IsNeverPassedButByOneThatIsAlone) {
  constexpr std::size_t kMost = 100;
  MemoryBudget budget(kMost);
  Held held;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 300; ++i) {
        const std::size_t n = i * 8 + t;
        const std::size_t bytes = n % 50 == 0 ? 5 * kMost : n % 7 == 0 ? 60 : 20;
        const MemoryBudget::Share share(budget, bytes);
        held.begin(bytes);
        if (n % 7 == 0) {
          std::this_thread::sleep_for(20us);
        }
        held.end(bytes);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(done, 8 * 300);
  EXPECT_LE(held.most_of_several, kMost);
  EXPECT_GT(held.most_shares, 1U) << "what fits together is not held up";
}

TEST(MemoryBudget, WhatIsLargeIsNotOvertakenForEver) {
  MemoryBudget budget(100);
  std::atomic<bool> stop{false};
  std::atomic<bool> is_served{false};
  std::vector<std::thread> small;
  for (int t = 0; t < 4; ++t) {
    small.emplace_back([&] {
      while (!stop) {
        const MemoryBudget::Share share(budget, 30);
        std::this_thread::sleep_for(100us);
      }
    });
  }
  std::thread large([&] {
    std::this_thread::sleep_for(2ms);
    const MemoryBudget::Share share(budget, 1000);
    is_served = true;
  });
  for (int i = 0; i < 20'000 && !is_served; ++i) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_TRUE(is_served);
  stop = true;
  large.join();
  for (std::thread& thread : small) {
    thread.join();
  }
}

TEST(MemoryBudget, WithoutALimitNothingWaits) {
  MemoryBudget budget(static_cast<std::size_t>(-1));
  const MemoryBudget::Share one(budget, static_cast<std::size_t>(-1) / 2);
  const MemoryBudget::Share other(budget, 1000);
}

}  // namespace
}  // namespace fairground
