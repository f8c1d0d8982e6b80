#include "pipeline/flow/set_description.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/design/conditions.h"
#include "pipeline/design/observations.h"
#include "pipeline/flow/plan_findings.h"
#include "pipeline/flow/plan_json_parts.h"
#include "pipeline/output/skin_counts.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json setting_json(const Setting& setting) {
  return std::visit(
      [](const auto& value) -> ordered_json {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<T, Range>) {
          return ordered_json::array({value.low, value.high});
        } else {
          return value;
        }
      },
      setting);
}

ordered_json step_json(const Step& step) {
  ordered_json parameters = ordered_json::object();
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(step.settings[i])) {
      parameters[step.schema->parameters[i].name] = setting_json(step.settings[i]);
    }
  }
  return {{"augmenter", step.schema->name},
          {"version", step.schema->version},
          {"stage", to_string(step.schema->stage)},
          {"parameters", std::move(parameters)}};
}

ordered_json axis_json(const Axis& axis) {
  ordered_json levels = ordered_json::array();
  for (const Level& level : axis.levels) {
    ordered_json steps = ordered_json::array();
    for (const Step& step : level.steps) {
      steps.push_back(step_json(step));
    }
    levels.push_back({{"name", level.name}, {"skin", needs_skin(level)}, {"steps", std::move(steps)}});
  }
  return {{"name", axis.name}, {"levels", std::move(levels)}};
}

/// The levels that the records of clean references have.
ordered_json clean_levels_json(const MediaSettings& settings) {
  ordered_json levels = ordered_json::object();
  for (const Axis& axis : settings.axes) {
    levels[axis.name] = clean_is_inside(settings) ? axis.levels.front().name : std::string(kCleanLevel);
  }
  return levels;
}

ordered_json except_json(const MediaSettings& settings) {
  ordered_json all = ordered_json::array();
  for (const Exclusion& exclusion : settings.design.except) {
    ordered_json cells = ordered_json::object();
    for (const auto& [axis, levels] : exclusion.cells) {
      for (const std::size_t level : levels) {
        cells[settings.axes[axis].name].push_back(settings.axes[axis].levels[level].name);
      }
    }
    all.push_back(std::move(cells));
  }
  return all;
}

ordered_json entry_json(const SourceSettings& source) {
  ordered_json json;
  json["manifest"] = source.manifest.filename().string();
  if (source.media == Media::audio) {
    json["sample_rate_hz"] = source.sample_rate > 0 ? ordered_json(source.sample_rate) : ordered_json("keep");
    json["channels"] = source.mono ? "mono" : "keep";
    json["active_level_dbov"] =
        source.active_level_dbov ? ordered_json(*source.active_level_dbov) : ordered_json("keep");
    json["speech_dba"] = source.speech_dba;
  }
  return json;
}

ordered_json settings_json(const DesignSettings& design) {
  ordered_json json;
  json["pairing"] = design.pairing == Pairing::matched ? "matched" : "independent";
  json["order"] = design.order == Order::staged ? "staged" : "as_written";
  json["include_clean"] = design.include_clean;
  json["realizations"] = design.realizations;
  json["at_least"] = {{"sources", design.at_least.sources}, {"subjects", design.at_least.subjects}};
  json["sources_per_group"] = design.sources_per_group;
  json["match_on"] = design.match_on;
  json["observed"] = ordered_json(design.observed);
  json["controls"] = {{"identity", design.controls.identity}, {"repeat", design.controls.repeat}};
  json["power"] = power_assumptions_json(design.power);
  return json;
}

/// A plan without what only whoever has found it knows.
MediaPlan as_planned(const MediaPlan& plan) {
  MediaPlan known = plan;
  known.facts = {};
  known.facts.full_factorial = plan.facts.full_factorial;
  return known;
}

/// What is known against sources before any is decoded.
Survey survey_of(const MediaCatalog& catalog) {
  Survey survey;
  for (const Source& source : catalog.sources) {
    const std::string problem = catalog.problem_of(source);
    if (!problem.empty()) {
      survey.reasons.emplace(survey.fates.size(), problem);
    }
    survey.fates.push_back(problem.empty() ? Fate::written : Fate::failed);
  }
  return survey;
}

/// Of the combinations of levels that the config asks for, how many the plan's conditions hold.
CombinationFigures combinations_in(const MediaPlan& plan) {
  const MediaSettings& settings = *plan.settings;
  std::vector<LevelRow> rows;
  for (const Condition& condition : plan.conditions) {
    if (!condition.is_clean && condition.control == Control::none) {
      rows.push_back(row_of(settings, condition));
    }
  }
  if (clean_is_inside(settings)) {
    rows.emplace_back(settings.axes.size(), 0);
  }
  std::ranges::sort(rows);
  const AtLeast& at_least = settings.design.at_least;
  if (plan.catalog->observed_axes.empty() || at_least.sources + at_least.subjects == 0) {
    return combination_figures(settings, rows);
  }
  const Observations observations(settings, *plan.catalog);
  return combination_figures(settings, rows, [&](std::span<const std::size_t> axes, std::span<const int> levels) {
    return observations.enough_everywhere(axes, levels);
  });
}

std::size_t sources_with_variants(const MediaPlan& plan) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < plan.starts.size(); ++i) {
    count += plan.starts[i + 1] > plan.starts[i] ? 1U : 0U;
  }
  return count;
}

ordered_json set_design_json(const MediaPlan& plan) {
  const DesignSettings& design = plan.settings->design;
  const CombinationFigures figures = combinations_in(plan);
  ordered_json json;
  json["ways"] = design.ways == 0 ? ordered_json("all") : ordered_json(design.ways);
  json["fill"] = design.fill == Fill::matched ? "matched" : "missing_only";
  json["comparable_across_groups"] = design.fill == Fill::matched;
  json["full_factorial"] = plan.facts.full_factorial;
  json["combinations"] = {{"demanded", figures.demanded},
                          {"held", figures.held},
                          {"observed", figures.observed},
                          {"excluded", figures.excluded},
                          {"left_by_budget", figures.left}};
  json["first_left_by_budget"] = first_left_json(*plan.settings, figures);
  json["identity_conditions"] = count_conditions(plan, Control::identity);
  json["repeats"] = plan.repeats.size();
  json["sources_with_variants"] = sources_with_variants(plan);
  return json;
}

ordered_json media_json(const Config& config, const MediaPlan& plan) {
  const MediaFindings findings = find_in(config, plan, plan, survey_of(*plan.catalog));
  const MediaSettings& settings = *plan.settings;
  const MediaCatalog& catalog = *plan.catalog;
  const SourceSettings& source = *std::ranges::find(config.sources, plan.media, &SourceSettings::media);
  ordered_json json;
  ordered_json& columns = json["columns"];
  columns["groups"] = catalog.group_columns;
  columns["kept"] = catalog.columns;
  columns["transcript"] = text_or_null(source.transcript);
  columns["licence"] = text_or_null(source.licence);
  columns["subjects_known"] = catalog.has_subjects;
  columns["words"] = catalog.has_words;
  columns["boxes"] = catalog.has_boxes;
  columns["keypoints"] = catalog.has_keypoints;
  columns["mask"] = std::ranges::find(catalog.maps, kMaskMap) != catalog.maps.end();
  columns["skin"] = settings.needs_skin();
  json["axes"] = ordered_json::array();
  for (const Axis& axis : settings.axes) {
    json["axes"].push_back(axis_json(axis));
  }
  json["clean_levels"] = clean_levels_json(settings);
  json["settings"] = settings_json(settings.design);
  json["except"] = except_json(settings);
  json["entries"] = ordered_json::array();
  for (const SourceSettings& entry : config.sources) {
    if (entry.media == plan.media) {
      json["entries"].push_back(entry_json(entry));
    }
  }
  json["output"] = {{"format", to_string(settings.output.format)}};
  if (plan.media == Media::audio) {
    json["output"]["bits"] = settings.output.bits;
  } else {
    json["output"]["quality"] = settings.output.quality;
  }
  json["sources"] = catalog.sources.size();
  json["subjects"] = catalog.has_subjects ? ordered_json(catalog.subjects.size() - 1) : ordered_json(nullptr);
  json["conditions"] = count_conditions(plan);
  json["design"] = set_design_json(plan);
  json["absent_people"] = absent_json(findings);
  json["notes"] = findings.notes;
  if (settings.needs_skin()) {
    json["skin_statement"] = skin_statement();
  }
  return json;
}

}  // namespace

std::string set_description(const Plan& plan, const std::string& tool_version) {
  const Config& config = plan.config();
  const Catalog& catalog = plan.catalog();
  ordered_json json;
  json["fairground"] = tool_version;
  json["name"] = config.name;
  json["seed"] = config.seed;
  json["date"] = text_or_null(config.date);
  json["card"] = card_json(config.card);
  json["assets"] = ordered_json::array();
  for (const AssetSettings& asset : config.assets) {
    const auto pool = catalog.pools.find(asset.name);
    const std::size_t files = pool == catalog.pools.end() ? asset.files.size() : pool->second.files.size();
    json["assets"].push_back({{"name", asset.name},
                              {"kind", asset.pool ? "talkers" : "files"},
                              {"files", files},
                              {"licence", text_or_null(asset.licence)}});
  }
  json["digital_source_type"] = config.digital_source_type;
  json["exports"] = ordered_json::array();
  for (const ExportFormat format : config.exports) {
    json["exports"].push_back(info_of(format).name);
  }
  for (const MediaPlan& media : plan.media()) {
    json["media"][to_string(media.media)] = media_json(config, as_planned(media));
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace fairground
