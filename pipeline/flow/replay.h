// The command `replay`: one variant of a finished run made again, and compared with its file and its record.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/schema.h"
#include "pipeline/core/error.h"
#include "pipeline/flow/finished_run.h"
#include "pipeline/flow/ready_source.h"

namespace fairground {

struct ReplayOptions {
  std::filesystem::path config;  ///< where the run's config lies now; empty: where run.json says
  std::filesystem::path out;     ///< where the bytes are written to; empty: nowhere
  int jobs = 1;
  std::string tool_version;
};

/// Makes any variants of one finished run again. The run is planned once, by its own plan.jsonl.
class Replayer {
 public:
  /// Reads run.json alone.
  Replayer(std::filesystem::path directory, ReplayOptions options, std::span<const StepSchema* const> schemas);
  ~Replayer();

  /// Makes a variant again, and prints to `out` whether it is the same, or each difference. Returns `done` or
  /// `difference`. Throws UserError where the run has no such variant, and where its config, its plan, its assets or
  /// this variant's source are not those of the run any more; PassingFault.
  [[nodiscard]] ExitStatus replay(const std::string& variant_id, std::ostream& progress, std::ostream& out);

 private:
  /// Where a variant stands in plan.jsonl.
  struct PlanLine {
    std::size_t number = 0;  ///< from 0
    std::string text;
  };

  [[nodiscard]] PlanLine planned(const std::string& variant_id) const;
  void plan_once(std::ostream& progress);
  [[nodiscard]] std::size_t place_of(const std::string& variant_id, const PlanLine& line) const;
  void check_source(const Variant& variant) const;
  const Workshop& workshop_for(const Variant& variant);
  [[nodiscard]] Outcome make_again(std::size_t place);

  std::filesystem::path directory_;
  ReplayOptions options_;
  std::vector<const StepSchema*> schemas_;
  std::unique_ptr<const nlohmann::json> run_;  ///< run.json
  std::unique_ptr<PlanAgain> again_;
  std::optional<Workshop> workshop_;                     // behind the plan, which it refers to
  std::optional<Variant> ready_for_;                     ///< that alone; empty: for all variants
  std::optional<std::pair<Media, std::size_t>> source_;  ///< whose `decoded_` is
  DecodedSource decoded_;
};

/// Makes one variant of the run in `directory` again; see Replayer. With `options.out` its bytes are written there,
/// whether they are the same or not.
[[nodiscard]] ExitStatus replay(const std::filesystem::path& directory, const std::string& variant_id,
                                const ReplayOptions& options, std::span<const StepSchema* const> schemas,
                                std::ostream& progress, std::ostream& out);

}  // namespace fairground
