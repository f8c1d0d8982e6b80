// Who may belong to a pattern, against the definition.
#include "pipeline/design/unknown_members.h"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace fairground {
namespace {

constexpr ValueCode X = kAnyValue;

TEST(UnknownMembers, MatchWhereTheyAreUnknown) {
  // irish 0, scots 1, unknown 2; home 0, work 1, and nobody's place is unknown.
  const CodedRows rows{{3, 2}, {{0, 2, 2, 1, 2}, {0, 0, 1, 1, 0}}};
  const Population sources = count_sources(rows);
  const UnknownMembers of_sources(sources, {2, X});
  EXPECT_EQ(of_sources.count(std::vector<ValueCode>{0, 0}), 2U);
  EXPECT_EQ(of_sources.count(std::vector<ValueCode>{1, X}), 3U);
  EXPECT_EQ(of_sources.count(std::vector<ValueCode>{X, 0}), 0U);
  EXPECT_EQ(of_sources.count(std::vector<ValueCode>{X, X}), 0U);
  // The first and second are of one person, who is known to be irish at home.
  const Population people = count_subjects(rows, std::vector<std::uint32_t>{0, 0, 1, 1, 2});
  const UnknownMembers of_people(people, {2, X});
  EXPECT_EQ(of_people.count(std::vector<ValueCode>{0, 0}), 1U);
  EXPECT_EQ(of_people.count(std::vector<ValueCode>{1, X}), 2U);
}

TEST(UnknownMembers, AreWhatTheDefinitionSays) {
  std::mt19937 bits(17);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    // Three attributes of the values 0 and 1, and 2 where it is unknown; the last is always known.
    const std::size_t size = 1 + bits() % 30;
    CodedRows rows{{3, 3, 2}, {{}, {}, {}}};
    std::vector<std::uint32_t> people;
    for (std::size_t row = 0; row < size; ++row) {
      rows.columns[0].push_back(static_cast<ValueCode>(bits() % 3));
      rows.columns[1].push_back(static_cast<ValueCode>(bits() % 3));
      rows.columns[2].push_back(static_cast<ValueCode>(bits() % 2));
      people.push_back(bits() % 8 == 0 ? kNoSubject : static_cast<std::uint32_t>(bits() % 6));
    }
    const bool of_sources = round % 2 == 0;
    const Population population = of_sources ? count_sources(rows) : count_subjects(rows, people);
    const UnknownMembers members(population, {2, 2, X});
    for (const ValueCode a : {ValueCode{0}, ValueCode{1}, X}) {
      for (const ValueCode b : {ValueCode{0}, ValueCode{1}, X}) {
        for (const ValueCode c : {ValueCode{0}, X}) {
          std::map<std::uint32_t, bool> is_known;  // of each who matches
          for (std::uint32_t row = 0; row < size; ++row) {
            const auto fits = [&](std::size_t column, ValueCode wanted, bool loosely) {
              const ValueCode value = rows.columns[column][row];
              return wanted == X || value == wanted || (loosely && column < 2 && value == 2);
            };
            const std::uint32_t who = of_sources ? row : people[row];
            if (who != kNoSubject && fits(0, a, true) && fits(1, b, true) && fits(2, c, true)) {
              is_known[who] = is_known[who] || (fits(0, a, false) && fits(1, b, false) && fits(2, c, false));
            }
          }
          std::uint32_t expected = 0;
          for (const auto& [who, known] : is_known) {
            expected += known ? 0 : 1;
          }
          ASSERT_EQ(members.count(std::vector<ValueCode>{a, b, c}), expected);
        }
      }
    }
  }
}

}  // namespace
}  // namespace fairground
