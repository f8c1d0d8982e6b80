// What `coverage` counts and lists: larger tables counted again by brute force.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/flow/coverage_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

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

}  // namespace
}  // namespace fairground
