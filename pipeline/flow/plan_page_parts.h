// The page of one medium in parts, for plan_page.cpp alone. Each section answers one question of a reader.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "pipeline/flow/plan_findings.h"
#include "pipeline/flow/report_text.h"

namespace fairground {

/// Groups that a table on the page lists, which is what a reader takes in; the JSON has all of them.
inline constexpr std::size_t kMostGroups = 60;

using Rows = std::vector<std::vector<std::string>>;

/// What every section prints from, and how its lines look.
class PageSection {
 public:
  PageSection(std::ostream& out, const MediaFindings& findings)
      : out_(out), findings_(findings), plan_(*findings.plan), settings_(*plan_.settings), catalog_(*plan_.catalog) {}

 protected:
  void heading(const std::string& text) { out_ << "\n  " << text << '\n'; }
  void line(const std::string& text) { out_ << "    " << printable(text) << '\n'; }

  std::ostream& out_;
  const MediaFindings& findings_;
  const MediaPlan& plan_;
  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
};

/// What groups have and get, and which gaps that leaves: filled, to be collected, left by the budget, lost.
void print_coverage_and_gaps(std::ostream& out, const MediaFindings& findings);

/// Whether groups meet the same, and how alike their sources were recorded.
void print_matching_and_balance(std::ostream& out, const MediaFindings& findings);

/// What the set could show.
void print_power(std::ostream& out, const MediaFindings& findings);

}  // namespace fairground
