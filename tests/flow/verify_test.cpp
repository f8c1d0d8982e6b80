// A good run verifies; whatever is changed in it afterwards is found.
#include "pipeline/flow/verify.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/flow/run.h"
#include "tests/flow/verify_fixture.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(VerifyTest, AGoodRunHasNoDifference) {
  const Result good = result();
  EXPECT_EQ(good.status, ExitStatus::done) << good.text;
  EXPECT_THAT(good.text, AllOf(HasSubstr("20 variants"), HasSubstr("mixer levels agree"), Not(HasSubstr("were not"))));
}

TEST_F(VerifyTest, AGoodRunOfAnotherDesignHasNoDifference) {
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    EXPECT_NE(text.find(from), std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  TestSet set(/*recordings=*/3, /*photographs=*/2);
  const std::string plain = set.config;
  const std::string no_empty_level = replaced(plain, "      none: []\n", "");
  for (const std::string& text :
       {replaced(plain, "realizations: 3", "realizations: 3, include_clean: false"), no_empty_level,
        replaced(no_empty_level, "realizations: 3", "realizations: 3, include_clean: false"),
        replaced(plain, "realizations: 3", "realizations: 1, pairing: independent")}) {
    set.config = text;
    set.save();
    std::ostringstream ignored;
    RunOptions options;
    options.out = folder_ / "other";
    options.restart = true;
    ASSERT_EQ(
        run(load_config(set.config_path(), registered_schemas()), options, std::atomic<bool>(false), ignored, ignored),
        ExitStatus::done);
    std::ostringstream out;
    EXPECT_EQ(verify(options.out, registered_schemas(), /*jobs=*/2, ignored, out), ExitStatus::done) << out.str();
    EXPECT_THAT(out.str(), HasSubstr("mixer levels agree"));
  }
}

TEST_F(VerifyTest, EachByteOfAFileCounts) {
  for (const char* medium : {"audio", "image"}) {
    const fs::path file = run_ / medium / records(medium).at(1)["file_name"].get<std::string>();
    const std::string text = read_text(file);
    for (const std::size_t at : {std::size_t{0}, text.size() / 2, text.size() - 1}) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      write_text(file, changed);
      expect_difference(records(medium).at(1)["file_name"]);
    }
    write_text(file, text);
  }
  EXPECT_EQ(result().status, ExitStatus::done);
}

TEST_F(VerifyTest, TruncatedDeletedAndSwappedFiles) {
  const fs::path one = run_ / "audio" / records().at(1)["file_name"].get<std::string>();
  const fs::path two = run_ / "audio" / records().at(2)["file_name"].get<std::string>();
  const std::string text = read_text(one);
  write_text(one, text.substr(0, text.size() / 2));
  expect_difference("SHA-256");
  write_text(one, read_text(two));
  write_text(two, text);
  expect_difference("SHA-256");
  fs::remove(one);
  expect_difference(one.filename().string());
  fs::create_directory(one);
  expect_difference(one.filename().string());
}

TEST_F(VerifyTest, ADeletedCleanReferenceIsMissedByItsVariants) {
  fs::remove(run_ / "audio" / records().at(0)["file_name"].get<std::string>());
  expect_difference("its clean reference");
}

TEST_F(VerifyTest, EveryChangedLabelIsFound) {
  const ordered_json record = records().at(1);
  for (const auto& [field, value] : record.items()) {
    ordered_json other = "changed";
    if (value.is_number()) {
      other = value.get<double>() + 1.0;
    } else if (value.is_boolean()) {
      other = !value.get<bool>();
    }
    change(field, other);
    expect_difference("");
    change(field, value);
  }
  EXPECT_EQ(result().status, ExitStatus::done);
}

TEST_F(VerifyTest, ARemovedOrAddedFieldIsFound) {
  std::vector<ordered_json> list = records();
  list[1].erase("accent");
  save(list);
  expect_difference("record differs");
  list = records();
  list[2]["new"] = 1;
  save(list);
  expect_difference("record differs");
}

TEST_F(VerifyTest, AChangedCoverageIsFound) {
  const std::string before = read_text(run_ / "coverage.json");
  for (const std::string& text : {std::string("{}"), std::string(), before + " "}) {
    write_text(run_ / "coverage.json", text);
    expect_difference("coverage.json");
  }
  fs::remove(run_ / "coverage.json");
  expect_difference("coverage.json: is missing");
}

TEST_F(VerifyTest, LinksAmongTheFilesAreFound) {
  fs::create_directory(folder_ / "elsewhere");
  write_text(folder_ / "elsewhere/foreign.wav", "x");
  fs::create_directory_symlink(folder_ / "elsewhere", run_ / "audio/zz");
  expect_difference("audio/zz: is a symbolic link");
  fs::remove(run_ / "audio/zz");
  const fs::path file = run_ / "audio" / records().at(1)["file_name"].get<std::string>();
  fs::rename(file, folder_ / "elsewhere/moved");
  fs::create_symlink(folder_ / "elsewhere/moved", file);
  expect_difference("is a symbolic link");
}

TEST_F(VerifyTest, ARecordOfAVariantThatFailsNowIsFound) {
  // The source that is gone is the last of its medium. Everything but making it again must agree.
  const std::vector<std::string> failures = read_lines(run_ / "failures.jsonl");
  const std::vector<ordered_json> before = records();
  std::vector<ordered_json> list = before;
  std::map<std::string, ordered_json> planned;
  for (const std::string& line : read_lines(run_ / "plan.jsonl")) {
    const ordered_json entry = ordered_json::parse(line);
    planned[entry["variant_id"]] = entry;
  }
  const ordered_json failure = ordered_json::parse(failures.at(2));
  const ordered_json& plan = planned.at(failure["variant_id"]);
  const fs::path name = fs::path(plan["file"].get<std::string>()).lexically_relative("audio");
  for (const ordered_json& like : before) {
    if (plan["condition"]["noise"] == like["noise"]) {
      ordered_json record = like;
      for (const char* field : {"variant_id", "source_id", "source_sha256", "realization", "pair_id", "draw_id"}) {
        record[field] = plan[field];
      }
      record["file_name"] = name;
      list.push_back(record);
      fs::create_directories((run_ / "audio" / name).parent_path());
      fs::copy_file(run_ / "audio" / like["file_name"].get<std::string>(), run_ / "audio" / name);
      break;
    }
  }
  ASSERT_EQ(list.size(), before.size() + 1);
  save(list);
  write_lines(run_ / "failures.jsonl", {failures[0], failures[1]});
  expect_difference("made again, it is failed");
}

TEST_F(VerifyTest, ADifferentRecordIsToldByItsFields) {
  ordered_json steps = ordered_json::parse(records().at(1)["augmentations"].get<std::string>());
  steps[0]["parameters"]["snr_db"] = 1.25;
  change("augmentations", steps.dump());
  change("licence", "CC0-1.1");
  const Result found = result();
  EXPECT_EQ(found.status, ExitStatus::difference);
  EXPECT_THAT(found.text, AllOf(HasSubstr("licence is \"CC0-1.1\" and should be \"CC0-1.0\""), HasSubstr("1.25"),
                                Not(HasSubstr("measured_rms_dbov"))));
  // The record is told three times: it is not what was made again, not that of the journal, and not that of run.json.
  EXPECT_LT(found.text.size(), 3000U);
}

TEST_F(VerifyTest, ChangedSourcesAreSaid) {
  const std::string before = set_->config;
  set_->config += "# a remark\n";
  set_->save();
  const Result found = result();
  set_->config = before;
  set_->save();
  EXPECT_EQ(found.status, ExitStatus::done);
  EXPECT_THAT(found.text, HasSubstr("the config has changed since the run"));
}

TEST_F(VerifyTest, MissingAndDoubledLinesAreFound) {
  std::vector<std::string> lines = read_lines(run_ / "audio/metadata.jsonl");
  const std::string line = lines[2];
  lines.push_back(line);
  write_lines(run_ / "audio/metadata.jsonl", lines);
  expect_difference("two records");
  lines.pop_back();
  lines.erase(lines.begin() + 2);
  write_lines(run_ / "audio/metadata.jsonl", lines);
  expect_difference("neither a record nor a failure");
  lines.insert(lines.begin(), line);
  write_lines(run_ / "audio/metadata.jsonl", lines);
  expect_difference("does not follow those before it");
  fs::remove(run_ / "audio/metadata.jsonl");
  expect_difference("neither a record nor a failure");
}

TEST_F(VerifyTest, ChangedFailuresAreFound) {
  const std::vector<std::string> lines = read_lines(run_ / "failures.jsonl");
  ASSERT_EQ(lines.size(), 3U);
  write_lines(run_ / "failures.jsonl", {lines[0], lines[1]});
  expect_difference("neither a record nor a failure");
  write_lines(run_ / "failures.jsonl", {lines[0], lines[1], lines[1], lines[2]});
  expect_difference("no planned variant, or of one that has a record");
  write_lines(run_ / "failures.jsonl", {lines[0], lines[1], lines[2], R"({"variant_id": "x"})"});
  expect_difference("no planned variant");
}

TEST_F(VerifyTest, AnEditedPlanIsFound) {
  std::vector<std::string> lines = read_lines(run_ / "plan.jsonl");
  const std::vector<std::string> before = lines;
  std::swap(lines[0], lines[1]);
  write_lines(run_ / "plan.jsonl", lines);
  expect_difference("plan.jsonl: its SHA-256");
  lines = before;
  lines.pop_back();
  write_lines(run_ / "plan.jsonl", lines);
  expect_difference("plan.jsonl: its SHA-256");
  ordered_json entry = ordered_json::parse(before[1]);
  entry["realization"] = 55;
  lines = before;
  lines[1] = entry.dump();
  write_lines(run_ / "plan.jsonl", lines);
  expect_difference("has different realizations in different conditions");
  fs::remove(run_ / "plan.jsonl");
  expect_difference("plan.jsonl: its SHA-256");
}

}  // namespace
}  // namespace fairground
