// What each command does, by the rooms of the pipeline. Commands and exit statuses are docs/design.md, section 7.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/command_line.h"
#include "pipeline/config/config.h"
#include "pipeline/config/json_schema.h"
#include "pipeline/config/reference.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/kept_memory.h"
#include "pipeline/core/library_output.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/compare.h"
#include "pipeline/flow/coverage_report.h"
#include "pipeline/flow/masks.h"
#include "pipeline/flow/merge.h"
#include "pipeline/flow/plan_report.h"
#include "pipeline/flow/preview.h"
#include "pipeline/flow/reference_pages.h"
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

int augmenters_command(Arguments& arguments) {
  std::vector<const StepSchema*> schemas = registered_schemas();
  if (!arguments.augmenter.empty()) {
    const Augmenter* augmenter = find_augmenter(arguments.augmenter);
    if (augmenter == nullptr) {
      throw UserError("there is no augmenter '" + arguments.augmenter + "'; `fairground augmenters` lists them");
    }
    schemas = {&augmenter->schema};
  }
  if (arguments.pages) {
    write_reference_pages(*arguments.pages, schemas, std::cout);
  } else if (arguments.json_schema) {
    std::cout << steps_json_schema(schemas);
  } else if (arguments.example) {
    if (schemas.front()->example.empty()) {
      throw UserError("the augmenter '" + arguments.augmenter + "' gives no example");
    }
    std::cout << reference_example(*schemas.front());
  } else if (arguments.markdown) {
    std::cout << (arguments.augmenter.empty() ? reference_index(schemas) : reference_page(*schemas.front()));
  } else if (arguments.augmenter.empty()) {
    std::cout << reference_list(schemas);
  } else {
    std::cout << reference_text(*schemas.front());
  }
  return status_of(ExitStatus::done);
}

int reference_command(Arguments& arguments) {
  const std::string& document = arguments.document;
  const std::vector<const StepSchema*> schemas = registered_schemas();
  if (document == "schema") {
    std::cout << config_json_schema(schemas);
    return status_of(ExitStatus::done);
  }
  ToolText tool{FAIRGROUND_VERSION, command_texts(), {}, shard_index_variables()};
  for (const StepSchema* const schema : schemas) {
    tool.augmenters.push_back(schema->name);
  }
  std::cout << (document == "man"    ? man_page(tool)
                : document == "bash" ? bash_completion(tool)
                : document == "zsh"  ? zsh_completion(tool)
                                     : fish_completion(tool));
  return status_of(ExitStatus::done);
}

int verify_command(Arguments& arguments) {
  return status_of(verify(arguments.directory, registered_schemas(), arguments.jobs, message_stream(), std::cout));
}

int report_command(Arguments& arguments) {
  write_report(arguments.directory, std::cout);
  return status_of(ExitStatus::done);
}

int export_command(Arguments& arguments) {
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

int replay_command(Arguments& arguments) {
  arguments.replay.jobs = arguments.jobs;
  arguments.replay.tool_version = FAIRGROUND_VERSION;
  return status_of(replay(arguments.directory, arguments.variant_id, arguments.replay, registered_schemas(),
                          message_stream(), std::cout));
}

int compare_command(Arguments& arguments) {
  compare(arguments.real, arguments.synth, arguments.compare_json, std::cout);
  return status_of(ExitStatus::done);
}

int status_command(Arguments& arguments) {
  run_status(arguments.directory, arguments.status_json, std::cout);
  return status_of(ExitStatus::done);
}

int dispatch(int argc, char** argv) {
  static const std::map<std::string, int (*)(Arguments&)> kCommands = {{"augmenters", augmenters_command},
                                                                       {"compare", compare_command},
                                                                       {"coverage", coverage_command},
                                                                       {"export", export_command},
                                                                       {"masks", masks_command},
                                                                       {"merge", merge_command},
                                                                       {"plan", plan_command},
                                                                       {"preview", preview_command},
                                                                       {"reference", reference_command},
                                                                       {"replay", replay_command},
                                                                       {"report", report_command},
                                                                       {"run", run_command},
                                                                       {"status", status_command},
                                                                       {"verify", verify_command}};
  Arguments arguments;
  if (const auto status = read_command_line(argc, argv, arguments)) {
    return status_of(*status);
  }
  is_quiet = arguments.run.quiet || arguments.preview.quiet || arguments.masks.quiet || arguments.merge.quiet;
  return kCommands.at(arguments.command)(arguments);
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
