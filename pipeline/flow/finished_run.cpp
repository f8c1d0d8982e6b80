#include "pipeline/flow/finished_run.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/core/error.h"
#include "pipeline/core/progress.h"
#include "pipeline/design/planned_set.h"
#include "pipeline/flow/verify_differences.h"
#include "pipeline/output/run_facts.h"
#include "pipeline/output/run_names.h"

namespace fairground {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

json read_run(const fs::path& directory) {
  const fs::path path = directory / kRunFile;
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw UserError(directory.string() + ": there is no run.json; is this the folder of a finished run?");
  }
  std::ifstream file(path, std::ios::binary);
  // To read a folder as a stream would be an exception and not a mistake of the user.
  const std::string text =
      fs::is_directory(path, error) ? std::string() : std::string{std::istreambuf_iterator<char>(file), {}};
  json value = parse_json(text);
  if (!file || !value.is_object()) {
    throw UserError(path.string() + ": cannot be read as JSON; is this the folder of a finished run?");
  }
  return value;
}

std::unique_ptr<PlanAgain> plan_again(const fs::path& directory, const json& run, const PlanAgainOptions& options,
                                      std::span<const StepSchema* const> schemas, std::ostream& progress) {
  auto again = std::make_unique<PlanAgain>();
  again->config =
      load_config(options.config.empty() ? fs::path(text_field(run, "config_file")) : options.config, schemas);
  if (again->config.sha256 != text_field(run, "config_sha256")) {
    throw UserError(again->config.path.string() + ": the config has changed since the run in " + directory.string() +
                    " was made, or is another one; " + (directory / kConfigCopy).string() + " is what it was then");
  }
  {
    Progress line(progress, progress_style(/*quiet=*/false), "sources read");
    const KnownFiles known = options.known.empty() ? KnownFiles() : KnownFiles(options.known);
    again->catalog = read_catalog(again->config, options.jobs, &line, nullptr, &known);
  }
  const PlannedSet given = read_planned_set(directory);
  DesignInputs inputs;
  inputs.given = &given;
  again->followed_sha256 = given.sha256;
  try {
    again->plan = std::make_unique<Plan>(again->config, again->catalog, inputs);
  } catch (const UserError& error) {
    again->refusal = error.messages();
  }
  return again;
}

std::vector<std::string> changes_since(const json& run, const PlanAgain& now, const std::string& tool_version) {
  return differing_facts(ordered_json(run), run_facts(*now.plan, std::nullopt, now.plan->sha256(), tool_version));
}

json facts_of(const PlanAgain& now) { return json(run_facts(*now.plan, std::nullopt, now.plan->sha256(), "")); }

}  // namespace fairground
