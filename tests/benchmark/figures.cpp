#include "tests/benchmark/figures.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "pipeline/core/kept_memory.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// A filter left this benchmark out.
struct NotMeasured : std::runtime_error {
  using std::runtime_error::runtime_error;
};

double median_of(const std::map<std::string, std::vector<double>>& times, const std::string& name) {
  const auto found = times.find(name);
  if (found == times.end()) {
    throw NotMeasured("no time was measured for " + name);
  }
  return median(found->second);
}

/// Collects instead of printing.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(Times& times) : times_(times) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) {
        throw std::runtime_error(run.benchmark_name() + ": " + run.error_message);
      }
      if (run.run_type == Run::RT_Iteration) {
        const auto iterations = static_cast<double>(run.iterations);
        times_.add(run.run_name.function_name, run.cpu_accumulated_time / iterations,
                   run.real_accumulated_time / iterations);
      }
    }
  }

 private:
  Times& times_;
};

std::string limits_of(const Figure& figure) {
  char text[64] = "";
  if (std::isfinite(figure.least)) {
    std::snprintf(text, sizeof text, "at least %.4g", figure.least);
  } else if (std::isfinite(figure.most)) {
    std::snprintf(text, sizeof text, "at most %.4g", figure.most);
  }
  return text;
}

/// Takes the flag out of the arguments, and says whether it was there.
bool take_flag(int& argc, char** argv, const char* flag) {
  char** const end = std::remove_if(argv + 1, argv + argc, [&](const char* a) { return std::strcmp(a, flag) == 0; });
  const bool found = end != argv + argc;
  argc = static_cast<int>(end - argv);
  return found;
}

/// Reads the options: the defaults, and then the user's own, which win. False where there are unknown ones.
bool take_options(int argc, char** argv, const char* repetitions, const char* min_time) {
  keep_freed_memory();  // as the binary does
  std::vector<std::string> options = {argv[0], "--benchmark_enable_random_interleaving=true", repetitions, min_time};
  options.insert(options.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& option : options) {
    pointers.push_back(option.data());
  }
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  return !benchmark::ReportUnrecognizedArguments(count, pointers.data());
}

Times measure() {
  Times times;
  Collector collector(times);
  benchmark::RunSpecifiedBenchmarks(&collector);
  return times;
}

}  // namespace

void Times::add(const std::string& name, double cpu_s, double real_s) {
  cpu_[name].push_back(cpu_s);
  real_[name].push_back(real_s);
}

double Times::cpu_s(const std::string& name) const { return median_of(cpu_, name); }
double Times::real_s(const std::string& name) const { return median_of(real_, name); }

std::vector<Figure> Times::medians() const {
  std::vector<Figure> figures;
  for (const auto& [name, times] : cpu_) {
    figures.push_back({name + ", CPU time", "us", 1e6 * median(times)});
  }
  return figures;
}

int print_figures(const std::string& title, const std::vector<Figure>& figures, bool smoke) {
  std::printf("\n%s%s\n", title.c_str(), smoke ? " (smoke test: sizes are tiny and the values mean nothing)" : "");
  bool missed = false;
  for (const Figure& figure : figures) {
    const bool is_miss = !(figure.value >= figure.least && figure.value <= figure.most);
    const std::string limits = limits_of(figure);
    const char* verdict = limits.empty() || smoke ? "" : is_miss ? "MISSED" : "ok";
    std::printf("  %-58s %9.*f %-11s %-15s %s\n", figure.what.c_str(), figure.value < 100.0 ? 2 : 0, figure.value,
                figure.unit.c_str(), limits.c_str(), verdict);
    missed = missed || is_miss;
  }
  std::fflush(stdout);
  return missed && !smoke ? 1 : 0;
}

std::optional<double> usual_here([[maybe_unused]] double with_avx512, [[maybe_unused]] double with_avx2) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) {
    return with_avx512;
  }
  if (__builtin_cpu_supports("avx2") != 0) {
    return with_avx2;
  }
#endif
  return std::nullopt;
}

bool take_smoke_flag(int& argc, char** argv) { return take_flag(argc, argv, "--smoke"); }
bool take_guard_flag(int& argc, char** argv) { return take_flag(argc, argv, "--guard"); }

int run_benchmarks(int argc, char** argv, bool smoke, const std::string& title,
                   const std::function<std::vector<Figure>(const Times&)>& figures) {
  if (!take_options(argc, argv, smoke ? "--benchmark_repetitions=1" : "--benchmark_repetitions=31",
                    smoke ? "--benchmark_min_time=0.0001" : "--benchmark_min_time=0.03")) {
    return 2;
  }
  const Times times = measure();
  try {
    return print_figures(title, figures(times), smoke);
  } catch (const NotMeasured&) {
    return print_figures(title + ": the medians of what --benchmark_filter chose", times.medians(), smoke);
  }
}

int run_guard(int argc, char** argv, const std::string& title,
              const std::function<std::vector<Figure>(const Times&)>& figures) {
  constexpr double kLeastShare = 0.75;
  constexpr int kTries = 3;
  if (!take_options(argc, argv, "--benchmark_repetitions=9", "--benchmark_min_time=0.02")) {
    return 2;
  }
  for (int i = 1; i <= kTries; ++i) {
    std::vector<Figure> guarded;
    for (Figure& figure : figures(measure())) {
      if (figure.usual) {
        figure.least = kLeastShare * *figure.usual;
        figure.what += ", usually " + shortest(*figure.usual);
        guarded.push_back(std::move(figure));
      }
    }
    if (guarded.empty()) {
      std::printf("%s: what is usual is only known of CPUs with AVX2\n", title.c_str());
      return 0;
    }
    if (print_figures(title + ", in short", guarded, /*smoke=*/false) == 0) {
      return 0;
    }
  }
  return 1;
}

}  // namespace fairground
