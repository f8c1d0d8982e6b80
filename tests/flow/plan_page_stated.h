// What a test knows of a plan without asking the product: the config as the test states it, the manifest's rows, what
// their files are like, and the lines of the plan.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/flow/plan_page_claims.h"

namespace fairground {

struct StatedAxis {
  std::string name;
  std::vector<std::string> levels;  ///< the first one is empty
};

/// The design of one medium, as the config has it. Clean references are included, and pairing is matched.
struct StatedDesign {
  std::string medium;
  std::string id_column;
  std::string subject_column;
  std::vector<std::string> group_columns;
  std::string observed_column;
  std::vector<StatedAxis> axes;
  std::size_t ways = 2;
  std::vector<std::pair<std::set<std::size_t>, std::size_t>> also;  ///< axes and their ways
  /// What is not made: of each axis named, these levels.
  std::vector<std::map<std::size_t, std::set<std::size_t>>> except;
  std::size_t observed_axis = 0;  ///< whose level the manifest says
  std::size_t at_least_sources = 0;
  std::size_t at_least_subjects = 0;
  std::size_t sources_per_group = 0;  ///< 0: all
  std::size_t realizations = 1;
  bool fills_missing_only = false;
};

/// A row of the manifest, and what is known of its file.
struct StatedSource {
  std::string id;
  std::string subject;  ///< empty: unknown
  std::vector<std::string> labels;
  std::string observed;     ///< the cell of the observed axis
  bool has_header = true;   ///< the file's beginning can be read
  bool is_usable = true;    ///< all of it can
  int rate = 0;             ///< of a recording, in Hz
  double seconds = 0.0;     ///< of a recording
  double megapixels = 0.0;  ///< of a picture
  /// Of the whole source, in the order of the page's columns; NaN where a meter cannot tell. Empty if it is not usable.
  std::vector<double> qualities = {};
};

/// Reads the manifest, which has no quoted cells and names the files in its column `path`, and of each file the size
/// that its header claims: WAV and BMP, a file that is shorter than that being cut.
[[nodiscard]] std::vector<StatedSource> read_sources(const std::filesystem::path& manifest, const StatedDesign& design);

struct PlanLine {
  std::string medium;
  std::string source;
  std::map<std::string, std::string> condition;
  std::size_t realization = 0;
  std::string control;
};

/// The lines of `plan --out`.
[[nodiscard]] std::vector<PlanLine> read_plan_lines(const std::vector<std::string>& lines);

/// What is known of one medium.
struct StatedMedium {
  StatedDesign design;
  std::vector<StatedSource> sources;
  std::vector<PlanLine> plan;            ///< of this medium only, in order
  std::vector<PlanLine> without_budget;  ///< the same if there were no budget
  double bytes_made = 0.0;               ///< of all files that a run wrote
};

using Members = std::vector<const StatedSource*>;
/// The sources of each group, in the order of the page. A missing label is `unknown`.
using Groups = std::map<std::vector<std::string>, Members>;
[[nodiscard]] Groups groups_of(const StatedMedium& medium);

/// Whether any line of the plan is of the source.
[[nodiscard]] bool takes_part(const StatedMedium& medium, const StatedSource& source);

/// As the page's tables begin a row, each label with a space after it.
[[nodiscard]] std::string row_key(const std::vector<std::string>& labels);
/// As the page names a group in a sentence.
[[nodiscard]] std::string group_key(const std::vector<std::string>& labels);

/// Sources, and the people in them.
struct People {
  std::size_t sources = 0;
  std::set<std::string> subjects;
  std::size_t without = 0;  ///< sources whose subject is unknown

  void add(const StatedSource& source);
  /// As the page's tables have them.
  void add_subjects_to(std::vector<Recounted>& numbers) const;
};

}  // namespace fairground
