// The report of large sets, from folders that hold their records and nothing else: how long it takes, in how much
// memory, and how large its page is. What the page needs hangs on groups, conditions and people, so that each is large
// once.

#include <unistd.h>

#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"
#include "tests/support/made_run.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

// docs/design.md promises a report of a million records in this; a page has its data and what shows them.
constexpr double kMostSeconds = 20.0;
constexpr double kMostMegabytes = 1000.0;
constexpr double kMostPageMegabytes = 3.0;

void add_figures(const fs::path& folder, const std::string& what, const LargeRun& size, std::vector<Figure>& figures) {
  write_large_run(folder, size);
  ::sync();  // what was written is not on its way to the disk while it is read
  const ProcessCost cost = run_process({FAIRGROUND_BINARY, "report", folder.string()});
  const double page_megabytes = static_cast<double>(fs::file_size(folder / "report.html")) / 1e6;
  fs::remove_all(folder);
  const std::string name = std::to_string(size.records()) + " records, " + what;
  figures.push_back({name + ": time", "s", cost.real_s, -1.0 / 0.0, kMostSeconds});
  figures.push_back({name + ": peak memory", "MB", cost.peak_megabytes, -1.0 / 0.0, kMostMegabytes});
  figures.push_back({name + ": page", "MB", page_megabytes, -1.0 / 0.0, kMostPageMegabytes});
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "run";
  std::vector<Figure> figures;
  const std::size_t few = smoke ? 2 : 20;
  const std::size_t many = smoke ? 10 : 1000;
  add_figures(folder, "of " + std::to_string(many) + " groups", {many, few / 2, 2, {5, smoke ? 2U : 10U}}, figures);
  add_figures(folder, "in " + std::to_string(smoke ? 24 : 20000) + " conditions",
              {smoke ? 2U : 50U, 1, 1, {smoke ? 4U : 20U, smoke ? 3U : 25U, smoke ? 2U : 40U}}, figures);
  add_figures(folder, "of " + std::to_string(many) + " groups in " + std::to_string(many) + " conditions",
              {many, 1, 1, {10, smoke ? 1U : 10U, smoke ? 1U : 10U}}, figures);
  add_figures(folder, "of as many people as there may be", {few, smoke ? 5U : 25'000U, 1, {2}}, figures);
  return print_figures("`fairground report`", figures, smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
