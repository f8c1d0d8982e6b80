// Exports read back by programs that know nothing of fairground: those in tests/support/readers, and others' own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace fairground {

/// Runs a command of the shell in a folder.
inline ProcessResult run_shell(const std::string& command, const std::filesystem::path& working_directory) {
  return run_process({"/bin/sh", "-c", command}, working_directory);
}

/// Runs a reader, of Debian's Python. What it finds wrong is in `err`, and its status is then not 0.
inline ProcessResult run_reader(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/usr/bin/python3", FAIRGROUND_SOURCE_DIR "/tests/support/readers/" + name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process(command, "/");
}

/// What a reader prints, where it finds nothing wrong.
inline nlohmann::json read_with(const std::string& name, const std::vector<std::string>& arguments) {
  const ProcessResult result = run_reader(name, arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  return nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
}

/// The columns of an lur report that sclite makes of one of the references in `folder` and answers (a variant's id, a
/// tab, a text), with the commands that the export's README has: words and word error rate by title.
inline nlohmann::json scored_by_sclite(const std::filesystem::path& folder, const std::string& reference,
                                       const std::string& answers) {
  const TemporaryFolder scores;
  write_text(scores / "answers.tsv", answers);
  const std::string script = "'" + (folder / "exports/stm/answers_to_ctm.pl").string() + "'";
  const ProcessResult ctm =
      run_shell("perl " + script + " < answers.tsv | LC_ALL=C sort -k1,1 -k2,2 -k3,3n > answers.ctm", scores.path());
  EXPECT_EQ(ctm.status, 0) << ctm.err;
  const ProcessResult sclite = run_shell("sctk sclite -r '" + (folder / "exports/stm" / reference).string() +
                                             "' stm -h answers.ctm ctm -o lur -n ref -O .",
                                         scores.path());
  EXPECT_EQ(sclite.status, 0) << sclite.out << sclite.err;
  return read_with("lur.py", {(scores / "ref.lur").string()});
}

}  // namespace fairground
