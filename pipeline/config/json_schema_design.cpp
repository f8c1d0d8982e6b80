// What a schema says of designs.

#include <algorithm>
#include <iterator>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/json_schema_parts.h"

namespace fairground {
namespace {

using Json = SchemaJson;

constexpr std::int64_t kMostCounted = 1'000'000'000;

/// Names of levels and axes, which may look like numbers.
Json reference_schema() { return {{"type", {"string", "number", "boolean"}}}; }

Json at_least_schema() {
  Json schema = map_schema(
      "What must stand behind each group in each condition; what is missing is reported, to be collected.",
      {{"sources", described("Sources wanted.", integer_schema({1, kMostCounted}))},
       {"subjects", described("People wanted; needs `subject` in the sources.", integer_schema({1, kMostCounted}))}});
  schema["minProperties"] = 1;
  return schema;
}

Json budget_schema() {
  Json schema =
      map_schema("The most that may be made, of one medium. The conditions that hold most combinations stay.",
                 {{"variants", described("Variants, controls among them.", integer_schema({1, 1'000'000'000'000}))},
                  {"bytes", described("Bytes of files, as the plan estimates them.", number_schema({1, 1e18}))}});
  schema["minProperties"] = 1;
  return schema;
}

Json power_schema() {
  const PowerSettings power = first_design(Media::audio).power;
  const Bounds spread{0, 3};
  return map_schema(
      "What the plan's power analysis assumes of the service under test. `baseline_error` times `degradation` is 1 at "
      "the "
      "most.",
      {{"baseline_error", described("The rate of errors per unit in the clean reference.", number_schema({1e-6, 1}),
                                    power.baseline_error, "")},
       {"degradation",
        described("What a condition multiplies that rate by.", number_schema({1, 1000}), power.degradation, "")},
       {"units", described("Units in each source that can be wrong: words of a recording (default: " +
                               std::to_string(power.units) + "), or the one answer to a picture (default: " +
                               std::to_string(first_design(Media::image).power.units) + ").",
                           integer_schema({1, 1'000'000}))},
       {"subject_sd", described("Standard deviation of the rate's logarithm over subjects.", number_schema(spread),
                                power.subject_sd, "")},
       {"source_sd", described("Standard deviation of the rate's logarithm over sources of a subject.",
                               number_schema(spread), power.source_sd, "")},
       {"interaction_sd", described("Standard deviation of the rate's logarithm over subjects within a condition.",
                                    number_schema(spread), power.interaction_sd, "")},
       {"alpha", described("The two-sided level of significance, for all pairs of groups together.",
                           number_schema({1e-6, 0.5}), power.alpha, "")},
       {"power", described("The chance wanted of finding a difference that is there.", number_schema({0.05, 0.999}),
                           power.power, "")}});
}

Json controls_schema() {
  const Controls controls;
  return map_schema("Variants that show the test's own false alarms.",
                    {{"identity", described("Whether there are variants with every step on and every effect at zero.",
                                            flag_schema(), controls.identity, "")},
                     {"repeat", described("The share of the variants that are made a second time.",
                                          number_schema({0, 1}), controls.repeat, "")}});
}

std::vector<SchemaKey> design_keys() {
  const DesignSettings design;
  Json strength = map_schema(
      "More ways among some axes.",
      {{"axes", described("The names of the axes, at least as many as `ways`.", list_schema(reference_schema())),
        Need::required},
       {"ways",
        described("Every combination of the levels of so many of these axes; more than `ways` of all axes.",
                  integer_schema({2, 6})),
        Need::required}});
  Json levels = reference_schema();
  levels["type"].push_back("array");
  levels["items"] = reference_schema();
  levels["minItems"] = 1;
  levels["uniqueItems"] = true;
  const Json exclusion = {{"type", "object"},
                          {"description", "For each axis named, a level or a list of levels that do not go together."},
                          {"additionalProperties", levels},
                          {"minProperties", 1}};
  return {
      {"ways", described("Every combination of the levels of so many axes, from 2 to 6, for every group; or `all`, the "
                         "full factorial.",
                         either_schema(integer_schema({2, 6}), word_schema("all")), "all", "")},
      {"also", described("More ways among some axes; needs `ways` as a number.",
                         {{"type", "array"}, {"items", std::move(strength)}})},
      {"except", described("Combinations that are not made.", {{"type", "array"}, {"items", exclusion}})},
      {"at_least", at_least_schema()},
      {"sources_per_group",
       described("How many sources of each group take part, or `at_least` for as many as that key wants. Default: all.",
                 either_schema(integer_schema({1, kMostCounted}), word_schema("at_least")))},
      {"realizations", described("Draws of every random number, which the sources of each group are dealt evenly.",
                                 integer_schema({1, 100'000}), design.realizations, "")},
      {"pairing",
       described("`matched`: all groups meet the same draws. `independent`: each source has draws of its own.",
                 choice_schema({"matched", "independent"}), "matched", "")},
      {"order",
       described("`staged`: steps run in the order of the signal path. `as_written`: in the order of the file.",
                 choice_schema({"staged", "as_written"}), "staged", "")},
      {"include_clean",
       described("Whether the clean reference of each source is in the set.", flag_schema(), design.include_clean, "")},
      {"fill",
       described("`matched`: all groups get what any group lacks. `missing_only`: each group gets what it lacks, so "
                 "that groups are not comparable; needs `observed`.",
                 choice_schema({"matched", "missing_only"}), "matched", "")},
      {"observed",
       {{"type", "object"},
        {"description",
         "For each axis named, the column of the manifest with the level that a source was recorded in."},
        {"additionalProperties", text_schema()},
        {"minProperties", 1}}},
      {"match_on",
       described("Qualities that groups are made alike in: snr_db, bandwidth_hz, active_level_dbov, duration_s, "
                 "sharpness, exposure_ev, or columns of numbers in `keep`.",
                 list_schema(text_schema()))},
      {"budget", budget_schema()},
      {"controls", controls_schema()},
      {"power", power_schema()},
      {"effort", described("Of the search for a small design; N takes about N times as long.",
                           integer_schema({1, 1000}), design.effort, "")}};
}

/// Rules that hold for the design of one medium and for that of both.
void add_design_rules(Json& schema) {
  add_rule(schema, needs_keys({"also"}),
           {{"properties", {{"ways", {{"type", "integer"}}}}}, {"required", Json::array({"ways"})}});
  add_rule(schema, has_value("fill", {"missing_only"}), needs_keys({"observed"}));
  add_rule(schema, has_value("sources_per_group", {"at_least"}), needs_keys({"at_least"}));
}

}  // namespace

SchemaJson design_of_one_schema() {
  Json schema = map_schema("Which conditions are made, for whom, of this medium.", design_keys());
  add_design_rules(schema);
  return schema;
}

/// With sources of one medium or of both.
SchemaJson design_schema() {
  std::vector<SchemaKey> keys = design_keys();
  for (const Media media : kAllMedia) {
    keys.push_back({to_string(media), refer_to("design_of_one")});
  }
  Json schema = map_schema(
      "Which conditions are made, and for whom. It may be divided into `audio` and `image`, and then has no other "
      "keys.",
      std::move(keys));
  add_design_rules(schema);
  std::vector<std::string> undivided;
  std::ranges::transform(design_keys(), std::back_inserter(undivided), &SchemaKey::name);
  add_rule(schema, {{"anyOf", {needs_keys({to_string(Media::audio)}), needs_keys({to_string(Media::image)})}}},
           forbids_keys(undivided));
  return schema;
}

}  // namespace fairground
