#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/coverage_findings.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json levels_json(const Coverage& coverage, const auto& at_level) {
  ordered_json json = ordered_json::object();
  for (std::size_t level = 0; level <= coverage.manifest.attributes.size(); ++level) {
    if (const std::size_t patterns = at_level(level); patterns > 0) {
      json[std::to_string(level)] = patterns;
    }
  }
  return json;
}

void add_shown(ordered_json& json, const Coverage& coverage, const UncoveredSummary& summary, std::uint32_t threshold) {
  const std::size_t to_level = shown_to_level(summary, coverage.method);
  ordered_json shown = ordered_json::array();
  for (const UncoveredPattern& entry : summary.first(to_level)) {
    ordered_json pattern = ordered_json::object();
    for (std::size_t a = 0; a < entry.pattern.size(); ++a) {
      if (entry.pattern[a] != kAnyValue) {
        const CodedAttribute& attribute = coverage.manifest.attributes[a];
        pattern[attribute.name] = attribute.values[entry.pattern[a]];
      }
    }
    shown.push_back({{"pattern", std::move(pattern)},
                     {"level", entry.level},
                     {"count", entry.count},
                     {"missing", threshold - entry.count}});
  }
  json["not_shown"] = summary.total() - shown.size();
  json["shown_to_level"] = to_level;
  json["shown"] = std::move(shown);
}

ordered_json counted_json(const Coverage& coverage, const Counted& counts) {
  ordered_json patterns;
  patterns["total"] = counts.known.total() + counts.with_unknown.total();
  patterns["by_level"] = levels_json(
      coverage, [&](std::size_t level) { return counts.known.at_level(level) + counts.with_unknown.at_level(level); });
  add_shown(patterns, coverage, counts.known, counts.threshold);
  ordered_json with_unknown;
  with_unknown["total"] = counts.with_unknown.total();
  with_unknown["by_level"] =
      levels_json(coverage, [&](std::size_t level) { return counts.with_unknown.at_level(level); });
  add_shown(with_unknown, coverage, counts.with_unknown, counts.threshold);
  patterns["with_unknown"] = std::move(with_unknown);
  ordered_json measures = ordered_json::array();
  for (const TWayCoverage& measure : counts.measures) {
    ordered_json completeness;
    for (std::size_t i = 0; i < kCompletenessShares.size(); ++i) {
      completeness[shortest(kCompletenessShares[i])] = measure.completeness(i);
    }
    measures.push_back({{"ways", measure.ways},
                        {"threshold", measure.threshold},
                        {"combinations", measure.combinations},
                        {"configurations", measure.configurations},
                        {"configurations_covered", measure.configurations_covered},
                        {"simple", measure.simple()},
                        {"total", measure.total()},
                        {"completeness", std::move(completeness)},
                        {"minimum", measure.minimum}});
  }
  ordered_json json;
  json["count"] = counts.members;
  json["maximal_uncovered_patterns"] = std::move(patterns);
  json["combination_coverage"] = std::move(measures);
  return json;
}
void add_counted(ordered_json& json, const Coverage& coverage, const CoverageOfRows& counts) {
  json["sources"] = counted_json(coverage, counts.sources);
  json["subjects"] = nullptr;
  if (counts.subjects) {
    json["subjects"] = counted_json(coverage, *counts.subjects);
    json["subjects"]["rows_without"] = counts.rows_without_subject;
  }
}

}  // namespace

void print_coverage_json(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  ordered_json json;
  json["manifest"] = path.string();
  json["rows"] = coverage.manifest.rows.size();
  json["attributes"] = ordered_json::array();
  for (const CodedAttribute& attribute : coverage.manifest.attributes) {
    ordered_json entry;
    entry["name"] = attribute.name;
    entry["values"] = attribute.values;
    entry["unknown_rows"] = attribute.unknown_rows;
    if (!attribute.edges.empty()) {
      entry["bins"] = attribute.edges;
    }
    json["attributes"].push_back(std::move(entry));
  }
  const std::optional<Counted>& subjects = coverage.observed->subjects;
  json["at_least"]["sources"] = coverage.observed->sources.threshold;
  json["at_least"]["subjects"] = subjects ? ordered_json(subjects->threshold) : ordered_json(nullptr);
  json["ways"] = coverage.method.ways;
  json["method"] = coverage.method.is_cube ? "cube" : "levels";
  json["deepest_level"] = coverage.method.deepest;
  add_counted(json, coverage, *coverage.observed);
  json["synthesised"] = nullptr;
  if (coverage.synthesised) {
    json["synthesised"]["controls_left_out"] = coverage.manifest.record->controls;
    add_counted(json["synthesised"], coverage, *coverage.synthesised);
  }
  json["notes"] = coverage.notes;
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}
}  // namespace fairground
