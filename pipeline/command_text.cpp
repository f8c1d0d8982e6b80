#include "pipeline/command_text.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

struct StatusText {
  ExitStatus status;
  const char* meaning;
};

// In the words of docs/design.md, section 7, as a test makes sure.
constexpr std::array<StatusText, 6> kExitStatuses = {{
    {ExitStatus::done, "done; rejections are listed and are no failure"},
    {ExitStatus::items_failed,
     "done, but some items failed (`run` without shards, and `merge`; a complete shard exits 0, so that schedulers go "
     "on)"},
    {ExitStatus::usage, "wrong usage, config or manifest; nothing was made"},
    {ExitStatus::difference, "`verify` or `replay` found a difference"},
    {ExitStatus::defect, "a defect of fairground itself, such as counts that do not add up; please report it"},
    {ExitStatus::try_again, "stopped by a passing fault (disk full, interrupted); run it again to go on"},
}};

/// What lies in a run's folder, for those who open it.
std::vector<std::pair<std::string, std::string>> run_files() {
  return {{kReport, "What the set is, what it can show and what it cannot; opens in a browser"},
          {kDataCard, "The same for whoever publishes the set or uses it"},
          {kRunFile, "Versions, hashes and counts. With it, the run is finished"},
          {kPlanFile, "The plan, a line for each variant"},
          {kJournal, "What is done, a line for each variant; the same command goes on from it"},
          {kSourcesFile, "Size, times and hash of each source as it was read"},
          {kFailures, "What failed or was rejected, and why"},
          {kCoverage, "Who meets which conditions, before and after, and the gaps that stay open"},
          {kSkinTone, "Where levels work on skin: what they reached, for whom"},
          {std::string("audio/") + kMetadata + ", image/" + kMetadata,
           "The records, a line for each variant, beside the files"},
          {std::string(kExports) + "/NAME/", "The set in the formats that `output.exports` names"}};
}

constexpr std::array<std::pair<const char*, const char*>, 6> kExamples = {{
    {"fairground coverage speech.csv --by accent,gender --subject speaker", "Which combinations of labels are rare"},
    {"fairground plan ward.yaml", "What the config would make, and what its sources cannot show"},
    {"fairground preview ward.yaml", "One source under every level, on one sheet"},
    {"fairground run ward.yaml", "Make the set; the same command again goes on where it was stopped"},
    {"fairground verify out/ward", "Check what lies there"},
    {"sbatch --array=0-7 --wrap='fairground run ward.yaml --shard auto/8'",
     "One of eight shares on each of eight machines; `fairground merge out/ward` finishes the set"},
}};

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

std::string replaced(std::string_view text, const std::vector<std::pair<char, std::string>>& replacements) {
  std::string result;
  for (const char c : text) {
    const auto found = std::ranges::find(replacements, c, &std::pair<char, std::string>::first);
    result += found == replacements.end() ? std::string(1, c) : found->second;
  }
  return result;
}

/// Text for groff: what is in ticks becomes bold. Hyphens are written as they are typed, so that options can be copied.
std::string roff(std::string_view text) {
  std::string result;
  bool is_bold = false;
  for (const char c : text) {
    if (c == '`') {
      is_bold = !is_bold;
      result += is_bold ? "\\fB" : "\\fR";
    } else {
      result += c == '\\' ? "\\e" : c == '-' ? "\\-" : c == '\'' ? "\\(aq" : std::string(1, c);
    }
  }
  return result;
}

/// The same in short lines, which groff fills again.
std::string paragraph(std::string_view text) {
  constexpr std::size_t kLongestLine = 78;
  std::istringstream words(roff(text));
  std::string lines;
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    const bool fits = column + 1 + word.size() <= kLongestLine;
    lines += column == 0 ? "" : fits ? " " : "\n";
    column = column == 0 || !fits ? 0 : column + 1;
    // A line that begins with a point would be a request.
    lines += column == 0 && word.starts_with('.') ? "\\&" + word : word;
    column += word.size();
  }
  return lines + '\n';
}

/// A sentence from words without a full stop.
std::string sentence(std::string words) {
  const char first = words.front();
  words.front() = first >= 'a' && first <= 'z' ? static_cast<char>(first - 'a' + 'A') : first;
  return words + (words.ends_with('.') ? "" : ".");
}

std::string facts(const ArgumentText& argument) {
  std::string text;
  text += argument.range.empty() ? "" : " From " + argument.range + ".";
  text += argument.words.empty() ? "" : " One of " + joined(argument.words, ", ") + ".";
  text += argument.fallback.empty() || argument.value.empty() ? "" : " Default: " + argument.fallback + ".";
  text += argument.is_repeatable ? " May be repeated." : "";
  text += argument.is_required && !argument.is_positional ? " Required." : "";
  text += argument.never_with.empty() ? "" : " Not with " + joined(argument.never_with, ", ") + ".";
  return text;
}

/// "fairground compare REAL SYNTH [options]".
std::string usage(const CommandText& command) {
  std::string line = "\\fBfairground " + roff(command.name) + "\\fR";
  for (const ArgumentText& argument : command.arguments) {
    if (argument.is_positional) {
      const std::string name = "\\fI" + roff(argument.name) + "\\fR";
      line += argument.is_required ? " " + name : " [" + name + "]";
    }
  }
  for (const ArgumentText& argument : command.arguments) {
    if (!argument.is_positional && argument.is_required) {
      line += " \\fB" + roff(argument.name) + "\\fR \\fI" + roff(argument.value) + "\\fR";
    }
  }
  return line + " [\\fIoption\\fR ...]";
}

/// A paragraph with a tag in front.
std::string tagged(const std::string& tag, const std::string& text) { return ".TP\n" + tag + '\n' + paragraph(text); }

std::string command_section(const CommandText& command) {
  std::string page =
      ".SS " + roff(command.name) + '\n' + usage(command) + "\n.PP\n" + paragraph(sentence(command.description));
  for (const ArgumentText& argument : command.arguments) {
    if (argument.name == "--help") {
      continue;  // it is told once, of all commands
    }
    std::string tag = argument.is_positional ? "\\fI" : "\\fB";
    tag += roff(argument.name) + "\\fR";
    tag += argument.value.empty() ? "" : " \\fI" + roff(argument.value) + "\\fR";
    page += tagged(tag, sentence(argument.description) + facts(argument));
  }
  return page;
}

std::vector<std::string> command_names(const ToolText& tool) {
  std::vector<std::string> names;
  for (const CommandText& command : tool.commands) {
    names.push_back(command.name);
  }
  return names;
}

/// For single quotes of a shell that ends and begins them anew around each quote in the text.
std::string in_quotes(std::string_view text) { return "'" + replaced(text, {{'\'', "'\\''"}}) + "'"; }

std::string header(const std::string& shell) {
  return "# Completion of fairground for " + shell + ". Made by `fairground reference " + shell + "`; do not edit.\n";
}

/// What bash offers for a value; `current` is the word under the cursor.
std::string bash_offer(const ArgumentText& argument, const std::string& augmenters) {
  switch (argument.completion) {
    case Completion::files:
      return "_fairground_paths -f";
    case Completion::folders:
      return "_fairground_paths -d";
    case Completion::augmenters:
      return "_fairground_words \"" + augmenters + "\"";
    case Completion::words:
      return "_fairground_words \"" + joined(argument.words, " ") + "\"";
    case Completion::nothing:
      break;
  }
  return ":";
}

std::string zsh_action(const ArgumentText& argument, const std::string& augmenters) {
  switch (argument.completion) {
    case Completion::files:
      return "_files";
    case Completion::folders:
      return "_directories";
    case Completion::augmenters:
      return "(" + augmenters + ")";
    case Completion::words:
      return "(" + joined(argument.words, " ") + ")";
    case Completion::nothing:
      break;
  }
  return " ";
}

/// Text within a specification of zsh's _arguments.
std::string zsh_text(const std::string& text) {
  return replaced(text, {{'[', "\\["}, {']', "\\]"}, {':', "\\:"}, {'\\', "\\\\"}});
}

std::string zsh_specification(const ArgumentText& argument, std::size_t position, const std::string& augmenters) {
  const std::string action = zsh_action(argument, augmenters);
  if (argument.is_positional) {
    return std::to_string(position) + (argument.is_required ? ":" : "::") + zsh_text(argument.name) + ":" + action;
  }
  if (argument.name == "--help") {
    return "(- *)" + argument.name + "[" + zsh_text(argument.description) + "]";
  }
  std::string excluded = argument.never_with.empty() ? "" : "(" + joined(argument.never_with, " ") + ")";
  std::string text = (argument.is_repeatable ? "*" : excluded) + argument.name;
  text += (argument.value.empty() ? "[" : "=[") + zsh_text(argument.description) + "]";
  return argument.value.empty() ? text : text + ":" + zsh_text(argument.value) + ":" + action;
}

std::string fish_values(const ArgumentText& argument, const std::string& augmenters) {
  switch (argument.completion) {
    case Completion::files:
      return " -a '(__fish_complete_path)'";
    case Completion::folders:
      return " -a '(__fish_complete_directories)'";
    case Completion::augmenters:
      return " -a '" + augmenters + "'";
    case Completion::words:
      return " -a '" + joined(argument.words, " ") + "'";
    case Completion::nothing:
      break;
  }
  return "";
}

/// Within single quotes fish knows two escapes.
std::string fish_text(const std::string& text) { return replaced(text, {{'\'', "\\'"}, {'\\', "\\\\"}}); }

}  // namespace

std::string man_page(const ToolText& tool) {
  std::string page = ".\\\" Made by `fairground reference man`; do not edit.\n.TH FAIRGROUND 1 \"\" \"fairground " +
                     tool.version + "\" \"User Commands\"\n";
  page += ".SH NAME\nfairground \\- expand test sets before a fairness audit\n.SH SYNOPSIS\n.nf\n";
  for (const CommandText& command : tool.commands) {
    page += usage(command) + '\n';
  }
  page += "\\fBfairground\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n.fi\n.SH DESCRIPTION\n";
  page +=
      paragraph(
          "fairground prepares a test set for a fairness audit. It takes clean speech and photographs with labels, "
          "finds the combinations of people and conditions that an audit of them would miss, makes exactly those "
          "variants, and labels them with what was measured as well as with what was asked for. Every group meets "
          "the same conditions. The same config gives the same bytes, whatever the threads, the order or "
          "interruptions.") +
      ".PP\n" +
      paragraph(
          "It works in batches: a YAML file goes in and a folder comes out. `fairground reference schema` prints the "
          "JSON Schema by which editors complete and check such a file, and `fairground augmenters` lists what its "
          "levels may hold.") +
      ".PP\n" +
      paragraph(
          "What a command finds goes to the standard output; progress, warnings and mistakes go to the standard "
          "error.") +
      ".SH COMMANDS\n" + paragraph("Each command has `--help`, or `-h`, which prints a summary of its options.");
  for (const CommandText& command : tool.commands) {
    page += command_section(command);
  }
  page += ".SH EXIT STATUS\n";
  for (const StatusText& status : kExitStatuses) {
    page += tagged("\\fB" + std::to_string(static_cast<int>(status.status)) + "\\fR", sentence(status.meaning));
  }
  page +=
      ".SH ENVIRONMENT\n" +
      paragraph("With `--shard auto/N`, the index of the shard is that of the first of these variables that is set.");
  for (const std::string& variable : tool.shard_variables) {
    page += tagged("\\fB" + roff(variable) + "\\fR", variable == tool.shard_variables.front()
                                                         ? "For whoever starts shards by other means."
                                                         : "Set by a scheduler for each task of an array.");
  }
  page += ".SH FILES\n" + paragraph("In a run's folder:");
  for (const auto& [name, text] : run_files()) {
    page += tagged("\\fI" + roff(name) + "\\fR", sentence(text));
  }
  page += ".SH EXAMPLES\n";
  for (const auto& [line, text] : kExamples) {
    page += tagged("\\fB" + roff(line) + "\\fR", sentence(text));
  }
  return page;
}

std::string bash_completion(const ToolText& tool) {
  const std::string commands = joined(command_names(tool), " ");
  const std::string augmenters = joined(tool.augmenters, " ");
  std::string script = header("bash");
  script += R"(
_fairground_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_fairground_paths() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

_fairground() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i
  COMPREPLY=()
  # Readline makes three words of --option=value.
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done
  if [[ -z $command ]]; then
)";
  script += "    _fairground_words \"" + commands +
            " --help --version\"\n    return\n  fi\n  case \"$command $previous\" in\n";
  for (const CommandText& command : tool.commands) {
    for (const ArgumentText& argument : command.arguments) {
      if (!argument.value.empty()) {
        script +=
            "    '" + command.name + ' ' + argument.name + "') " + bash_offer(argument, augmenters) + "; return ;;\n";
      }
    }
  }
  script += "  esac\n  case $command in\n";
  for (const CommandText& command : tool.commands) {
    std::vector<std::string> options;
    std::string offer = ":";
    for (const ArgumentText& argument : command.arguments) {
      if (argument.is_positional) {
        offer = offer == ":" ? bash_offer(argument, augmenters) : offer;
      } else {
        options.push_back(argument.name);
      }
    }
    script += "    " + command.name + ")\n      if [[ $current == -* ]]; then\n        _fairground_words \"" +
              joined(options, " ") + "\"\n      else\n        " + offer + "\n      fi\n      ;;\n";
  }
  return script + "  esac\n}\n\ncomplete -F _fairground fairground\n";
}

std::string zsh_completion(const ToolText& tool) {
  const std::string augmenters = joined(tool.augmenters, " ");
  std::string script = "#compdef fairground\n" + header("zsh");
  script += R"(
_fairground() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \
    '(- *)'{-h,--help}'[Print a summary of the commands]' \
    '(- *)--version[Print the version]' \
    '1: :->command' \
    '*:: :->arguments' && return

  case $state in
    command)
      local -a commands=(
)";
  for (const CommandText& command : tool.commands) {
    script += "        " + in_quotes(command.name + ":" + replaced(command.description, {{':', "\\:"}})) + "\n";
  }
  script += R"(      )
      _describe -t commands command commands
      ;;
    arguments)
      case $words[1] in
)";
  for (const CommandText& command : tool.commands) {
    script += "        " + command.name + ")\n          _arguments";
    std::size_t position = 0;
    for (const ArgumentText& argument : command.arguments) {
      position += argument.is_positional ? 1 : 0;
      script += " \\\n            " + in_quotes(zsh_specification(argument, position, augmenters));
    }
    script += "\n          ;;\n";
  }
  // A file that was loaded as the function is called; one that was sourced gives the function its name.
  return script + R"(      esac
      ;;
  esac
}

if [[ $funcstack[1] == _fairground ]]; then
  _fairground "$@"
else
  compdef _fairground fairground
fi
)";
}

std::string fish_completion(const ToolText& tool) {
  const std::string augmenters = joined(tool.augmenters, " ");
  std::string script = header("fish") + "\ncomplete -c fairground -f\n";
  const std::string first = "complete -c fairground -n __fish_use_subcommand";
  script += first + " -s h -l help -d 'Print a summary of the commands'\n";
  script += first + " -l version -d 'Print the version'\n";
  for (const CommandText& command : tool.commands) {
    script += first + " -a " + command.name + " -d '" + fish_text(command.description) + "'\n";
  }
  for (const CommandText& command : tool.commands) {
    const std::string within = "complete -c fairground -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const ArgumentText& argument : command.arguments) {
      if (argument.is_positional) {
        const std::string values = fish_values(argument, augmenters);
        script += values.empty() ? "" : within + values + "\n";
        continue;
      }
      script += within + " -l " + argument.name.substr(2);
      script += argument.value.empty() ? "" : " -x" + fish_values(argument, augmenters);
      script += " -d '" + fish_text(argument.description) + "'\n";
    }
  }
  return script;
}

}  // namespace fairground
