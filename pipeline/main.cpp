// The command line, and nothing else. Commands and exit statuses are docs/design.md, section 7.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include "augmenters/augmenter.h"
#include "pipeline/config/config.h"
#include "pipeline/config/reference.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/kept_memory.h"
#include "pipeline/core/library_output.h"
#include "pipeline/core/text.h"
#include "pipeline/design/coded_manifest.h"
#include "pipeline/flow/compare.h"
#include "pipeline/flow/coverage_report.h"
#include "pipeline/flow/masks.h"
#include "pipeline/flow/merge.h"
#include "pipeline/flow/plan_report.h"
#include "pipeline/flow/preview.h"
#include "pipeline/flow/run.h"
#include "pipeline/flow/shard_index.h"
#include "pipeline/flow/status.h"
#include "pipeline/flow/verify.h"
#include "pipeline/media/opencv_errors.h"
#include "pipeline/publish/publish.h"

namespace {

using namespace fairground;

std::atomic<bool> stop_requested{false};
bool is_quiet = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

/// The first Ctrl-C finishes what is under way; the second ends at once.
void on_signal(int) {
  if (stop_requested.exchange(true)) {
    std::_Exit(static_cast<int>(ExitStatus::try_again));
  }
}

struct Arguments {
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
  bool json_schema = false;
  std::filesystem::path real;
  std::filesystem::path synth;
  bool compare_json = false;
  std::vector<std::string> export_names;
};

int status_of(ExitStatus status) { return static_cast<int>(status); }

int run_command(Arguments& arguments) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (arguments.shard) {  // an empty one too: a script's variable that is not set must not mean the whole set
    arguments.run.shard = read_shard(*arguments.shard, [](const char* variable) { return std::getenv(variable); });
  }
  const Config config = load_config(arguments.config, registered_schemas());
  arguments.run.jobs = arguments.jobs;
  arguments.run.tool_version = FAIRGROUND_VERSION;
  return status_of(run(config, arguments.run, stop_requested, message_stream(), std::cout));
}

int merge_command(Arguments& arguments) {
  arguments.merge.jobs = arguments.jobs;
  arguments.merge.tool_version = FAIRGROUND_VERSION;
  return status_of(merge(arguments.directory, arguments.merge, registered_schemas(), message_stream(), std::cout));
}

int plan_command(Arguments& arguments) {
  const Config config = load_config(arguments.config, registered_schemas());
  arguments.plan.jobs = arguments.jobs;
  plan_report(config, arguments.plan, message_stream(), std::cout);
  return status_of(ExitStatus::done);
}

int preview_command(Arguments& arguments) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const Config config = load_config(arguments.config, registered_schemas());
  arguments.preview.jobs = arguments.jobs;
  preview(config, arguments.preview, stop_requested, message_stream(), std::cout);
  return status_of(ExitStatus::done);
}

int masks_command(Arguments& arguments) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const Config config = load_config(arguments.config, registered_schemas());
  arguments.masks.jobs = arguments.jobs;
  return status_of(masks(config, arguments.masks, stop_requested, message_stream(), std::cout));
}

int coverage_command(Arguments& arguments) {
  coverage_report(arguments.manifest, arguments.coverage, std::cout);
  return status_of(ExitStatus::done);
}

int augmenters_command(const Arguments& arguments) {
  std::vector<const StepSchema*> schemas = registered_schemas();
  if (!arguments.augmenter.empty()) {
    const Augmenter* augmenter = find_augmenter(arguments.augmenter);
    if (augmenter == nullptr) {
      throw UserError("there is no augmenter '" + arguments.augmenter + "'; `fairground augmenters` lists them");
    }
    schemas = {&augmenter->schema};
  }
  if (arguments.json_schema) {
    std::cout << reference_json_schema(schemas);
  } else if (arguments.markdown) {
    std::cout << reference_markdown(schemas);
  } else if (arguments.augmenter.empty()) {
    std::cout << reference_list(schemas);
  } else {
    std::cout << reference_text(*schemas.front());
  }
  return status_of(ExitStatus::done);
}

int verify_command(const Arguments& arguments) {
  return status_of(verify(arguments.directory, registered_schemas(), arguments.jobs, message_stream(), std::cout));
}

int report_command(const Arguments& arguments) {
  write_report(arguments.directory, std::cout);
  return status_of(ExitStatus::done);
}

int export_command(const Arguments& arguments) {
  std::vector<ExportFormat> formats;
  for (const std::string& name : arguments.export_names) {
    const auto format = export_format_named(name);
    if (!format) {
      std::vector<std::string> names;
      for (const ExportInfo& info : export_formats()) {
        names.emplace_back(info.name);
      }
      throw UserError("--to: there is no format " + in_ticks(name) + "; " + suggestion(name, names));
    }
    if (std::ranges::find(formats, *format) == formats.end()) {
      formats.push_back(*format);
    }
  }
  write_exports(arguments.directory, formats, std::cout);
  return status_of(ExitStatus::done);
}

int compare_command(const Arguments& arguments) {
  compare(arguments.real, arguments.synth, arguments.compare_json, std::cout);
  return status_of(ExitStatus::done);
}

/// Says what is allowed, also of what is no whole number at all.
CLI::Validator whole_number(std::size_t least, std::size_t most) {
  const std::string allowed = std::to_string(least) + " to " + std::to_string(most);
  return {[=](const std::string& text) {
            std::size_t number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            const bool is_whole = error == std::errc() && end == text.data() + text.size();
            return is_whole && number >= least && number <= most
                       ? std::string()
                       : "a whole number from " + allowed + " is wanted, and not " + in_ticks(text);
          },
          "INT in [" + allowed + "]", "whole_number"};
}

int dispatch(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{
      "Expands test sets before a fairness audit: labelled variants of clean speech and photographs,\n"
      "the same conditions for every group. Start with `fairground plan CONFIG`.",
      "fairground"};
  app.set_version_flag("--version", "fairground " FAIRGROUND_VERSION);
  app.require_subcommand(1);
  const auto add_config = [&](CLI::App* command) {
    command->add_option("CONFIG", arguments.config, "The YAML file that describes the set")->required();
  };
  const auto add_jobs = [&](CLI::App* command) {
    command->add_option("--jobs", arguments.jobs, "Threads; changes the speed, never the bytes")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
  };

  CLI::App* run = app.add_subcommand("run", "Make the whole set");
  add_config(run);
  run->add_option("--out", arguments.run.out, "The output directory, instead of the config's");
  add_jobs(run);
  run->add_option("--plan", arguments.run.plan, "Make exactly this plan, as `plan --out` wrote it, or nothing");
  run->add_option("--base", arguments.run.base, "The folder of an earlier run: make only what it does not have");
  run->add_option("--shard", arguments.shard,
                  "Make share I of N, from 0 to N-1, of a set that several machines make; auto/N reads I from what the "
                  "scheduler sets")
      ->option_text("I/N | auto/N");
  run->add_flag("--prepare", arguments.run.prepare_only,
                "Read the sources and write the plan, so that no shard has to do it, and make nothing")
      ->excludes("--shard");
  run->add_flag("--restart", arguments.run.restart,
                "Delete the run that the output directory holds, or this shard of it, and begin anew");
  run->add_flag("--retry-failed", arguments.run.retry_failed, "Try those variants again that failed before");
  run->add_flag("--quiet", arguments.run.quiet, "Print nothing but errors");

  CLI::App* plan = app.add_subcommand("plan", "Say what would be made, for whom, and what the sources cannot show");
  add_config(plan);
  plan->add_option("--out", arguments.plan.out, "Write the plan, a line for each variant, to this file");
  add_jobs(plan);
  plan->add_option("--base", arguments.plan.base, "The folder of an earlier run: plan only what it does not have");
  plan->add_option("--against", arguments.plan.against, "Say how the plan differs from that of this run or file");
  plan->add_option("--effort", arguments.plan.effort, "Search so much longer for a smaller design than the config says")
      ->check(CLI::Range(1, 1000));
  plan->add_flag("--json", arguments.plan.json, "Print the report as JSON");
  plan->add_flag("!--no-measure", arguments.plan.measure,
                 "Do not decode the sources: faster, but no balance, no time, and losses are not foreseen");

  CLI::App* preview = app.add_subcommand("preview", "Show a source under every level, on one sheet");
  add_config(preview);
  preview->add_option("--source", arguments.preview.source, "The id of the source, instead of the first one");
  preview->add_option("--axis", arguments.preview.axis, "Only the levels of this axis");
  preview->add_option("--out", arguments.preview.out, "The PNG file, instead of NAME-preview.png");
  add_jobs(preview);
  preview->add_flag("--quiet", arguments.preview.quiet, "Print nothing but errors and the sheet's path");

  CLI::App* masks_app = app.add_subcommand("masks", "Find the skin of every picture, and show it for review");
  add_config(masks_app);
  masks_app->add_option("--out", arguments.masks.out, "The folder, instead of NAME-masks");
  add_jobs(masks_app);
  masks_app->add_flag("--quiet", arguments.masks.quiet, "Print nothing but errors and the folder's path");

  CLI::App* coverage =
      app.add_subcommand("coverage", "Say which combinations of labels a manifest holds too little of");
  coverage->add_option("MANIFEST", arguments.manifest, "CSV, or JSON Lines: a row for each source")->required();
  coverage
      ->add_option("--by", arguments.coverage.by,
                   "The columns whose combinations are counted: a,b,c; may be given again, for names with commas")
      ->required()
      ->allow_extra_args(false);
  coverage->add_option("--at-least", arguments.coverage.at_least, "Sources wanted in every combination")
      ->check(whole_number(1, 1000000000))
      ->capture_default_str();
  coverage
      ->add_option("--at-least-subjects", arguments.coverage.at_least_subjects,
                   "Subjects wanted in every combination, if not as many as sources")
      ->check(whole_number(1, 1000000000));
  coverage
      ->add_option("--ways", arguments.coverage.ways,
                   "Columns in combination for the combinatorial measures and for the list of gaps (2)")
      ->check(whole_number(1, kMostAttributes));
  coverage->add_option("--subject", arguments.coverage.subject, "The column that names people, who are then counted");
  coverage
      ->add_option("--bins", arguments.coverage.bins,
                   "COLUMN=EDGE,EDGE,...: sort a column's numbers into intervals; may be given for several columns")
      ->allow_extra_args(false);
  coverage
      ->add_option("--memory", arguments.coverage.memory_mb,
                   "MB for the counts of all patterns; where they do not fit, only --ways levels are looked at")
      ->check(whole_number(1, kMostMemoryMb))
      ->capture_default_str();
  coverage
      ->add_option("--top", arguments.coverage.top, "Gaps listed that name so many columns, of one, of two, and so on")
      ->check(whole_number(0, kMostTop))
      ->capture_default_str();
  coverage->add_flag("--json", arguments.coverage.json, "Print the report as JSON");

  CLI::App* augmenters = app.add_subcommand("augmenters", "Print the reference of the augmenters");
  augmenters->add_option("NAME", arguments.augmenter, "One augmenter in detail");
  CLI::Option* markdown = augmenters->add_flag("--markdown", arguments.markdown, "As a page");
  augmenters->add_flag("--json-schema", arguments.json_schema, "As a JSON Schema, for editors")->excludes(markdown);

  CLI::App* merged = app.add_subcommand("merge", "Finish a set whose shards are complete");
  merged->add_option("DIR", arguments.directory, "The folder of the run")->required();
  merged->add_option("--config", arguments.merge.config, "Where the config lies now, if not where the shards found it");
  add_jobs(merged);
  merged->add_flag("--quiet", arguments.merge.quiet, "Print nothing but errors");

  CLI::App* status = app.add_subcommand("status", "Say how far a run is, and each of its shards");
  status->add_option("DIR", arguments.directory, "The folder of the run")->required();
  status->add_flag("--json", arguments.status_json, "Print the report as JSON");

  CLI::App* verify = app.add_subcommand("verify", "Check a finished set: files, labels measured again, pairing");
  verify->add_option("DIR", arguments.directory, "The folder of the run")->required();
  add_jobs(verify);

  CLI::App* report = app.add_subcommand("report", "Write report.html and DATACARD.md of a finished set again");
  report->add_option("DIR", arguments.directory, "The folder of the run")->required();

  std::string formats = "Formats, separated by commas:";
  for (const ExportInfo& info : export_formats()) {
    formats += std::string("\n") + info.name + ": " + info.summary;
  }
  CLI::App* exported = app.add_subcommand("export", "Write a finished set in the formats of other tools");
  exported->add_option("DIR", arguments.directory, "The folder of the run")->required();
  exported->add_option("--to", arguments.export_names, formats)->required()->delimiter(',')->option_text("FORMAT,...");

  CLI::App* compared =
      app.add_subcommand("compare", "Say how near a synthetic noise comes to a recording of the place");
  compared->add_option("REAL", arguments.real, "The recording, of 4 s or more")->required();
  compared
      ->add_option("SYNTH", arguments.synth,
                   "A file of noise, or the folder of a run, whose noise is each variant less its clean reference")
      ->required();
  compared->add_flag("--json", arguments.compare_json, "Print the report as JSON");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, message_stream()) == 0 ? status_of(ExitStatus::done)
                                                             : status_of(ExitStatus::usage);
  }
  is_quiet = arguments.run.quiet || arguments.preview.quiet || arguments.masks.quiet || arguments.merge.quiet;
  if (run->parsed()) {
    return run_command(arguments);
  }
  if (merged->parsed()) {
    return merge_command(arguments);
  }
  if (status->parsed()) {
    run_status(arguments.directory, arguments.status_json, std::cout);
    return status_of(ExitStatus::done);
  }
  if (plan->parsed()) {
    return plan_command(arguments);
  }
  if (preview->parsed()) {
    return preview_command(arguments);
  }
  if (masks_app->parsed()) {
    return masks_command(arguments);
  }
  if (coverage->parsed()) {
    return coverage_command(arguments);
  }
  if (report->parsed()) {
    return report_command(arguments);
  }
  if (exported->parsed()) {
    return export_command(arguments);
  }
  if (compared->parsed()) {
    return compare_command(arguments);
  }
  return augmenters->parsed() ? augmenters_command(arguments) : verify_command(arguments);
}

/// What was printed may still lie in a buffer, and a full disk shows only when that is written.
int check_output(int status) {
  std::cout.flush();
  if (std::cout) {
    return status;
  }
  message_stream() << "fairground: cannot write to the standard output; what was printed is not complete\n";
  return status == status_of(ExitStatus::done) ? status_of(ExitStatus::try_again) : status;
}

/// What the machine has run out of may be there again, or be allowed.
bool is_passing(const std::error_code& code) {
  return code == std::errc::resource_unavailable_try_again || code == std::errc::not_enough_memory ||
         code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system ||
         code == std::errc::no_space_on_device;
}

/// Messages quote file names and cells, which a stranger may have filled with commands to the terminal.
void print_lines(std::string_view message) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    message_stream() << on_one_line(message.substr(0, end)) << '\n';
    message.remove_prefix(std::min(end + 1, message.size()));
  }
}

int try_again(const std::string& message) {
  print_lines(message);
  message_stream() << "Run the same command again once that is mended.\n";
  return status_of(ExitStatus::try_again);
}

int defect(const char* what) {
  message_stream() << "fairground: internal error: " << what << "\nThis is a defect of fairground; please report it.\n";
  return status_of(ExitStatus::defect);
}

int checked_dispatch(int argc, char** argv) {
  try {
    return check_output(dispatch(argc, argv));
  } catch (const UserError& error) {
    for (const std::string& message : error.messages()) {
      print_lines(message);
    }
    return status_of(ExitStatus::usage);
  } catch (const PassingFault& error) {
    return try_again(error.what());
  } catch (const std::bad_alloc&) {
    return try_again("fairground: not enough memory; allow more (ulimit -v), or use fewer --jobs");
  } catch (const std::system_error& error) {
    return is_passing(error.code())
               ? try_again(std::string("fairground: the machine ran out of something: ") + error.what() +
                           "; allow more memory, threads or files (ulimit), or use fewer --jobs")
               : defect(error.what());
  } catch (const std::exception& error) {
    return defect(error.what());
  }
}

/// A program that was started without standard streams would give their numbers to the first files that it opens, and
/// what a library then prints would land in these.
void open_missing_streams() {
  while (true) {
    const int descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO || descriptor < 0) {
      ::close(descriptor);
      return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_missing_streams();
  keep_freed_memory();
  make_opencv_throw_bad_alloc();
  LibraryOutput library_output;
  const int status = checked_dispatch(argc, argv);
  const std::string warnings = library_output.finish();
  if (!is_quiet || status == status_of(ExitStatus::defect)) {
    message_stream() << warnings << std::flush;
  }
  return status;
}
