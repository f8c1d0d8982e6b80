// Measures pieces of work against each other and prints what matters about them: ratios, since the machine's own
// speed says nothing.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fairground {

/// One line of the table. A value beyond its limits is a miss.
struct Figure {
  std::string what;
  std::string unit;  ///< printed after the value
  double value = 0.0;
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::optional<double> usual = {};  ///< what a ratio is on this kind of CPU; see run_guard()
};

/// A ratio as it was measured last, on a CPU with AVX-512 and on one that has AVX2 but no more. Empty on others.
[[nodiscard]] std::optional<double> usual_here(double with_avx512, double with_avx2);

/// Medians over all repetitions, by the benchmark's name, for one iteration.
class Times {
 public:
  void add(const std::string& name, double cpu_s, double real_s);
  [[nodiscard]] double cpu_s(const std::string& name) const;
  [[nodiscard]] double real_s(const std::string& name) const;
  /// All CPU times, by name.
  [[nodiscard]] std::vector<Figure> medians() const;

 private:
  std::map<std::string, std::vector<double>> cpu_;
  std::map<std::string, std::vector<double>> real_;
};

/// Prints the table. Returns the exit status: 1 where a limit is missed, unless this is a smoke test.
int print_figures(const std::string& title, const std::vector<Figure>& figures, bool smoke);

/// Takes `--smoke` out of the arguments: sizes are then tiny and limits are not judged, so that a test can see that a
/// program still works.
[[nodiscard]] bool take_smoke_flag(int& argc, char** argv);

/// The same of `--guard`, with which a program only looks whether it has become slower.
[[nodiscard]] bool take_guard_flag(int& argc, char** argv);

/// Runs every registered Google benchmark, repetitions of all of them interleaved at random so that a slow moment
/// hits all alike, and prints what `figures` makes of the medians. Google benchmark's own options work, too.
int run_benchmarks(int argc, char** argv, bool smoke, const std::string& title,
                   const std::function<std::vector<Figure>(const Times&)>& figures);

/// The same in short, for the figures whose `usual` value is known. The exit status is 1 where one has fallen by more
/// than a quarter, and stays there when it is measured twice more. Where the CPU is of a kind without usual values,
/// nothing is judged.
int run_guard(int argc, char** argv, const std::string& title,
              const std::function<std::vector<Figure>(const Times&)>& figures);

}  // namespace fairground
