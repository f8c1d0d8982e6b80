// What the README and the guide tell to type is typed, in order, in a copy of what a clone holds.
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "tests/support/process.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

const fs::path kProject = FAIRGROUND_SOURCE_DIR;

/// Text between ```LANGUAGE and ```, as Markdown has it.
struct Block {
  std::string language;
  std::string text;
  std::string place;  ///< FILE:LINE
};

std::vector<Block> blocks_of(const fs::path& page) {
  std::vector<Block> blocks;
  bool is_inside = false;
  std::size_t number = 0;
  for (const std::string& line : read_lines(kProject / page)) {
    ++number;
    if (line.starts_with("```")) {
      is_inside = !is_inside;
      if (is_inside) {
        blocks.push_back({line.substr(3), "", page.string() + ":" + std::to_string(number)});
      }
    } else if (is_inside) {
      blocks.back().text += line + '\n';
    }
  }
  EXPECT_FALSE(is_inside) << page << ": a block of code has no end";
  return blocks;
}

/// What lies in quotes and has a slash, and so should be a file or a folder.
std::set<std::string> paths_in(const std::string& code) {
  static const std::regex kQuoted(R"re(["']([A-Za-z0-9_./-]+/[A-Za-z0-9_./-]+)["'])re");
  std::set<std::string> paths;
  for (std::sregex_iterator found(code.begin(), code.end(), kQuoted); found != std::sregex_iterator(); ++found) {
    paths.insert((*found)[1]);
  }
  return paths;
}

class Clone {
 public:
  Clone() {
    fs::copy(kProject / "configs", folder_ / "configs", fs::copy_options::recursive);
    fs::create_directories(folder_ / "samples");
    for (const auto& entry : fs::directory_iterator(kProject / "samples")) {
      const std::string name = entry.path().filename();
      if (name != "out" && name != "demo") {
        fs::copy(entry.path(), folder_ / "samples" / name, fs::copy_options::recursive);
      }
    }
    fs::create_directories(folder_ / "build/release");
    fs::create_directories(folder_ / "tests");
    fs::create_symlink(FAIRGROUND_BINARY, folder_ / "build/release/fairground");
    // Their first steps, to install and to build, are done already where this test runs.
    add_script("samples/demo", "build/release/fairground run samples/demo.yaml --restart --quiet");
    add_script("tests/run", "true");
  }

  /// Runs lines of a shell, and returns what went wrong.
  std::string run(const std::string& lines) const {
    write_text(folder_ / "block.sh", "set -euo pipefail\n" + lines);
    const ProcessResult result = run_process({"/bin/bash", (folder_ / "block.sh").string()}, folder_.path());
    return result.status == 0 ? "" : result.out + result.err;
  }

  [[nodiscard]] fs::path operator/(const fs::path& name) const { return folder_ / name; }

 private:
  void add_script(const std::string& name, const std::string& line) const {
    write_text(folder_ / name, "#!/bin/bash\n" + line + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  TemporaryFolder folder_;
};

class ReadmeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kProject / "samples/media/speech")) {
      GTEST_SKIP() << "the sample media are missing; samples/fetch fetches them";
    }
  }

  void run_commands_of(const fs::path& page, const Clone& clone) const {
    std::size_t run = 0;
    for (const Block& block : blocks_of(page)) {
      if (block.language == "sh") {
        EXPECT_EQ(clone.run(block.text), "") << block.place;
        ++run;
      }
    }
    EXPECT_GT(run, 0U) << page;
  }
};

TEST_F(ReadmeTest, EveryCommandOfTheReadmeWorks) {
  const Clone clone;
  const std::vector<Block> blocks = blocks_of("README.md");
  const auto config = std::ranges::find(blocks, "yaml", &Block::language);
  ASSERT_NE(config, blocks.end());
  write_text(clone / "ward.yaml", config->text);
  run_commands_of("README.md", clone);
  EXPECT_TRUE(fs::exists(clone / "samples/out/demo/report.html"));
  EXPECT_TRUE(fs::exists(clone / "out/ward/report.html"));
  EXPECT_EQ(read_text(clone / "out/ward/plan.jsonl"), read_text(clone / "out/shared/plan.jsonl"));
  // The tools that load exports are not at hand, but what they are told to load must be there, and the code be Python.
  for (const Block& block : blocks) {
    if (block.language != "python") {
      continue;
    }
    write_text(clone / "block.py", block.text);
    EXPECT_EQ(clone.run("/usr/bin/python3 -c 'import ast; ast.parse(open(\"block.py\").read())'"), "") << block.place;
    for (const std::string& path : paths_in(block.text)) {
      EXPECT_TRUE(fs::exists(clone / path)) << block.place << ": " << path;
    }
  }
}

TEST_F(ReadmeTest, EveryCommandOfTheGuideWorks) {
  const Clone clone;
  run_commands_of("docs/guide.md", clone);
}

TEST(Pages, LinksLeadSomewhere) {
  static const std::regex kLink(R"re(\]\(([^)#: ]+)(#[^)]*)?\))re");
  std::vector<fs::path> pages = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kProject / "docs")) {
    if (entry.path().extension() == ".md") {
      pages.push_back(fs::relative(entry.path(), kProject));
    }
  }
  std::size_t links = 0;
  for (const fs::path& page : pages) {
    const std::string text = read_text(kProject / page);
    for (std::sregex_iterator found(text.begin(), text.end(), kLink); found != std::sregex_iterator(); ++found) {
      const fs::path target = kProject / page.parent_path() / (*found)[1].str();
      EXPECT_TRUE(fs::exists(target)) << page << ": " << (*found)[1];
      ++links;
    }
  }
  EXPECT_GT(links, 30U);
}

}  // namespace
}  // namespace fairground
