// The command `run` as a function: what stops it before anything is made.
#include "pipeline/flow/run.h"

#include <gmock/gmock.h>

#include <sstream>

#include "augmenters/augmenter.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunTest : public testing::Test {
 protected:
  ExitStatus run_set(const fs::path& out, bool stop = false, bool restart = false) {
    const std::atomic<bool> stop_now(stop);
    RunOptions options;
    options.out = out;
    options.jobs = 2;
    options.restart = restart;
    options.tool_version = "test";
    std::ostringstream progress;
    return run(load_config(set_.config_path(), registered_schemas()), options, stop_now, progress, summary_);
  }

  TestSet set_{4, 2};
  std::ostringstream summary_;
};

TEST_F(RunTest, AStopWhileSourcesAreReadLeavesAnEarlierRunAlone) {
  ASSERT_EQ(run_set(set_ / "out"), ExitStatus::done);
  EXPECT_EQ(run_set(set_ / "out", /*stop=*/true, /*restart=*/true), ExitStatus::try_again);
  EXPECT_THAT(summary_.str(), HasSubstr("nothing was made"));
  EXPECT_TRUE(fs::exists(set_ / "out/run.json"));
}

TEST_F(RunTest, WhatItReadsMayNotLieInItsOutputDirectory) {
  for (const fs::path& out : {set_ / "data", set_ / "noise", set_ / "."}) {
    EXPECT_THROW(run_set(out, /*stop=*/false, /*restart=*/true), UserError) << out;
  }
  EXPECT_TRUE(fs::exists(set_ / "data/speech.csv"));
  EXPECT_TRUE(fs::exists(set_ / "noise/fan.wav"));
}

}  // namespace
}  // namespace fairground
