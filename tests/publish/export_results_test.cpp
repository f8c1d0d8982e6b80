// The tables for answers, read by Python's csv, and by pandas and statsmodels as their README says.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/published_set.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// The rows of a table, by column.
json rows(const PublishedSet& set, const std::string& name) {
  return read_with("csv_table.py", {(set / ("exports/results/" + name)).string()});
}

TEST(ExportResults, HasARowForEachVariant) {
  PublishedSet set;
  set.audio[0]["text"] = "one, \"two\"\nthree  ";
  set.audio[0]["subject"] = "O'Neill, \"Ann\"";
  set.write(ExportFormat::results);
  const json table = rows(set, "audio-results_template.csv");
  ASSERT_THAT(table, SizeIs(set.audio.size()));
  for (std::size_t i = 0; i < set.audio.size(); ++i) {
    const json& row = table[i];
    const json& record = set.audio[i];
    for (const char* const same : {"variant_id", "source_id", "pair_id", "draw_id", "subject", "accent", "gender",
                                   "noise", "channel", "control"}) {
      EXPECT_EQ(row.at(same), record.at(same)) << same;
    }
    EXPECT_EQ(row.at("condition"),
              record.at("noise").get<std::string>() + "_" + record.at("channel").get<std::string>());
    EXPECT_EQ(row.at("reference_text"), record.at("text"));
    EXPECT_EQ(row.at("realization"), std::to_string(record.at("realization").get<int>()));
    EXPECT_EQ(row.at("synthetic"), record.at("synthetic").get<bool>() ? "true" : "false");
    EXPECT_EQ(row.at("file"), "audio/" + record.at("file_name").get<std::string>());
    EXPECT_TRUE(record.at("clean_file_name")
                    .get<std::string>()
                    .ends_with("/" + row.at("clean_variant_id").get<std::string>() + ".flac"));
    EXPECT_EQ(row.at("hypothesis"), "");
    EXPECT_EQ(row.at("errors"), "");
  }
  EXPECT_EQ(table[0].at("units"), "3");
  EXPECT_EQ(table[1].at("units"), "4");
  EXPECT_EQ(table.back().at("cluster"), "unknown_s3");
  EXPECT_EQ(table[1].at("cluster"), "ann");

  const json pictures = rows(set, "image-results_template.csv");
  ASSERT_THAT(pictures, SizeIs(set.image.size()));
  EXPECT_EQ(pictures[0].at("prediction"), "");
  EXPECT_EQ(pictures[0].at("units"), "1");
  EXPECT_EQ(pictures[0].at("place"), "indoors");
}

TEST(ExportResults, RenamesColumnsThatItHasItself) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["groups"] = {"errors", "units"};
  for (auto& record : set.audio) {
    record["errors"] = "many";
    record["units"] = "few";
  }
  set.write(ExportFormat::results);
  EXPECT_EQ(rows(set, "audio-results_template.csv")[0].at("column_errors"), "many");
  EXPECT_EQ(rows(set, "audio-results_template.csv")[0].at("column_units"), "few");
}

TEST(ExportResults, GivesNoTwoColumnsOneName) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["groups"] = {"errors", "column_errors"};
  for (auto& record : set.audio) {
    record["errors"] = "many";
    record["column_errors"] = "odd";
  }
  set.write(ExportFormat::results);
  EXPECT_EQ(rows(set, "audio-results_template.csv")[0].at("column_errors"), "odd");
  EXPECT_EQ(rows(set, "audio-results_template.csv")[0].at("column_column_errors"), "many");
}

/// A set of 40 people of two groups, by the column `group`, who speak 6 clips each, clean and in noise.
void make_two_groups(PublishedSet& set, const std::string& group) {
  set.audio.clear();
  for (int person = 0; person < 40; ++person) {
    const std::string accent = person % 2 == 0 ? "NA" : "scots";  // pandas would take NA for a missing value
    for (int clip = 0; clip < 6; ++clip) {
      const std::string source = "s" + std::to_string(person) + "c" + std::to_string(clip);
      const std::string text =
          "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
      for (const char* const noise : {"none", "pink"}) {
        set.add_recording(source, "who" + std::to_string(person), {accent, "f"}, text, {noise, "none"}, 0);
        set.audio.back().erase("accent");
        set.audio.back()[group] = accent;
      }
    }
  }
  set.set["media"]["audio"]["columns"]["groups"] = {group, "gender"};
}

// 40 people of two groups answer for 6 clips each, clean and in noise, which costs one group twice the errors and the
// other one four times. The README's own lines find it.
TEST(ExportResults, ReadmesLinesFindAKnownEffect) {
  PublishedSet set;
  make_two_groups(set, "accent");
  set.write(ExportFormat::results);
  const json found = read_with("results_effect.py", {(set / "exports/results").string(), "accent"});
  // Ratios of rates, each within three standard errors of the truth; the reader says what these are.
  EXPECT_NEAR(found.at("noise").get<double>(), std::log(2.0), 3 * found.at("noise_error").get<double>());
  EXPECT_NEAR(found.at("more_for_scots").get<double>(), std::log(2.0),
              3 * found.at("more_for_scots_error").get<double>());
  EXPECT_LT(found.at("more_for_scots_error").get<double>(), std::log(2.0) / 3) << "no effect at all would pass";
  EXPECT_EQ(found.at("rows"), 480);
}

// Labels and levels may be numbers without being quantities, and there may be nothing to compare conditions with.
TEST(ExportResults, ReadmesLinesFitTheSet) {
  const auto readme_of = [](const PublishedSet& set) {
    set.write(ExportFormat::results);
    return read_text(set / "exports/results/README");
  };
  PublishedSet set;
  const std::string text = readme_of(set);
  EXPECT_THAT(text, AllOf(HasSubstr("dtype=str"), HasSubstr("colClasses = \"character\""),
                          HasSubstr("* C(Q('accent'))"), HasSubstr("Treatment('none_none')"), HasSubstr("relevel(")));
  EXPECT_THAT(text, AllOf(HasSubstr("`image-results_template.csv`"), HasSubstr("`prediction` for `hypothesis`")));
  set.set["media"]["audio"]["settings"]["include_clean"] = false;
  EXPECT_THAT(readme_of(set),
              AllOf(HasSubstr("C(condition) *"), Not(HasSubstr("Treatment")), Not(HasSubstr("relevel("))));
}

// A column's name may hold what ends a text in Python, in the language of its formulas, or in R.
TEST(ExportResults, ReadmesLinesTakeColumnsOfAnyName) {
  for (const std::string group : {R"(it's "so", or \d \n)", "`tick` \\", "two\nlines\x01 {x} %s", "a + b", "Q('x')"}) {
    PublishedSet set;
    make_two_groups(set, group);
    set.write(ExportFormat::results);
    const json found = read_with("results_effect.py", {(set / "exports/results").string(), group});
    EXPECT_EQ(found.value("rows", 0), 480) << group;
    EXPECT_LT(found.value("more_for_scots_error", 1.0), std::log(2.0) / 3) << group;
  }
}

}  // namespace
}  // namespace fairground
