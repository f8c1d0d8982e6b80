#include "pipeline/publish/report_coverage.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/group_names.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/json_pieces.h"

namespace fairground {
namespace {

namespace dom = simdjson::dom;

/// What does not fit; caught where the file is known.
struct BadCoverage {
  std::string reason;
};

dom::element field(const dom::element& object, std::string_view name) {
  dom::element value;
  if (object[name].get(value) != simdjson::SUCCESS) {
    throw BadCoverage{"a group has no " + in_ticks(name)};
  }
  return value;
}

std::size_t size_at(const dom::element& object, std::string_view name) {
  std::uint64_t number = 0;
  if (field(object, name).get(number) != simdjson::SUCCESS || number > std::numeric_limits<std::uint32_t>::max()) {
    throw BadCoverage{in_ticks(name) + " is no count"};
  }
  return number;
}

PeopleCount count_at(const dom::element& object, std::string_view name) {
  const dom::element json = field(object, name);
  PeopleCount count;
  count.sources = size_at(json, "sources");
  if (!field(json, "subjects").is_string()) {
    count.subjects = size_at(json, "subjects");
  }
  count.sources_without_subject = size_at(json, "sources_without_subject");
  return count;
}

CellCounts cell_of(const PeopleCount& count) {
  return {static_cast<std::uint32_t>(count.sources), count.subjects ? static_cast<std::int64_t>(*count.subjects) : -1};
}

dom::array array_at(const dom::element& object, std::string_view name) {
  dom::array array;
  if (field(object, name).get(array) != simdjson::SUCCESS) {
    throw BadCoverage{in_ticks(name) + " is no list"};
  }
  return array;
}

std::vector<std::string> texts_at(const dom::element& object, std::string_view name,
                                  const std::vector<std::string>& keys) {
  const dom::element json = field(object, name);
  std::vector<std::string> texts;
  for (const std::string& key : keys) {
    std::string_view text;
    if (json[key].get(text) != simdjson::SUCCESS) {
      throw BadCoverage{in_ticks(name) + " of a group has no " + in_ticks(key) + ", which set.json names"};
    }
    texts.emplace_back(text);
  }
  return texts;
}

/// The cells of one group, of at most kMostReportConditions conditions.
struct GroupCells {
  std::vector<CellCounts> observed;
  std::vector<CellCounts> synthesised;
  std::vector<CellCounts> recorded;
};

class CoverageReader {
 public:
  CoverageReader(const MediaFacts& facts, std::size_t media) : facts_(facts) {
    coverage_.media = media;
    for (const AxisFacts& axis : facts.axes) {
      axes_.push_back(axis.name);
    }
  }

  void take(const std::string& piece) {
    dom::element json;
    if (parser_.parse(piece).get(json) != simdjson::SUCCESS) {
      throw BadCoverage{"a group is no JSON"};
    }
    ReportGroup group;
    group.labels = texts_at(json, "group", facts_.groups);
    group.name = group_name(group.labels);
    group.is_unlabelled = std::ranges::find(group.labels, kUnknown) != group.labels.end();
    group.observed = count_at(field(json, "before"), "observed");
    group.taking_part = count_at(json, "taking_part");
    for (const dom::element number : array_at(json, "realizations_missing")) {
      std::int64_t realization = 0;
      if (number.get(realization) == simdjson::SUCCESS) {
        group.realizations_missing.push_back(static_cast<int>(realization));
      }
    }
    const dom::element gaps = field(json, "open_gaps");
    group.open_conditions = size_at(gaps, "conditions");
    group.sources_to_collect = size_at(gaps, "sources_to_collect");
    group.subjects_to_collect = size_at(gaps, "subjects_to_collect");
    take_conditions(array_at(json, "after"), group);
    join_into(key_, group.labels);
    if (!coverage_.group_by_labels.emplace(key_, coverage_.groups.size()).second) {
      throw BadCoverage{"two groups have the labels " + in_ticks(group.name)};
    }
    coverage_.groups.push_back(std::move(group));
  }

  ReportCoverage finish() {
    coverage_.groups_shown = std::min(coverage_.groups.size(), kMostReportGroups);
    const std::size_t most =
        std::max<std::size_t>(1, kMostReportCells / coverage_.media / std::max<std::size_t>(1, coverage_.groups_shown));
    coverage_.conditions_shown = std::min({coverage_.conditions.size(), kMostReportConditions, most});
    const auto shown = static_cast<std::ptrdiff_t>(coverage_.conditions_shown);
    const auto append = [&](std::vector<CellCounts>& all, const std::vector<CellCounts>& of_group) {
      all.insert(all.end(), of_group.begin(), of_group.begin() + shown);
    };
    for (const GroupCells& cells : cells_) {
      append(coverage_.observed, cells.observed);
      append(coverage_.synthesised, cells.synthesised);
      if (has_recorded_) {
        append(coverage_.recorded, cells.recorded);
      }
    }
    for (std::size_t c = 0; c < coverage_.conditions.size(); ++c) {
      if (facts_.include_clean && coverage_.conditions[c] == facts_.clean_levels) {
        coverage_.clean = c;
      }
    }
    return std::move(coverage_);
  }

 private:
  void take_conditions(const dom::array& after, ReportGroup& group) {
    GroupCells cells;
    const bool is_first = coverage_.groups.empty();
    std::size_t c = 0;
    for (const dom::element entry : after) {
      if (is_first) {
        coverage_.conditions.push_back(texts_at(entry, "condition", axes_));
        join_into(key_, coverage_.conditions.back());
        coverage_.condition_by_levels.emplace(key_, c);
        dom::element ignored;
        const bool is_recorded = entry["recorded"].get(ignored) == simdjson::SUCCESS;
        if (c > 0 && is_recorded != has_recorded_) {
          throw BadCoverage{"only some conditions have `recorded`"};
        }
        has_recorded_ = is_recorded;
      }
      const PeopleCount observed = count_at(entry, "observed");
      const PeopleCount synthesised = count_at(entry, "synthesised");
      group.in_set = std::max(group.in_set, observed.sources + synthesised.sources);
      if (c < kMostReportConditions && coverage_.groups.size() < kMostReportGroups) {
        cells.observed.push_back(cell_of(observed));
        cells.synthesised.push_back(cell_of(synthesised));
        if (has_recorded_) {
          cells.recorded.push_back(cell_of(count_at(entry, "recorded")));
        }
      }
      ++c;
    }
    if (c != coverage_.conditions.size()) {
      throw BadCoverage{"groups have different numbers of conditions"};
    }
    if (coverage_.groups.size() < kMostReportGroups) {
      cells_.push_back(std::move(cells));
    }
  }

  const MediaFacts& facts_;
  std::vector<std::string> axes_;
  dom::parser parser_;
  bool has_recorded_ = false;
  std::vector<GroupCells> cells_;
  ReportCoverage coverage_;
  std::string key_;
};

}  // namespace

ReportCoverage read_coverage(const OutputTree& tree, const MediaFacts& facts, std::size_t media) {
  const std::string path = (tree.root() / kCoverage).string();
  CoverageReader reader(facts, media);
  try {
    if (!for_each_piece(tree, kCoverage, to_string(facts.media), "groups",
                        [&](const std::string& piece) { reader.take(piece); })) {
      throw UserError(path + ": is missing; is this the folder of a finished run?");
    }
  } catch (const BadCoverage& bad) {
    throw UserError(path + ": does not fit the set: " + bad.reason);
  }
  return reader.finish();
}

}  // namespace fairground
