// What `run` and `merge` hand to the output room, so that a set is described when it is begun and published at its end.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/design/plan.h"
#include "pipeline/output/assembly.h"

namespace fairground {

/// The plan must outlive it, and it must outlive the publisher.
class Publishing {
 public:
  /// `jobs`: threads.
  Publishing(const Plan& plan, std::string tool_version, int jobs = 1)
      : plan_(plan), tool_version_(std::move(tool_version)), jobs_(jobs) {}

  /// Its publish() throws no UserError: media and records that took hours are a finished set even where a report or an
  /// export of them cannot be made.
  [[nodiscard]] Publisher publisher();

  /// Says what could not be published and how to try again. Returns the status of a run that otherwise ends with
  /// `status`.
  [[nodiscard]] ExitStatus ended(ExitStatus status, const std::filesystem::path& directory, std::ostream& out) const;

 private:
  const Plan& plan_;
  std::string tool_version_;
  int jobs_;
  std::vector<std::string> problems_;
};

}  // namespace fairground
