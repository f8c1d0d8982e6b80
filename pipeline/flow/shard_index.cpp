#include "pipeline/flow/shard_index.h"

#include <array>
#include <charconv>
#include <optional>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

struct IndexVariable {
  const char* name;
  std::uint32_t first;  ///< the index of the first task
};

// In the order in which they are asked. The first is ours, for whoever starts shards by other means.
constexpr std::array<IndexVariable, 7> kIndexVariables = {{{"FAIRGROUND_SHARD_INDEX", 0},
                                                           {"SLURM_ARRAY_TASK_ID", 0},
                                                           {"JOB_COMPLETION_INDEX", 0},  // Kubernetes
                                                           {"AWS_BATCH_JOB_ARRAY_INDEX", 0},
                                                           {"PBS_ARRAY_INDEX", 0},
                                                           {"SGE_TASK_ID", 1},
                                                           {"LSB_JOBINDEX", 1}}};

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::uint32_t index_from(const std::function<const char*(const char*)>& environment, std::uint32_t count) {
  std::string names;
  for (const auto& [name, first] : kIndexVariables) {
    names += (names.empty() ? "" : ", ") + std::string(name);
    const char* const value = environment(name);
    if (value == nullptr || *value == '\0') {
      continue;
    }
    const auto number = whole_number(value);
    if (!number || *number < first || *number - first >= count) {
      throw UserError(std::string("--shard auto/") + std::to_string(count) + ": " + name + " is " + in_ticks(value) +
                      ", and a whole number from " + std::to_string(first) + " to " +
                      std::to_string(first + count - 1) + " is wanted");
    }
    return *number - first;
  }
  throw UserError("--shard auto/" + std::to_string(count) +
                  ": none of these variables is set, which schedulers set for "
                  "the tasks of an array: " +
                  names + "; give --shard I/" + std::to_string(count));
}

}  // namespace

std::vector<std::string> shard_index_variables() {
  std::vector<std::string> names;
  for (const IndexVariable& variable : kIndexVariables) {
    names.emplace_back(variable.name);
  }
  return names;
}

Shard read_shard(const std::string& text, const std::function<const char*(const char*)>& environment) {
  const std::size_t slash = text.find('/');
  const std::string index = text.substr(0, slash);
  const auto count = slash == std::string::npos ? std::nullopt : whole_number(std::string_view(text).substr(slash + 1));
  const auto number = whole_number(index);
  if (!count || *count == 0 || *count > kMostShards || (index != "auto" && (!number || *number >= *count))) {
    throw UserError("--shard wants I/N, with I from 0 to N-1 and N from 1 to " + std::to_string(kMostShards) +
                    ", or auto/N, and not " + in_ticks(text));
  }
  return {index == "auto" ? index_from(environment, *count) : *number, *count};
}

}  // namespace fairground
