// A plan's page counted again by brute force. Nothing here calls what the product counts with.
#pragma once

#include <vector>

#include "pipeline/config/config.h"
#include "tests/flow/plan_page_stated.h"

namespace fairground {

/// The head, the axes, the design, the coverage, the gaps in conditions, the cost and the conditions.
[[nodiscard]] std::vector<Claim> recount_conditions(const StatedMedium& medium);

/// The combinations that neither the plan holds nor enough sources were recorded in, as the page names them.
[[nodiscard]] std::set<std::string> combinations_left(const StatedMedium& medium);

/// The gaps in people, what was lost, and how the groups are matched.
[[nodiscard]] std::vector<Claim> recount_people(const StatedMedium& medium);

/// A quality as the page's table has it. Ratios are compared by their logarithm to base 2.
struct StatedQuality {
  std::string name;
  bool is_ratio = false;
  double least_sd = 0.0;  ///< that differences are divided by, on the compared scale
};

[[nodiscard]] std::vector<Claim> recount_balance(const StatedMedium& medium,
                                                 const std::vector<StatedQuality>& qualities);

/// With the smallest differences searched for by detection_power(), which has tests of its own.
[[nodiscard]] std::vector<Claim> recount_power(const StatedMedium& medium, const PowerSettings& settings);

}  // namespace fairground
