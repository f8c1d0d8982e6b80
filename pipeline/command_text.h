// The commands as plain values, and what is made of them: the man page and the completions of shells.
#pragma once

#include <string>
#include <vector>

namespace fairground {

/// What an argument is completed with.
enum class Completion { nothing, files, folders, augmenters, words };

struct ArgumentText {
  std::string name;                     ///< "--out", or of a positional "CONFIG"
  std::string value;                    ///< what stands behind an option, "FILE"; empty of a flag and of a positional
  std::string range;                    ///< "1 to 1024"; empty where nothing is said
  std::string fallback;                 ///< the default; empty where there is none
  std::string description;              ///< one sentence, without a full stop
  std::vector<std::string> never_with;  ///< other options of the same command
  std::vector<std::string> words;       ///< of a choice
  Completion completion = Completion::nothing;
  bool is_positional = false;
  bool is_required = false;
  bool is_repeatable = false;
};

struct CommandText {
  std::string name;
  std::string description;  ///< one sentence, without a full stop
  std::vector<ArgumentText> arguments;
};

/// All that the documents tell.
struct ToolText {
  std::string version;
  std::vector<CommandText> commands;
  std::vector<std::string> augmenters;       ///< their names
  std::vector<std::string> shard_variables;  ///< of the environment, in the order in which they are looked for
};

/// fairground(1), for groff's macros `man`.
[[nodiscard]] std::string man_page(const ToolText& tool);

[[nodiscard]] std::string bash_completion(const ToolText& tool);
[[nodiscard]] std::string zsh_completion(const ToolText& tool);
[[nodiscard]] std::string fish_completion(const ToolText& tool);

}  // namespace fairground
