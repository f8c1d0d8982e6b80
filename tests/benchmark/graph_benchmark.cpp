// What the flow graph itself costs for each variant, and what a second thread brings.

#include <benchmark/benchmark.h>

#include "pipeline/flow/graph.h"
#include "tests/benchmark/figures.h"

namespace fairground {
namespace {

constexpr std::size_t kVariantsPerSource = 8;

/// Draws that take about as long as a short clip.
void work_for_a_while(std::size_t draws) {
  std::vector<float> normals(draws);
  RandomStream(1, 0, "work").normals(0, normals);
  benchmark::DoNotOptimize(normals.data());
}

void add(const std::string& name, std::size_t variants, int jobs, std::size_t draws) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) {
      GraphWork work;
      work.variants = variants;
      work.source_of = [](std::size_t variant) { return variant / kVariantsPerSource; };
      work.decode = [](std::size_t) { return DecodedSource(); };
      work.render = [draws](std::size_t variant, const DecodedSource&) {
        work_for_a_while(draws);
        Outcome outcome;
        outcome.index = variant;
        return outcome;
      };
      work.write = [](const Outcome&) {};
      const std::atomic<bool> stop{false};
      if (run_graph(work, jobs, stop) != variants) {
        state.SkipWithError("variants were lost");
      }
    }
  })->MeasureProcessCPUTime();
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const std::size_t empty_variants = smoke ? 200 : 20000;
  const std::size_t working_variants = smoke ? 50 : 1000;
  constexpr std::size_t kDraws = 60000;
  for (const int jobs : {1, 2}) {
    const std::string count = std::to_string(jobs);
    add("empty " + count, empty_variants, jobs, 0);
    add("working " + count, working_variants, jobs, kDraws);
  }
  return run_benchmarks(argc, argv, smoke, "Flow graph", [&](const Times& t) {
    const auto each = [&](double seconds, std::size_t variants) {
      return 1e6 * seconds / static_cast<double>(variants);
    };
    return std::vector<Figure>{
        {"overhead of a variant, 1 thread, CPU time", "us", each(t.cpu_s("empty 1"), empty_variants)},
        {"overhead of a variant, 2 threads, CPU time", "us", each(t.cpu_s("empty 2"), empty_variants)},
        {"a variant with work, 1 thread, CPU time", "us", each(t.cpu_s("working 1"), working_variants)},
        {"CPU time with 2 threads over 1", "", t.cpu_s("working 2") / t.cpu_s("working 1")},
        {"speed-up of 2 threads over 1, elapsed time", "", t.real_s("working 1") / t.real_s("working 2")},
    };
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
