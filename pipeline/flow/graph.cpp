#include "pipeline/flow/graph.h"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "pipeline/flow/writer.h"

namespace fairground {
namespace {

namespace flow = oneapi::tbb::flow;

struct SourceSlot;

/// One variant on its way. It holds its source alive until it is rendered.
struct Job {
  std::size_t variant = 0;
  std::shared_ptr<SourceSlot> slot;
};

/// A source while its variants are on their way. The first job to arrive decodes it; those that arrive
/// meanwhile are parked here, so that no thread ever waits for another.
struct SourceSlot {
  std::mutex mutex;
  bool begun = false;
  bool ready = false;
  DecodedSource decoded;  // written once before `ready`, then only read
  std::vector<Job> parked;
};

/// The memory that variants under way may need. Tokens bound their number, which is enough for all but huge sources.
class Memory {
 public:
  explicit Memory(const GraphWork& work) : work_(work) {}

  /// False where the variant must wait for others to end; give_back() then says when to ask again.
  [[nodiscard]] bool take(std::size_t variant) {
    const std::size_t bytes = bytes_of(variant);
    const std::lock_guard lock(mutex_);
    if (taken_ > 0 && taken_ + bytes > work_.most_bytes) {
      waiting_ = true;
      return false;
    }
    taken_ += bytes;
    return true;
  }
  /// True where a variant waits for it.
  [[nodiscard]] bool give_back(std::size_t variant) {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes_of(variant);
    return std::exchange(waiting_, false);
  }

 private:
  [[nodiscard]] std::size_t bytes_of(std::size_t variant) const { return work_.bytes_of ? work_.bytes_of(variant) : 0; }

  const GraphWork& work_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  bool waiting_ = false;
};

/// Gives out variants in order and makes a slot for each source. It stops for good at the end, and for a while where
/// the memory is taken; to be activated then is to be asked again.
class Feeder {
 public:
  Feeder(const GraphWork& work, Memory& memory, const std::atomic<bool>& stop, const std::atomic<bool>& failed)
      : work_(work), memory_(memory), stop_(stop), failed_(failed) {}

  Job operator()(oneapi::tbb::flow_control& control) {
    if (next_ == work_.variants || stop_ || failed_) {
      slot_.reset();
      control.stop();
      return {};
    }
    if (!memory_.take(next_)) {
      control.stop();
      return {};
    }
    const std::size_t source = work_.source_of(next_);
    if (!slot_ || source != source_) {
      slot_ = std::make_shared<SourceSlot>();
      source_ = source;
    }
    return {next_++, slot_};
  }

 private:
  const GraphWork& work_;
  Memory& memory_;
  const std::atomic<bool>& stop_;
  const std::atomic<bool>& failed_;
  std::size_t next_ = 0;
  std::size_t source_ = 0;
  std::shared_ptr<SourceSlot> slot_;
};

using DecodeNode = flow::multifunction_node<Job, std::tuple<Job>>;

void decode_or_park(const GraphWork& work, const Job& job, DecodeNode::output_ports_type& ports) {
  SourceSlot& slot = *job.slot;
  bool first = false;
  {
    const std::lock_guard lock(slot.mutex);
    first = !std::exchange(slot.begun, true);
    if (!first && !slot.ready) {
      slot.parked.push_back(job);
      return;
    }
  }
  std::vector<Job> parked;
  if (first) {
    slot.decoded = work.decode(job.variant);
    const std::lock_guard lock(slot.mutex);
    slot.ready = true;
    parked.swap(slot.parked);
  }
  std::get<0>(ports).try_put(job);
  for (const Job& other : parked) {
    std::get<0>(ports).try_put(other);
  }
}

std::size_t run(const GraphWork& work, int jobs, const std::atomic<bool>& stop) {
  std::atomic<bool> failed{false};
  Writer writer(work.write, failed);
  flow::graph graph;

  Memory memory(work);
  flow::input_node<Job> feed(graph, Feeder(work, memory, stop, failed));
  // Eight for each thread keep all of them busy while the oldest is written. The decrement carries an int: the
  // default type would count predecessors instead of tokens.
  flow::limiter_node<Job, int> tokens(graph, static_cast<std::size_t>(jobs) * 8);
  DecodeNode decode(graph, flow::unlimited,
                    [&](const Job& job, DecodeNode::output_ports_type& ports) { decode_or_park(work, job, ports); });
  flow::function_node<Job, OutcomePointer> render(graph, flow::unlimited, [&](const Job& job) {
    return std::make_shared<const Outcome>(work.render(job.variant, job.slot->decoded));
  });
  flow::sequencer_node<OutcomePointer> in_order(graph, [](const OutcomePointer& outcome) { return outcome->index; });
  using WriteNode = flow::async_node<OutcomePointer, int>;
  WriteNode write(graph, flow::serial, [&](const OutcomePointer& outcome, WriteNode::gateway_type& gateway) {
    gateway.reserve_wait();
    writer.hand_over(outcome, [&gateway, &memory, &feed, variant = outcome->index] {
      const bool waits = memory.give_back(variant);
      gateway.try_put(1);
      if (waits) {
        feed.activate();
      }
      gateway.release_wait();
    });
  });

  flow::make_edge(feed, tokens);
  flow::make_edge(tokens, decode);
  flow::make_edge(flow::output_port<0>(decode), render);
  flow::make_edge(render, in_order);
  flow::make_edge(in_order, write);
  flow::make_edge(flow::output_port<0>(write), tokens.decrementer());

  try {
    feed.activate();
    graph.wait_for_all();
  } catch (...) {
    // The machine may lack memory even for a task. Nodes must not go while something is under way in them.
    graph.cancel();
    graph.wait_for_all();
    throw;
  }
  return writer.finish();
}

}  // namespace

std::size_t run_graph(const GraphWork& work, int jobs, const std::atomic<bool>& stop) {
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(jobs));
  oneapi::tbb::task_arena arena(jobs);
  return arena.execute([&] { return run(work, jobs, stop); });
}

}  // namespace fairground
