// Which shard a process is to make, from the command line and from what schedulers set.
#include "pipeline/flow/shard_index.h"

#include <gmock/gmock.h>

#include <map>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Environment = std::map<std::string, std::string>;

Shard read_with(const std::string& text, const Environment& environment = {}) {
  return read_shard(text, [&](const char* variable) {
    const auto found = environment.find(variable);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

std::string refusal(const std::string& text, const Environment& environment = {}) {
  try {
    (void)read_with(text, environment);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(ShardIndex, IsGivenFromNought) {
  EXPECT_EQ(read_with("0/1"), (Shard{0, 1}));
  EXPECT_EQ(read_with("6/7"), (Shard{6, 7}));
  EXPECT_EQ(read_with("99999/100000"), (Shard{99'999, 100'000}));
  EXPECT_EQ(read_with("2/7", {{"SLURM_ARRAY_TASK_ID", "3"}}), (Shard{2, 7})) << "what is given is given";
}

TEST(ShardIndex, NonsenseIsRefusedAndSaysWhatIsAllowed) {
  for (const char* text : {"",
                           "/",
                           "1",
                           "7/7",
                           "1/",
                           "/7",
                           "-1/7",
                           "+1/7",
                           " 1/7",
                           "1/7 ",
                           "1/7/7",
                           "1.0/7",
                           "0x1/7",
                           "a/7",
                           "1/b",
                           "0/0",
                           "auto",
                           "auto/",
                           "auto/0",
                           "AUTO/7",
                           "0/100001",
                           "auto/100001",
                           "4294967296/4294967297",
                           "1/99999999999999999999"}) {
    EXPECT_THAT(refusal(text), AllOf(HasSubstr("I/N"), HasSubstr("0 to N-1"), HasSubstr("1 to 100000"),
                                     HasSubstr("auto/N"), HasSubstr(text)))
        << text;
  }
}

TEST(ShardIndex, EachSchedulerSetsItsOwnVariable) {
  for (const char* from_nought : {"FAIRGROUND_SHARD_INDEX", "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX",
                                  "AWS_BATCH_JOB_ARRAY_INDEX", "PBS_ARRAY_INDEX"}) {
    EXPECT_EQ(read_with("auto/7", {{from_nought, "0"}}), (Shard{0, 7}));
    EXPECT_EQ(read_with("auto/7", {{from_nought, "6"}}), (Shard{6, 7}));
    EXPECT_THAT(refusal("auto/7", {{from_nought, "7"}}),
                AllOf(HasSubstr(from_nought), HasSubstr("`7`"), HasSubstr("from 0 to 6")));
  }
  for (const char* from_one : {"SGE_TASK_ID", "LSB_JOBINDEX"}) {
    EXPECT_EQ(read_with("auto/7", {{from_one, "1"}}), (Shard{0, 7}));
    EXPECT_EQ(read_with("auto/7", {{from_one, "7"}}), (Shard{6, 7}));
    for (const char* wrong : {"0", "8", "undefined", "-1", "1 ", "4294967296"}) {
      EXPECT_THAT(refusal("auto/7", {{from_one, wrong}}), AllOf(HasSubstr(from_one), HasSubstr("from 1 to 7")));
    }
  }
}

TEST(ShardIndex, OurVariableGoesFirstAndAnEmptyOneIsNone) {
  EXPECT_EQ(read_with("auto/7", {{"SLURM_ARRAY_TASK_ID", "2"}, {"FAIRGROUND_SHARD_INDEX", "5"}}), (Shard{5, 7}));
  EXPECT_EQ(read_with("auto/7", {{"SLURM_ARRAY_TASK_ID", ""}, {"SGE_TASK_ID", "5"}}), (Shard{4, 7}));
}

// An array in which only the tasks that failed run again counts fewer.
TEST(ShardIndex, TheSchedulersCountsAreNotAsked) {
  EXPECT_EQ(read_with("auto/7", {{"SLURM_ARRAY_TASK_ID", "5"},
                                 {"SLURM_ARRAY_TASK_COUNT", "1"},
                                 {"SLURM_ARRAY_TASK_MIN", "5"},
                                 {"SLURM_ARRAY_TASK_MAX", "5"},
                                 {"AWS_BATCH_JOB_ARRAY_SIZE", "2"}}),
            (Shard{5, 7}));
}

TEST(ShardIndex, WithoutAVariableAllAreNamed) {
  EXPECT_THAT(refusal("auto/7"), AllOf(HasSubstr("SLURM_ARRAY_TASK_ID"), HasSubstr("LSB_JOBINDEX"),
                                       HasSubstr("JOB_COMPLETION_INDEX"), HasSubstr("give --shard I/7")));
}

}  // namespace
}  // namespace fairground
