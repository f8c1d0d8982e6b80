#include "pipeline/flow/planning.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pipeline/catalog/json_text.h"
#include "pipeline/catalog/known_files.h"
#include "pipeline/core/error.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/design/follow.h"

namespace fairground {
namespace {

bool stopped(const std::atomic<bool>* stop) { return stop != nullptr && *stop; }

bool must_measure(const Config& config, const PlanningOptions& options) {
  if (options.measure == PlanningOptions::Measure::always) {
    return true;
  }
  return options.measure == PlanningOptions::Measure::if_needed && options.given.empty() &&
         std::ranges::any_of(config.media, [](const auto& it) { return needs_qualities(it.second); });
}

/// A base of which nothing would be planned now is a slip: all of it would be made a second time.
void check_base(const Plan& rest, const PlannedSet& base) {
  std::size_t known = 0;
  for (const MediaPlan& media : rest.media()) {
    known += media.facts.made_before;
  }
  if (known == 0 && base.lines > 0) {
    throw UserError(
        base.file.string() +
        ": not one variant of this run belongs to the config's design, so that nothing of it could be kept; a "
        "run can be extended with the same sources, seed, pairing, sample rate, active level and output format only");
  }
}

/// Why a line of a file is not that of a variant, where the source shows why: it has changed.
std::string source_difference(const Plan& plan, const Variant& variant, const std::string& text) {
  const MediaCatalog& catalog = *plan.of(variant.media).catalog;
  const Source& source = catalog.sources[variant.source];
  const nlohmann::json line = parse_json(text);
  if (!line.is_object() || line.value("source_id", nlohmann::json()) != std::string(source.id()) ||
      line.value("source_sha256", nlohmann::json()) == catalog.file_of(source).sha256.hex()) {
    return {};
  }
  const std::string problem = catalog.problem_of(source);
  return ": source " + in_ticks(source.id()) +
         (problem.empty() ? " has changed since the plan was made" : " can not be used any more: " + problem);
}

/// Where the lines of a file begin to be others than those of a plan. Empty: nowhere.
std::string first_difference(const Plan& plan, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::size_t number = 0;
  for (std::string line; number < plan.size() && std::getline(file, line); ++number) {
    const Variant variant = plan.at(number);
    if (line != plan.line(variant)) {
      const std::string of_source = source_difference(plan, variant, line);
      return ":" + std::to_string(number + 1) +
             (of_source.empty() ? ": this is not the line of " + variant.variant_id : of_source);
    }
    if (file.eof()) {
      return ":" + std::to_string(number + 1) + ": the line has no end";
    }
  }
  if (number < plan.size()) {
    return ": ends after " + counted(number, "line") + " of " + std::to_string(plan.size());
  }
  return file.peek() == std::ifstream::traits_type::eof() ? "" : ":" + std::to_string(number + 1) + ": a line too many";
}

void check_given(const Plan& plan, const PlannedSet& given, bool has_base, int jobs) {
  const std::string anew = ", and --out writes a plan anew" +
                           std::string(has_base ? "" : "; one that extends a run is made with the same --base");
  if (plan.sha256(jobs) != given.sha256) {
    throw UserError(given.file.string() + first_difference(plan, given.file) +
                    "; the config and its sources do not make this plan, or do not make it any more. `fairground plan "
                    "CONFIG --against " +
                    given.file.string() + "` shows the difference" + anew);
  }
  if (has_base) {
    return;  // What an extension has of each source depends on what was made before.
  }
  for (const MediaPlan& media : plan.media()) {
    if (const std::string missing = missing_from(media); !missing.empty()) {
      const std::string file = given.file.string();
      std::string problem = file + ": the plan is not whole, or the config asks for another: " + missing;
      problem += ". `fairground plan CONFIG --against " + file + "` shows the difference" + anew;
      throw UserError(std::move(problem));
    }
  }
}

}  // namespace

std::unique_ptr<Planning> make_planning(const Config& config, const PlanningOptions& options, std::ostream& progress,
                                        const std::atomic<bool>* stop) {
  auto planning = std::make_unique<Planning>();
  // Before the sources, which may take long: a slip in an option should show at once.
  if (!options.base.empty()) {
    planning->base = read_finished_run(options.base);
  }
  if (!options.given.empty()) {
    planning->given = read_planned_set(options.given);
    if (planning->given->lines == 0) {
      throw UserError(planning->given->file.string() +
                      ": the plan is empty; write it anew with `fairground plan CONFIG --out FILE`");
    }
  }
  check_design(config);
  const ProgressStyle style = progress_style(options.quiet);
  {
    Progress line(progress, style, "sources read");
    const KnownFiles known = options.known.empty() ? KnownFiles() : KnownFiles(options.known);
    planning->catalog = read_catalog(config, options.jobs, &line, stop, &known);
  }
  if (stopped(stop)) {
    return planning;
  }
  for (const auto& [media, catalog] : planning->catalog.media) {
    check_thresholds(config, media, catalog);
  }
  const bool measure = must_measure(config, options);
  if (measure || options.measure != PlanningOptions::Measure::if_needed) {
    Progress line(progress, measure ? style : ProgressStyle::silent, "sources measured");
    planning->surveys = survey_sources(config, planning->catalog, measure, options.jobs, &line, stop);
  }
  if (stopped(stop)) {
    return planning;
  }
  DesignInputs inputs;
  inputs.base = planning->base ? &*planning->base : nullptr;
  inputs.given = planning->given ? &*planning->given : nullptr;
  inputs.effort = options.effort;
  for (const auto& [media, survey] : planning->surveys) {
    inputs.qualities[media] = &survey.qualities;
  }
  planning->design = std::make_unique<Plan>(config, planning->catalog, inputs);
  if (planning->base) {
    planning->rest = std::make_unique<Plan>(*planning->design, *planning->base);
    if (!planning->given) {
      check_base(*planning->rest,
                 *planning->base);  // A given plan has only what the base lacks, and may share nothing.
    }
  }
  if (planning->given) {
    check_given(planning->plan(), *planning->given, planning->base.has_value(), options.jobs);
  }
  return planning;
}

}  // namespace fairground
