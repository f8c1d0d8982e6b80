#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/coverage_findings.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json gaps_json(const CodedManifest& manifest, const Gaps& gaps, std::uint32_t threshold) {
  ordered_json by_level = ordered_json::object();
  ordered_json not_shown = ordered_json::object();
  for (std::size_t level = 0; level <= manifest.attributes.size(); ++level) {
    if (gaps.all.at_level(level) > 0) {
      by_level[std::to_string(level)] = gaps.all.at_level(level);
      not_shown[std::to_string(level)] = gaps.not_shown(level);
    }
  }
  ordered_json shown = ordered_json::array();
  for (const Gap& gap : gaps.shown) {
    const auto& [values, level, count] = gap.pattern;
    ordered_json pattern = ordered_json::object();
    for (std::size_t a = 0; a < values.size(); ++a) {
      if (values[a] != kAnyValue) {
        const CodedAttribute& attribute = manifest.attributes[a];
        pattern[attribute.name] = attribute.values[values[a]];
      }
    }
    shown.push_back({{"pattern", std::move(pattern)},
                     {"level", level},
                     {"count", count},
                     {"missing", threshold - count},
                     {"possible", gap.possible ? ordered_json(*gap.possible) : ordered_json(nullptr)}});
  }
  ordered_json json;
  json["total"] = gaps.all.total();
  json["by_level"] = std::move(by_level);
  json["shown_to_level"] = gaps.shown_to_level;
  json["not_shown"] = std::move(not_shown);
  json["shown"] = std::move(shown);
  return json;
}

ordered_json names_json(const CodedManifest& manifest, const std::vector<std::size_t>& attributes) {
  ordered_json names = ordered_json::array();
  for (const std::size_t a : attributes) {
    names.push_back(manifest.attributes[a].name);
  }
  return names;
}

ordered_json counted_json(const CodedManifest& manifest, const Counted& counts) {
  ordered_json json;
  json["count"] = counts.members;
  json["method"] = counts.method.is_cube ? "cube" : "levels";
  json["deepest_level"] = counts.method.deepest;
  json["values"] = ordered_json::object();
  for (std::size_t a = 0; a < manifest.attributes.size(); ++a) {
    json["values"][manifest.attributes[a].name] = counts.value_counts[a];
  }
  json["maximal_uncovered_patterns"] = gaps_json(manifest, counts.gaps, counts.threshold);
  json["empty_patterns"] = counts.empty ? gaps_json(manifest, *counts.empty, counts.threshold) : ordered_json(nullptr);
  json["column_sets"] = ordered_json::array();
  for (const std::vector<ShortCombination>& sets : counts.short_sets) {
    for (const ShortCombination& set : sets) {
      json["column_sets"].push_back({{"columns", names_json(manifest, set.attributes)},
                                     {"combinations", set.configurations},
                                     {"short", set.uncovered},
                                     {"empty", set.empty}});
    }
  }
  json["combination_coverage"] = ordered_json::array();
  for (const TWayCoverage& measure : counts.measures) {
    ordered_json completeness;
    for (std::size_t i = 0; i < kCompletenessShares.size(); ++i) {
      completeness[shortest(kCompletenessShares[i])] = measure.completeness(i);
    }
    json["combination_coverage"].push_back({{"ways", measure.ways},
                                            {"threshold", measure.threshold},
                                            {"combinations", measure.combinations},
                                            {"configurations", measure.configurations},
                                            {"configurations_covered", measure.configurations_covered},
                                            {"simple", measure.simple()},
                                            {"total", measure.total()},
                                            {"completeness", std::move(completeness)},
                                            {"minimum", measure.minimum},
                                            {"minimum_columns", names_json(manifest, measure.worst)}});
  }
  return json;
}

void add_counted(ordered_json& json, const CodedManifest& manifest, const CoverageOfRows& counts) {
  json["sources"] = counted_json(manifest, counts.sources);
  json["subjects"] = nullptr;
  if (counts.subjects) {
    json["subjects"] = counted_json(manifest, *counts.subjects);
    json["subjects"]["rows_without"] = counts.rows_without_subject;
  }
}

}  // namespace

void print_coverage_json(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  const CodedManifest& manifest = coverage.manifest;
  ordered_json json;
  json["manifest"] = path.string();
  json["rows"] = manifest.rows.size();
  json["attributes"] = ordered_json::array();
  for (const CodedAttribute& attribute : manifest.attributes) {
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
  json["ways"] = coverage.ways;
  add_counted(json, manifest, *coverage.observed);
  json["synthesised"] = nullptr;
  if (coverage.synthesised) {
    json["synthesised"]["controls_left_out"] = manifest.record->controls;
    add_counted(json["synthesised"], manifest, *coverage.synthesised);
  }
  json["notes"] = coverage.notes;
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace fairground
