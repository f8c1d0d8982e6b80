// What may be written on the command line. Commands and exit statuses are docs/design.md, section 7.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/command_text.h"
#include "pipeline/core/error.h"
#include "pipeline/flow/coverage_report.h"
#include "pipeline/flow/masks.h"
#include "pipeline/flow/merge.h"
#include "pipeline/flow/plan_report.h"
#include "pipeline/flow/preview.h"
#include "pipeline/flow/replay.h"
#include "pipeline/flow/run.h"

namespace fairground {

/// What was written.
struct Arguments {
  std::string command;  ///< which of the commands
  std::filesystem::path config;
  std::filesystem::path directory;
  RunOptions run;
  std::optional<std::string> shard;
  MergeOptions merge;
  bool status_json = false;
  PlanOptions plan;
  PreviewOptions preview;
  MasksOptions masks;
  std::filesystem::path manifest;
  CoverageOptions coverage;
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::string augmenter;
  bool markdown = false;
  bool example = false;
  std::optional<std::filesystem::path> pages;
  bool json_schema = false;
  std::filesystem::path real;
  std::filesystem::path synth;
  bool compare_json = false;
  std::string document;
  std::vector<std::string> export_names;
  ReplayOptions replay;
  std::string variant_id;
};

/// Fills `arguments`. Where there is no command to be done, because help was asked for and is printed, or because of a
/// mistake, which is printed too: the status to exit with.
[[nodiscard]] std::optional<ExitStatus> read_command_line(int argc, char** argv, Arguments& arguments);

/// What can be written, for the documents of it.
[[nodiscard]] std::vector<CommandText> command_texts();

}  // namespace fairground
