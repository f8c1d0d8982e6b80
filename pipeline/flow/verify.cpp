#include "pipeline/flow/verify.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <string>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/finished_run.h"
#include "pipeline/flow/verify_again.h"
#include "pipeline/flow/verify_records.h"
#include "pipeline/output/output_tree.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/publish.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What nothing else compares where config and sources are gone, and what never is, must at least be of its kind.
void check_kinds(const json& run, Differences& differences) {
  const auto expect = [&](std::initializer_list<const char*> names, bool (json::*is_kind)() const noexcept,
                          const char* kind) {
    for (const char* const name : names) {
      const auto field = run.find(name);
      if (field == run.end() || !((*field).*is_kind)()) {
        differences.add(std::string(kRunFile) + ": " + name + " is " +
                        (field == run.end() ? "missing" : "no " + std::string(kind)));
      }
    }
  };
  expect({"fairground", "name", "config_file", "config_sha256", "plan_sha256"}, &json::is_string, "text");
  expect({"seed", "seconds"}, &json::is_number, "number");
  expect({"manifests", "assets", "output", "counts", "media"}, &json::is_object, "object");
}

/// Writes again what follows from the records, and compares it. Returns why that could not be done, or nothing.
std::string check_published(const fs::path& directory, Differences& differences) {
  if (differences.count() > 0) {
    return "they follow from records that have differences";
  }
  const OutputTree tree(directory);
  const auto run = parse_ordered_json(tree.read_text(kRunFile, std::numeric_limits<std::size_t>::max()).value_or(""));
  try {
    for (const std::string& difference : compare_published(tree, run)) {
      differences.add(difference);
    }
  } catch (const UserError& error) {
    return error.messages().front();
  }
  return {};
}

/// Nobody should have to know what this command looks at to know what a run without a difference stands for.
/// `not_published`: why the report and what else is made of the records was not compared.
void print_what_was_checked(const MadeAgain& again, const std::string& not_published, std::ostream& out) {
  const char* const whole = "set.json, coverage.json and, where there is one, skin_tone.json";
  out << "checked: files and masks, their hashes and what is measured on them; records, failures and counts against "
         "plan.jsonl, journal.jsonl, run.json and each other; sources.jsonl for itself\n";
  if (again.refusal.empty()) {
    out << "checked against config and sources, all made again: each file, record, failure and line of the journal; "
           "plan.jsonl, sources.jsonl"
        << (again.is_account_compared ? "; " + std::string(whole) : std::string()) << '\n';
  } else {
    out << "not checked, but against their hashes in run.json and their second place in journal.jsonl: labels that "
           "come "
           "from manifests, levels at the mixer, tones and the confidence of masks; and, but against their hashes in "
           "run.json, "
        << whole
        << ". A change that was carried through to these does not show without config and sources, and neither does "
           "one of plan.jsonl, journal.jsonl, sources.jsonl and run.json alike\n";
  }
  if (again.refusal.empty() && !again.is_account_compared) {
    out << "not checked, but against their hashes in run.json: " << whole
        << ", since a manifest has changed since the run\n";
  }
  if (not_published.empty()) {
    out << "checked: report, data card and exports against the records\n";
  } else {
    out << "not checked: report, data card and exports: " << not_published << '\n';
  }
  out << "not checked: the seconds, the paths and fairground's version in run.json; the times in sources.jsonl\n";
}

}  // namespace

ExitStatus verify(const fs::path& directory, std::span<const StepSchema* const> schemas, int jobs,
                  std::ostream& progress, std::ostream& out) {
  cv::setNumThreads(0);
  const json run = read_run(directory);
  Differences differences(out);
  check_kinds(run, differences);
  PlannedVariants planned = read_planned(directory, run, differences);
  check_folder(directory, run, jobs, planned, progress, differences);
  std::error_code ignored;
  if (!fs::is_regular_file(directory / "coverage.json", ignored)) {
    differences.add("coverage.json: is missing");
  }
  const MadeAgain again = make_again(directory, run, schemas, jobs, planned, progress, differences);
  const std::string not_published = check_published(directory, differences);
  if (!again.refusal.empty()) {
    out << "files, measured labels, conditions and pairing were compared; the manifest's labels, coverage.json and the "
           "levels at the mixer were not, since nothing could be rendered again: "
        << again.refusal << '\n';
  }
  const auto written = static_cast<std::size_t>(
      std::ranges::count_if(planned, [](const auto& it) { return it.second.status == "written"; }));
  print_what_was_checked(again, not_published, out);
  if (differences.count() == 0) {
    out << counted(written, "variant")
        << (again.refusal.empty() ? ": files, labels, pairing and mixer levels agree\n" : ": no difference\n");
    return ExitStatus::done;
  }
  out << counted(differences.count(), "difference") << " in " << counted(written, "variant") << '\n';
  return ExitStatus::difference;
}

}  // namespace fairground
