#include "pipeline/publish/report_data.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/records.h"
#include "pipeline/publish/report_controls.h"
#include "pipeline/publish/report_gallery.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_requests.h"
#include "pipeline/publish/report_words.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// More levels of an axis than that are for set.json.
constexpr std::size_t kMostLevels = 500;

ordered_json count_json(const PeopleCount& count) {
  return {{"sources", count.sources},
          {"subjects", count.subjects ? ordered_json(*count.subjects) : ordered_json(nullptr)},
          {"sources_without_subject", count.sources_without_subject}};
}

ordered_json groups_json(const ReportCoverage& coverage) {
  ordered_json groups = ordered_json::array();
  for (std::size_t g = 0; g < coverage.groups_shown; ++g) {
    const ReportGroup& group = coverage.groups[g];
    ordered_json json;
    json["labels"] = group.labels;
    json["name"] = group.name;
    json["unlabelled"] = group.is_unlabelled;
    json.update(count_json(group.observed));
    json["taking_part"] = count_json(group.taking_part);
    json["realizations_missing"] = group.realizations_missing;
    json["open_gaps"] = {{"conditions", group.open_conditions},
                         {"collect_sources", group.sources_to_collect},
                         {"collect_subjects", group.subjects_to_collect}};
    groups.push_back(std::move(json));
  }
  return groups;
}

ordered_json axes_json(const MediaFacts& facts) {
  ordered_json axes = ordered_json::array();
  for (const AxisFacts& axis : facts.axes) {
    ordered_json levels = ordered_json::array();
    for (const LevelFacts& level : axis.levels) {
      if (levels.size() < kMostLevels) {
        levels.push_back({{"name", level.name}, {"says", level_in_words(level)}});
      }
    }
    axes.push_back({{"name", axis.name}, {"levels", std::move(levels)}, {"levels_total", axis.levels.size()}});
  }
  return axes;
}

ordered_json conditions_json(const MediaFacts& facts, const ReportCoverage& coverage) {
  ordered_json conditions = ordered_json::array();
  for (std::size_t c = 0; c < coverage.conditions_shown; ++c) {
    conditions.push_back({{"levels", coverage.conditions[c]},
                          {"name", condition_text(facts, coverage.conditions[c])},
                          {"clean", coverage.clean == c}});
  }
  return conditions;
}

ordered_json cells_json(const std::vector<CellCounts>& cells) {
  ordered_json json = ordered_json::array();
  for (const CellCounts& cell : cells) {
    json.push_back({cell.sources, cell.subjects < 0 ? ordered_json(nullptr) : ordered_json(cell.subjects)});
  }
  return json;
}

ordered_json heat_json(const ReportCoverage& coverage) {
  ordered_json heat = {{"observed", cells_json(coverage.observed)}, {"synthesised", cells_json(coverage.synthesised)}};
  if (!coverage.recorded.empty()) {
    heat["recorded"] = cells_json(coverage.recorded);
  }
  return heat;
}

/// One medium, and what its sentences are made of.
struct MediaReport {
  ReportCoverage coverage;
  ReportStatistics statistics;
  ordered_json json;
};

enum class WithGallery { no, yes };

MediaReport media_report(const OutputTree& tree, const MediaFacts& facts, std::size_t media, const MediaLosses& losses,
                         bool extends, WithGallery with_gallery, MediaCounts& counts, int jobs) {
  ReportCoverage coverage = read_coverage(tree, facts, media);
  const Records records(tree, facts);
  RecordReader reader(facts, coverage, records);
  ReportStatistics statistics(facts, coverage);
  RequestTally requests(facts, coverage, records);
  ControlTally controls(facts, coverage);
  Gallery gallery(facts, coverage, records);
  MediaCounter counter(facts, losses);
  records.for_each([&](const Record& record) {
    const SeenRecord& seen = reader.read(record);
    statistics.add(seen);
    requests.add(seen);
    controls.add(seen);
    gallery.add(seen);
    counter.add(record);
  });
  counts = counter.finish();
  statistics.finish();
  controls.finish();
  gallery.finish();
  ordered_json json;
  json["medium"] = to_string(facts.media);
  json["title"] = title_of(facts.media);
  json["groups"] = groups_json(coverage);
  json["group_columns"] = facts.groups;
  json["axes"] = axes_json(facts);
  json["conditions"] = conditions_json(facts, coverage);
  json["conditions_total"] = coverage.conditions.size();
  json["conditions_shown"] = coverage.conditions_shown;
  json["groups_total"] = coverage.groups.size();
  json["groups_shown"] = coverage.groups_shown;
  json["at_least"] = facts.json.at("settings").at("at_least");
  json["heat"] = heat_json(coverage);
  json["gaps"] = gaps_json(facts, coverage, extends);
  json["balance"] = balance_json(statistics, coverage, facts);
  json["losses"] = losses_json(tree, losses, coverage, statistics);
  json["requests"] = requests.json();
  json["power"] = power_json(facts, coverage, statistics);
  json["controls"] = controls.json();
  json["skin"] = skin_json(tree, facts);
  if (with_gallery == WithGallery::yes) {
    json["gallery"] = gallery.json(tree, jobs);
  }
  json["notes"] = facts.json.at("notes");
  return {std::move(coverage), std::move(statistics), std::move(json)};
}

std::vector<MediaReport> reports_of(const OutputTree& tree, const SetFacts& set, const ordered_json& run,
                                    WithGallery with_gallery, SetCounts& counts, int jobs) {
  const std::vector<MediaLosses> losses = read_losses(tree, set);
  std::vector<MediaReport> reports;
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    reports.push_back(media_report(tree, set.media[i], set.media.size(), losses[i], extends_another(run), with_gallery,
                                   counts.media.emplace_back(), jobs));
  }
  return reports;
}

std::vector<ReportFindings> findings_in(const SetFacts& set, const std::vector<MediaReport>& reports) {
  std::vector<ReportFindings> findings;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    findings.push_back({set.media[i], reports[i].coverage, reports[i].statistics, reports[i].json});
  }
  return findings;
}

ordered_json data_of(const OutputTree& tree, const SetFacts& set, const ordered_json& run, SetCounts& counts,
                     int jobs) {
  std::vector<MediaReport> reports = reports_of(tree, set, run, WithGallery::yes, counts, jobs);
  const std::vector<ReportFindings> findings = findings_in(set, reports);
  ordered_json json;
  json["name"] = set.name;
  json["tool"] = "fairground " + set.tool_version;
  json["date"] = text_or_null(set.date);
  json["card"] = card_json(set.card);
  json["summary"] = summary_of(run, findings);
  json["cannot_show"] = cannot_show(run, set, findings);
  json["counts"] = run.at("counts");
  json["provenance"] = provenance_json(tree, set, run);
  json["media"] = ordered_json::array();
  for (MediaReport& report : reports) {
    json["media"].push_back(std::move(report.json));
  }
  return json;
}

}  // namespace

ordered_json report_data(const OutputTree& tree, const SetFacts& set, const ordered_json& run, SetCounts* counts,
                         int jobs) {
  SetCounts unasked;
  return data_of(tree, set, run, counts != nullptr ? *counts : unasked, jobs);
}

std::vector<std::string> what_it_cannot_show(const OutputTree& tree, const SetFacts& set, const ordered_json& run) {
  SetCounts unasked;
  const std::vector<MediaReport> reports = reports_of(tree, set, run, WithGallery::no, unasked, /*jobs=*/1);
  return cannot_show(run, set, findings_in(set, reports));
}

}  // namespace fairground
