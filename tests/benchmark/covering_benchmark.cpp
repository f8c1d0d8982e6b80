// Covering arrays of models whose sizes are published: how many rows, in what time, and how many fewer with more
// effort. Any arguments are the efforts; by default there is only that which a plan uses.

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "pipeline/core/error.h"
#include "pipeline/design/covering_array.h"
#include "tests/benchmark/figures.h"
#include "tests/design/covering_models.h"

namespace fairground {
namespace {

struct Model {
  std::string name;
  std::vector<std::pair<int, int>> levels_and_factors;
  int ways = 2;
  std::string size_of;  ///< whose size it is
  std::size_t size = 0;
  std::size_t most_rows = 0;  ///< at effort 1
};

/// Sizes without another source are the best of the table in github.com/jaccz/pairwise; those of Cohen et al. are in
/// "Constructing test suites for interaction testing", Proc. ICSE 2003, 38. PICT's were found with its default
/// settings.
std::vector<Model> models() {
  return {
      {"3^4", {{3, 4}}, 2, "published", 9, 9},
      {"3^13", {{3, 13}}, 2, "published", 15, 15},
      {"4^15 3^17 2^29", {{4, 15}, {3, 17}, {2, 29}}, 2, "published", 29, 29},
      {"4^1 3^39 2^35", {{4, 1}, {3, 39}, {2, 35}}, 2, "published", 21, 21},
      {"2^100", {{2, 100}}, 2, "published", 10, 10},
      {"10^20", {{10, 20}}, 2, "published", 180, 190},
      {"10^2 4^1 3^2 2^7 (TCAS)", {{10, 2}, {4, 1}, {3, 2}, {2, 7}}, 2, "the bound", 100, 100},
      {"10^2 4^1 3^2 2^7 (TCAS), triples", {{10, 2}, {4, 1}, {3, 2}, {2, 7}}, 3, "the bound", 400, 406},
      {"5^1 4^4 3^11 2^5", {{5, 1}, {4, 4}, {3, 11}, {2, 5}}, 2, "Cohen et al.", 21, 22},
      {"6^1 5^1 4^6 3^8 2^3", {{6, 1}, {5, 1}, {4, 6}, {3, 8}, {2, 3}}, 2, "the bound", 30, 30},
      {"4^10", {{4, 10}}, 2, "PICT", 31, 31},
      {"5^10", {{5, 10}}, 2, "PICT", 45, 45},
      {"6^20 5^1", {{6, 20}, {5, 1}}, 2, "PICT", 83, 83},
  };
}

/// What a plan may wait for an array, on one core; with more effort so many times longer.
constexpr double kMostSeconds = 1.0;
/// A few axes of a few levels shall be planned at once.
constexpr double kMostMilliseconds = 50.0;

struct Result {
  CoveringArray array;
  double cpu_s = 0.0;
};

Result measure(const CoveringModel& model, int effort) {
  Result result;
  const std::clock_t start = std::clock();
  result.array = covering_array(model, effort);
  result.cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (held_by(model, result.array.rows).size() != result.array.demanded) {
    throw std::runtime_error("an array does not hold what it says");
  }
  return result;
}

int compare_with_published(const Model& model, const std::vector<int>& efforts, bool smoke) {
  const CoveringModel searched = uniform_model(model.levels_and_factors, model.ways);
  std::vector<Figure> figures;
  for (const int effort : efforts) {
    const Result result = measure(searched, effort);
    const std::string at = "effort " + std::to_string(effort) + ": ";
    const auto rows = static_cast<double>(result.array.rows.size());
    const auto size = static_cast<double>(model.size);
    const double none = -1.0 / 0.0;
    figures.push_back({at + "rows", "", rows, none, static_cast<double>(model.most_rows)});
    figures.push_back({at + "fewer than " + model.size_of, "", size - rows});
    figures.push_back({at + "CPU time", "s", result.cpu_s, none, effort * kMostSeconds});
    figures.push_back({at + "steps", "million", 1e-6 * static_cast<double>(result.array.steps)});
  }
  return print_figures(model.name + "; " + model.size_of + ": " + std::to_string(model.size), figures, smoke);
}

/// Models of the size of a plan with a few axes, of which some exclude each other.
int plan_small_models(bool smoke) {
  RandomStream random(/*key=*/1, /*realization=*/0, "models");
  const std::size_t count = smoke ? 2 : 50;
  std::vector<double> milliseconds;
  while (milliseconds.size() < count) {
    const CoveringModel model = random_model(random, /*most_factors=*/4);
    try {
      milliseconds.push_back(1e3 * measure(model, /*effort=*/1).cpu_s);
    } catch (const UserError&) {
      // A level is impossible; the next one.
    }
  }
  std::ranges::sort(milliseconds);
  return print_figures(std::to_string(count) + " models of 4 axes with exclusions",
                       {{"median CPU time", "ms", milliseconds[count / 2]},
                        {"longest CPU time", "ms", milliseconds.back(), -1.0 / 0.0, kMostMilliseconds}},
                       smoke);
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  std::vector<int> efforts;
  std::transform(argv + 1, argv + argc, std::back_inserter(efforts), [](const char* word) { return std::stoi(word); });
  if (efforts.empty()) {
    efforts.push_back(1);
  }
  int status = plan_small_models(smoke);
  for (const Model& model : models()) {
    if (!smoke || model.size < 20) {
      status = std::max(status, compare_with_published(model, efforts, smoke));
    }
  }
  return status;
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
