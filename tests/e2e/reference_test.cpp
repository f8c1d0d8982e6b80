// The documents that the binary makes of itself: what is committed is what it prints, and man and the shells can use
// them.
#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <sstream>

#include "tests/support/needed_tool.h"
#include "tests/support/process.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const fs::path kSource = FAIRGROUND_SOURCE_DIR;

std::string document(const std::string& name) {
  const ProcessResult result = run_fairground({"reference", name});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  return result.out;
}

/// Where a program is, or nothing.
std::string program(const std::string& name) {
  const ProcessResult result = run_process({"/bin/sh", "-c", "command -v " + name}, "/");
  return result.out.substr(0, result.out.find('\n'));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// The words that `pattern` finds first in its parentheses, of all its matches in `text`.
std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

std::string help_of(const std::string& command) {
  static std::map<std::string, std::string> known;
  const auto [found, is_new] = known.try_emplace(command);
  if (is_new) {
    found->second = run_fairground(command.empty() ? std::vector<std::string>{"--help"}
                                                   : std::vector<std::string>{command, "--help"})
                        .out;
  }
  return found->second;
}

/// The commands, from the help that users see.
std::vector<std::string> commands() {
  const std::string help = help_of("");
  const std::size_t begin = help.find("Subcommands:");
  EXPECT_NE(begin, std::string::npos) << help;
  std::vector<std::string> names = all_matches(help.substr(begin), "\n  ([a-z]+) ");
  EXPECT_THAT(names, AllOf(Contains("run"), Contains("reference")));
  return names;
}

std::vector<std::string> options_of(const std::string& command) {
  return all_matches(help_of(command), "\n  (?:-[a-z],)?(--[a-z-]+)");
}

TEST(Reference, WhatIsCommittedIsWhatTheBinaryPrints) {
  for (const auto& [name, file] :
       std::vector<std::pair<std::string, std::string>>{{"schema", "configs/fairground.schema.json"},
                                                        {"man", "docs/fairground.1"},
                                                        {"bash", "docs/completion/fairground.bash"},
                                                        {"zsh", "docs/completion/_fairground"},
                                                        {"fish", "docs/completion/fairground.fish"}}) {
    // Not EXPECT_EQ, which would print all of both.
    EXPECT_TRUE(read_text(kSource / file) == document(name))
        << file << " is not what `fairground reference " << name << "` prints: docs/renew writes it anew";
  }
}

TEST(Reference, AnotherDocumentIsAMistake) {
  EXPECT_EQ(run_fairground({"reference"}).status, 2);
  const ProcessResult result = run_fairground({"reference", "pdf"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("schema"));
}

TEST(ManPage, TellsEveryCommandAndOption) {
  const std::string page = std::regex_replace(document("man"), std::regex(R"(\\-)"), "-");
  for (const std::string& command : commands()) {
    const std::size_t begin = page.find("\n.SS " + command + "\n");
    ASSERT_NE(begin, std::string::npos) << command;
    const std::string section = page.substr(begin, page.find("\n.S", begin + 1) - begin);
    for (const std::string& option : options_of(command)) {
      if (option != "--help") {
        EXPECT_THAT(section, HasSubstr("\n\\fB" + option + "\\fR")) << command;
      }
    }
  }
}

TEST(ManPage, HasTheExitStatusesOfTheDesign) {
  const std::string page = run_process({"/usr/bin/env", "groff", "-man", "-Tascii", "-P-cbou", "-rLL=1000n",
                                        (kSource / "docs/fairground.1").string()},
                                       "/")
                               .out;
  if (page.empty()) {
    END_FOR_WANT_OF_TOOL("groff is not installed");
  }
  std::size_t statuses = 0;
  bool in_table = false;
  for (const std::string& line : read_lines(kSource / "docs/design.md")) {
    in_table = line.starts_with("| exit status") || (in_table && line.starts_with("|"));
    std::smatch row;
    static const std::regex kRow(R"(\| ([0-9]+) \| (.*) \|)");
    if (!in_table || !std::regex_match(line, row, kRow)) {
      continue;
    }
    ++statuses;
    std::string meaning = row[2].str() + ".";
    meaning.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning.front())));
    meaning = std::regex_replace(meaning, std::regex("`"), "");
    // The number stands in front, or on the line above.
    EXPECT_TRUE(std::regex_search(page, std::regex("\n +" + row[1].str() + "\\s"))) << row[1];
    EXPECT_THAT(page, HasSubstr(meaning));
  }
  EXPECT_EQ(statuses, 6U);
}

TEST(ManPage, IsFlawless) {
  const std::string page = (kSource / "docs/fairground.1").string();
  if (program("groff").empty() || program("mandoc").empty()) {
    END_FOR_WANT_OF_TOOL("groff and mandoc are not both installed");
  }
  const ProcessResult groff = run_process({"/usr/bin/env", "groff", "-man", "-Tutf8", "-ww", page}, "/");
  EXPECT_EQ(groff.status, 0);
  EXPECT_THAT(groff.err, IsEmpty());
  // The page has a version instead of a date, since no output reads the clock.
  const ProcessResult mandoc = run_process({"/usr/bin/env", "mandoc", "-Tlint", page}, "/");
  EXPECT_THAT(lines_of(mandoc.out + mandoc.err), ElementsAre(HasSubstr("missing date")));
}

class Completion : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder_ / "set.yaml", "");
    fs::create_directories(folder_ / "setting");
  }

  /// What `command` prints when it is run by a shell in a folder with a file set.yaml and a folder setting.
  [[nodiscard]] std::vector<std::string> printed(std::vector<std::string> command) const {
    command.insert(command.begin(), "/usr/bin/env");
    const ProcessResult result = run_process(command, folder_.path());
    EXPECT_THAT(result.err, IsEmpty());
    std::vector<std::string> lines = lines_of(result.out);
    std::ranges::sort(lines);
    return lines;
  }

  TemporaryFolder folder_;
};

class BashCompletion : public Completion {
 protected:
  /// What bash offers for the last of the words.
  [[nodiscard]] std::vector<std::string> offers(const std::vector<std::string>& words) const {
    std::vector<std::string> command = {
        "bash",
        "-c",
        "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _fairground; "
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
        "bash",
        (kSource / "docs/completion/fairground.bash").string(),
        "fairground"};
    command.insert(command.end(), words.begin(), words.end());
    std::vector<std::string> lines = printed(command);
    std::erase(lines, "");
    return lines;
  }
};

TEST_F(BashCompletion, OffersCommands) {
  std::vector<std::string> all = commands();
  all.insert(all.end(), {"--help", "--version"});
  EXPECT_THAT(offers({""}), testing::UnorderedElementsAreArray(all));
  EXPECT_THAT(offers({"pl"}), ElementsAre("plan"));
  EXPECT_THAT(offers({"--v"}), ElementsAre("--version"));
}

TEST_F(BashCompletion, OffersTheOptionsOfACommand) {
  for (const std::string& command : commands()) {
    EXPECT_THAT(offers({command, "-"}), testing::UnorderedElementsAreArray(options_of(command))) << command;
  }
  EXPECT_THAT(offers({"run", "x.yaml", "--re"}), ElementsAre("--restart", "--retry-failed"));
}

TEST_F(BashCompletion, OffersWhatIsWanted) {
  EXPECT_THAT(offers({"plan", "s"}), ElementsAre("set.yaml", "setting"));
  EXPECT_THAT(offers({"plan", "--out", "s"}), ElementsAre("set.yaml", "setting"));
  EXPECT_THAT(offers({"run", "--out", "s"}), ElementsAre("setting"));
  EXPECT_THAT(offers({"run", "--out", "=", "s"}), ElementsAre("setting"));
  EXPECT_THAT(offers({"run", "--out", "="}), Contains("setting"));
  EXPECT_THAT(offers({"run", "--jobs", ""}), IsEmpty());
  EXPECT_THAT(offers({"augmenters", "noise.m"}), ElementsAre("noise.mri"));
  EXPECT_THAT(offers({"reference", ""}), ElementsAre("bash", "fish", "man", "schema", "zsh"));
}

class FishCompletion : public Completion {
 protected:
  void SetUp() override {
    Completion::SetUp();
    if (program("fish").empty()) {
      END_FOR_WANT_OF_TOOL("fish is not installed");
    }
  }
  [[nodiscard]] std::vector<std::string> offers(const std::string& line) const {
    std::vector<std::string> lines = printed(
        {"HOME=" + folder_.path().string(), "XDG_CONFIG_HOME=" + folder_.path().string(), "fish", "--no-config", "-c",
         "source $argv[1]; complete -C $argv[2]", (kSource / "docs/completion/fairground.fish").string(), line});
    for (std::string& offered : lines) {
      offered.resize(std::min(offered.size(), offered.find('\t')));
    }
    return lines;
  }
};

TEST_F(FishCompletion, OffersCommandsOptionsAndWhatIsWanted) {
  EXPECT_THAT(offers("fairground "), testing::IsSupersetOf(commands()));
  EXPECT_THAT(offers("fairground pl"), ElementsAre("plan"));
  for (const std::string& command : commands()) {
    EXPECT_THAT(offers("fairground " + command + " --"), testing::UnorderedElementsAreArray(options_of(command)));
  }
  EXPECT_THAT(offers("fairground plan s"), ElementsAre("set.yaml", "setting/"));
  EXPECT_THAT(offers("fairground run --out s"), ElementsAre("setting/"));
  EXPECT_THAT(offers("fairground augmenters noise.m"), ElementsAre("noise.mri"));
  EXPECT_THAT(offers("fairground reference "), ElementsAre("bash", "fish", "man", "schema", "zsh"));
}

class ZshCompletion : public Completion {
 protected:
  void SetUp() override {
    Completion::SetUp();
    if (program("zsh").empty()) {
      END_FOR_WANT_OF_TOOL("zsh is not installed");
    }
    write_text(folder_ / "scripts/complete.zsh", kScript);
  }
  /// What becomes of a line when its end is completed.
  [[nodiscard]] std::string completed(const std::string& line) const {
    const std::vector<std::string> lines = printed(
        {"zsh", "-f", (folder_ / "scripts/complete.zsh").string(), (kSource / "docs/completion").string(), line});
    return lines.empty() ? "" : lines.front();
  }

 private:
  // Completion works in a shell that has a terminal, which zpty makes.
  static constexpr const char* kScript = R"(
zmodload zsh/zpty
answer=$(mktemp)
zpty -b shell "TERM=dumb PS1= HISTFILE= zsh -f -i"
zpty -w shell "fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
zpty -w shell "tell() { zle complete-word; print -r -- \"\$BUFFER\" >| $answer; kill -HUP \$\$ }; zle -N tell; bindkey '^T' tell; true"
zpty -w -n shell "$2"$'\x14'
integer tries=0
while [[ ! -s $answer ]] && (( ++tries < 300 )); do zpty -rt shell line; sleep 0.1; done
cat $answer
zpty -d shell
rm $answer
)";
};

TEST_F(ZshCompletion, CompletesCommandsOptionsAndWhatIsWanted) {
  EXPECT_EQ(completed("fairground pl"), "fairground plan ");
  EXPECT_EQ(completed("fairground plan --no-m"), "fairground plan --no-measure ");
  EXPECT_EQ(completed("fairground augmenters noise.mr"), "fairground augmenters noise.mri ");
  EXPECT_EQ(completed("fairground reference sch"), "fairground reference schema ");
  EXPECT_EQ(completed("fairground plan set.y"), "fairground plan set.yaml ");
  EXPECT_EQ(completed("fairground run set.yaml --out se"), "fairground run set.yaml --out setting/");
}

TEST_F(ZshCompletion, TellsEveryOption) {
  const std::string script = document("zsh");
  for (const std::string& command : commands()) {
    const std::size_t begin = script.find("\n        " + command + ")\n");
    ASSERT_NE(begin, std::string::npos) << command;
    const std::string section = script.substr(begin, script.find(";;", begin) - begin);
    for (const std::string& option : options_of(command)) {
      EXPECT_THAT(section, testing::ContainsRegex(option + "(=|\\[)")) << command;
    }
  }
}

}  // namespace
}  // namespace fairground
