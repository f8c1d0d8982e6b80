// What `coverage` prints: a small page by heart, and the record of a run.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string_view>

#include "tests/flow/coverage_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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

TEST_F(CoverageReport, SaysThatAllAreTooFew) {
  const CoverageOptions options{.by = {"accent"}, .at_least = 5, .at_least_subjects = 5, .subject = "speaker"};
  EXPECT_THAT(
      flat(report(kSpeech, options)),
      HasSubstr("subjects: There are 4 subjects in all, and 5 are wanted in every combination: collect at least 1 "
                "more; to see gaps among these 4 give --at-least-subjects 4 or less. Every combination has "
                "at least one subject."));
  const json patterns = json_report(kSpeech, options)["subjects"]["maximal_uncovered_patterns"];
  EXPECT_EQ(patterns["by_level"], json({{"0", 1}}));
  EXPECT_EQ(patterns["shown"],
            json({{{"pattern", json::object()}, {"level", 0}, {"count", 4}, {"missing", 1}, {"possible", 0}}}));
}

TEST_F(CoverageReport, ListsWhereNobodyIsIfAllAreTooFew) {
  const CoverageOptions options{.by = {"accent", "place"}, .at_least = 1, .at_least_subjects = 9, .subject = "speaker"};
  EXPECT_THAT(flat(report(kSpeech, options)), AllOf(HasSubstr("collect at least 5 more"),
                                                    HasSubstr("1 combination has no subject at all: 1 is a pair."),
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

}  // namespace
}  // namespace fairground
