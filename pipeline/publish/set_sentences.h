// What is to be said of a set, in plain sentences: the report, the data card and Croissant say the same.
#pragma once

#include <string>
#include <vector>

#include "pipeline/publish/records.h"
#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/report_words.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// A group's labels, as in "irish / f"; "all" where sources have no groups.
[[nodiscard]] std::string group_in_words(const std::vector<std::string>& labels);

/// A manifest by its file's name alone: where it lay on somebody's machine is nobody's business.
[[nodiscard]] std::string manifest_in_words(const std::string& path);

/// The first of them, and how many there are beyond, as in "a; b; and 12 more".
[[nodiscard]] std::string first_of(const std::vector<std::string>& texts, std::size_t most);

/// A step with its parameters, as in "noise.coloured (version 1): snr_db drawn from 5 to 20, colour pink".
[[nodiscard]] std::string step_in_words(const StepFacts& step);

/// A level, as in "noise.coloured …, then channel.level …"; "nothing is changed" where it has no steps.
[[nodiscard]] std::string level_in_words(const LevelFacts& level);

/// How conditions were chosen and met.
[[nodiscard]] std::vector<std::string> design_in_words(const MediaFacts& facts, const ReportCoverage& coverage);

/// What was done to each source before anything else, and how files are written.
[[nodiscard]] std::vector<std::string> preparation_in_words(const MediaFacts& facts);

/// What was measured on each file, for the columns of numbers that its records have.
[[nodiscard]] std::vector<std::string> measures_in_words(const MediaFacts& facts,
                                                         const std::vector<std::string>& columns);

/// Where labels come from, for any set.
[[nodiscard]] std::string labels_in_words();

}  // namespace fairground
