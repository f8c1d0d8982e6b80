// Commands and exit statuses as the contract has them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

using Arguments = std::vector<std::string>;

TEST(Help, IsPrintedForEveryCommand) {
  for (const Arguments& arguments : {Arguments{"--help"},
                                     {"-h"},
                                     {"run", "--help"},
                                     {"plan", "--help"},
                                     {"preview", "--help"},
                                     {"augmenters", "--help"},
                                     {"verify", "--help"},
                                     {"compare", "--help"}}) {
    const ProcessResult result = run_fairground(arguments);
    EXPECT_EQ(result.status, 0) << arguments.front();
    EXPECT_THAT(result.out, AllOf(HasSubstr("--help"), HasSubstr("Usage")));
    EXPECT_THAT(result.err, IsEmpty());
  }
  const ProcessResult version = run_fairground({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, MatchesRegex("fairground [0-9]+[.][0-9]+[.][0-9]+\n"));
}

TEST(Usage, MistakesExitWith2) {
  const TestSet set(1, 0);
  const std::string config = set.config_path();
  for (const Arguments& arguments : {Arguments{},
                                     {"no-such-command"},
                                     {"run"},
                                     {"plan"},
                                     {"preview"},
                                     {"verify"},
                                     {"compare", config},
                                     {"run", config, "--no-such-option"},
                                     {"run", config, "--jobs", "0"},
                                     {"run", config, "--jobs", "many"},
                                     {"run", config, "surplus"},
                                     {"augmenters", "no.such"},
                                     {"augmenters", "--markdown", "--json-schema"},
                                     {"run", set / "none.yaml"},
                                     {"plan", set / "none.yaml"},
                                     {"run", "/"},
                                     {"verify", set / "nowhere"},
                                     {"verify", set / "data"}}) {
    const ProcessResult result = run_fairground(arguments);
    EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments) << result.err;
    EXPECT_THAT(result.err, Not(IsEmpty())) << testing::PrintToString(arguments);
    EXPECT_THAT(result.out, IsEmpty()) << testing::PrintToString(arguments);
  }
  EXPECT_FALSE(fs::exists(set / "out"));
}

TEST(Mistakes, OfADesignShowBeforeTheSourcesAreRead) {
  TestSet set(4, 0);
  const auto error_of = [&](const std::string& design) {
    const std::size_t begin = set.config.find("design: ");
    set.config.replace(begin, set.config.find('\n', begin) - begin, "design: " + design);
    set.save();
    const ProcessResult result = run_fairground({"plan", set.config_path()});
    EXPECT_EQ(result.status, 2) << design;
    return result.err;
  };
  const std::string path = set.config_path();
  EXPECT_THAT(error_of("{at_least: {subjects: 9}}"),
              MatchesRegex(path + ":[0-9]+:10: `at_least: [{]subjects: 9[}]`.*"));
  EXPECT_THAT(error_of("{match_on: [loudness]}"), MatchesRegex(path + ":[0-9]+:10: `match_on` names `loudness`.*"));
  // Were a source looked at, its absence would be the mistake.
  fs::remove(set / "data/speech.csv");
  EXPECT_THAT(error_of("{except: [{noise: none}]}"),
              MatchesRegex(path + ":[0-9]+:[0-9]+: this leaves no condition.*\n"));
  set.config.replace(set.config.find("axes:\n"), 6,
                     "axes:\n    hum: {off: [], on: [{noise.coloured: {snr_db: 30}}]}\n");
  EXPECT_THAT(error_of("{except: [{noise: none, hum: off}]}"),
              MatchesRegex(path + ":[0-9]+:10: `except` forbids the condition of all first levels.*\n"));
}

TEST(Mistakes, OfAConfigAreAllListedAndNothingIsMade) {
  TestSet set(2, 0);
  set.config += "  colour: red\n";
  set.config.replace(set.config.find("seed: 7"), 7, "seed: x");
  set.save();
  for (const char* command : {"run", "plan"}) {
    const ProcessResult result = run_fairground({command, set.config_path()});
    EXPECT_EQ(result.status, 2);
    const std::string path = set.config_path();
    EXPECT_THAT(result.err, AllOf(HasSubstr(path + ":3:"), HasSubstr("colour")));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 2) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_FALSE(fs::exists(set / "out"));
}

TEST(Mistakes, OfManifestsAreAllListedAndNothingIsMade) {
  TestSet set(2, 1);
  set.speech += "s0,clip0.wav,x,irish,,\nz,../../etc/passwd,x,irish,,\nragged\n";
  set.photos += "s1,photo0.png,x,\n";
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path(), "--quiet"});
  EXPECT_EQ(result.status, 2);
  const std::string speech = set / "data/speech.csv";
  const std::string photos = set / "data/photos.csv";
  EXPECT_THAT(result.err, AllOf(HasSubstr(speech + ":4: id `s0`"), HasSubstr(speech + ":5: the path"),
                                HasSubstr(speech + ":6: the row"), HasSubstr(photos + ":3: id `s1`")));
  EXPECT_FALSE(fs::exists(set / "out"));
}

TEST(Mistakes, RatesThatDifferAreRefused) {
  TestSet set(2, 0);
  write_bytes(set / "data/clip0.wav", test_wav(0.5, 8000, 1));
  set.config.replace(set.config.find("sample_rate: 16000"), 18, "sample_rate: keep");
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("different sample rates"));
  set.config.replace(set.config.find("realizations: 3"), 15, "realizations: 3, pairing: independent");
  set.save();
  EXPECT_EQ(run_fairground({"run", set.config_path()}).status, 0);
  EXPECT_EQ(run_fairground({"verify", set / "out"}).status, 0);
}

TEST(Run, QuietPrintsNothing) {
  TestSet set(2, 1);
  ProcessResult result = run_fairground({"run", set.config_path(), "--quiet"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out + result.err, "");
  set.speech += "gone,gone.wav,x,irish,,\n";
  set.save();
  result = run_fairground({"run", set.config_path(), "--quiet", "--restart"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out + result.err, "");
}

TEST(Run, AFinishedRunIsLeftAsItIs) {
  TestSet set(2, 0);
  ASSERT_EQ(run_fairground({"run", set.config_path()}).status, 0);
  const auto before = read_tree(set / "out");
  ProcessResult result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("is finished; nothing was left to be made"));
  EXPECT_EQ(read_tree(set / "out"), before);
  set.config += "# another config\n";
  set.save();
  result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("the config has changed"), HasSubstr("--restart"), HasSubstr("--out"),
                                HasSubstr("plan CONFIG --against")));
  EXPECT_EQ(read_tree(set / "out"), before);
  EXPECT_EQ(run_fairground({"run", set.config_path(), "--restart"}).status, 0);
}

TEST(Run, AForeignFolderIsUntouched) {
  const TestSet set(2, 0);
  write_text(set / "out/thesis.txt", "mine");
  for (const Arguments& arguments : {Arguments{"run", set.config_path()}, {"run", set.config_path(), "--restart"}}) {
    EXPECT_EQ(run_fairground(arguments).status, 2);
    EXPECT_EQ(read_tree(set / "out"), (std::map<std::string, std::string>{{"thesis.txt", "mine"}}));
  }
}

TEST(Run, RecordsOfAMediumHaveOneShape) {
  const TestSet set(4, 4);
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
  for (const char* medium : {"audio", "image"}) {
    std::vector<std::string> first;
    for (const std::string& line : read_lines(set / "out" / medium / "metadata.jsonl")) {
      std::vector<std::string> shape;
      const auto record = nlohmann::ordered_json::parse(line);
      for (const auto& [name, value] : record.items()) {
        shape.push_back(name + ":" + value.type_name() + (value.is_number_float() ? " float" : ""));
      }
      first = first.empty() ? shape : first;
      EXPECT_EQ(shape, first);
      EXPECT_TRUE(fs::exists(set / "out" / medium / record["file_name"].get<std::string>()));
      EXPECT_TRUE(fs::exists(set / "out" / medium / record["clean_file_name"].get<std::string>()));
    }
    EXPECT_THAT(first, Not(IsEmpty()));
  }
}

TEST(Plan, TextJsonAndLinesAgreeWithTheRun) {
  const TestSet set(4, 2);
  const ProcessResult text = run_fairground({"plan", set.config_path(), "--out", set / "plan.jsonl"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("plan of test: 20 variants"));
  EXPECT_FALSE(fs::exists(set / "out")) << "a plan makes nothing";
  const ProcessResult as_json = run_fairground({"plan", set.config_path(), "--json", "--no-measure"});
  EXPECT_EQ(as_json.status, 0);
  const json plan = json::parse(as_json.out);
  ASSERT_EQ(run_fairground({"run", set.config_path()}).status, 0);
  EXPECT_EQ(read_text(set / "plan.jsonl"), read_text(set / "out/plan.jsonl"));
  const json run = json::parse(read_text(set / "out/run.json"));
  EXPECT_EQ(run["plan_sha256"], plan["plan_sha256"]);
  EXPECT_EQ(run["counts"]["planned"], plan["variants"]);
  EXPECT_THAT(text.out, HasSubstr(run["plan_sha256"].get<std::string>()));
}

TEST(Augmenters, ReferenceInEveryForm) {
  const ProcessResult list = run_fairground({"augmenters"});
  EXPECT_EQ(list.status, 0);
  for (const char* name : {"noise.coloured", "noise.recording", "light.exposure", "sensor.noise"}) {
    EXPECT_THAT(list.out, HasSubstr(name));
    const ProcessResult one = run_fairground({"augmenters", name});
    EXPECT_EQ(one.status, 0);
    EXPECT_THAT(one.out, HasSubstr(name));
    EXPECT_EQ(run_fairground({"augmenters", name, "--markdown"}).status, 0);
    EXPECT_TRUE(json::parse(run_fairground({"augmenters", name, "--json-schema"}).out).is_object());
  }
  const ProcessResult page = run_fairground({"augmenters", "--markdown"});
  EXPECT_EQ(page.status, 0);
  EXPECT_THAT(page.out, AllOf(HasSubstr("# Augmenters"), HasSubstr("augmenters/noise.coloured.md")));
  const ProcessResult schema = run_fairground({"augmenters", "--json-schema"});
  EXPECT_EQ(schema.status, 0);
  EXPECT_TRUE(json::parse(schema.out).contains("$schema"));
}

TEST(Verify, EveryKindOfTamperingExitsWith3) {
  const TestSet set(3, 2);
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", set / "good", "--quiet"}).status, 0);
  EXPECT_EQ(run_fairground({"verify", set / "good"}).status, 0);
  const fs::path run = set / "run";
  const auto lines = read_lines(set / "good/audio/metadata.jsonl");
  const auto file = [&](std::size_t i) {
    return run / "audio" / json::parse(lines[i])["file_name"].get<std::string>();
  };
  const std::map<std::string, std::function<void()>> tampering = {
      {"a flipped byte",
       [&] {
         std::string text = read_text(file(1));
         text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 4);
         write_text(file(1), text);
       }},
      {"a changed label",
       [&] {
         auto changed = lines;
         changed[1].replace(changed[1].find("CC0-1.0"), 7, "CC0-1.1");
         write_lines(run / "audio/metadata.jsonl", changed);
       }},
      {"a deleted file", [&] { fs::remove(file(2)); }},
      {"a deleted line",
       [&] {
         write_lines(run / "audio/metadata.jsonl", {lines.begin(), lines.end() - 1});
       }},
      {"swapped files",
       [&] {
         fs::rename(file(1), run / "between");
         fs::rename(file(2), file(1));
         fs::rename(run / "between", file(2));
       }},
      {"an edited plan",
       [&] {
         auto plan = read_lines(run / "plan.jsonl");
         plan[0].replace(plan[0].find("none"), 4, "some");
         write_lines(run / "plan.jsonl", plan);
       }},
  };
  for (const auto& [what, tamper] : tampering) {
    fs::remove_all(run);
    fs::copy(set / "good", run, fs::copy_options::recursive);
    tamper();
    const ProcessResult result = run_fairground({"verify", run});
    EXPECT_EQ(result.status, 3) << what << ": " << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("difference")) << what;
  }
  fs::remove(set / "data/clip0.wav");
  const ProcessResult result = run_fairground({"verify", set / "good"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("were not"), HasSubstr("sources have changed")));
  fs::remove(set.config_path());
  EXPECT_THAT(run_fairground({"verify", set / "good"}).out, HasSubstr("were not"));
}

}  // namespace
}  // namespace fairground
