// The files in configs/cluster, as far as they can be tried without the engines that they are for.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kFiles = fs::path(FAIRGROUND_SOURCE_DIR) / "configs/cluster";

/// Programs of a cluster that only write down what they are asked for, in front of the PATH.
class FakePrograms {
 public:
  void add(const std::string& name, const std::string& script) const {
    const fs::path file = folder_ / "bin" / name;
    write_text(file, "#!/bin/bash\n" + script);
    fs::permissions(file, fs::perms::owner_all);
  }

  ProcessResult run(std::vector<std::string> variables, const std::vector<std::string>& command,
                    const std::function<void(pid_t)>& meanwhile = {}) const {
    const char* path = std::getenv("PATH");
    variables.insert(variables.begin(), {"/usr/bin/env", "LOG=" + (folder_ / "log").string(),
                                         "PATH=" + (folder_ / "bin").string() + ":" + (path != nullptr ? path : "")});
    variables.insert(variables.end(), command.begin(), command.end());
    return run_process(variables, folder_.path(), meanwhile);
  }

  /// What was asked for, in order.
  std::vector<std::string> asked() const {
    return fs::exists(folder_ / "log") ? read_lines(folder_ / "log") : std::vector<std::string>();
  }

  [[nodiscard]] fs::path operator/(const fs::path& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

struct End {
  int program;  ///< the exit status of fairground
  int restarts;
  int script;  ///< the exit status of the script
  bool put_back;
};

class SlurmTask : public testing::TestWithParam<End> {};

TEST_P(SlurmTask, IsPutBackIfTryingAgainCanHelp) {
  const FakePrograms fake;
  fake.add("fairground", "echo \"$@\" >>\"$LOG\"; ((STATUS < 128)) && exit $STATUS; kill -$((STATUS - 128)) $$\n");
  fake.add("scontrol", "echo scontrol \"$@\" >>\"$LOG\"\n");
  const ProcessResult result = fake.run(
      {"FAIRGROUND_CONFIG=a b.yaml", "FAIRGROUND_OUT=o", "FAIRGROUND_SHARDS=9", "FAIRGROUND_RESTARTS=3",
       "SLURM_ARRAY_JOB_ID=7", "SLURM_ARRAY_TASK_ID=2", "SLURM_JOB_ID=7", "SLURM_CPUS_PER_TASK=5",
       "SLURM_RESTART_COUNT=" + std::to_string(GetParam().restarts), "STATUS=" + std::to_string(GetParam().program)},
      {"/bin/bash", kFiles / "slurm.sbatch"});
  EXPECT_EQ(result.status, GetParam().script) << result.err;
  std::vector<std::string> expected = {"run a b.yaml --out o --shard 2/9 --jobs 5 --quiet"};
  if (GetParam().put_back) {
    expected.emplace_back("scontrol requeue 7_2");
  }
  EXPECT_EQ(fake.asked(), expected);
  EXPECT_THAT(result.err, HasSubstr("shard 2 of 9: "));
}

INSTANTIATE_TEST_SUITE_P(Ends, SlurmTask,
                         testing::Values(End{0, 0, 0, false}, End{2, 0, 2, false}, End{70, 0, 70, false},
                                         End{134, 0, 134, false}, End{75, 0, 75, true}, End{75, 2, 75, true},
                                         End{75, 3, 1, false}, End{137, 0, 75, true}, End{137, 3, 1, false},
                                         End{143, 0, 75, true}),
                         [](const auto& end) {
                           return std::to_string(end.param.program) + "_after_" + std::to_string(end.param.restarts);
                         });

TEST(SlurmTaskToldToEnd, IsPutBackUnlessItWasCancelled) {
  for (const std::string state : {"RUNNING", "CANCELLED", ""}) {
    const FakePrograms fake;
    fake.add("fairground", "trap 'exit 75' TERM; touch \"$LOG\"; for _ in {1..200}; do sleep 0.05; done\n");
    fake.add("scontrol", "echo scontrol \"$@\" >>\"$LOG\"\n");
    fake.add("squeue", "echo " + state + "\n");
    const ProcessResult result = fake.run({"SLURM_ARRAY_JOB_ID=7", "SLURM_ARRAY_TASK_ID=2"},
                                          {"/bin/bash", kFiles / "slurm.sbatch"}, [&](pid_t script) {
                                            while (!fs::exists(fake / "log")) {
                                              ::usleep(1000);
                                            }
                                            ::kill(script, SIGTERM);
                                          });
    EXPECT_EQ(result.status, 75) << result.err;
    if (state == "RUNNING") {
      EXPECT_THAT(fake.asked(), ElementsAre("scontrol requeue 7_2"));
    } else {
      EXPECT_THAT(fake.asked(), IsEmpty()) << state;
    }
  }
}

TEST(SlurmTaskOfNoArray, IsRefused) {
  const FakePrograms fake;
  const ProcessResult result =
      fake.run({"--unset=SLURM_ARRAY_TASK_ID", "FAIRGROUND_SHARDS=9"}, {"/bin/bash", kFiles / "slurm.sbatch"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("--array=0-8"));
}

TEST(SlurmSubmit, NamesMistakesBeforeItSubmitsAnything) {
  const FakePrograms fake;
  fake.add("sbatch", "echo sbatch >>\"$LOG\"\n");
  write_text(fake / "set.yaml", "");
  const std::string submit = kFiles / "slurm-submit";
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
      {{submit}, "takes CONFIG, OUT and SHARDS"},
      {{submit, "none.yaml", "out", "6"}, "there is no config none.yaml"},
      {{submit, "set.yaml", "out", "0"}, "from 1 on, and not 0"},
      {{submit, "set.yaml", "out", "0-5"}, "from 1 on, and not 0-5"},
      {{submit, "--only", "set.yaml", "out", "6"}, "--only takes shards"},
      {{submit, "--partition=long", "set.yaml", "out", "6"}, "options for sbatch come last"},
      {{submit, "set.yaml", "out", "6"}, "there is no program no-such-program"}};
  for (const auto& [command, message] : mistakes) {
    const ProcessResult result = fake.run({"FAIRGROUND=no-such-program"}, command);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(message));
  }
  EXPECT_THAT(fake.asked(), IsEmpty());
}

TEST(Kubernetes, TheShardsFitTheIndexesAndTheMergeReadsWhatTheyWrite) {
  const std::vector<YAML::Node> made = YAML::LoadAllFromFile(kFiles / "kubernetes.yaml");
  ASSERT_EQ(made.size(), 2U);
  const YAML::Node shards = made[1]["spec"];
  const YAML::Node merge = YAML::LoadFile(kFiles / "kubernetes-merge.yaml")["spec"];
  using Words = std::vector<std::string>;
  const auto container = [](const YAML::Node& job) { return job["template"]["spec"]["containers"][0]; };
  const std::string cores = container(shards)["resources"]["requests"]["cpu"].as<std::string>();
  EXPECT_EQ(container(shards)["args"].as<Words>(),
            (Words{"run", "/data/set.yaml", "--out", "/data/out", "--shard",
                   "auto/" + shards["completions"].as<std::string>(), "--jobs", cores, "--quiet"}));
  EXPECT_EQ(
      container(merge)["args"].as<Words>(),
      (Words{"merge", "/data/out", "--jobs", container(merge)["resources"]["requests"]["cpu"].as<std::string>()}));
  EXPECT_EQ(shards["completionMode"].as<std::string>(), "Indexed");
  for (const YAML::Node& job : {shards, merge}) {
    const YAML::Node on_exit = job["podFailurePolicy"]["rules"][0]["onExitCodes"];
    EXPECT_EQ(on_exit["containerName"].as<std::string>(), container(job)["name"].as<std::string>());
    const bool is_merge = job["completions"].IsDefined() == false;
    EXPECT_EQ(on_exit["values"].as<std::vector<int>>(), is_merge ? (std::vector{1, 2, 70}) : (std::vector{2, 70}));
    EXPECT_EQ(job["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"].as<std::string>(),
              made[0]["metadata"]["name"].as<std::string>());
    EXPECT_EQ(container(job)["image"].as<std::string>(), container(shards)["image"].as<std::string>());
  }
}

TEST(AwsBatch, TheDefinitionTriesAgainWhatPasses) {
  const json definition = json::parse(read_text(kFiles / "aws-batch.json"));
  std::map<std::string, std::string> actions;
  for (const json& rule : definition["retryStrategy"]["evaluateOnExit"]) {
    actions[rule.contains("onExitCode") ? rule["onExitCode"] : rule.begin().value()] = rule["action"];
  }
  EXPECT_EQ(actions["75"], "RETRY");
  EXPECT_EQ(actions["137"], "RETRY");
  EXPECT_FALSE(actions.contains("2") || actions.contains("70"));
  // What no rule names would be tried again.
  EXPECT_EQ(definition["retryStrategy"]["evaluateOnExit"].back(), json({{"onReason", "*"}, {"action", "EXIT"}}));
  const json& container = definition["containerProperties"];
  EXPECT_EQ(container["resourceRequirements"][0], json({{"type", "VCPU"}, {"value", container["command"][8]}}));
}

TEST(AwsBatch, TheMergeIsSubmittedBehindTheArray) {
  const json parameters = json::parse(read_text(kFiles / "aws-batch.json"))["parameters"];
  const FakePrograms fake;
  fake.add("aws", "printf '%s\\n' \"$@\" >>\"$LOG\"; echo id-$(grep -c submit-job \"$LOG\")\n");
  const ProcessResult result = fake.run({}, {kFiles / "aws-batch-submit", "queue", "/data/a.yaml", "/data/o", "12"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "shards: id-1\nmerge: id-2\n");
  const auto value = [asked = fake.asked()](const std::string& option) {
    const auto found = std::ranges::find(asked, option);
    return found == asked.end() ? "nothing" : *(found + 1);
  };
  EXPECT_EQ(value("--array-properties"), "size=12");
  const json given = json::parse(value("--parameters"));
  EXPECT_EQ(given, json({{"config", "/data/a.yaml"}, {"out", "/data/o"}, {"shard", "auto/12"}}));
  for (const auto& [name, unused] : given.items()) {
    EXPECT_TRUE(parameters.contains(name)) << name;
  }
  EXPECT_EQ(value("--depends-on"), "jobId=id-1");
  EXPECT_EQ(json::parse(value("--container-overrides")),
            json({{"command", {"fairground", "merge", "/data/o", "--jobs", "4"}}}));
}

}  // namespace
}  // namespace fairground
