// Whatever stands in the files of a run, verifying it ends in differences or a message, and says no more than anybody
// reads.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "tests/flow/verify_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(VerifyTest, NonsenseIsADifferenceAndNotADefect) {
  const std::vector<std::string> nonsense = {
      "not JSON",
      "[]",
      "7",
      "{}",
      "null",
      R"({"variant_id": 7, "file_name": [], "realization": "x"})",
      "",
      std::string(10000, '['),
      R"({"file_name": "../../../../etc/passwd"})",
      R"({"file_name": ")" + std::string(5000, 'x') + R"(", "clean_file_name": ")" + std::string(5000, 'x') + "\"}"};
  for (const char* name : {"audio/metadata.jsonl", "plan.jsonl", "failures.jsonl"}) {
    const std::vector<std::string> before = read_lines(run_ / name);
    for (const std::string& text : nonsense) {
      std::vector<std::string> lines = before;
      lines.at(1) = text;
      write_lines(run_ / name, lines);
      EXPECT_EQ(result().status, ExitStatus::difference) << name << ": " << text.substr(0, 100);
    }
    write_lines(run_ / name, before);
  }
  EXPECT_EQ(result().status, ExitStatus::done);
}

TEST_F(VerifyTest, WrongTypesInEveryFieldAreADifferenceAndNotADefect) {
  const ordered_json record = records().at(1);
  for (const auto& [field, value] : record.items()) {
    for (const ordered_json& other : {ordered_json(nullptr), ordered_json::array()}) {
      change(field, other);
      EXPECT_EQ(result().status, ExitStatus::difference) << field << ": " << other;
    }
    change(field, value);
  }
}

TEST_F(VerifyTest, WhatIsNoFinishedRunIsAMistakeOfTheUser) {
  std::ostringstream progress;
  std::ostringstream out;
  const auto attempt = [&](const fs::path& path) { (void)verify(path, registered_schemas(), 1, progress, out); };
  EXPECT_THROW(attempt(folder_ / "nowhere"), UserError);
  for (const char* text : {"", "not JSON", "[]", "7", "null"}) {
    write_text(run_ / "run.json", text);
    EXPECT_THROW(attempt(run_), UserError) << text;
  }
  fs::remove(run_ / "run.json");
  try {
    attempt(run_);
    ADD_FAILURE() << "a folder without run.json was verified";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no run.json; is this the folder of a finished run?"));
  }
  fs::create_directory(run_ / "run.json");
  EXPECT_THROW(attempt(run_), UserError);
}

TEST_F(VerifyTest, AnEditedRunJsonNeverCrashesIt) {
  const ordered_json before = ordered_json::parse(read_text(run_ / "run.json"));
  for (const auto& [field, value] : before.items()) {
    for (const ordered_json& other :
         {ordered_json(nullptr), ordered_json::array(), ordered_json("x"), ordered_json(-1)}) {
      ordered_json run = before;
      run[field] = other;
      write_text(run_ / "run.json", run.dump());
      EXPECT_NO_THROW((void)result()) << field << ": " << other;
    }
    ordered_json run = before;
    run.erase(field);
    write_text(run_ / "run.json", run.dump());
    EXPECT_NO_THROW((void)result()) << "without " << field;
  }
}

TEST_F(VerifyTest, ManyDifferencesAreOnlyCounted) {
  std::vector<std::string> lines = read_lines(run_ / "audio/metadata.jsonl");
  for (int i = 0; i < 500; ++i) {
    lines.push_back("nonsense");
  }
  write_lines(run_ / "audio/metadata.jsonl", lines);
  const Result found = result();
  EXPECT_THAT(found.text, AllOf(HasSubstr("501 differences"), HasSubstr("only counted")))
      << "the lines and the file's hash";
  EXPECT_LT(std::ranges::count(found.text, '\n'), 110);
}

}  // namespace
}  // namespace fairground
