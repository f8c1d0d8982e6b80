// What a program costs, measured from outside.
#pragma once

#include <string>
#include <vector>

namespace fairground {

struct ProcessCost {
  double real_s = 0.0;
  double cpu_s = 0.0;           ///< of all threads, the system's share included
  double peak_megabytes = 0.0;  ///< resident
};

/// Runs a program to its end, with nothing on its standard output. Throws std::runtime_error where it fails.
[[nodiscard]] ProcessCost run_process(std::vector<std::string> words);

}  // namespace fairground
