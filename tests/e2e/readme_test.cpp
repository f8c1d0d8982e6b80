// What the README and the guide tell to type is typed, in order, in a copy of what a clone holds.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/process.h"
#include "tests/support/run_tree.h"

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

  /// Runs Debian's Python on a script, with stand-ins for the libraries that Debian does not package, and returns what
  /// it prints, or fails.
  std::string run_python(const std::string& script, const std::string& place) const {
    write_text(folder_ / "block.py", script);
    const ProcessResult result = run_process(
        {"/usr/bin/env", "PYTHONDONTWRITEBYTECODE=1",
         "PYTHONPATH=" + (kProject / "tests/support/readers/stubs").string(), "/usr/bin/python3", "block.py"},
        folder_.path());
    EXPECT_EQ(result.status, 0) << place << ": " << result.err;
    return result.out;
  }

  [[nodiscard]] fs::path operator/(const fs::path& name) const { return folder_ / name; }

 private:
  void add_script(const std::string& name, const std::string& line) const {
    write_text(folder_ / name, "#!/bin/bash\n" + line + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  TemporaryFolder folder_;
};

using nlohmann::json;

/// The set's own records, which are what the blocks must come to.
std::vector<json> ward_records(const Clone& clone) { return read_json_lines(clone / "out/ward/audio/metadata.jsonl"); }

void check_datasets(const Clone& clone, const Block& block) {
  const json second = ward_records(clone).at(1);
  const auto file = [&](const char* name) { return "out/ward/audio/" + second.at(name).get<std::string>(); };
  EXPECT_EQ(clone.run_python(block.text, block.place),
            second.at("noise").get<std::string>() + ' ' + file("file_name") + ' ' + file("clean_file_name") + '\n');
}

/// NeMo takes a path that is not absolute from where its manifest lies.
void check_nemo(const Clone& clone, const Block& block) {
  const json lines = json::parse(clone.run_python(block.text + R"(
import json, os
lines = [json.loads(line) for line in open(manifest, encoding="utf-8")]
for line in lines:
    assert os.path.isfile(os.path.join(os.path.dirname(manifest), line["audio_filepath"]))
print(json.dumps([[line["text"], line["duration"]] for line in lines]))
)",
                                                  block.place));
  const std::vector<json> records = ward_records(clone);
  ASSERT_EQ(lines.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(lines[i], json({records[i].at("text"), records[i].at("measured_duration_s")}));
  }
}

void check_lhotse(const Clone& clone, const Block& block) {
  const json cuts = json::parse(clone.run_python(
      block.text +
          "import json\n"
          "print(json.dumps({cut['recording']['id']: [one['text'] for one in cut['supervisions']] for cut in cuts}))\n",
      block.place));
  const std::vector<json> records = ward_records(clone);
  EXPECT_EQ(cuts.size(), records.size());
  for (const json& record : records) {
    EXPECT_EQ(cuts.at(record.at("variant_id").get<std::string>()), json({record.at("text")}));
  }
}

void check_webdataset(const Clone& clone, const Block& block) {
  std::string wanted;
  for (const json& record : ward_records(clone)) {
    for (const char* const field : {"variant_id", "noise", "text"}) {
      wanted += record.at(field).get<std::string>() + (field == std::string("text") ? '\n' : ' ');
    }
  }
  EXPECT_EQ(clone.run_python(block.text, block.place), wanted);
}

/// Without a term too few, the model gives each group in each condition its own rate of errors, so that the
/// coefficients follow from sums of the errors that were planted.
void check_statsmodels(const Clone& clone, const Block& block) {
  const json found =
      json::parse(clone.run_python("from planted import recognise, word_errors, wrong\n"
                                   "import contextlib, io, json\n"
                                   "summary = io.StringIO()\n"
                                   "with contextlib.redirect_stdout(summary):\n" +
                                       std::regex_replace(block.text, std::regex("(^|\n)(?=.)"), "$1    ") +
                                       R"(
assert "GEE Regression Results" in summary.getvalue()
units = pd.read_csv("results.csv", keep_default_na=False).set_index("variant_id")["units"].to_dict()
print(json.dumps({"wrong": wrong, "units": units, "parameters": model.fit().params.to_dict()}))
)",
                                   block.place));
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> sums;  // errors and units by language and noise
  for (const json& record : ward_records(clone)) {
    const std::string id = record.at("variant_id");
    if (found.at("units").at(id) > 0) {
      auto& [errors, units] = sums[{record.at("language"), record.at("noise")}];
      errors += found.at("wrong").at(id).get<int>();
      units += found.at("units").at(id).get<int>();
    }
  }
  const auto rate = [&](const std::string& language, const std::string& noise) {
    const auto& [errors, units] = sums.at({language, noise});
    return std::log(static_cast<double>(errors) / units);
  };
  constexpr double kSolved = 1e-5;  // the model is solved step by step
  const std::string first = sums.begin()->first.first;
  const auto parameter = [&](const std::string& name) { return found.at("parameters").at(name).get<double>(); };
  EXPECT_NEAR(parameter("Intercept"), rate(first, "none"), kSolved);
  for (const std::string noise : {"hum_20db", "hum_5db", "ward"}) {
    const std::string condition = "C(condition, Treatment('none'))[T." + noise + "]";
    const double more = rate(first, noise) - rate(first, "none");
    EXPECT_NEAR(parameter(condition), more, kSolved);
    EXPECT_NEAR(parameter(condition + ":C(Q('language'))[T.fr]"), rate("fr", noise) - rate("fr", "none") - more, kSolved);
  }
}

/// Runs a block and looks at what it comes to. Returns whose it is.
std::string check_python(const Clone& clone, const Block& block) {
  const std::map<std::string, std::pair<std::string, void (*)(const Clone&, const Block&)>> known = {
      {"datasets", {"from datasets import", check_datasets}},
      {"lhotse", {"from lhotse import", check_lhotse}},
      {"nemo", {"exports/nemo/", check_nemo}},
      {"statsmodels", {"statsmodels.api", check_statsmodels}},
      {"webdataset", {"import webdataset", check_webdataset}}};
  for (const auto& [name, how] : known) {
    if (block.text.find(how.first) != std::string::npos) {
      how.second(clone, block);
      return name;
    }
  }
  ADD_FAILURE() << block.place << ": nothing checks what this block comes to";
  return {};
}

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
  std::set<std::string> run;
  for (const Block& block : blocks) {
    if (block.language == "python") {
      for (const std::string& path : paths_in(block.text)) {
        EXPECT_TRUE(fs::exists(clone / path)) << block.place << ": " << path;
      }
      run.insert(check_python(clone, block));
    }
  }
  EXPECT_THAT(run, testing::ElementsAre("datasets", "lhotse", "nemo", "statsmodels", "webdataset"));
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
