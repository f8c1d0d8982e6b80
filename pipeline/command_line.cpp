#include "pipeline/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>
#include <sstream>

#include "pipeline/config/export_format.h"
#include "pipeline/core/library_output.h"
#include "pipeline/design/coded_manifest.h"

namespace fairground {
namespace {

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

constexpr const char* kAbout =
    "Expands test sets before a fairness audit: labelled variants of clean speech and photographs,\n"
    "the same conditions for every group. Start with `fairground plan CONFIG`.";

/// Adds all commands, whose options fill `arguments`. The types of values are FILE, DIR and AUGMENTER where these are
/// wanted, which is what shells complete.
void add_commands(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "fairground " FAIRGROUND_VERSION);
  app.require_subcommand(1);
  const auto add_config = [&](CLI::App* command) {
    command->add_option("CONFIG", arguments.config, "The YAML file that describes the set")
        ->type_name("FILE")
        ->required();
  };
  const auto add_jobs = [&](CLI::App* command) {
    command
        ->add_option("--jobs", arguments.jobs,
                     "Threads, by default as many as the machine runs at once; changes the speed, never the bytes")
        ->check(CLI::Range(1, 1024));
  };

  CLI::App* run = app.add_subcommand("run", "Make the whole set");
  add_config(run);
  run->add_option("--out", arguments.run.out, "The output directory, instead of the config's")->type_name("DIR");
  add_jobs(run);
  run->add_option("--plan", arguments.run.plan, "Make exactly this plan, as `plan --out` wrote it, or nothing")
      ->type_name("FILE");
  run->add_option("--base", arguments.run.base, "The folder of an earlier run: make only what it does not have")
      ->type_name("DIR");
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
  plan->add_option("--out", arguments.plan.out, "Write the plan, a line for each variant, to this file")
      ->type_name("FILE");
  add_jobs(plan);
  plan->add_option("--base", arguments.plan.base, "The folder of an earlier run: plan only what it does not have")
      ->type_name("DIR");
  plan->add_option("--against", arguments.plan.against, "Say how the plan differs from that of this run or file")
      ->type_name("FILE");
  plan->add_option("--effort", arguments.plan.effort, "Search so much longer for a smaller design than the config says")
      ->check(CLI::Range(1, 1000));
  plan->add_flag("--json", arguments.plan.json, "Print the report as JSON");
  plan->add_flag("!--no-measure", arguments.plan.measure,
                 "Do not decode the sources: faster, but no balance, no time, and losses are not foreseen");

  CLI::App* preview = app.add_subcommand("preview", "Show a source under every level, on one sheet");
  add_config(preview);
  preview->add_option("--source", arguments.preview.source, "The id of the source, instead of the first one")
      ->type_name("ID");
  preview->add_option("--axis", arguments.preview.axis, "Only the levels of this axis")->type_name("NAME");
  preview->add_option("--out", arguments.preview.out, "The PNG file, instead of NAME-preview.png")->type_name("FILE");
  add_jobs(preview);
  preview->add_flag("--quiet", arguments.preview.quiet, "Print nothing but errors and the sheet's path");

  CLI::App* masks_app = app.add_subcommand("masks", "Find the skin of every picture, and show it for review");
  add_config(masks_app);
  masks_app->add_option("--out", arguments.masks.out, "The folder, instead of NAME-masks")->type_name("DIR");
  add_jobs(masks_app);
  masks_app->add_flag("--quiet", arguments.masks.quiet, "Print nothing but errors and the folder's path");

  CLI::App* coverage =
      app.add_subcommand("coverage", "Say which combinations of labels a manifest holds too little of");
  coverage->add_option("MANIFEST", arguments.manifest, "CSV, or JSON Lines: a row for each source")
      ->type_name("FILE")
      ->required();
  coverage
      ->add_option("--by", arguments.coverage.by,
                   "The columns whose combinations are counted: a,b,c; may be given again, for names with commas")
      ->type_name("COLUMNS")
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
  coverage->add_option("--subject", arguments.coverage.subject, "The column that names people, who are then counted")
      ->type_name("COLUMN");
  coverage
      ->add_option("--bins", arguments.coverage.bins,
                   "COLUMN=EDGE,EDGE,...: sort a column's numbers into intervals; may be given for several columns")
      ->type_name("COLUMN=EDGES")
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
  CLI::Option* name =
      augmenters->add_option("NAME", arguments.augmenter, "One augmenter in detail")->type_name("AUGMENTER");
  CLI::Option* markdown =
      augmenters->add_flag("--markdown", arguments.markdown, "As a page: that of NAME, or the index of all");
  CLI::Option* json_schema =
      augmenters->add_flag("--json-schema", arguments.json_schema, "As a JSON Schema, for editors")->excludes(markdown);
  CLI::Option* example =
      augmenters
          ->add_flag("--example", arguments.example, "The example of NAME, as a config that runs on the sample media")
          ->needs(name)
          ->excludes(markdown)
          ->excludes(json_schema);
  augmenters
      ->add_option(
          "--pages", arguments.pages,
          "Write the index and the page of each augmenter into this folder: those that are not as they should be")
      ->type_name("DIR")
      ->excludes(name)
      ->excludes(markdown)
      ->excludes(json_schema)
      ->excludes(example);

  CLI::App* merged = app.add_subcommand("merge", "Finish a set whose shards are complete");
  merged->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();
  merged->add_option("--config", arguments.merge.config, "Where the config lies now, if not where the shards found it")
      ->type_name("FILE");
  add_jobs(merged);
  merged->add_flag("--quiet", arguments.merge.quiet, "Print nothing but errors");

  CLI::App* status = app.add_subcommand("status", "Say how far a run is, and each of its shards");
  status->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();
  status->add_flag("--json", arguments.status_json, "Print the report as JSON");

  CLI::App* verify = app.add_subcommand("verify", "Check a finished set: files, labels measured again, pairing");
  verify->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();
  add_jobs(verify);

  CLI::App* report = app.add_subcommand("report", "Write report.html and DATACARD.md of a finished set again");
  report->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();

  std::string formats = "Formats, separated by commas";
  for (const ExportInfo& info : export_formats()) {
    formats += std::string("\n") + info.name + ": " + info.summary;
  }
  CLI::App* exported = app.add_subcommand("export", "Write a finished set in the formats of other tools");
  exported->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();
  exported->add_option("--to", arguments.export_names, formats)->required()->delimiter(',')->option_text("FORMAT,...");

  CLI::App* replayed = app.add_subcommand("replay", "Make one variant of a finished set again, and compare it");
  replayed->add_option("DIR", arguments.directory, "The folder of the run")->type_name("DIR")->required();
  replayed->add_option("VARIANT_ID", arguments.variant_id, "The variant, as records and plan name it")->required();
  replayed->add_option("--out", arguments.replay.out, "Write the bytes that were made to this file")->type_name("FILE");
  replayed->add_option("--config", arguments.replay.config, "Where the config lies now, if not where the run found it")
      ->type_name("FILE");
  add_jobs(replayed);

  CLI::App* compared =
      app.add_subcommand("compare", "Say how near a synthetic noise comes to a recording of the place");
  compared->add_option("REAL", arguments.real, "The recording, of 4 s or more")->type_name("FILE")->required();
  compared
      ->add_option("SYNTH", arguments.synth,
                   "A file of noise, or the folder of a run, whose noise is each variant less its clean reference")
      ->type_name("FILE")
      ->required();
  compared->add_flag("--json", arguments.compare_json, "Print the report as JSON");

  CLI::App* reference =
      app.add_subcommand("reference", "Print the schema of configs, the man page, or the completion of a shell");
  reference
      ->add_option("DOCUMENT", arguments.document,
                   "The JSON Schema that editors check configs by, fairground(1), or what the shell loads")
      ->check(CLI::IsMember({"schema", "man", "bash", "zsh", "fish"}))
      ->required();
}

/// "1 to 1024" of "INT:INT in [1 - 1024]"; empty where there is no range.
std::string range_of(const std::string& type) {
  const std::size_t begin = type.find('[');
  const std::size_t end = type.find(']', std::min(begin, type.size()));
  if (begin == std::string::npos || end == std::string::npos) {
    return {};
  }
  std::string range = type.substr(begin + 1, end - begin - 1);
  if (const std::size_t dash = range.find(" - "); dash != std::string::npos) {
    range.replace(dash, 3, " to ");
  }
  return range;
}

/// The words of "TEXT:{man,bash}"; none where it is no choice.
std::vector<std::string> words_of(const std::string& type) {
  std::vector<std::string> words;
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', std::min(begin, type.size()));
  if (begin != std::string::npos && end != std::string::npos) {
    std::istringstream list(type.substr(begin + 1, end - begin - 1));
    for (std::string word; std::getline(list, word, ',');) {
      words.push_back(word);
    }
  }
  return words;
}

Completion completion_of(const std::string& value, bool has_words) {
  static const std::map<std::string, Completion> kCompletions = {
      {"FILE", Completion::files}, {"DIR", Completion::folders}, {"AUGMENTER", Completion::augmenters}};
  const auto found = kCompletions.find(value);
  return found != kCompletions.end() ? found->second : has_words ? Completion::words : Completion::nothing;
}

ArgumentText argument_text(const CLI::Option& option) {
  ArgumentText text;
  const std::string type = option.get_type_name();
  const std::string value = type.substr(0, type.find(':'));
  std::istringstream lines(option.get_description());
  std::getline(lines, text.description);
  text.range = range_of(type);
  text.words = words_of(type);
  // Of a list with a line for each word, "word: what it means".
  for (std::string line; std::getline(lines, line);) {
    text.words.push_back(line.substr(0, line.find(':')));
  }
  text.completion = completion_of(value, !text.words.empty());
  text.is_required = option.get_required();
  text.is_repeatable = option.get_items_expected_max() > 1;
  text.fallback = option.get_default_str();
  text.is_positional = option.get_lnames().empty();
  text.name = text.is_positional ? option.get_name() : "--" + option.get_lnames().front();
  if (!text.is_positional && option.get_items_expected_max() > 0) {
    text.value = !option.get_option_text().empty()   ? option.get_option_text()
                 : value == "INT" || value == "UINT" ? "N"
                                                     : value;
  }
  for (const CLI::Option* const other : option.get_excludes()) {
    text.never_with.push_back(other->get_name());
  }
  std::ranges::sort(text.never_with);  // the set is in the order of addresses
  return text;
}

}  // namespace

std::optional<ExitStatus> read_command_line(int argc, char** argv, Arguments& arguments) {
  CLI::App app{kAbout, "fairground"};
  add_commands(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, message_stream()) == 0 ? ExitStatus::done : ExitStatus::usage;
  }
  arguments.command = app.get_subcommands().front()->get_name();
  return std::nullopt;
}

std::vector<CommandText> command_texts() {
  Arguments unused;
  CLI::App app{kAbout, "fairground"};
  add_commands(app, unused);
  std::vector<CommandText> commands;
  for (const CLI::App* const one : app.get_subcommands({})) {
    CommandText command{one->get_name(), one->get_description(), {}};
    for (const CLI::Option* const option : one->get_options()) {
      command.arguments.push_back(argument_text(*option));
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace fairground
