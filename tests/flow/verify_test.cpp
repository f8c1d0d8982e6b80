// A good run verifies; whatever is changed in it afterwards is found.
#include "pipeline/flow/verify.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/flow/run.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// One run is made for all tests, and each has a copy of it.
class VerifyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new TestSet(/*recordings=*/4, /*photographs=*/2);
    // One source cannot be read, so that there is a failure to verify, too.
    set_->speech += "gone,gone.wav,who,irish,CC0-1.0,nothing\n";
    set_->save();
    const Config config = load_config(set_->config_path(), registered_schemas());
    std::ostringstream ignored;
    const std::atomic<bool> stop{false};
    RunOptions options;
    options.out = *set_ / "made";
    ASSERT_EQ(run(config, options, stop, ignored, ignored), ExitStatus::items_failed);
  }
  static void TearDownTestSuite() {
    delete set_;
    set_ = nullptr;
  }

  void SetUp() override { fs::copy(*set_ / "made", run_, fs::copy_options::recursive); }

  struct Result {
    ExitStatus status;
    std::string text;
  };

  [[nodiscard]] Result result() const {
    std::ostringstream progress;
    std::ostringstream out;
    const ExitStatus status = verify(run_, registered_schemas(), /*jobs=*/2, progress, out);
    return {status, out.str()};
  }

  void expect_difference(const std::string& part) const {
    const Result found = result();
    EXPECT_EQ(found.status, ExitStatus::difference) << found.text;
    EXPECT_THAT(found.text, HasSubstr(part));
    EXPECT_THAT(found.text, HasSubstr("difference"));
  }

  [[nodiscard]] std::vector<ordered_json> records(const std::string& medium = "audio") const {
    std::vector<ordered_json> list;
    for (const std::string& line : read_lines(run_ / medium / "metadata.jsonl")) {
      list.push_back(ordered_json::parse(line));
    }
    return list;
  }

  void save(const std::vector<ordered_json>& list, const std::string& medium = "audio") const {
    std::vector<std::string> lines;
    for (const ordered_json& record : list) {
      lines.push_back(record.dump());
    }
    write_lines(run_ / medium / "metadata.jsonl", lines);
  }

  void change(const std::string& field, const ordered_json& value, const std::string& medium = "audio",
              std::size_t index = 1) const {
    std::vector<ordered_json> list = records(medium);
    list.at(index)[field] = value;
    save(list, medium);
  }

  /// Without its config a run can only be compared with itself.
  void lose_sources() const {
    ordered_json run = ordered_json::parse(read_text(run_ / "run.json"));
    run["config_file"] = "/nowhere/set.yaml";
    write_text(run_ / "run.json", run.dump());
  }

  static TestSet* set_;
  TemporaryFolder folder_;
  fs::path run_ = folder_ / "run";
};

TestSet* VerifyTest::set_ = nullptr;

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

TEST_F(VerifyTest, AChangedCoverageIsFound) {
  const std::string before = read_text(run_ / "coverage.json");
  for (const std::string& text : {std::string("{}"), std::string(), before + " "}) {
    write_text(run_ / "coverage.json", text);
    expect_difference("coverage.json");
  }
  fs::remove(run_ / "coverage.json");
  expect_difference("coverage.json: is missing");
}

TEST_F(VerifyTest, AChangedJournalIsFound) {
  lose_sources();
  const std::vector<std::string> before = read_lines(run_ / "journal.jsonl");
  std::vector<std::string> lines(before.rbegin(), before.rend());
  write_lines(run_ / "journal.jsonl", lines);
  EXPECT_EQ(result().status, ExitStatus::done) << "its order is free";
  lines.pop_back();
  write_lines(run_ / "journal.jsonl", lines);
  expect_difference("journal.jsonl: has no line of");
  lines = before;
  lines.push_back(before[0]);
  write_lines(run_ / "journal.jsonl", lines);
  expect_difference("of one that has a line");
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
  EXPECT_LT(found.text.size(), 900U);
}

TEST_F(VerifyTest, ChangedSourcesAreSaid) {
  const std::string before = set_->config;
  set_->config += "# a remark\n";
  set_->save();
  const Result found = result();
  set_->config = before;
  set_->save();
  EXPECT_EQ(found.status, ExitStatus::done);
  EXPECT_THAT(found.text, HasSubstr("have changed since the run"));
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
  EXPECT_THAT(found.text, AllOf(HasSubstr("500 differences"), HasSubstr("only counted")));
  EXPECT_LT(std::ranges::count(found.text, '\n'), 105);
}

}  // namespace
}  // namespace fairground
