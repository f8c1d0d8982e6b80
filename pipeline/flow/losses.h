// What was lost and why, for the summary at the end of a run.
#pragma once

#include <cstddef>
#include <map>
#include <ostream>
#include <string>

#include "pipeline/output/outcome.h"

namespace fairground {

/// Why variants were lost, with how many. Those that one gate with a figure rejected are one reason, whatever their
/// figures.
class Losses {
 public:
  void add(const Outcome& outcome);
  void print(std::ostream& out) const;

 private:
  struct Loss {
    std::size_t count = 0;
    std::string reason = {};  ///< of the first of a gate with a figure
    double lowest = 0.0;      ///< likewise, of its figures
    double highest = 0.0;
  };
  std::map<std::string, Loss> losses_;
};

}  // namespace fairground
