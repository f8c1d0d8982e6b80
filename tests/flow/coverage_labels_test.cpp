// How `coverage` reads columns and labels, and how it shows those that mean ill.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/flow/coverage_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST_F(CoverageReport, SortsNumbersIntoHalfOpenIntervals) {
  const CoverageOptions options{.by = {"age"}, .at_least = 2, .bins = {"age=18,30,44.5,60,100"}};
  const json found = json_report(kSpeech, options);
  EXPECT_EQ(found["attributes"][0]["values"], json({"<18", "[18,30)", "[30,44.5)", "[44.5,60)", "[60,100)", ">=100"}));
  EXPECT_EQ(found["attributes"][0]["bins"], json({18.0, 30.0, 44.5, 60.0, 100.0}));
  const json patterns = found["sources"]["maximal_uncovered_patterns"];
  EXPECT_EQ(patterns["total"], 4);
  EXPECT_EQ(patterns["shown"][0],
            json({{"pattern", {{"age", "[18,30)"}}}, {"level", 1}, {"count", 0}, {"missing", 2}, {"possible", 0}}));
  EXPECT_EQ(patterns["shown"][1]["pattern"]["age"], ">=100");
  EXPECT_EQ(patterns["shown"][2]["pattern"]["age"], "[30,44.5)");
  EXPECT_EQ(patterns["shown"][3]["pattern"]["age"], "[44.5,60)");
  EXPECT_EQ(found["subjects"], nullptr);
  EXPECT_EQ(found["at_least"]["subjects"], nullptr);
  EXPECT_EQ(found["ways"], 1);
}

TEST_F(CoverageReport, WritesEdgesAsPeopleDo) {
  const json found = json_report("n\n5\n200000\n", {.by = {"n"}, .at_least = 1, .bins = {"n=1e5,1.5e6"}});
  EXPECT_EQ(found["attributes"][0]["values"], json({"<100000", "[100000,1500000)", ">=1500000"}));
}

TEST_F(CoverageReport, RefusesCellsThatAreNoNumbers) {
  const CoverageOptions options{.by = {"age"}, .bins = {"age=18"}};
  std::string text = "id,age\n1,17\n2,old\n3,\n4,unknown\n5,nan\n6,12y\n7,1e400\n";
  EXPECT_THAT(mistakes(text, options),
              ElementsAre(AllOf(HasSubstr(path() + ":3: column `age` is binned"), HasSubstr("`old`")),
                          HasSubstr(":6: "), HasSubstr(":7: "), HasSubstr(":8: ")));
  for (int i = 0; i < 100; ++i) {
    text += "x,?\n";
  }
  const std::vector<std::string> found = mistakes(text, options);
  EXPECT_THAT(found, SizeIs(11));
  EXPECT_THAT(found.back(), HasSubstr("column `age` has 94 more cells without a number"));
}

TEST_F(CoverageReport, SaysHowNumbersAreSpelt) {
  EXPECT_THAT(mistakes("n\n+20\n 19\nx\n", {.by = {"n"}, .bins = {"n=18"}}),
              ElementsAre(AllOf(HasSubstr("`+20`"), HasSubstr("without spaces or a plus sign")),
                          AllOf(HasSubstr("` 19`"), HasSubstr("without spaces or a plus sign")),
                          AllOf(HasSubstr("`x`"), Not(HasSubstr("plus sign")))));
}

TEST_F(CoverageReport, TakesUnknownForAnEmptyCell) {
  const std::string text = "speaker,accent\nunknown,irish\n,unknown\na,\n";
  const json found = json_report(text, {.by = {"accent"}, .at_least = 1, .subject = "speaker"});
  EXPECT_EQ(found["attributes"][0]["unknown_rows"], 2);
  EXPECT_EQ(found["subjects"]["count"], 1);
  EXPECT_EQ(found["subjects"]["rows_without"], 2);
}

TEST_F(CoverageReport, ReadsJsonLines) {
  const std::string lines =
      "{\"clip\": 1, \"accent\": \"irish\"}\n{\"accent\": null, \"rate\": 8000}\n{\"rate\": 16000, \"accent\": "
      "\"irish\"}\n";
  const json found = json_report(lines, {.by = {"rate", "accent"}, .at_least = 2}, "m.jsonl");
  EXPECT_EQ(found["attributes"][0]["values"], json({"16000", "8000", "unknown"}));
  EXPECT_EQ(found["attributes"][1]["values"], json({"irish", "unknown"}));
  EXPECT_EQ(found["sources"]["maximal_uncovered_patterns"]["by_level"], json({{"1", 2}}));
}

TEST_F(CoverageReport, TakesListsOfColumnsAndNamesWithCommas) {
  const auto names = [&](const std::string& text, const std::vector<std::string>& by, const std::string& name) {
    std::vector<std::string> found;
    const json made = json_report(text, {.by = by, .at_least = 1}, name);
    for (const json& attribute : made["attributes"]) {
      found.push_back(attribute["name"]);
    }
    return found;
  };
  const std::string csv = "\"a,b\",a,b,c\n1,2,3,4\n";
  EXPECT_THAT(names(csv, {"a,c"}, "m.csv"), ElementsAre("a", "c"));
  EXPECT_THAT(names(csv, {"a,b", "c"}, "m.csv"), ElementsAre("a,b", "c"));
  EXPECT_THAT(names(csv, {"c,a", "b"}, "m.csv"), ElementsAre("c", "a", "b"));
  EXPECT_THAT(names("{\"a,b\": 1, \"c\": 2}\n", {"a,b", "c"}, "m.jsonl"), ElementsAre("a,b", "c"));
  EXPECT_THAT(mistakes(csv, {.by = {"a,"}}), ElementsAre(HasSubstr("empty")));
  EXPECT_THAT(mistakes(csv, {.by = {"a"}, .subject = ""}), ElementsAre(HasSubstr("--subject: the name of the column")));
}

TEST_F(CoverageReport, ReadsAPipeOnce) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << kSpeech; });
  std::ostringstream out;
  coverage_report(pipe, {.by = {"accent,place"}}, out);
  writer.join();
  EXPECT_THAT(out.str(), HasSubstr("accent x place"));
}

TEST_F(CoverageReport, ListsAllMistakes) {
  EXPECT_THAT(mistakes(kSpeech, {.by = {"acent", "place", "years"}, .subject = "speakr"}),
              ElementsAre(AllOf(HasSubstr("no column `acent`"), HasSubstr("did you mean `accent`?")),
                          HasSubstr("no column `years`"), HasSubstr("did you mean `speaker`?")));
  EXPECT_THAT(mistakes(kSpeech, {.by = {"accent", "accent", "", "place"},
                                 .at_least_subjects = 3,
                                 .ways = 5,
                                 .bins = {"age=18", "place", "place=1,1", "place=x", "place=1", "place=2", "place="}}),
              ElementsAre(HasSubstr("`accent` is named twice"), HasSubstr("empty"), HasSubstr("--ways 5"),
                          HasSubstr("--at-least-subjects"), HasSubstr("`age` is not in --by"),
                          HasSubstr("a column and its edges"), HasSubstr("not above the one before"),
                          HasSubstr("`x` is not a number"), HasSubstr("`place` is binned twice"),
                          HasSubstr("`` is not a number")));
  EXPECT_THAT(mistakes(kSpeech, {.by = {"accent", "speaker"}, .subject = "speaker"}),
              ElementsAre(HasSubstr("--subject")));
  EXPECT_THAT(mistakes(kSpeech, {}), ElementsAre(HasSubstr("name the columns")));
  EXPECT_THAT(mistakes("a,b\n1\n", {.by = {"a"}}), ElementsAre(HasSubstr(":2: the row has 1 cell")));
  EXPECT_THAT(mistakes("a,b\n1,\n2,\n", {.by = {"a", "b"}}), ElementsAre(HasSubstr("`b` has no value in any row")));
}

TEST_F(CoverageReport, RefusesTooMuch) {
  std::string names = "id";
  std::vector<std::string> by;
  for (int i = 0; i < 65; ++i) {
    by.push_back("c" + std::to_string(i));
    names += "," + by.back();
  }
  EXPECT_THAT(mistakes(names + "\n", {.by = by}), ElementsAre(HasSubstr("65 columns, but at most 64")));

  std::string ids = "id,sex\n";
  for (int i = 0; i <= 1000; ++i) {
    ids += std::to_string(i) + ",f\n";
  }
  EXPECT_THAT(mistakes(ids, {.by = {"sex", "id"}}),
              ElementsAre(AllOf(HasSubstr("`id` has more than 1000 different values"), HasSubstr("--bins"))));
  EXPECT_THAT(report(ids, {.by = {"id"}, .at_least = 1, .bins = {"id=500"}}),
              HasSubstr("no gaps: every combination has"));

  by.pop_back();
  std::string wide = names.substr(0, names.rfind(',')) + "\n";
  for (int row = 0; row < 8; ++row) {
    wide += "id";
    for (int i = 0; i < 64; ++i) {
      wide += ",v" + std::to_string(row * (i + 1) % 8);
    }
    wide += '\n';
  }
  // All pairs of 64 columns are no trouble, all sets of 12 are.
  EXPECT_THAT(flat(report(wide, {.by = by})), HasSubstr("gaps of more than 2 columns were not looked at; `--ways 3` "));
  EXPECT_THAT(mistakes(wide, {.by = by, .ways = 12}),
              ElementsAre(AllOf(HasSubstr("64 columns, up to 12 in combination, "), HasSubstr("fewer --ways"))));

  // Thirty columns of fifty values each: all sets of four would take more than an hour.
  std::string slow = "c0";
  by.clear();
  for (int i = 0; i < 30; ++i) {
    by.push_back("c" + std::to_string(i));
    slow += i > 0 ? "," + by.back() : "";
  }
  for (int row = 0; row < 50; ++row) {
    slow += "\n";
    for (int i = 0; i < 30; ++i) {
      slow += (i > 0 ? ",v" : "v") + std::to_string(row);
    }
  }
  EXPECT_THAT(mistakes(slow, {.by = by, .ways = 4}), ElementsAre(HasSubstr("would take too long")));
}

TEST_F(CoverageReport, KeepsLabelsFromCommandingTheTerminal) {
  const std::string page = report("a,b\x1b[2J\nx\x1b[31m,y\n", {.by = {"a", "b\x1b[2J"}, .at_least = 2});
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("x?[31m"));
  // What turns the direction of writing, and what cannot be seen.
  const std::string turned = report("a\n\u202Egnp\nb\u200B\n", {.by = {"a"}, .at_least = 2});
  EXPECT_THAT(turned, AllOf(HasSubstr("?gnp"), HasSubstr("b?"), Not(HasSubstr("\u202E")), Not(HasSubstr("\u200B"))));
}

TEST_F(CoverageReport, KeepsNamesFromCommandingTheTerminalInMessages) {
  const std::string text = "acce\x1b[2Jnt,p\u202Elace,c\u009B31m\n1,2,3\n";
  for (const char* wanted : {"acce[2Jnt", "zzzz", "place"}) {
    const std::vector<std::string> found = mistakes(text, {.by = {wanted}});
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0], AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202E")), Not(HasSubstr("\u009B"))));
  }
  std::string wide = "column0";
  for (int i = 1; i < 20000; ++i) {
    wide += ",column" + std::to_string(i);
  }
  wide += "," + std::string(100000, 'x');
  const std::string found = mistakes(wide + "\n", {.by = {"accent"}}).back();
  EXPECT_THAT(found, HasSubstr("column19, … and 19981 more"));
  EXPECT_LT(found.size(), 600U);
}

TEST_F(CoverageReport, CutsLabelsThatNobodyReads) {
  const std::string label(100000, 'x');
  const std::string page = report("a,b\n" + label + ",y\n", {.by = {"a", "b"}, .at_least = 2, .ways = 1});
  EXPECT_LT(page.size(), 5000U);
  EXPECT_THAT(page, HasSubstr(label.substr(0, 60) + "…"));
}

TEST_F(CoverageReport, QuotesLabelsThatHoldItsSigns) {
  EXPECT_THAT(flat(report("a,b\n\"x, b=y\",z\nx; y,y\n", {.by = {"a", "b"}, .at_least = 2, .ways = 1})),
              AllOf(HasSubstr("a=\"x, b=y\""), HasSubstr("a=\"x; y\""), HasSubstr("b=z"),
                    HasSubstr("2: \"x, b=y\" 1, \"x; y\" 1")));
}

TEST_F(CoverageReport, NotesLabelsThatMayNotBeWhatTheySeem) {
  const std::string page = flat(report("a,b\nirish,x\nirish ,x\nIrish,x\nN/A,x\nnull,x\n ,x\nscots,x\n",
                                       {.by = {"a", "b"}, .at_least = 1, .ways = 1}));
  EXPECT_THAT(page, HasSubstr("column a: `Irish`, `irish`, `irish ` differ only by capitals or spaces"));
  EXPECT_THAT(page, HasSubstr("column a: ` `, `N/A`, `null` are counted as values; if they stand for a label"));
  EXPECT_THAT(page, Not(HasSubstr("column b:")));
}

}  // namespace
}  // namespace fairground
