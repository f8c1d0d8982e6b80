// What `coverage` prints: a small page by heart, and larger ones counted again by brute force.
#include "pipeline/flow/coverage_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// The page with every run of spaces and line breaks as one space, as where a line is broken says nothing.
std::string flat(const std::string& page) {
  std::istringstream words(page);
  std::string text;
  for (std::string word; words >> word;) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

class CoverageReport : public testing::Test {
 protected:
  std::string report(const std::string& text, const CoverageOptions& options, const std::string& name = "m.csv") {
    write_text(folder_ / name, text);
    std::ostringstream out;
    coverage_report(folder_ / name, options, out);
    return out.str();
  }
  json json_report(const std::string& text, CoverageOptions options, const std::string& name = "m.csv") {
    options.json = true;
    return json::parse(report(text, options, name));
  }
  /// All that is wrong.
  std::vector<std::string> mistakes(const std::string& text, const CoverageOptions& options,
                                    const std::string& name = "m.csv") {
    try {
      ADD_FAILURE() << report(text, options, name);
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }
  [[nodiscard]] std::string path() const { return folder_ / "m.csv"; }

 private:
  TemporaryFolder folder_;
};

/// Six recordings of four people; one of them is heard at home and at work.
constexpr const char* kSpeech =
    "clip,speaker,accent,place,age\n"
    "1,ann,irish,home,17\n"
    "2,ann,irish,work,17\n"
    "3,bob,irish,home,30\n"
    "4,cat,scots,home,44.5\n"
    "5,,scots,home,60\n"
    "6,dan,scots,,60\n";

TEST_F(CoverageReport, IsThisPage) {
  const std::string page = report(kSpeech, {.by = {"accent", "place"}, .at_least = 2, .subject = "speaker"});
  // Of the sources: irish & work 1, scots & work 0; but work is 1, below 2 by itself, so that what is more special is
  // not maximal. Of the subjects: scots are cat and dan; scots at home is cat alone, irish at home are ann and bob.
  // Dan, whose place is not known, may have been at work or at home.
  EXPECT_EQ(
      page,
      "coverage of " + path() +
          ": 6 sources, 4 subjects; wanted in every combination: at least 2 sources and 2 subjects\n"
          "\n"
          "  column  values, each with its sources/subjects\n"
          "  accent  2: irish 3/2, scots 3/2\n"
          "  place   3: home 4/3, work 1/1, unknown 1/1\n"
          "\n"
          "sources: 1 gap: a combination with fewer than 2 sources. It is the broadest of its kind (a maximal\n"
          "uncovered pattern), and all its finer combinations are short too. 1 is a whole value.\n"
          "\n"
          "  columns named  still needed  there now  perhaps  gap\n"
          "  1              1             1          1        place=work\n"
          "  perhaps: sources with unknown labels that may belong there.\n"
          "\n"
          "  columns together  combinations  short  empty\n"
          "  accent x place    4             2      1\n"
          "\n"
          "  combination coverage (NISTIR 7878) in sources, without `unknown`\n"
          "  ways  at least  simple            total             (0.5,t)           (0.75,t)          minimum\n"
          "  1     1         2 of 2 (100.0 %)  4 of 4 (100.0 %)  2 of 2 (100.0 %)  2 of 2 (100.0 %)  100.0 %\n"
          "  1     2         1 of 2 (50.0 %)   3 of 4 (75.0 %)   2 of 2 (100.0 %)  1 of 2 (50.0 %)   50.0 % place\n"
          "  2     1         0 of 1 (0.0 %)    3 of 4 (75.0 %)   1 of 1 (100.0 %)  1 of 1 (100.0 %)  75.0 % accent x "
          "place\n"
          "  2     2         0 of 1 (0.0 %)    2 of 4 (50.0 %)   1 of 1 (100.0 %)  0 of 1 (0.0 %)    50.0 % accent x "
          "place\n"
          "\n"
          "subjects: 2 gaps: combinations with fewer than 2 subjects. Each is the broadest of its kind (a\n"
          "maximal uncovered pattern), and all its finer combinations are short too. 1 is a whole value, 1 a\n"
          "pair.\n"
          "\n"
          "  columns named  still needed  there now  perhaps  gap\n"
          "  1              1             1          1        place=work\n"
          "  2              1             1          1        accent=scots; place=home\n"
          "  Needs do not add up: one new subject may fill several gaps.\n"
          "  perhaps: subjects with unknown labels that may belong there.\n"
          "\n"
          "  columns together  combinations  short  empty\n"
          "  accent x place    4             3      1\n"
          "\n"
          "  combination coverage (NISTIR 7878) in subjects, without `unknown`\n"
          "  ways  at least  simple            total             (0.5,t)           (0.75,t)          minimum\n"
          "  1     1         2 of 2 (100.0 %)  4 of 4 (100.0 %)  2 of 2 (100.0 %)  2 of 2 (100.0 %)  100.0 %\n"
          "  1     2         1 of 2 (50.0 %)   3 of 4 (75.0 %)   2 of 2 (100.0 %)  1 of 2 (50.0 %)   50.0 % place\n"
          "  2     1         0 of 1 (0.0 %)    3 of 4 (75.0 %)   1 of 1 (100.0 %)  1 of 1 (100.0 %)  75.0 % accent x "
          "place\n"
          "  2     2         0 of 1 (0.0 %)    1 of 4 (25.0 %)   0 of 1 (0.0 %)    0 of 1 (0.0 %)    25.0 % accent x "
          "place\n"
          "\n"
          "  combination coverage: ways: columns taken together. at least: as many make a combination count as\n"
          "  there. simple: sets of columns with every combination there. total: combinations there, of all.\n"
          "  (0.5,t), (0.75,t): sets with at least that share there. minimum: the worst set's share, and its\n"
          "  columns. Percentages are cut, not rounded.\n"
          "  note: column place is unknown in 1 of 6 sources\n"
          "  note: 1 source names no subject and counts as a source only\n"
          "  note: values are those that the manifest holds, and declared bins: a group that it lacks\n"
          "  altogether is not listed\n"
          "\n"
          "What to do: a gap in people is closed by new people, never by variants. A gap in conditions (noise,\n"
          "device, light) can be made: name the column under `observed` and run `fairground plan`.\n");
}

TEST_F(CoverageReport, SaysTheSameInJson) {
  const json found = json_report(kSpeech, {.by = {"accent", "place"}, .at_least = 2, .subject = "speaker"});
  json expected = json::parse(R"({
    "rows": 6,
    "attributes": [
      {"name": "accent", "values": ["irish", "scots"], "unknown_rows": 0},
      {"name": "place", "values": ["home", "work", "unknown"], "unknown_rows": 1}],
    "at_least": {"sources": 2, "subjects": 2},
    "ways": 2,
    "sources": {
      "count": 6,
      "method": "cube",
      "deepest_level": 2,
      "values": {"accent": [3, 3], "place": [4, 1, 1]},
      "maximal_uncovered_patterns": {
        "total": 1,
        "by_level": {"1": 1},
        "shown_to_level": 2,
        "not_shown": {"1": 0},
        "shown": [{"pattern": {"place": "work"}, "level": 1, "count": 1, "missing": 1, "possible": 1}]},
      "empty_patterns": null,
      "column_sets": [
        {"columns": ["place"], "combinations": 2, "short": 1, "empty": 0},
        {"columns": ["accent", "place"], "combinations": 4, "short": 2, "empty": 1}],
      "combination_coverage": [
        {
          "ways": 1,
          "threshold": 1,
          "combinations": 2,
          "configurations": 4,
          "configurations_covered": 4,
          "simple": 1.0,
          "total": 1.0,
          "completeness": {"0.5": 1.0, "0.75": 1.0, "1": 1.0},
          "minimum": 1.0,
          "minimum_columns": []},
        {
          "ways": 1,
          "threshold": 2,
          "combinations": 2,
          "configurations": 4,
          "configurations_covered": 3,
          "simple": 0.5,
          "total": 0.75,
          "completeness": {"0.5": 1.0, "0.75": 0.5, "1": 0.5},
          "minimum": 0.5,
          "minimum_columns": ["place"]},
        {
          "ways": 2,
          "threshold": 1,
          "combinations": 1,
          "configurations": 4,
          "configurations_covered": 3,
          "simple": 0.0,
          "total": 0.75,
          "completeness": {"0.5": 1.0, "0.75": 1.0, "1": 0.0},
          "minimum": 0.75,
          "minimum_columns": ["accent", "place"]},
        {
          "ways": 2,
          "threshold": 2,
          "combinations": 1,
          "configurations": 4,
          "configurations_covered": 2,
          "simple": 0.0,
          "total": 0.5,
          "completeness": {"0.5": 1.0, "0.75": 0.0, "1": 0.0},
          "minimum": 0.5,
          "minimum_columns": ["accent", "place"]}]},
    "subjects": {
      "count": 4,
      "method": "cube",
      "deepest_level": 2,
      "values": {"accent": [2, 2], "place": [3, 1, 1]},
      "maximal_uncovered_patterns": {
        "total": 2,
        "by_level": {"1": 1, "2": 1},
        "shown_to_level": 2,
        "not_shown": {"1": 0, "2": 0},
        "shown": [
          {"pattern": {"place": "work"}, "level": 1, "count": 1, "missing": 1, "possible": 1},
          {
            "pattern": {"accent": "scots", "place": "home"},
            "level": 2,
            "count": 1,
            "missing": 1,
            "possible": 1}]},
      "empty_patterns": null,
      "column_sets": [
        {"columns": ["place"], "combinations": 2, "short": 1, "empty": 0},
        {"columns": ["accent", "place"], "combinations": 4, "short": 3, "empty": 1}],
      "combination_coverage": [
        {
          "ways": 1,
          "threshold": 1,
          "combinations": 2,
          "configurations": 4,
          "configurations_covered": 4,
          "simple": 1.0,
          "total": 1.0,
          "completeness": {"0.5": 1.0, "0.75": 1.0, "1": 1.0},
          "minimum": 1.0,
          "minimum_columns": []},
        {
          "ways": 1,
          "threshold": 2,
          "combinations": 2,
          "configurations": 4,
          "configurations_covered": 3,
          "simple": 0.5,
          "total": 0.75,
          "completeness": {"0.5": 1.0, "0.75": 0.5, "1": 0.5},
          "minimum": 0.5,
          "minimum_columns": ["place"]},
        {
          "ways": 2,
          "threshold": 1,
          "combinations": 1,
          "configurations": 4,
          "configurations_covered": 3,
          "simple": 0.0,
          "total": 0.75,
          "completeness": {"0.5": 1.0, "0.75": 1.0, "1": 0.0},
          "minimum": 0.75,
          "minimum_columns": ["accent", "place"]},
        {
          "ways": 2,
          "threshold": 2,
          "combinations": 1,
          "configurations": 4,
          "configurations_covered": 1,
          "simple": 0.0,
          "total": 0.25,
          "completeness": {"0.5": 0.0, "0.75": 0.0, "1": 0.0},
          "minimum": 0.25,
          "minimum_columns": ["accent", "place"]}],
      "rows_without": 1},
    "synthesised": null,
    "notes": [
      "column place is unknown in 1 of 6 sources",
      "1 source names no subject and counts as a source only",
      "values are those that the manifest holds, and declared bins: a group that it lacks altogether is not listed"]})");
  expected["manifest"] = path();
  EXPECT_EQ(found, expected) << found.dump(2);
}

/// "count column=value …" of all patterns listed.
std::multiset<std::string> patterns_of(const json& report) {
  std::multiset<std::string> found;
  for (const json& entry : report["shown"]) {
    std::string text = std::to_string(entry["count"].get<int>());
    for (const auto& [column, value] : entry["pattern"].items()) {
      text += " " + column + "=" + value.get<std::string>();
    }
    found.insert(text);
  }
  return found;
}

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

TEST_F(CoverageReport, SaysThatAllAreTooFew) {
  const CoverageOptions options{.by = {"accent"}, .at_least = 5, .at_least_subjects = 5, .subject = "speaker"};
  EXPECT_THAT(
      flat(report(kSpeech, options)),
      HasSubstr("subjects: There are 4 subjects in all, and 5 are wanted in every combination: collect at least 1 "
                "more; to see gaps among these 4 give --at-least-subjects 4 or less. Every combination has "
                "somebody."));
  const json patterns = json_report(kSpeech, options)["subjects"]["maximal_uncovered_patterns"];
  EXPECT_EQ(patterns["by_level"], json({{"0", 1}}));
  EXPECT_EQ(patterns["shown"],
            json({{{"pattern", json::object()}, {"level", 0}, {"count", 4}, {"missing", 1}, {"possible", 0}}}));
}

TEST_F(CoverageReport, ListsWhereNobodyIsIfAllAreTooFew) {
  const CoverageOptions options{.by = {"accent", "place"}, .at_least = 1, .at_least_subjects = 9, .subject = "speaker"};
  EXPECT_THAT(flat(report(kSpeech, options)),
              AllOf(HasSubstr("collect at least 5 more"), HasSubstr("1 combination has nobody: 1 is a pair."),
                    HasSubstr("2 9 0 1 accent=scots; place=work")));
  const json subjects = json_report(kSpeech, options)["subjects"];
  EXPECT_EQ(subjects["maximal_uncovered_patterns"]["by_level"], json({{"0", 1}}));
  EXPECT_EQ(patterns_of(subjects["empty_patterns"]), (std::multiset<std::string>{"0 accent=scots place=work"}));
  // Nobody at all: there is nothing to choose from.
  const CoverageOptions of_nobody{.by = {"accent"}, .at_least = 1, .at_least_subjects = 3, .subject = "who"};
  EXPECT_THAT(flat(report("who,accent\n,irish\n", of_nobody)),
              HasSubstr("There are 0 subjects in all, and 3 are wanted in every combination: collect at least 3. "
                        "combination coverage"));
}

TEST_F(CoverageReport, SaysThatNothingIsMissing) {
  const std::string page = report(kSpeech, {.by = {"accent"}, .at_least = 3});
  EXPECT_THAT(page, AllOf(HasSubstr("sources: no gaps: every combination has at least 3 sources.\n"),
                          HasSubstr("note: people were not counted"), Not(HasSubstr("subjects:")),
                          Not(HasSubstr("What to do"))));
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

TEST_F(CoverageReport, TakesUnknownForAnEmptyCell) {
  const std::string text = "speaker,accent\nunknown,irish\n,unknown\na,\n";
  const json found = json_report(text, {.by = {"accent"}, .at_least = 1, .subject = "speaker"});
  EXPECT_EQ(found["attributes"][0]["unknown_rows"], 2);
  EXPECT_EQ(found["subjects"]["count"], 1);
  EXPECT_EQ(found["subjects"]["rows_without"], 2);
}

/// Two sources of ann and one of bob in a run with three noises: clean, hum and ward, a repeat and an identity control.
/// One ward variant of ann's was lost.
std::string record_of_run() {
  std::string lines;
  const auto add = [&](const std::string& source, const std::string& who, const std::string& accent,
                       const std::string& noise, const std::string& synthetic, const std::string& control) {
    lines += R"({"variant_id": ")" + source + "-" + noise + control + R"(", "source_id": ")" + source +
             R"(", "subject": ")" + who + R"(", "accent": ")" + accent + R"(", "noise": ")" + noise +
             R"(", "synthetic": )" + synthetic + R"(, "control": ")" + control + "\"}\n";
  };
  for (const auto& [source, who, accent] :
       {std::array{"a1", "ann", "irish"}, std::array{"a2", "ann", "irish"}, std::array{"b1", "bob", "scots"}}) {
    add(source, who, accent, "clean", "false", "none");
    add(source, who, accent, "clean", "true", "repeat");
    add(source, who, accent, "identity", "true", "identity");
    add(source, who, accent, "hum", "true", "none");
    if (std::string_view(source) != "a2") {
      add(source, who, accent, "ward", "true", "none");
    }
  }
  return lines;
}

TEST_F(CoverageReport, CountsSourcesAndNotVariantsOfARun) {
  const CoverageOptions options{.by = {"accent", "noise"}, .at_least = 2, .at_least_subjects = 1, .subject = "subject"};
  const json found = json_report(record_of_run(), options, "metadata.jsonl");
  EXPECT_EQ(found["rows"], 8);
  EXPECT_EQ(found["attributes"][1]["values"], json({"clean", "hum", "ward"}));
  EXPECT_EQ(found["sources"]["count"], 3);
  EXPECT_EQ(found["subjects"]["count"], 2);
  const json& synthesised = found["synthesised"];
  EXPECT_EQ(synthesised["controls_left_out"], 6);
  EXPECT_EQ(synthesised["sources"]["count"], 3);
  EXPECT_EQ(synthesised["subjects"]["count"], 2);
  // Observed: irish 2, scots 1; clean 3, hum 0, ward 0.
  EXPECT_EQ(patterns_of(found["sources"]["maximal_uncovered_patterns"]),
            (std::multiset<std::string>{"1 accent=scots", "0 noise=hum", "0 noise=ward"}));
  // Synthesised: irish 2 (not 3 variants), scots 1; clean 0, hum 3, ward 2; irish & ward 1.
  EXPECT_EQ(patterns_of(synthesised["sources"]["maximal_uncovered_patterns"]),
            (std::multiset<std::string>{"1 accent=scots", "0 noise=clean", "1 accent=irish noise=ward"}));
  EXPECT_EQ(patterns_of(synthesised["subjects"]["maximal_uncovered_patterns"]),
            (std::multiset<std::string>{"0 noise=clean"}));
  const std::string page = report(record_of_run(), options, "metadata.jsonl");
  EXPECT_THAT(page, AllOf(HasSubstr(": observed 3 sources, 2 subjects; synthesised 3 sources, 2 subjects; wanted"),
                          HasSubstr("\nsources, observed: "), HasSubstr("\nsubjects, synthesised: "),
                          HasSubstr("note: this is the record of a run")));
}

TEST_F(CoverageReport, RefusesARecordThatSaysNotWhatWasObserved) {
  EXPECT_THAT(mistakes("variant_id,source_id,control,accent\na-1,a,none,irish\n", {.by = {"accent"}}),
              ElementsAre(AllOf(HasSubstr(path() + ":2: "), HasSubstr("`synthetic` is true or false"))));
}

TEST_F(CoverageReport, NotesRowsThatAreThereTwice) {
  const std::string repeated = "note: 2 rows are like an earlier one in every cell and count again\n";
  EXPECT_THAT(report("a,b\n1,2\n1,2\n2,1\n1,2\n", {.by = {"a"}}), HasSubstr(repeated));
  EXPECT_THAT(report("a,b\n1,2\n1,3\n2,1\n,1\n1,\n", {.by = {"a"}}), Not(HasSubstr("every cell")));
}

TEST_F(CoverageReport, DoesNotDependOnTheOrderOfRows) {
  std::string text = "id,accent,place\n";
  std::string reversed = text;
  std::vector<std::string> rows;
  std::mt19937 bits(5);
  for (int i = 0; i < 200; ++i) {
    rows.push_back("x,accent" + std::to_string(bits() % 12) + ",place" + std::to_string(bits() % 12) + "\n");
    text += rows.back();
  }
  std::ranges::reverse(rows);
  for (const std::string& row : rows) {
    reversed += row;
  }
  const CoverageOptions options{.by = {"accent", "place"}, .at_least = 3, .json = true};
  EXPECT_EQ(report(text, options), report(reversed, options));
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

// By brute force, on a table that is too large for the smallest cube.

struct Table {
  std::vector<std::string> by;
  std::vector<std::vector<int>> rows;
  std::vector<int> people;  ///< -1 where nobody is named

  [[nodiscard]] std::string text() const {
    std::string text = "who";
    for (const std::string& name : by) {
      text += "," + name;
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      text += "\n" + (people[r] < 0 ? "" : "p" + std::to_string(people[r]));
      for (const int value : rows[r]) {
        text += "," + (value == 0 ? "" : "v" + std::to_string(value));
      }
    }
    return text + "\n";
  }
};

/// Nine columns of three values, one of which is unknown in the last of them.
Table random_table() {
  Table table;
  std::mt19937 bits(99);
  for (int a = 0; a < 9; ++a) {
    table.by.push_back("c" + std::to_string(a));
  }
  for (int r = 0; r < 120; ++r) {
    table.rows.emplace_back();
    for (int a = 0; a < 9; ++a) {
      const auto value = static_cast<int>(std::min(bits() % 3, bits() % 3));
      table.rows.back().push_back(a == 8 ? value : value + 1);
    }
    table.people.push_back(static_cast<int>(bits() % 40) - 1);
  }
  return table;
}

/// Values by column; the others are open.
using Cells = std::map<int, int>;

std::size_t count(const Table& table, const Cells& cells, bool of_people) {
  std::set<int> who;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const bool matches = std::ranges::all_of(
        cells, [&](const auto& cell) { return table.rows[r][static_cast<std::size_t>(cell.first)] == cell.second; });
    if (matches && (!of_people || table.people[r] >= 0)) {
      who.insert(of_people ? table.people[r] : static_cast<int>(r));
    }
  }
  return who.size();
}

/// "count column=value …" of all maximal uncovered patterns of levels 1 and 2 whose labels are known.
std::multiset<std::string> patterns_by_brute_force(const Table& table, std::size_t threshold, bool of_people) {
  std::multiset<std::string> found;
  for (int a = 0; a < 9; ++a) {
    for (int b = a; b < 9; ++b) {
      for (int v = 1; v < 4; ++v) {
        for (int w = 1; w < 4; ++w) {
          const auto has = [](int column, int value) { return column != 8 || value < 3; };
          if (!has(a, v) || !has(b, w) || (a == b && v != w)) {
            continue;
          }
          const Cells cells = {{a, v}, {b, w}};
          const std::size_t number = count(table, cells, of_people);
          const bool parents_covered = a == b || (count(table, {{a, v}}, of_people) >= threshold &&
                                                  count(table, {{b, w}}, of_people) >= threshold);
          if (number < threshold && parents_covered) {
            std::string text = std::to_string(number);
            for (const auto& [column, value] : cells) {
              text += " c" + std::to_string(column) + "=v" + std::to_string(value);
            }
            found.insert(text);
          }
        }
      }
    }
  }
  return found;
}

TEST_F(CoverageReport, OfLevelsIsWhatBruteForceFinds) {
  const Table table = random_table();
  // 4^9 counts of 4 bytes are 1.05 MB.
  CoverageOptions options{.by = table.by, .at_least = 14, .at_least_subjects = 9, .subject = "who", .memory_mb = 1};
  options.top = 1000;
  const json levels = json_report(table.text(), options);
  EXPECT_THAT(levels["notes"][0],
              HasSubstr("would take 2 MB, more than --memory 1: gaps of more than 2 columns were not looked at; "
                        "`--ways 3` looks at triples, or give `--memory 2`"));
  options.memory_mb = 2;
  const json cube = json_report(table.text(), options);
  for (const bool of_people : {false, true}) {
    const char* name = of_people ? "subjects" : "sources";
    const json of_levels = levels[name]["maximal_uncovered_patterns"];
    const json of_cube = cube[name]["maximal_uncovered_patterns"];
    const auto expected = patterns_by_brute_force(table, of_people ? 9 : 14, of_people);
    ASSERT_THAT(expected, Not(IsEmpty()));
    EXPECT_EQ(levels[name]["method"], "levels");
    EXPECT_EQ(levels[name]["deepest_level"], 2);
    EXPECT_EQ(cube[name]["method"], "cube");
    EXPECT_EQ(patterns_of(of_levels), expected);
    EXPECT_EQ(patterns_of(of_cube), expected);
    EXPECT_EQ(of_levels["total"], expected.size());
    EXPECT_EQ(of_levels["not_shown"], json({{"1", 0}, {"2", 0}}));
    EXPECT_GT(of_cube["total"], expected.size());
    EXPECT_EQ(of_cube["by_level"]["2"], of_levels["by_level"]["2"]);
    EXPECT_EQ(cube[name]["combination_coverage"], levels[name]["combination_coverage"]);
    EXPECT_EQ(cube[name]["column_sets"], levels[name]["column_sets"]);
    EXPECT_EQ(cube[name]["values"], levels[name]["values"]);
  }
}

TEST_F(CoverageReport, KeepsToItsMemory) {
  // The counts of all patterns are 61^3 * 4 bytes, 0.91 MB; those of the three columns together are 0.86 MB more.
  std::string text = "a,b,c\n";
  for (int row = 0; row < 60; ++row) {
    const std::string value = std::to_string(row);
    text += value + "," + value + "," + value + "\n";
  }
  CoverageOptions options{.by = {"a", "b", "c"}, .at_least = 1, .ways = 2, .memory_mb = 1};
  EXPECT_EQ(json_report(text, options)["sources"]["method"], "cube");
  options.ways = 3;
  EXPECT_THAT(mistakes(text, options),
              ElementsAre(AllOf(HasSubstr("takes 2 MB, more than --memory 1"), HasSubstr("or give `--memory 2`"))));
  options.memory_mb = 2;
  EXPECT_EQ(json_report(text, options)["sources"]["method"], "cube");
}

TEST_F(CoverageReport, CountsSubjectsByLevelsWhereTheCubeTakesTooLong) {
  const Table table = random_table();
  CoverageOptions options{.by = table.by, .at_least = 14, .at_least_subjects = 9, .subject = "who"};
  options.top = 1000;
  options.most_subject_steps = 1000.0;
  const json found = json_report(table.text(), options);
  EXPECT_EQ(found["sources"]["method"], "cube");
  EXPECT_EQ(found["subjects"]["method"], "levels");
  EXPECT_EQ(patterns_of(found["subjects"]["maximal_uncovered_patterns"]), patterns_by_brute_force(table, 9, true));
  EXPECT_THAT(found["notes"][0],
              AllOf(HasSubstr("some subjects have so many different rows"), HasSubstr("`--ways 3` looks at triples")));
  EXPECT_THAT(flat(report(table.text(), options)),
              HasSubstr(" gaps of up to 2 columns: combinations with fewer than 9 "));
}

TEST_F(CoverageReport, CutsEachLevelAndSaysByHowMuch) {
  const Table table = random_table();
  const CoverageOptions options{.by = table.by, .at_least = 14, .top = 3};
  const json patterns = json_report(table.text(), options)["sources"]["maximal_uncovered_patterns"];
  std::map<std::size_t, std::vector<int>> missing;
  for (const json& entry : patterns["shown"]) {
    missing[entry["level"]].push_back(entry["missing"]);
  }
  std::size_t sum = 0;
  std::size_t deeper = 0;
  for (const auto& [level, number] : patterns["by_level"].items()) {
    sum += number.get<std::size_t>();
    deeper += level > "2" ? number.get<std::size_t>() : 0;
    const std::vector<int>& listed = missing[std::stoul(level)];
    EXPECT_EQ(listed.size(), level > "2" ? 0U : std::min<std::size_t>(3, number.get<std::size_t>()));
    EXPECT_TRUE(std::ranges::is_sorted(listed, std::greater()));
    EXPECT_EQ(patterns["not_shown"][level], number.get<std::size_t>() - listed.size());
  }
  EXPECT_EQ(patterns["total"], sum);
  const std::size_t pairs = patterns["by_level"]["2"].get<std::size_t>();
  ASSERT_GT(pairs, 3);
  ASSERT_GT(deeper, 0);
  EXPECT_THAT(report(table.text(), options),
              HasSubstr(std::to_string(pairs - 3) + " more of 2 columns: `--top " + std::to_string(pairs) + "`; " +
                        std::to_string(deeper) + " of 3 or more columns: `--ways 3`\n"));
}

TEST_F(CoverageReport, ListsTheBroadestGapBesideManyEmptyPairs) {
  // Six accents in six places of their own, nineteen sources each, and a seventh that is everywhere, in eighteen.
  std::string text = "accent,place\n";
  for (int i = 0; i < 6; ++i) {
    for (int k = 0; k < 20; ++k) {
      text += "accent" + std::to_string(i) + ",place" + std::to_string(i) + "\n";
    }
    for (int k = 0; k < 3; ++k) {
      text += "rare,place" + std::to_string(i) + "\n";
    }
  }
  const CoverageOptions options{.by = {"accent", "place"}, .top = 2};
  const json sources = json_report(text, options)["sources"];
  EXPECT_EQ(sources["maximal_uncovered_patterns"]["by_level"], json({{"1", 1}, {"2", 30}}));
  EXPECT_EQ(sources["maximal_uncovered_patterns"]["shown"][0]["pattern"], json({{"accent", "rare"}}));
  EXPECT_EQ(sources["maximal_uncovered_patterns"]["not_shown"], json({{"1", 0}, {"2", 28}}));
  EXPECT_EQ(sources["column_sets"],
            json({{{"columns", {"accent"}}, {"combinations", 7}, {"short", 1}, {"empty", 0}},
                  {{"columns", {"accent", "place"}}, {"combinations", 42}, {"short", 36}, {"empty", 30}}}));
  EXPECT_THAT(flat(report(text, options)),
              AllOf(HasSubstr("1 is a whole value, 30 pairs."), HasSubstr("accent x place 42 36 30")));
}

TEST_F(CoverageReport, ListsTheBroadestGapsWhereAllAreDeep) {
  // Every pair is there, but no triple is complete: the parity of three.
  const std::string text = "a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
  const json patterns =
      json_report(text, {.by = {"a", "b", "c"}, .at_least = 1})["sources"]["maximal_uncovered_patterns"];
  EXPECT_EQ(patterns["by_level"], json({{"3", 4}}));
  EXPECT_EQ(patterns["shown_to_level"], 3);
  EXPECT_THAT(patterns["shown"], SizeIs(4));
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

TEST_F(CoverageReport, WritesEdgesAsPeopleDo) {
  const json found = json_report("n\n5\n200000\n", {.by = {"n"}, .at_least = 1, .bins = {"n=1e5,1.5e6"}});
  EXPECT_EQ(found["attributes"][0]["values"], json({"<100000", "[100000,1500000)", ">=1500000"}));
}

TEST_F(CoverageReport, SaysHowNumbersAreSpelt) {
  EXPECT_THAT(mistakes("n\n+20\n 19\nx\n", {.by = {"n"}, .bins = {"n=18"}}),
              ElementsAre(AllOf(HasSubstr("`+20`"), HasSubstr("without spaces or a plus sign")),
                          AllOf(HasSubstr("` 19`"), HasSubstr("without spaces or a plus sign")),
                          AllOf(HasSubstr("`x`"), Not(HasSubstr("plus sign")))));
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

}  // namespace
}  // namespace fairground
