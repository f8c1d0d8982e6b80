// `fairground coverage` as a user runs it.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Arguments = std::vector<std::string>;

class CoverageCommand : public testing::Test {
 protected:
  CoverageCommand() {
    write_text(folder_ / "m.csv",
               "clip,speaker,accent,age\n1,ann,irish,17\n2,ann,irish,18\n3,bob,scots,30\n4,,scots,\n");
  }
  [[nodiscard]] ProcessResult run(Arguments arguments) const {
    arguments.insert(arguments.begin(), {"coverage", folder_ / "m.csv"});
    return run_fairground(arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(CoverageCommand, PrintsAPageAndExitsWith0) {
  const ProcessResult result = run({"--by", "accent,age", "--bins", "age=18,40", "--subject", "speaker"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(
      result.out,
      AllOf(HasSubstr("4 sources, 2 subjects; wanted in every combination: at least 20 sources and 20 subjects"),
            HasSubstr("4: <18 1/1, [18,40) 2/2, >=40 0/0, unknown 1/0"),
            HasSubstr("sources: There are 4 sources in all, and 20 are wanted")));
}

TEST_F(CoverageCommand, TakesEveryOption) {
  const ProcessResult result =
      run({"--by", "accent,age", "--at-least", "2", "--at-least-subjects", "1", "--ways", "1", "--subject", "speaker",
           "--bins", "age=18", "--memory", "5", "--top", "1", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report["at_least"], json({{"sources", 2}, {"subjects", 1}}));
  EXPECT_EQ(report["ways"], 1);
  EXPECT_EQ(report["sources"]["maximal_uncovered_patterns"]["by_level"], json({{"1", 1}, {"2", 2}}));
  EXPECT_EQ(report["sources"]["maximal_uncovered_patterns"]["shown"].size(), 1);
  EXPECT_EQ(report["subjects"]["count"], 2);
}

TEST_F(CoverageCommand, ExitsWith2WhereTheUserIsWrong) {
  for (const Arguments& arguments : {Arguments{},
                                     {"--by"},
                                     {"--by", ""},
                                     {"--by", "accent,"},
                                     {"--by", "accent,accent"},
                                     {"--by", "dialect"},
                                     {"--by", "accent", "surplus"},
                                     {"--by", "accent", "--at-least", "0"},
                                     {"--by", "accent", "--at-least", "-1"},
                                     {"--by", "accent", "--at-least", "many"},
                                     {"--by", "accent", "--at-least-subjects", "3"},
                                     {"--by", "accent", "--ways", "0"},
                                     {"--by", "accent", "--ways", "2"},
                                     {"--by", "accent", "--memory", "0"},
                                     {"--by", "accent", "--top", "-1"},
                                     {"--by", "accent", "--subject", "who"},
                                     {"--by", "accent", "--subject", ""},
                                     {"--by", "accent", "--subject", "accent"},
                                     {"--by", "accent", "--bins", "accent=1"},
                                     {"--by", "accent", "--bins", "age=1"},
                                     {"--by", "age", "--bins", "age"},
                                     {"--by", "age", "--bins", "age=2,1"}}) {
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments) << result.err;
    EXPECT_THAT(result.err, Not(IsEmpty())) << testing::PrintToString(arguments);
    EXPECT_THAT(result.out, IsEmpty()) << testing::PrintToString(arguments);
  }
  EXPECT_EQ(run_fairground({"coverage", folder_ / "none.csv", "--by", "a"}).status, 2);
}

TEST_F(CoverageCommand, SaysWhichNumbersAreAllowed) {
  for (const char* number : {"1.5", "many", "0", "99999999999999999999", ""}) {
    const ProcessResult result = run({"--by", "accent", "--at-least", number});
    EXPECT_EQ(result.status, 2) << number;
    EXPECT_THAT(result.err, HasSubstr("a whole number from 1 to 1000000000 is wanted")) << number;
  }
}

TEST_F(CoverageCommand, TakesColumnsOneByOne) {
  const ProcessResult result = run({"--by", "accent", "--by", "clip,speaker", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["attributes"].size(), 3U);
}

TEST_F(CoverageCommand, SaysWhereTheManifestIsWrong) {
  write_text(folder_ / "m.csv", "clip,age\n1,17\n2,old\nragged\n");
  const ProcessResult result = run({"--by", "age", "--bins", "age=18"});
  EXPECT_EQ(result.status, 2);
  const std::string path = folder_ / "m.csv";
  EXPECT_THAT(result.err, AllOf(HasSubstr(path + ":3: column `age`"), HasSubstr(path + ":4: the row has 1 cell")));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 2) << result.err;
}

TEST_F(CoverageCommand, BinsSeveralColumns) {
  write_text(folder_ / "m.csv", "age,rate\n17,8000\n30,16000\n");
  const ProcessResult result =
      run({"--bins", "age=18", "--bins", "rate=12000", "--by", "age,rate", "--at-least", "1", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["attributes"][1]["values"], json({"<12000", ">=12000"}));
}

TEST_F(CoverageCommand, HelpNamesTheOptions) {
  const ProcessResult result = run_fairground({"coverage", "--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("Usage"), HasSubstr("--by"), HasSubstr("--at-least"), HasSubstr("--bins")));
}

}  // namespace
}  // namespace fairground
