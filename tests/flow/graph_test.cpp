// The flow graph with work that only counts: nothing is lost, nothing is done twice, and memory stays bounded.
#include "pipeline/flow/graph.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace fairground::graph_test {

// A decoded source of the fake holds one block of this odd size, so that the blocks alive are the sources alive.
constexpr std::size_t kSamples = 100'003;
constexpr std::size_t kBlockBytes = kSamples * sizeof(float);

std::atomic<int> sources_alive{0};
std::atomic<int> most_sources_alive{0};

void count_block(int change) {
  const int now = sources_alive += change;
  int most = most_sources_alive;
  while (now > most && !most_sources_alive.compare_exchange_weak(most, now)) {
  }
}

}  // namespace fairground::graph_test

// Replaced for the whole binary, and like the usual ones but for the count. Never inline: g++ would then see free()
// take what `new` gave.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (size == fairground::graph_test::kBlockBytes) {
    fairground::graph_test::count_block(1);
  }
  if (void* block = std::malloc(size == 0 ? 1 : size)) {
    return block;
  }
  throw std::bad_alloc();
}
// The library's own would be the sanitizer's, whose memory the replaced delete may not free.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t size) noexcept {
  if (size == fairground::graph_test::kBlockBytes) {
    fairground::graph_test::count_block(-1);
  }
  std::free(block);
}

namespace fairground {
namespace {

using namespace std::chrono_literals;
using graph_test::most_sources_alive;
using graph_test::sources_alive;
using testing::Each;

/// Work that does nothing but remember. Hooks may wait or throw.
class FakeWork {
 public:
  FakeWork(std::size_t sources, std::size_t variants_per_source) : per_source_(variants_per_source) {
    work.variants = sources * variants_per_source;
    decoded_ = std::vector<std::atomic<int>>(sources);
    rendered_ = std::vector<std::atomic<int>>(work.variants);
    work.source_of = [this](std::size_t variant) { return variant / per_source_; };
    work.decode = [this](std::size_t variant) {
      const std::size_t source = variant / per_source_;
      ++decoded_[source];
      DecodedSource decoded;
      if (heavy) {
        decoded.audio = Audio(16000, 1, graph_test::kSamples);
      }
      decoded.reason = std::to_string(source);
      on_decode(source);
      return decoded;
    };
    work.render = [this](std::size_t variant, const DecodedSource& source) {
      raise(most_in_flight_, ++in_flight_);
      ++rendered_[variant];
      on_render(variant);
      Outcome outcome;
      outcome.index = variant;
      outcome.fate = variant % 3 == 0 ? Fate::written : variant % 3 == 1 ? Fate::rejected : Fate::failed;
      outcome.reason = source.reason;
      return outcome;
    };
    work.write = [this](const Outcome& outcome) {
      on_write(outcome.index);
      EXPECT_EQ(outcome.reason, std::to_string(outcome.index / per_source_)) << "rendered from another source";
      EXPECT_FALSE(writing_.exchange(true)) << "two threads write";
      written.push_back(outcome.index);
      --in_flight_;
      writing_ = false;
    };
    sources_alive = 0;
    most_sources_alive = 0;
  }

  std::size_t run(int jobs) {
    const std::size_t count = run_graph(work, jobs, stop);
    EXPECT_EQ(count, written.size());
    return count;
  }

  /// Everything once, in order.
  void expect_complete() const {
    ASSERT_EQ(written.size(), work.variants);
    expect_prefix();
    for (const auto& count : decoded_) {
      ASSERT_EQ(count, 1);
    }
  }

  /// What was written is 0, 1, … and nothing was rendered that was not written.
  void expect_prefix() const {
    for (std::size_t i = 0; i < work.variants; ++i) {
      ASSERT_EQ(rendered_[i], i < written.size() ? 1 : 0) << i << " of " << written.size();
    }
    for (std::size_t i = 0; i < written.size(); ++i) {
      ASSERT_EQ(written[i], i);
    }
  }

  [[nodiscard]] int most_in_flight() const { return most_in_flight_; }
  [[nodiscard]] int decodes_of(std::size_t source) const { return decoded_[source]; }
  [[nodiscard]] int rendered() const {
    return std::accumulate(rendered_.begin(), rendered_.end(), 0,
                           [](int sum, const auto& count) { return sum + count; });
  }

  GraphWork work;
  std::atomic<bool> stop{false};
  bool heavy = false;
  std::vector<std::size_t> written;
  std::function<void(std::size_t)> on_decode = [](std::size_t) {};
  std::function<void(std::size_t)> on_render = [](std::size_t) {};
  std::function<void(std::size_t)> on_write = [](std::size_t) {};

 private:
  static void raise(std::atomic<int>& most, int value) {
    int now = most;
    while (value > now && !most.compare_exchange_weak(now, value)) {
    }
  }

  std::size_t per_source_;
  std::vector<std::atomic<int>> decoded_;
  std::vector<std::atomic<int>> rendered_;
  std::atomic<int> in_flight_{0};
  std::atomic<int> most_in_flight_{0};
  std::atomic<bool> writing_{false};
};

class Graph : public testing::TestWithParam<int> {};

TEST_P(Graph, EverythingOnceAndInOrder) {
  FakeWork fake(/*sources=*/40, /*variants_per_source=*/7);
  // Late ones overtake early ones unless the graph holds them back.
  fake.on_render = [](std::size_t variant) { std::this_thread::sleep_for(variant % 5 == 0 ? 500us : 10us); };
  EXPECT_EQ(fake.run(GetParam()), 280U);
  fake.expect_complete();
  EXPECT_LE(fake.most_in_flight(), 8 * GetParam());
}

TEST_P(Graph, VariantsThatWaitForASlowDecodeAreAllReleased) {
  FakeWork fake(10, 30);
  fake.on_decode = [](std::size_t) { std::this_thread::sleep_for(5ms); };
  fake.run(GetParam());
  fake.expect_complete();
}

TEST_P(Graph, TwentyThousandTinyVariants) {
  FakeWork fake(20'000, 1);
  fake.run(GetParam());
  fake.expect_complete();
  EXPECT_LE(fake.most_in_flight(), 8 * GetParam());
}

TEST_P(Graph, OneSourceWithFiveThousandVariants) {
  FakeWork fake(1, 5'000);
  fake.run(GetParam());
  fake.expect_complete();
  EXPECT_LE(fake.most_in_flight(), 8 * GetParam());
}

TEST_P(Graph, ASlowWriterHoldsTheRestBack) {
  FakeWork fake(50, 6);
  fake.on_write = [](std::size_t) { std::this_thread::sleep_for(200us); };
  fake.run(GetParam());
  fake.expect_complete();
  EXPECT_LE(fake.most_in_flight(), 8 * GetParam());
}

TEST_P(Graph, SourcesInMemoryAreBounded) {
  FakeWork fake(400, 2);
  fake.heavy = true;
  fake.on_write = [](std::size_t) { std::this_thread::sleep_for(50us); };
  fake.run(GetParam());
  fake.expect_complete();
  // At worst each token is for another source; one more may be held by the node that feeds the graph.
  EXPECT_GE(most_sources_alive, 1);
  EXPECT_LE(most_sources_alive, 8 * GetParam() + 1);
  EXPECT_EQ(sources_alive, 0);
}

TEST_P(Graph, ASourceIsDroppedWhenItsLastVariantIsRendered) {
  FakeWork fake(30, 100);
  fake.heavy = true;
  fake.run(GetParam());
  fake.expect_complete();
  // The tokens reach over few sources of 100 variants; the feeding node may hold the last.
  EXPECT_LE(most_sources_alive, 8 * GetParam() / 100 + 3);
  EXPECT_EQ(sources_alive, 0);
}

/// Counts what a run has under way at once, from its decoding or rendering until it is written.
struct UnderWay {
  std::mutex mutex;
  std::map<std::size_t, std::size_t> bytes;
  std::size_t most = 0;

  void begin(std::size_t variant, std::size_t size) {
    const std::lock_guard lock(mutex);
    bytes[variant] = size;
    std::size_t sum = 0;
    for (const auto& [index, one] : bytes) {
      sum += one;
    }
    most = std::max(most, bytes.size() > 1 ? sum : 0);
  }
  void end(std::size_t variant) {
    const std::lock_guard lock(mutex);
    bytes.erase(variant);
  }
};

TEST_P(Graph, VariantsThatNeedMuchMemoryWaitForEachOther) {
  FakeWork fake(500, 6);
  UnderWay under_way;
  // Most need little, every seventh source a lot, and every fiftieth more than there is.
  fake.work.bytes_of = [](std::size_t variant) -> std::size_t {
    const std::size_t source = variant / 6;
    return source % 50 == 0 ? 5000 : source % 7 == 0 ? 400 : 10;
  };
  fake.work.most_bytes = 1000;
  fake.on_render = [&](std::size_t variant) { under_way.begin(variant, fake.work.bytes_of(variant)); };
  fake.on_write = [&](std::size_t variant) { under_way.end(variant); };
  fake.run(GetParam());
  fake.expect_complete();
  EXPECT_LE(under_way.most, 1000U);
}

// The run waits and goes on again thousands of times.
TEST_P(Graph, OneAfterTheOtherWhereThereIsNoMemoryForTwo) {
  FakeWork fake(4000, 3);
  fake.work.bytes_of = [](std::size_t) -> std::size_t { return 10; };
  fake.work.most_bytes = 1;
  fake.run(GetParam());
  fake.expect_complete();
  EXPECT_EQ(fake.most_in_flight(), 1);
}

TEST_P(Graph, StopFinishesWhatIsUnderWayAndLosesNothing) {
  for (const std::size_t at : {0U, 1U, 57U, 299U}) {
    FakeWork fake(60, 5);
    fake.heavy = true;
    fake.on_render = [&](std::size_t variant) { fake.stop = fake.stop || variant == at; };
    const std::size_t count = fake.run(GetParam());
    EXPECT_GT(count, at);
    EXPECT_LE(count, at + 8U * static_cast<std::size_t>(GetParam()) + 1U);
    fake.expect_prefix();
    EXPECT_EQ(sources_alive, 0);
  }
}

TEST_P(Graph, StopBeforeTheBeginningMakesNothing) {
  FakeWork fake(10, 10);
  fake.stop = true;
  EXPECT_EQ(fake.run(GetParam()), 0U);
  EXPECT_EQ(fake.rendered(), 0);
}

TEST_P(Graph, AThrowingWriteStopsTheRunAndIsThrownAgain) {
  for (const std::size_t at : {0U, 1U, 100U, 299U}) {
    FakeWork fake(60, 5);
    fake.heavy = true;
    int attempts = 0;
    fake.on_write = [&](std::size_t variant) {
      if (variant == at) {
        ++attempts;
        throw std::runtime_error("disk full");
      }
    };
    try {
      run_graph(fake.work, GetParam(), fake.stop);
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "disk full");
    }
    EXPECT_EQ(attempts, 1);
    EXPECT_EQ(fake.written.size(), at) << "nothing after it";
    EXPECT_LE(fake.rendered(), static_cast<int>(at) + 16 * GetParam() + 1) << "nothing new is begun";
    EXPECT_EQ(sources_alive, 0) << "nothing stays behind";
  }
}

TEST_P(Graph, NothingToDo) {
  FakeWork fake(0, 1);
  EXPECT_EQ(fake.run(GetParam()), 0U);
}

INSTANTIATE_TEST_SUITE_P(Jobs, Graph, testing::Values(1, 2, 3, 4, 8), testing::PrintToStringParamName());

TEST(GraphOnce, RunsOneAfterTheOther) {
  for (int i = 0; i < 50; ++i) {
    FakeWork fake(3, 3);
    fake.run(1 + i % 4);
    fake.expect_complete();
  }
}

TEST(GraphOnce, SourcesWithUnequalNumbersOfVariants) {
  FakeWork fake(1, 600);
  // Sources 0, 1, 2, … with 1, 2, 3, … variants.
  std::vector<std::size_t> source_of;
  for (std::size_t source = 0; source_of.size() < 600; ++source) {
    source_of.insert(source_of.end(), source + 1, source);
  }
  std::map<std::size_t, int> decodes;
  std::mutex mutex;
  fake.work.source_of = [&](std::size_t variant) { return source_of[variant]; };
  fake.work.decode = [&](std::size_t variant) {
    const std::lock_guard lock(mutex);
    ++decodes[source_of[variant]];
    DecodedSource decoded;
    decoded.reason = "0";
    return decoded;
  };
  EXPECT_EQ(fake.run(4), 600U);
  fake.expect_prefix();
  for (const auto& [source, count] : decodes) {
    EXPECT_EQ(count, 1) << source;
  }
  EXPECT_EQ(decodes.size(), source_of[599] + 1);
}

}  // namespace
}  // namespace fairground
