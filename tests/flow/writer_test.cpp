// The one thread that writes: in order, once each, and silent after a fault.
#include "pipeline/flow/writer.h"

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

OutcomePointer outcome(std::size_t index) {
  auto pointer = std::make_shared<Outcome>();
  pointer->index = index;
  return pointer;
}

class WriterTest : public testing::Test {
 protected:
  std::vector<std::size_t> written_;
  std::function<void(const Outcome&)> write_ = [this](const Outcome& o) { written_.push_back(o.index); };
  std::atomic<bool> failed_{false};
  std::atomic<int> done_{0};
  std::function<void()> count_ = [this] { ++done_; };
};

TEST_F(WriterTest, WritesInTheOrderOfTheHandingOver) {
  Writer writer(write_, failed_);
  for (std::size_t i = 0; i < 1000; ++i) {
    writer.hand_over(outcome(i), count_);
  }
  EXPECT_EQ(writer.finish(), 1000U);
  EXPECT_EQ(done_, 1000);
  ASSERT_EQ(written_.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(written_));
  EXPECT_FALSE(failed_);
}

TEST_F(WriterTest, WritesOnAThreadOfItsOwn) {
  const auto here = std::this_thread::get_id();
  std::thread::id there = here;
  write_ = [&](const Outcome&) { there = std::this_thread::get_id(); };
  Writer writer(write_, failed_);
  writer.hand_over(outcome(0), count_);
  writer.finish();
  EXPECT_NE(there, here);
}

TEST_F(WriterTest, HandingOverDoesNotWait) {
  write_ = [](const Outcome&) { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  Writer writer(write_, failed_);
  const auto start = std::chrono::steady_clock::now();
  writer.hand_over(outcome(0), count_);
  writer.hand_over(outcome(1), count_);
  // Both writes take 200 ms, so that even a loaded machine hands over before the first is through.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
  EXPECT_EQ(writer.finish(), 2U);
}

TEST_F(WriterTest, TheFileIsFreedBeforeItIsDone) {
  auto pointer = outcome(0);
  const std::weak_ptr<const Outcome> watched = pointer;
  bool was_free = false;
  Writer writer(write_, failed_);
  writer.hand_over(std::move(pointer), [&] { was_free = watched.expired(); });
  writer.finish();
  EXPECT_TRUE(was_free) << "tokens bound memory only so";
}

TEST_F(WriterTest, AfterAFaultNothingIsWrittenButEverythingIsDone) {
  write_ = [&](const Outcome& o) {
    if (o.index == 2) {
      throw std::runtime_error("disk full");
    }
    written_.push_back(o.index);
  };
  Writer writer(write_, failed_);
  for (std::size_t i = 0; i < 10; ++i) {
    writer.hand_over(outcome(i), count_);
  }
  EXPECT_THROW(writer.finish(), std::runtime_error);
  EXPECT_THAT(written_, ElementsAre(0U, 1U));
  EXPECT_EQ(done_, 10);
  EXPECT_TRUE(failed_);
}

TEST_F(WriterTest, AGapOrASwapIsADefect) {
  for (const std::size_t wrong : {0U, 2U, 7U}) {
    Writer writer(write_, failed_);
    writer.hand_over(outcome(0), count_);
    writer.hand_over(outcome(wrong), count_);
    EXPECT_THROW(writer.finish(), std::logic_error) << wrong;
  }
}

TEST_F(WriterTest, NothingToWrite) {
  Writer writer(write_, failed_);
  EXPECT_EQ(writer.finish(), 0U);
}

TEST_F(WriterTest, TheEndWaitsForTheQueue) {
  {
    Writer writer(write_, failed_);
    for (std::size_t i = 0; i < 100; ++i) {
      writer.hand_over(outcome(i), count_);
    }
  }
  EXPECT_EQ(done_, 100);
  EXPECT_EQ(written_.size(), 100U);
}

}  // namespace
}  // namespace fairground
