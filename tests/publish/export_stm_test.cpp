// The references for sclite, scored by sclite itself.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/publish/spoken_text.h"
#include "tests/support/published_set.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// Words and errors of the subsets that a test knows.
class Known {
 public:
  void add(const std::string& subset, std::size_t words, std::size_t errors) {
    counts_[subset].first += words;
    counts_[subset].second += errors;
  }
  /// As sclite prints them, to a tenth of a percent.
  void expect(const json& columns) const {
    for (const auto& [subset, count] : counts_) {
      ASSERT_TRUE(columns.contains(subset)) << subset << " is not in " << columns;
      EXPECT_EQ(columns.at(subset).at(0), count.first) << subset;
      const double percent = 100.0 * static_cast<double>(count.second) / static_cast<double>(count.first);
      EXPECT_NEAR(columns.at(subset).at(1).get<double>(), percent, 0.0501) << subset;
    }
    EXPECT_THAT(columns, SizeIs(counts_.size()));
  }

 private:
  std::map<std::string, std::pair<std::size_t, std::size_t>> counts_;
};

/// The answer to a record, with `kinds` of errors: a substitution, a deletion, an insertion.
std::string answer(const PublishedSet::Json& record, int substitutions, int deletions, int insertions) {
  std::vector<std::string> words = scored_words(record.at("text").get<std::string>());
  for (int i = 0; i < deletions && !words.empty(); ++i) {
    words.erase(words.begin());
  }
  for (int i = 0; i < substitutions && static_cast<std::size_t>(i) < words.size(); ++i) {
    words[words.size() - 1 - static_cast<std::size_t>(i)] = "zebra";
  }
  for (int i = 0; i < insertions; ++i) {
    words.emplace_back("more");
  }
  std::string text;
  for (const std::string& word : words) {
    text += word + ", ";  // punctuation must not matter
  }
  return record.at("variant_id").get<std::string>() + '\t' + text + '\n';
}

std::string joined(const PublishedSet::Json& record, std::initializer_list<const char*> columns) {
  std::string text;
  for (const char* const column : columns) {
    text += (text.empty() ? "" : "_") + record.at(column).get<std::string>();
  }
  return text;
}

TEST(ExportStm, GivesSclitesErrorRatesForEachGroupAndCondition) {
  const PublishedSet set;
  set.write(ExportFormat::stm);
  Known known;
  std::string answers;
  for (const auto& record : set.audio) {
    // Errors that differ by group and by condition: none, or 1 to 3 of all kinds.
    const int substitutions = record.at("noise") == "pink" ? 1 : 0;
    const int deletions = record.at("accent") == "scots" && record.at("channel") == "quiet" ? 1 : 0;
    const int insertions = record.at("gender") == "m" ? 1 : 0;
    answers = answer(record, substitutions, deletions, insertions) + answers;  // in another order than the set's
    const std::size_t words = scored_words(record.at("text").get<std::string>()).size();
    const auto errors = static_cast<std::size_t>(substitutions + deletions + insertions);
    if (record.at("control") != "none") {
      known.add("control_" + record.at("control").get<std::string>(), words, errors);
    } else {
      known.add("all", words, errors);
      known.add(joined(record, {"accent", "gender"}), words, errors);
      known.add(joined(record, {"noise", "channel"}), words, errors);
      // The axes have no room on the first page.
      for (const char* const column : {"accent", "gender"}) {
        known.add(std::string(column) + '=' + record.at(column).get<std::string>(), words, errors);
      }
    }
  }
  known.expect(scored_by_sclite(set.path(), "ref.stm", answers));
}

TEST(ExportStm, CountsWhatWasNotAnsweredAsDeleted) {
  const PublishedSet set;
  set.write(ExportFormat::stm);
  std::string answers;
  std::size_t words = 0;
  std::size_t missing = 0;
  int number = 0;
  for (const auto& record : set.audio) {
    const std::size_t count = scored_words(record.at("text").get<std::string>()).size();
    const bool is_answered = number++ % 3 != 1;
    answers += is_answered ? answer(record, 0, 0, 0) : record.at("variant_id").get<std::string>() + "\t\n";
    if (record.at("control") == "none") {
      words += count;
      missing += is_answered ? 0 : count;
    }
  }
  const json columns = scored_by_sclite(set.path(), "ref.stm", answers);
  EXPECT_EQ(columns.at("all").at(0), words);
  EXPECT_NEAR(columns.at("all").at(1).get<double>(), 100.0 * static_cast<double>(missing) / static_cast<double>(words),
              0.0501);
}

// More subsets than sclite's table has room for, with names and transcripts that it must not stumble over.
TEST(ExportStm, DividesManySubsetsOverSeveralFiles) {
  PublishedSet set;
  set.audio.clear();
  const std::string nasty[] = {"plain",
                               "with space",
                               "quote\"d",
                               "a/b//c",
                               "<tag,>",
                               "é",
                               "É",
                               std::string(150, 'x'),
                               std::string(149, 'x') + "y",
                               "tab\there",
                               "\u4F60\u597D"};
  Known known;
  std::string answers;
  for (int group = 0; group < 40; ++group) {
    const std::string accent = group < 11 ? nasty[group] : "accent" + std::to_string(group);
    const std::string source = "s" + std::to_string(group);
    for (const char* const noise : {"none", "pink"}) {
      auto& record = set.add_recording(source, "speaker " + accent, {accent, "f"}, "{ one / two } ;; <three> (four) @",
                                       {noise, "none"}, 0);
      answers += answer(record, group % 3, 0, 0);
    }
  }
  set.write(ExportFormat::stm);
  std::map<std::string, std::map<std::string, std::string>> accents;  // by file and title
  for (const json& row : read_with("csv_table.py", {(set / "exports/stm/labels.csv").string()})) {
    if (row.at("category") == "group") {
      accents[row.at("file")][row.at("title")] = row.at("accent");
    }
  }
  std::set<std::string> found;
  for (const auto& [file, titles] : accents) {
    EXPECT_LE(titles.size(), 15U);
    const json columns = scored_by_sclite(set.path(), file, answers);
    EXPECT_EQ(columns.at("all").at(0), 40 * 2 * 4);
    for (const auto& [title, accent] : titles) {
      found.insert(accent);
      const auto* const known_nasty = std::ranges::find(nasty, accent);
      const int group = known_nasty != std::end(nasty) ? static_cast<int>(known_nasty - nasty)
                                                       : std::stoi(accent.substr(std::string("accent").size()));
      EXPECT_EQ(columns.at(title).at(0), 8) << accent;
      EXPECT_NEAR(columns.at(title).at(1).get<double>(), 25.0 * (group % 3), 0.01) << accent;
    }
  }
  EXPECT_THAT(found, SizeIs(40));
  EXPECT_THAT(read_text(set / "exports/stm/README"), HasSubstr("for ref in exports/stm/ref*.stm"));
}

TEST(ExportStm, LeavesOutTooLargeCategoriesAndSaysSo) {
  PublishedSet set;
  set.audio.clear();
  for (int group = 0; group < 70; ++group) {
    const std::string n = std::to_string(group);
    set.add_recording("s" + n, "who" + n, {"accent" + n, group % 2 == 0 ? "f" : "m"}, "words", {"none", "none"}, 0);
  }
  set.write(ExportFormat::stm);
  const std::string readme = read_text(set / "exports/stm/README");
  EXPECT_THAT(readme, HasSubstr("more than 60 of each: group, accent, group and condition"));
  EXPECT_THAT(readme, Not(HasSubstr("for ref in")));
  EXPECT_THAT(read_text(set / "exports/stm/labels.csv"), HasSubstr(",gender,,f,,,\r\n"));
}

TEST(ExportStm, TakesSegmentsWithoutWords) {
  PublishedSet set;
  for (auto& record : set.audio) {
    if (record.at("source_id") == "s1") {
      record["text"] = "?";
    }
  }
  set.write(ExportFormat::stm);
  std::string answers;
  for (const auto& record : set.audio) {
    answers += answer(record, 0, 0, record.at("source_id") == "s1" ? 1 : 0);
  }
  const json columns = scored_by_sclite(set.path(), "ref.stm", answers);
  // s0, s2 and s3 have 4 words each in each of 4 conditions; the four variants of s1 have an insertion each.
  EXPECT_EQ(columns.at("all"), json({48, 8.3}));
  EXPECT_THAT(read_text(set / "exports/stm/README"), HasSubstr("Of 4 segments the transcript has no words"));
}

TEST(ExportStm, IsWholeWhereAllVariantsWereLost) {
  PublishedSet set;
  set.audio.clear();
  set.write(ExportFormat::stm);
  EXPECT_THAT(read_text(set / "exports/stm/ref.stm"), HasSubstr(";; LABEL \"O\""));
}

}  // namespace
}  // namespace fairground
