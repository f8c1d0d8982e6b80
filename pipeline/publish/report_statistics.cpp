#include "pipeline/publish/report_statistics.h"

#include <algorithm>
#include <cmath>

#include "pipeline/catalog/catalog.h"

namespace fairground {
namespace {

constexpr std::size_t kMostRealizations = 16;

}  // namespace

ReportStatistics::ReportStatistics(const MediaFacts& facts, const ReportCoverage& coverage)
    : cells(coverage.groups_shown * coverage.conditions_shown),
      groups(coverage.groups.size()),
      quantities_(report_quantities(facts.media)),
      coverage_(coverage) {
  const auto asked = facts.json.at("settings").at("realizations").get<std::size_t>();
  realizations_told = asked <= kMostRealizations ? asked : 0;
  realizations.resize(cells.size() * realizations_told);
  clean_.fill(std::nan(""));
}

ReportStatistics::Subject& ReportStatistics::subject_of(std::string_view name, std::uint32_t group) {
  key_.assign(std::to_string(group)).append(1, ':').append(name);
  const auto [place, is_new] = subject_numbers_.try_emplace(key_, static_cast<std::uint32_t>(subjects.size()));
  if (is_new) {
    subjects.push_back({});
    subjects.back().group = group;
  }
  return subjects[place->second];
}

void ReportStatistics::close_source() {
  if (!is_open_ || !has_record_) {
    return;
  }
  Group& group = groups[group_];
  ++group.sources;
  const bool is_known = subject_ != kUnknown;
  group.sources_without_subject += is_known ? 0U : 1U;
  Subject* const subject = is_known ? &subject_of(subject_, group_) : nullptr;
  if (subject != nullptr && has_variant_) {
    ++subject->sources;
  }
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    if (source_[q].count > 0.0) {
      const double mean = source_[q].mean();
      group.means[q].add(mean);
      subject != nullptr ? subject->means[q].add(mean) : void(++group.means_alone[q]);
    }
    if (!std::isnan(clean_[q])) {
      group.clean[q].add(clean_[q]);
      subject != nullptr ? subject->clean[q].add(clean_[q]) : void(++group.clean_alone[q]);
    }
  }
}

void ReportStatistics::add(const SeenRecord& seen) {
  if (seen.is_new_source) {
    close_source();
    is_open_ = true;
    group_ = seen.group;
    subject_.assign(seen.record->subject);
    has_variant_ = false;
    has_record_ = false;
    source_ = {};
    clean_.fill(std::nan(""));
  }
  ++groups[seen.group].written;
  if (seen.is_control()) {
    ++(seen.record->control == Control::identity ? identity : repeats);
    return;
  }
  has_record_ = true;
  if (seen.is_clean) {
    ++clean_references;
  } else {
    has_variant_ = true;
    ++synthetic;
    ++groups[seen.group].synthetic;
  }
  const bool is_shown = seen.group < coverage_.groups_shown && seen.condition < coverage_.conditions_shown;
  const std::size_t place = is_shown ? seen.group * coverage_.conditions_shown + seen.condition : 0;
  if (is_shown) {
    ++cells[place].variants;
    const auto realization = static_cast<std::size_t>(seen.record->realization);
    if (seen.record->realization >= 0 && realization < realizations_told) {
      ++realizations[place * realizations_told + realization];
    }
  }
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    const double value = compared(quantities_[q].info, seen.values[q]);
    if (std::isnan(value)) {
      continue;
    }
    Extent& extent = extents[q];
    if (!extent.is_known) {
      extent = {true, value, value, value};
    }
    extent.lowest = std::min(extent.lowest, value);
    extent.highest = std::max(extent.highest, value);
    source_[q].add(value - extent.shift);
    if (seen.is_clean) {
      clean_[q] = value - extent.shift;
    }
    if (is_shown) {
      cells[place].sums[q].add(value - extent.shift);
    }
  }
}

void ReportStatistics::finish() {
  close_source();
  is_open_ = false;
}

}  // namespace fairground
