#include "pipeline/flow/replay.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/output_target.h"
#include "pipeline/flow/render.h"
#include "pipeline/flow/verify_differences.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The first line of a variant in a file with a JSON object on each line, with its number; the lines' count where
/// there is none.
std::pair<std::size_t, std::optional<std::string>> line_of(const fs::path& path, const std::string& variant_id) {
  // As it stands there: an id has nothing that JSON would write otherwise. Inside a text, the quotes would.
  const std::string field = R"("variant_id":)" + json_text(variant_id);
  std::ifstream file(path, std::ios::binary);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line); ++number) {
    if (line.find(field) != std::string::npos && text_field(parse_json(line), "variant_id") == variant_id) {
      return {number, line};
    }
  }
  return {number, std::nullopt};
}

/// What the user may have meant by an id that no line has. To measure how near each of a million ids is would take
/// long, so that is done for those alone that begin or end like it.
std::string nearest_id(const fs::path& plan, const std::string& wanted) {
  constexpr std::size_t kMeasured = 100;
  const auto shared_ends = [&](const std::string& id) {
    const auto front = std::ranges::mismatch(id, wanted).in1 - id.begin();
    const auto back = std::mismatch(id.rbegin(), id.rend(), wanted.rbegin(), wanted.rend()).first - id.rbegin();
    return front + back;
  };
  std::vector<std::pair<std::ptrdiff_t, std::string>> best;
  const auto keep_best = [&] {
    std::ranges::stable_sort(best, std::ranges::greater(), [](const auto& it) { return it.first; });
    best.resize(std::min(best.size(), kMeasured));
  };
  std::ifstream file(plan, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const std::string id = text_field(parse_json(line), "variant_id");
    best.emplace_back(shared_ends(id), id);
    if (best.size() == 2 * kMeasured) {
      keep_best();
    }
  }
  keep_best();
  std::vector<std::string> ids;
  std::ranges::transform(best, std::back_inserter(ids), [](const auto& it) { return it.second; });
  const std::string near = nearest(wanted, ids);
  return near.empty() ? "the ids stand in " + plan.string() + " and in the records, as `variant_id`"
                      : "did you mean " + in_ticks(near) + "?";
}

/// In what a file of the run differs from the bytes that were made again; empty where it does not.
std::string file_difference(const fs::path& path, const Bytes& made, const std::string& recorded_sha256) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return fs::exists(path, error) ? "is no regular file" : "is missing";
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  const auto [here, there] = std::ranges::mismatch(bytes, made);
  if (here == bytes.end() && there == made.end()) {
    return {};
  }
  std::string message = "its bytes differ from byte " + std::to_string(here - bytes.begin()) +
                        " on: " + std::to_string(bytes.size()) + " bytes, SHA-256 " + sha256_hex(bytes) +
                        ", and made again " + std::to_string(made.size()) + " bytes, SHA-256 " + sha256_hex(made);
  if (sha256_hex(bytes) == recorded_sha256) {
    message +=
        "; the record has the file's, so that either both were changed, or the file was made by another build of "
        "fairground or of a library";
  } else if (sha256_hex(made) == recorded_sha256) {
    message += ", which is that of the record, so that the file has changed since";
  }
  return message;
}

std::string fate_text(Fate fate, const std::string& stage, const std::string& reason) {
  return std::string(to_string(fate)) + (reason.empty() ? "" : " (" + stage + ": " + on_one_line(reason) + ")");
}

/// What is said of a variant that was made again.
class Comparison {
 public:
  /// `builds`: what is to be said of the builds of fairground where something differs; empty: nothing.
  Comparison(const fs::path& directory, const Plan& plan, const Outcome& outcome, std::string builds)
      : directory_(directory),
        plan_(plan),
        outcome_(outcome),
        id_(outcome.variant.variant_id),
        builds_(std::move(builds)) {
    const fs::path medium = to_string(outcome.variant.media);
    record_ = line_of(directory / medium / kMetadata, id_).second;
    failure_ = line_of(directory / kFailures, id_).second;
  }

  /// Prints each difference, or that there is none.
  [[nodiscard]] ExitStatus print(std::ostream& out) {
    if (record_) {
      compare_written();
    }
    if (failure_) {
      compare_lost();
    }
    if (!record_ && !failure_) {
      add("there is neither a record nor a failure of it; made again, it is " + made_again());
    }
    for (const std::string& difference : differences_) {
      out << difference << '\n';
    }
    if (!differences_.empty()) {
      out << id_ << ": " << counted(differences_.size(), "difference") << builds_ << '\n';
      return ExitStatus::difference;
    }
    if (outcome_.fate == Fate::written) {
      out << id_ << ": made again, " << (outcome_.mask.empty() ? "file and record" : "file, mask and record")
          << " are the same; " << counted(outcome_.file.size(), "byte") << ", SHA-256 " << outcome_.sha256 << '\n';
    } else {
      out << id_ << ": was " << made_again() << "; made again, it is so for the same reason\n";
    }
    return ExitStatus::done;
  }

 private:
  void add(const std::string& message) { differences_.push_back(id_ + ": " + message); }

  [[nodiscard]] std::string made_again() const { return fate_text(outcome_.fate, outcome_.stage, outcome_.reason); }

  void compare_written() {
    if (outcome_.fate != Fate::written) {
      add("the run has it as written, but made again, it is " + made_again());
      return;
    }
    const json record = parse_json(*record_);
    compare_file(outcome_.variant.file_name, "file", outcome_.file, text_field(record, "sha256"));
    if (!outcome_.variant.mask_file_name.empty()) {
      compare_file(outcome_.variant.mask_file_name, "mask", outcome_.mask, text_field(record, "mask_sha256"));
    }
    if (*record_ != outcome_.record) {
      add("its record differs: " + record_differences(*record_, outcome_.record));
    }
  }

  void compare_file(const std::string& name, const char* what, const Bytes& made, const std::string& recorded) {
    const fs::path file = fs::path(to_string(outcome_.variant.media)) / name;
    if (const std::string difference = file_difference(directory_ / file, made, recorded); !difference.empty()) {
      add(std::string(what) + " " + file.string() + ": " + difference);
    }
  }

  void compare_lost() {
    const json failure = parse_json(*failure_);
    if (outcome_.fate == Fate::written) {
      add("the run has it as " + text_field(failure, "kind") + " (" + text_field(failure, "stage") + ": " +
          on_one_line(text_field(failure, "reason")) + "), but made again, it is written");
    } else if (const std::string made = failure_line(plan_, outcome_); made != *failure_) {
      add("was lost, and is lost again, but its line in failures.jsonl differs: " +
          record_differences(*failure_, made));
    }
  }

  const fs::path& directory_;
  const Plan& plan_;
  const Outcome& outcome_;
  const std::string& id_;
  std::string builds_;
  std::optional<std::string> record_;
  std::optional<std::string> failure_;
  std::vector<std::string> differences_;
};

/// Refuses, before anything is made, to write where a file of the run lies, or what is no file.
void check_out(const fs::path& directory, const fs::path& out) {
  const fs::path inside = fs::weakly_canonical(out).lexically_relative(fs::weakly_canonical(directory));
  if (!inside.empty() && *inside.begin() != "..") {
    throw UserError(out.string() +
                    ": lies in the run's folder, whose files must stay as they are; choose another "
                    "--out");
  }
}

}  // namespace

Replayer::Replayer(fs::path directory, ReplayOptions options, std::span<const StepSchema* const> schemas)
    : directory_(std::move(directory)),
      options_(std::move(options)),
      schemas_(schemas.begin(), schemas.end()),
      run_(std::make_unique<const json>(read_run(directory_))) {}

Replayer::~Replayer() = default;

Replayer::PlanLine Replayer::planned(const std::string& variant_id) const {
  const fs::path plan = directory_ / kPlanFile;
  const auto [number, text] = line_of(plan, variant_id);
  if (text) {
    return {number, *text};
  }
  std::error_code error;
  if (!fs::is_regular_file(plan, error)) {
    throw UserError(plan.string() + ": is missing, and without it no variant of the run can be made again");
  }
  throw UserError(directory_.string() + ": the run has no variant " + in_ticks(variant_id) + "; " +
                  nearest_id(plan, variant_id));
}

void Replayer::plan_once(std::ostream& progress) {
  if (again_) {
    return;
  }
  PlanAgainOptions options;
  options.config = options_.config;
  options.known = directory_ / kSourcesFile;
  options.jobs = options_.jobs;
  try {
    auto again = plan_again(directory_, *run_, options, schemas_, progress);
    if (!again->plan) {
      throw UserError(again->refusal);
    }
    if (again->followed_sha256 != text_field(*run_, "plan_sha256")) {
      throw UserError((directory_ / kPlanFile).string() +
                      ": is not the plan that run.json speaks of; `fairground verify " + directory_.string() +
                      "` says more");
    }
    again_ = std::move(again);
  } catch (const UserError& error) {
    std::vector<std::string> messages = error.messages();
    messages.push_back(directory_.string() +
                       ": a variant can only be made again from the config, the sources and the assets that the run "
                       "was made from" +
                       (options_.config.empty() ? "; --config names the config where it lies elsewhere now" : ""));
    throw UserError(std::move(messages));
  }
}

std::size_t Replayer::place_of(const std::string& variant_id, const PlanLine& line) const {
  const Plan& plan = *again_->plan;
  const auto is_it = [&](std::size_t index) { return plan.line(plan.at(index)) == line.text; };
  if (line.number < plan.size() && is_it(line.number)) {
    return line.number;
  }
  // A manifest in another order plans the same variants in another order.
  for (std::size_t index = 0; index < plan.size(); ++index) {
    if (is_it(index)) {
      return index;
    }
  }
  const json then = parse_json(line.text);
  std::string why;
  for (const MediaPlan& media : plan.media()) {
    for (const Source& source : media.catalog->sources) {
      if (source.id() == text_field(then, "source_id") &&
          media.catalog->file_of(source).sha256.hex() != text_field(then, "source_sha256")) {
        const std::string problem = media.catalog->problem_of(source);
        why = "source " + in_ticks(source.id()) +
              (problem.empty() ? " has changed since the run" : " can not be used any more: " + problem);
      }
    }
  }
  if (why.empty()) {
    why = listing(changes_since(*run_, *again_, options_.tool_version));
  }
  throw UserError(directory_.string() + ": " + in_ticks(variant_id) +
                  " is not planned like that any more, so that it cannot be made again: " + why +
                  "; put back what the run was made from");
}

/// What sources.jsonl says of the files that this variant is made of is not believed.
void Replayer::check_source(const Variant& variant) const {
  const MediaCatalog& catalog = *again_->plan->of(variant.media).catalog;
  const Source& source = catalog.sources[variant.source];
  if (!catalog.problem_of(source).empty()) {
    return;  // Then it was read just now, and its variants were lost.
  }
  const MediaLimits limits = media_limits(again_->config.limits);
  const auto check = [&](const MediaFile& file) {
    const std::string path = file.path.str();
    Sha256Digest found;
    try {
      found = sha256(read_file(path, limits));
    } catch (const ItemError&) {  // NOLINT(bugprone-empty-catch): what cannot be read is not what it was
    }
    if (found != file.sha256) {
      throw UserError(path + ": has changed since the run in " + directory_.string() + ", so that source " +
                      in_ticks(source.id()) + " has no variant that could be compared; put the file back");
    }
  };
  check(catalog.file_of(source));
  for (const std::size_t map : catalog.maps) {
    check(*catalog.map_of(source, map));
  }
}

/// Of a single variant, no more is made ready than it needs: assets may take seconds to be resampled.
const Workshop& Replayer::workshop_for(const Variant& variant) {
  const auto needs_the_same = [&](const Variant& other) {
    return other.media == variant.media && other.source == variant.source && other.condition == variant.condition;
  };
  if (!workshop_) {
    workshop_.emplace(*again_->plan, variant);
    ready_for_ = variant;
  } else if (ready_for_ && !needs_the_same(*ready_for_)) {
    workshop_.emplace(*again_->plan);
    ready_for_.reset();
    source_.reset();
  }
  return *workshop_;
}

Outcome Replayer::make_again(std::size_t place) {
  const Variant variant = again_->plan->at(place);
  const Workshop& workshop = workshop_for(variant);
  const std::pair source(variant.media, variant.source);
  if (source_ != source) {
    check_source(variant);
    decoded_ = ready_source(workshop, variant.media, variant.source);
    source_ = source;
  }
  Outcome outcome = render_variant(workshop, place, decoded_);
  if (outcome.passing) {
    source_.reset();
    throw PassingFault(variant.variant_id + ": " + outcome.reason);
  }
  return outcome;
}

ExitStatus Replayer::replay(const std::string& variant_id, std::ostream& progress, std::ostream& out) {
  const PlanLine line = planned(variant_id);
  plan_once(progress);
  const std::size_t place = place_of(variant_id, line);
  if (!options_.out.empty()) {
    check_target(again_->config, options_.out, "the variant");
    check_target(again_->catalog, again_->config, options_.out, "the variant");
  }
  const Outcome outcome = make_again(place);
  const std::string then = text_field(*run_, "fairground");
  const std::string builds = then == options_.tool_version ? ""
                                                           : "; fairground " + on_one_line(then) +
                                                                 " made the run, and this is " + options_.tool_version;
  const ExitStatus status = Comparison(directory_, *again_->plan, outcome, builds).print(out);
  if (options_.out.empty()) {
    return status;
  }
  if (outcome.fate == Fate::written) {
    write_atomically(options_.out, outcome.file);
    out << options_.out.string() << '\n';
  } else {
    out << options_.out.string() << ": was not written, as there is no file of this variant\n";
  }
  return status;
}

ExitStatus replay(const fs::path& directory, const std::string& variant_id, const ReplayOptions& options,
                  std::span<const StepSchema* const> schemas, std::ostream& progress, std::ostream& out) {
  Replayer replayer(directory, options, schemas);
  if (!options.out.empty()) {
    check_out(directory, options.out);
  }
  return replayer.replay(variant_id, progress, out);
}

}  // namespace fairground
