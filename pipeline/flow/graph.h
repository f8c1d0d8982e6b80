// The flow graph: decode once, render in parallel, write in order, in bounded memory. graph.cpp is the one
// file that knows oneTBB.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "pipeline/flow/render.h"

namespace fairground {

struct GraphWork {
  std::size_t variants = 0;
  /// A number that all variants of one source share and no neighbours of another source do. Variants of a
  /// source follow one another.
  std::function<std::size_t(std::size_t variant)> source_of;
  /// How much memory a variant may need on its way, its share of the source included. Empty: none to speak of.
  std::function<std::size_t(std::size_t variant)> bytes_of = {};
  /// Variants that need more than this together are not under way at once; one that needs more by itself goes alone.
  std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
  /// Called once for each source, by any thread. Must not throw.
  std::function<DecodedSource(std::size_t variant)> decode;
  /// Called once for each variant, by any thread. Must not throw.
  std::function<Outcome(std::size_t variant, const DecodedSource&)> render;
  /// Called once for each variant, in order, by one thread at a time. What it throws stops the run: nothing
  /// more is begun, and run_graph throws it again once everything under way has ended.
  std::function<void(const Outcome&)> write;
};

/// The work of a plan, or of those of its variants that are given in order, which must outlive it: ready_source and
/// render_variant, within the memory that the config allows `jobs` threads. What is to be done with the outcomes is left
/// open.
[[nodiscard]] GraphWork rendering_work(const Workshop& workshop, int jobs);
[[nodiscard]] GraphWork rendering_work(const Workshop& workshop, int jobs, const std::vector<std::size_t>& variants);

/// Works through all variants on `jobs` threads, and a further one that writes. When `stop` becomes true nothing
/// new is begun and what is under way is finished. Returns the number of variants that were written.
std::size_t run_graph(const GraphWork& work, int jobs, const std::atomic<bool>& stop);

}  // namespace fairground
