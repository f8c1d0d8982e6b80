// What the flow graph is to do for a plan.
#include "pipeline/flow/graph.h"
#include "pipeline/flow/memory_needs.h"

namespace fairground {
namespace {

/// `index_of`: in the plan, of each variant of the work.
GraphWork rendering_work_of(const Workshop& workshop, int jobs, std::size_t variants,
                            const std::function<std::size_t(std::size_t)>& index_of) {
  const Plan& plan = workshop.plan();
  GraphWork work;
  work.variants = variants;
  work.source_of = [&plan, index_of](std::size_t variant) { return plan.source_number(index_of(variant)); };
  work.bytes_of = [&plan, index_of](std::size_t variant) { return rendering_bytes(plan, index_of(variant)); };
  work.most_bytes = memory_bytes(plan.config(), jobs);
  work.decode = [&workshop, index_of](std::size_t variant) {
    const Variant v = workshop.plan().unnamed(index_of(variant));
    return ready_source(workshop, v.media, v.source);
  };
  work.render = [&workshop, index_of](std::size_t variant, const DecodedSource& source) {
    Outcome outcome = render_variant(workshop, index_of(variant), source);
    outcome.index = variant;
    return outcome;
  };
  return work;
}

}  // namespace

GraphWork rendering_work(const Workshop& workshop, int jobs) {
  return rendering_work_of(workshop, jobs, workshop.plan().size(), [](std::size_t variant) { return variant; });
}

GraphWork rendering_work(const Workshop& workshop, int jobs, const std::vector<std::size_t>& variants) {
  return rendering_work_of(workshop, jobs, variants.size(),
                           [&variants](std::size_t variant) { return variants[variant]; });
}

}  // namespace fairground
