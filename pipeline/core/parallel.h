// Plain parallel loops, for work outside the flow graph.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace fairground {

/// Calls body(0) … body(count - 1), each once, on up to `jobs` threads. The first exception is thrown again
/// when all threads have stopped; indices not yet begun are then left out, as they are once `stop` is true.
void parallel_for(std::size_t count, int jobs, const std::function<void(std::size_t)>& body,
                  const std::atomic<bool>* stop = nullptr);

/// The slots of ordered_for().
[[nodiscard]] std::size_t ordered_slots(int jobs);

/// Calls make(0, slot) … make(count - 1, slot) on up to `jobs` threads, and take(index, slot) for each of them in
/// ascending order, one at a time, while others are made. What is made waits in its slot, a number below
/// ordered_slots(), which is nobody else's from the call of make() to the end of take(). The first exception is thrown
/// again when all threads have stopped; what was not yet begun is then left out.
void ordered_for(std::size_t count, int jobs, const std::function<void(std::size_t index, std::size_t slot)>& make,
                 const std::function<void(std::size_t index, std::size_t slot)>& take);

}  // namespace fairground
