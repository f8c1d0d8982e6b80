// A plain parallel loop, for work outside the flow graph.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace fairground {

/// Calls body(0) … body(count - 1), each once, on up to `jobs` threads. The first exception is thrown again
/// when all threads have stopped; indices not yet begun are then left out, as they are once `stop` is true.
void parallel_for(std::size_t count, int jobs, const std::function<void(std::size_t)>& body,
                  const std::atomic<bool>* stop = nullptr);

}  // namespace fairground
