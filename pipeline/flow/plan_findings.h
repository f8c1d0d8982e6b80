// What `plan` finds: everything that its page and its JSON tell, worked out once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/balance.h"
#include "pipeline/design/cost.h"
#include "pipeline/design/coverage.h"
#include "pipeline/design/plan.h"
#include "pipeline/design/plan_difference.h"
#include "pipeline/design/power.h"
#include "pipeline/flow/survey.h"

namespace fairground {

/// What one group of people has and lacks.
struct GroupFinding {
  std::vector<std::string> labels;  ///< in the order of MediaCatalog::group_columns
  bool is_unlabelled = false;       ///< one of the labels is missing, so that nobody knows whose group it is
  // Combinations of as many levels as the design asks for, in sources of this group.
  std::optional<std::uint64_t> observed_combinations;  ///< recorded, or held by the clean reference; empty: not counted
  std::uint64_t synthesised_combinations = 0;          ///< held by the variants of the design
  std::uint64_t filled_combinations = 0;               ///< those of them that were not observed
  // To be collected, since no variant adds them: what is missing to `at_least` of those that variants can be made of.
  std::size_t collect_sources = 0;
  std::size_t collect_subjects = 0;
  std::size_t not_chosen = 0;     ///< sources that `sources_per_group` leaves out
  std::size_t unmatched = 0;      ///< sources that `match_on` leaves out
  std::size_t holds_a_level = 0;  ///< sources recorded in a condition, or in nobody knows which
  bool has_no_start = false;      ///< it has sources, but nothing can be made of any
  // How many sources that take part and can be used meet the realization that fewest meet, and that most meet.
  std::size_t fewest_of_realization = 0;
  std::size_t most_of_realization = 0;
};

/// A combination of labels that no source has, as broad as can be: an empty text stands for any label.
struct AbsentPeople {
  std::size_t total = 0;
  std::vector<std::vector<std::string>> first;  ///< the broadest few
};

/// What the power of a set's comparisons is like.
struct PowerFinding {
  std::string not_told;          ///< why there are no figures; empty where there are
  std::vector<PairPower> pairs;  ///< of groups, by index
  std::size_t too_small = 0;     ///< pairs in which no difference could be found
};

struct MediaFindings {
  const MediaPlan* plan = nullptr;  ///< the whole design, which all figures but the cost are of
  const MediaPlan* rest = nullptr;  ///< what of it is to be made: all of it, unless an earlier run is extended
  MediaCoverage coverage;
  std::vector<GroupFinding> groups;
  AbsentPeople absent;
  std::vector<std::string> problems;   ///< "id: reason" of sources that cannot be used
  std::size_t lost_variants = 0;       ///< of `rest`, of such sources: they cannot be made
  std::vector<QualityInfo> qualities;  ///< that were measured of the sources
  std::optional<Balance> balance;      ///< of those that take part and can be used; empty where none were measured
  /// Of audio, in each group, usable sources by the sample rate of their files.
  std::vector<std::map<int, std::size_t>> group_rates_hz;
  PowerFinding power;
  Cost cost;
  std::optional<double> seconds;  ///< that a run would take; empty where nothing was tried
  std::size_t tried = 0;          ///< variants that were made to tell
  int jobs = 1;
  std::vector<std::string> notes;

  /// The median of a quality in a group. Empty where it was not measured.
  [[nodiscard]] std::optional<double> median(std::size_t group, const std::string& quality) const;
};

struct PlanFindings {
  const Plan* plan = nullptr;    ///< what is to be made
  const Plan* design = nullptr;  ///< the same and what an earlier run has of it
  std::string sha256;
  std::vector<MediaFindings> media;
  std::optional<PlanDifference> difference;
  std::string against;  ///< what `difference` compares with
  std::string base;     ///< the run that is extended; empty: none
};

[[nodiscard]] MediaFindings find_in(const Config& config, const MediaPlan& plan, const MediaPlan& rest,
                                    const Survey& survey);

/// Makes a few variants of each medium, spread over the plan, and tells from them how long a run on `jobs` threads
/// would take and how large the files would be.
void try_a_few(const Plan& plan, int jobs, std::vector<MediaFindings>& findings);

}  // namespace fairground
