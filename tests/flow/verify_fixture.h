// A finished run to be changed and verified.
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/flow/run.h"
#include "pipeline/flow/verify.h"
#include "tests/support/test_set.h"

namespace fairground {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

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
    EXPECT_THAT(found.text, testing::HasSubstr(part));
    EXPECT_THAT(found.text, testing::HasSubstr("difference"));
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

  static inline TestSet* set_ = nullptr;
  TemporaryFolder folder_;
  fs::path run_ = folder_ / "run";
};

}  // namespace fairground
