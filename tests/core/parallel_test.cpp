#include "pipeline/core/parallel.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace fairground {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

void wait_some(std::size_t microseconds) { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); }

TEST(OrderedFor, TakesEachOnceInOrderWhateverTheThreads) {
  constexpr std::size_t kCount = 300;
  for (const int jobs : {1, 2, 5}) {
    std::vector<std::size_t> slots(ordered_slots(jobs), kCount);
    std::vector<std::atomic<int>> made(kCount);
    std::vector<std::size_t> taken;
    std::atomic<int> takers{0};
    ordered_for(
        kCount, jobs,
        [&](std::size_t index, std::size_t slot) {
          wait_some(index * 7919 % 300);  // so that later ones are often made first
          ++made[index];
          slots.at(slot) = index;
        },
        [&](std::size_t index, std::size_t slot) {
          EXPECT_EQ(++takers, 1);
          EXPECT_EQ(slots.at(slot), index) << "the slot was somebody else's";
          taken.push_back(index);
          wait_some(index % 5 == 0 ? 200 : 0);
          --takers;
        });
    ASSERT_THAT(taken, SizeIs(kCount));
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(taken[i], i);
      EXPECT_EQ(made[i], 1);
    }
  }
}

TEST(OrderedFor, MakesNoMoreThanFitsIntoItsSlots) {
  constexpr int kJobs = 3;
  std::atomic<std::size_t> waiting{0};
  std::atomic<std::size_t> most{0};
  ordered_for(
      100, kJobs,
      [&](std::size_t, std::size_t) {
        const std::size_t now = ++waiting;
        for (std::size_t known = most; known < now && !most.compare_exchange_weak(known, now);) {
        }
      },
      [&](std::size_t, std::size_t) {
        wait_some(100);
        --waiting;
      });
  EXPECT_LE(most, ordered_slots(kJobs));
  EXPECT_EQ(waiting, 0U);
}

TEST(OrderedFor, OfNothingDoesNothing) {
  for (const int jobs : {-1, 0, 1, 4}) {
    ordered_for(
        0, jobs, [](std::size_t, std::size_t) { FAIL(); }, [](std::size_t, std::size_t) { FAIL(); });
  }
}

TEST(OrderedFor, EndsWithTheFirstErrorOfEitherHalf) {
  for (const int jobs : {1, 2, 5}) {
    for (const bool when_made : {true, false}) {
      std::vector<std::size_t> taken;
      std::atomic<std::size_t> made{0};
      const auto run = [&] {
        ordered_for(
            100'000, jobs,
            [&](std::size_t index, std::size_t) {
              ++made;
              if (when_made && index == 50) {
                throw std::runtime_error("no more");
              }
            },
            [&](std::size_t index, std::size_t) {
              if (!when_made && index == 50) {
                throw std::runtime_error("no more");
              }
              taken.push_back(index);
            });
      };
      EXPECT_THAT(run, ThrowsMessage<std::runtime_error>(HasSubstr("no more")));
      EXPECT_LE(taken.size(), 50U);
      EXPECT_LE(made, 51U + ordered_slots(jobs));
    }
  }
}

}  // namespace
}  // namespace fairground
