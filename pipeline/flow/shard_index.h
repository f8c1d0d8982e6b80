// Which shard this process is to make.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/design/share.h"

namespace fairground {

/// `I/N`, or `auto/N` with the index from the environment, in the variable that the scheduler sets for a task of an
/// array. N is never taken from there: an array in which only the tasks that failed are run again counts fewer. Throws
/// UserError, also where no such variable is set.
[[nodiscard]] Shard read_shard(const std::string& text,
                               const std::function<const char*(const char* variable)>& environment);

/// The variables that `auto/N` looks for, in this order.
[[nodiscard]] std::vector<std::string> shard_index_variables();

}  // namespace fairground
