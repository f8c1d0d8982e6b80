#include "pipeline/publish/coverage_summary.h"

#include <simdjson.h>

#include "pipeline/core/error.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace ondemand = simdjson::ondemand;

// A file of a million cells of groups and conditions has some 400 MB. It is read in one piece, but never made into
// values: only what is asked for is looked at.
constexpr std::size_t kMostBytes = std::size_t{4'000} << 20U;

std::size_t number_in(ondemand::object& object, const char* name) {
  return static_cast<std::size_t>(object[name].get_uint64());
}

PeopleSummary heads_in(ondemand::object object) {
  PeopleSummary heads;
  heads.sources = number_in(object, "sources");
  // "unknown" where the manifest does not tell who is who, which MediaFacts::subjects_known says, too.
  const std::string_view subjects = object["subjects"].raw_json_token();
  heads.subjects = subjects.starts_with('"') ? 0 : number_in(object, "subjects");
  heads.sources_without_subject = number_in(object, "sources_without_subject");
  return heads;
}

GroupSummary group_in(ondemand::object object, const MediaFacts& facts) {
  GroupSummary group;
  ondemand::object labels = object["group"].get_object();
  for (const std::string& column : facts.groups) {
    group.labels.emplace_back(std::string_view(labels.find_field_unordered(column)));
  }
  ondemand::object before = object["before"].get_object();
  group.before = heads_in(before["observed"].get_object());
  group.taking_part = heads_in(object["taking_part"].get_object());
  for (ondemand::value missing : object["realizations_missing"].get_array()) {
    group.realizations_missing.push_back(static_cast<std::size_t>(missing.get_uint64()));
  }
  ondemand::object gaps = object["open_gaps"].get_object();
  group.open_conditions = number_in(gaps, "conditions");
  group.sources_to_collect = number_in(gaps, "sources_to_collect");
  group.subjects_to_collect = number_in(gaps, "subjects_to_collect");
  return group;
}

}  // namespace

CoverageSummary read_coverage_summary(const OutputTree& tree, const MediaFacts& facts) {
  const std::string path = (tree.root() / kCoverage).string();
  auto text = tree.read_text(kCoverage, kMostBytes);
  if (!text) {
    throw UserError(path + ": is missing; is this the folder of a finished run?");
  }
  CoverageSummary summary;
  try {
    text->reserve(text->size() + simdjson::SIMDJSON_PADDING);
    ondemand::parser parser;
    ondemand::document document = parser.iterate(*text);
    ondemand::object medium = document[to_string(facts.media)].get_object();
    summary.comparable_across_groups = medium["comparable_across_groups"].get_bool();
    for (ondemand::object group : medium["groups"].get_array()) {
      summary.groups.push_back(group_in(group, facts));
    }
  } catch (const simdjson::simdjson_error& error) {
    throw UserError(path + ": does not tell the coverage of this set: " + error.what());
  }
  return summary;
}

}  // namespace fairground
