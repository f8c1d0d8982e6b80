// Without its config and sources a run can still be compared with itself, and most changes are found.
#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/flow/verify_fixture.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(VerifyTest, WithoutSourcesItSaysWhatItCannotCheck) {
  lose_sources();
  const Result good = result();
  EXPECT_EQ(good.status, ExitStatus::done) << good.text;
  EXPECT_THAT(good.text, AllOf(HasSubstr("levels at the mixer were not"), HasSubstr("/nowhere/set.yaml"),
                               HasSubstr("no difference")));
}

TEST_F(VerifyTest, WithoutSourcesConditionsAndMeasurementsAreStillCompared) {
  lose_sources();
  for (const auto& [field, value] : std::map<std::string, ordered_json>{{"noise", "none"},
                                                                        {"realization", 77},
                                                                        {"pair_id", "x"},
                                                                        {"draw_id", "x"},
                                                                        {"source_id", "x"},
                                                                        {"variant_id", "x"},
                                                                        {"sha256", "x"},
                                                                        {"clean_file_name", "x"},
                                                                        {"measured_rms_dbov", -1.0},
                                                                        {"measured_duration_s", 9.0}}) {
    const ordered_json before = records().at(1)[field];
    change(field, value);
    expect_difference("");
    change(field, before);
  }
  EXPECT_EQ(result().status, ExitStatus::done);
}

TEST_F(VerifyTest, WithoutSourcesWordsMustStillFitTheirFile) {
  lose_sources();
  change("words", R"([{"word":"a","start_s":0.1,"end_s":0.4}])");
  expect_difference("its record is another one in metadata.jsonl: words is");
  EXPECT_THAT(result().text, testing::Not(HasSubstr(": words: ")));
  change("words", R"([{"word":"a","start_s":0.1,"end_s":0.7}])");
  expect_difference("words: word 1 (`a`) ends at 0.7 s, but the recording is 0.5 s long");
  change("words", "a");
  expect_difference("words: is not JSON");
}

TEST_F(VerifyTest, WithoutSourcesEveryFieldOfPairingIsStillCompared) {
  lose_sources();
  const std::vector<ordered_json> before = records();
  // The records of one source: its clean reference and two others.
  ASSERT_EQ(before[0]["pair_id"], before[2]["pair_id"]);
  ASSERT_NE(before[0]["pair_id"], before[3]["pair_id"]);
  for (const auto& [field, value] :
       std::vector<std::pair<std::string, ordered_json>>{{"clean_file_name", before[1]["file_name"]},
                                                         {"clean_file_name", before[2]["file_name"]},
                                                         {"clean_file_name", before[3]["file_name"]},
                                                         {"synthetic", false},
                                                         {"control", "identity"},
                                                         {"source_sha256", std::string(64, '0')},
                                                         {"augmentations", "[]"}}) {
    change(field, value);
    expect_difference(field);
    save(before);
  }
  change("synthetic", true, "audio", 0);
  expect_difference("synthetic is true");
  save(before);
  std::vector<ordered_json> list = before;
  for (std::size_t i = 0; i < 3; ++i) {
    list[i]["clean_file_name"] = before[3]["file_name"];
  }
  save(list);
  expect_difference("the clean reference of its source");
  for (ordered_json& record : list) {
    record.erase("clean_file_name");
  }
  save(list);
  expect_difference("clean reference");
  // A copy under another name is a file, but not the plan's.
  const std::string other = "zz/" + fs::path(before[1]["file_name"].get<std::string>()).filename().string();
  fs::create_directory(run_ / "audio/zz");
  fs::copy(run_ / "audio" / before[1]["file_name"].get<std::string>(), run_ / "audio" / other);
  save(before);
  expect_difference("no record names this file");
  change("file_name", other);
  expect_difference("file_name is");
}

TEST_F(VerifyTest, WithoutSourcesTheMeasuredStringMustAgreeWithItsColumns) {
  lose_sources();
  for (const char* medium : {"audio", "image"}) {
    const ordered_json before = records(medium).at(1);
    const ordered_json measured = ordered_json::parse(before["measured"].get<std::string>());
    for (const auto& [name, value] : measured.items()) {
      if (!before.contains("measured_" + name)) {
        continue;
      }
      ordered_json changed = measured;
      changed[name] = value.get<double>() + 1.0;
      change("measured", changed.dump(), medium);
      expect_difference("measured_" + name);
      changed.erase(name);
      change("measured", changed.dump(), medium);
      expect_difference("measured_" + name);
    }
    change("measured", before["measured"], medium);
  }
  EXPECT_EQ(result().status, ExitStatus::done);
}

TEST_F(VerifyTest, AChangedJournalIsFound) {
  lose_sources();
  const std::vector<std::string> before = read_lines(run_ / "journal.jsonl");
  std::vector<std::string> lines(before.rbegin(), before.rend());
  std::ranges::rotate(lines, lines.end() - 1);  // the header stays in front
  write_lines(run_ / "journal.jsonl", lines);
  EXPECT_EQ(result().status, ExitStatus::done) << "its order is free";
  lines.pop_back();
  write_lines(run_ / "journal.jsonl", lines);
  expect_difference("journal.jsonl: has no line of");
  lines = before;
  lines.push_back(before[1]);
  write_lines(run_ / "journal.jsonl", lines);
  expect_difference("of one that has a line");
  lines = before;
  lines.erase(lines.begin());
  write_lines(run_ / "journal.jsonl", lines);
  expect_difference("its first line is not that of this run");
  for (const auto& [field, value] :
       std::map<std::string, std::string>{{"status", "failed"}, {"sha256", "x"}, {"variant_id", "x"}}) {
    lines = before;
    ordered_json entry = ordered_json::parse(before[1]);
    entry[field] = value;
    lines[1] = entry.dump();
    write_lines(run_ / "journal.jsonl", lines);
    expect_difference("journal.jsonl: ");
  }
  fs::remove(run_ / "journal.jsonl");
  expect_difference("journal.jsonl: is missing");
}

TEST_F(VerifyTest, CountsAreReadInFull) {
  lose_sources();
  const ordered_json before = ordered_json::parse(read_text(run_ / "run.json"));
  for (const char* name : {"planned", "written", "rejected", "failed"}) {
    const std::int64_t count = before["counts"][name].get<std::int64_t>();
    for (const std::int64_t other : {count + (std::int64_t{1} << 32), count + 1, INT64_MAX}) {
      ordered_json run = before;
      run["counts"][name] = other;
      write_text(run_ / "run.json", run.dump());
      expect_difference("run.json: its counts");
      run = before;
      run["media"]["audio"][name] = other;
      write_text(run_ / "run.json", run.dump());
      expect_difference("run.json: its counts");
    }
  }
}

TEST_F(VerifyTest, UnequalDrawsInOnePairingAreFound) {
  lose_sources();
  // Two recordings in one accent, and three in the other with the one that is gone: some two share a realization, and
  // with it the draw of `pink`.
  std::vector<ordered_json> list = records();
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < list.size(); ++i) {
    ordered_json steps = ordered_json::parse(list[i]["augmentations"].get<std::string>());
    if (first.contains(list[i]["draw_id"]) && !steps.empty()) {
      steps[0]["parameters"]["snr_db"] = 1.0;
      list[i]["augmentations"] = steps.dump();
      save(list);
      expect_difference("augmentations are not those of the other variants");
      return;
    }
    first[list[i]["draw_id"]] = i;
  }
  FAIL() << "no two variants share a draw";
}

}  // namespace
}  // namespace fairground
