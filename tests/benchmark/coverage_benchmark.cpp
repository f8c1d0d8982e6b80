// The command `coverage` on a million sources, and its two ways of counting against each other.

#include <algorithm>
#include <array>
#include <bit>
#include <ctime>
#include <functional>

#include "pipeline/core/random.h"
#include "pipeline/design/uncovered_patterns.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kColumns = 10;
constexpr std::size_t kValues = 5;
constexpr std::uint32_t kAtLeast = 30;
constexpr std::size_t kSourcesOfSubject = 10;
// The command is to answer while one waits, beside what else a laptop runs.
constexpr double kMostSeconds = 3.0;
constexpr double kMostMegabytes = 400.0;
// Of people whose recordings differ in everything, which is the worst case: counting them may take longer, not minutes.
constexpr double kMostSecondsWithSubjects = 10.0;

/// Values that halve from one to the next, so that there are gaps at many levels.
CodedRows halving_values(std::size_t sources) {
  CodedRows rows;
  rows.cardinalities.assign(kColumns, kValues);
  rows.columns.resize(kColumns);
  const RandomStream random(/*key=*/1, /*realization=*/0, "coverage");
  for (std::size_t a = 0; a < kColumns; ++a) {
    for (std::size_t i = 0; i < sources; ++i) {
      const std::uint32_t bits = random.word_at(a * sources + i);
      const auto ones = static_cast<std::size_t>(std::countr_one(bits));
      rows.columns[a].push_back(static_cast<ValueCode>(std::min(ones, kValues - 1)));
    }
  }
  return rows;
}

std::string column_name(std::size_t a) { return "column" + std::to_string(a); }

void write_manifest(const fs::path& path, const CodedRows& rows) {
  std::string text = "clip,speaker";
  for (std::size_t a = 0; a < kColumns; ++a) {
    text += "," + column_name(a);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "\nclip" + std::to_string(i) + ",speaker" + std::to_string(i / kSourcesOfSubject);
    for (const std::vector<ValueCode>& column : rows.columns) {
      text += ",value" + std::to_string(column[i]);
    }
  }
  write_file(path, text + '\n');
}

/// The medians of three runs.
ProcessCost measure(const std::vector<std::string>& words) {
  std::array<ProcessCost, 3> costs;
  for (ProcessCost& cost : costs) {
    cost = run_process(words);
  }
  std::ranges::sort(costs, {}, &ProcessCost::cpu_s);
  ProcessCost median = costs[1];
  std::ranges::sort(costs, {}, &ProcessCost::peak_megabytes);
  median.peak_megabytes = costs[1].peak_megabytes;
  return median;
}

/// The median CPU time of three calls.
double cpu_seconds(const std::function<void()>& body) {
  std::array<double, 3> times{};
  for (double& time : times) {
    const std::clock_t start = std::clock();
    body();
    time = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  std::ranges::sort(times);
  return times[1];
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const std::size_t sources = smoke ? 2000 : 1000000;
  const ScratchFolder folder;
  const CodedRows rows = halving_values(sources);
  const fs::path manifest = folder.path() / "sources.csv";
  write_manifest(manifest, rows);

  std::string by = column_name(0);
  for (std::size_t a = 1; a < kColumns; ++a) {
    by += "," + column_name(a);
  }
  std::vector<std::string> words = {FAIRGROUND_BINARY,       "coverage", manifest.string(), "--by", by, "--at-least",
                                    std::to_string(kAtLeast)};
  const ProcessCost of_sources = measure(words);
  words.insert(words.end(), {"--subject", "speaker"});
  const ProcessCost of_both = measure(words);

  const Population population = count_sources(rows);
  std::size_t patterns = 0;
  const PatternVisitor count = [&](std::span<const ValueCode>, std::size_t, std::uint32_t) { ++patterns; };
  const double cube = cpu_seconds([&] { find_uncovered(PatternCube(population), kAtLeast, count); });
  const auto levels = [&](std::size_t deepest) {
    return cpu_seconds([&] { find_uncovered(population, kAtLeast, deepest, count); });
  };
  const double pairs = levels(2);
  const double triples = levels(3);
  const double fours = levels(4);
  const double none = -1.0 / 0.0;
  return print_figures(
      "`fairground coverage`, " + std::to_string(sources) + " sources x 10 columns x 5 values",
      {
          {"sources, with reading, CPU time", "s", of_sources.cpu_s, none, kMostSeconds},
          {"sources, peak memory", "MB", of_sources.peak_megabytes, none, kMostMegabytes},
          {"sources and subjects, with reading, CPU time", "s", of_both.cpu_s, none, kMostSecondsWithSubjects},
          {"sources and subjects, peak memory", "MB", of_both.peak_megabytes, none, kMostMegabytes},
          {"all levels by the cube, without reading, CPU time", "s", cube},
          {"levels up to 2 without the cube", "of the cube", pairs / cube},
          {"levels up to 3 without the cube", "of the cube", triples / cube},
          {"levels up to 4 without the cube", "of the cube", fours / cube},
      },
      smoke);
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
