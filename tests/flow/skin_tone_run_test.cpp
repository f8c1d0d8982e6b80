// Whole runs with an axis that works on skin: what it adds to a set and what it never adds to, and what is told of it.
#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/flow/coverage_report.h"
#include "pipeline/flow/plan_report.h"
#include "pipeline/flow/run.h"
#include "pipeline/flow/verify.h"
#include "pipeline/media/image_file.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Multiplies the light of skin, and rejects what goes away from the middle: the simplest limit that tones can meet.
struct Tone {
  double gain = 1.0;
  std::optional<std::int64_t> rungs = {};
};

constexpr double kMiddle = 50.0;
constexpr const char* kDarkerGate = "skin_test_darker";
constexpr const char* kLighterGate = "skin_test_lighter";

const ParameterTable<Tone>& tone_table() {
  static const auto instance = ParameterTable<Tone>()
                                   .number("gain", &Tone::gain, "", {0.1, 10}, "Of light.")
                                   .integer("rungs", &Tone::rungs, "", {3, 3}, "Makes a ladder.");
  return instance;
}

void change_tone(Picture& picture, const Tone& p, const StepRandom&) {
  const SkinFacts& skin = *picture.shot.skin;
  const double lightness = skin.tone->lightness;
  if (p.gain < 1.0 && lightness < kMiddle) {
    throw GateError("too dark to be darkened", {kDarkerGate, lightness, kMiddle});
  }
  if (p.gain > 1.0 && lightness > kMiddle) {
    throw GateError("too light to be lightened", {kLighterGate, lightness, kMiddle});
  }
  const float* weight = skin.region->weights.data();
  for (int y = 0; y < picture.image.height; ++y, weight += picture.image.width) {
    const ImageRow row = picture.image.row(y);
    for (int channel = 0; channel < row.channels; ++channel) {
      const std::span<float> samples = row.channel(channel);
      for (std::size_t x = 0; x < samples.size(); ++x) {
        samples[x] *= weight[x] > 0.0F ? static_cast<float>(p.gain) : 1.0F;
      }
    }
  }
  picture.tone = measure_apparent_tone(picture.image, skin.region->parts);
}

std::vector<std::vector<Setting>> rungs(const std::vector<Setting>& settings) {
  if (!std::holds_alternative<std::int64_t>(settings[1])) {
    return {};
  }
  return {{0.7, Setting()}, {0.85, Setting()}, {1.4, Setting()}};
}

const Registration tone_registration(picture_augmenter<Tone>({.name = "skin.test_tone",
                                                              .summary = "Changes the light of skin.",
                                                              .source = "none",
                                                              .media = Media::image,
                                                              .stage = Stage::skin,
                                                              .identity = "gain: 1",
                                                              .labels = "keeps all labels",
                                                              .expand_levels = rungs,
                                                              .needs_skin = true},
                                                             tone_table(), change_tone));

constexpr int kWidth = 64;
constexpr int kHeight = 48;

/// A patch of skin before a wall.
cv::Mat portrait(const cv::Scalar& skin_bgr) {
  cv::Mat codes(kHeight, kWidth, CV_8UC3, cv::Scalar(120, 130, 110));
  codes(cv::Rect(16, 8, 32, 32)) = skin_bgr;
  return codes;
}

class SkinToneRunTest : public testing::Test {
 protected:
  SkinToneRunTest() {
    cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
    write_png("nobody.png", mask);
    mask(cv::Rect(16, 8, 32, 32)) = 255;
    write_png("mask.png", mask);
    // Made colours, light and dark; by the reference's table of photographs, L* 65 and 38.
    const cv::Scalar light(117, 148, 193);
    const cv::Scalar dark(62, 82, 113);
    add("l0", light, "home");
    add("l1", light, "home");
    add("d0", dark, "home");
    add("d1", dark, "street");
    add("d2", dark, "street");
    add("n0", light, "street", "nobody.png");
  }

  void write_png(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / name, encode_image({codes}, ImageContainer::png, /*quality=*/100));
  }

  void add(const std::string& id, const cv::Scalar& skin, const std::string& place,
           const std::string& mask = "mask.png") {
    write_png(id + ".png", portrait(skin));
    rows_ += id + "," + id + ".png,sitter " + id.substr(0, 1) + "," + place + "," + mask + "\n";
  }

  fs::path config(const std::string& axes, const std::string& design = "{realizations: 2}") const {
    write_text(folder_ / "data.csv", "id,path,sitter,place,mask\n" + rows_);
    write_text(folder_ / "c.yaml",
               "fairground: 1\nname: test\nseed: 7\nsources: [{manifest: data.csv, id: id, file: path, media: image, "
               "subject: sitter, groups: [place], mask: mask}]\naxes:\n" +
                   axes + "design: " + design + "\noutput: {directory: out, image: {format: png}}\n");
    return folder_ / "c.yaml";
  }

  ExitStatus make(const fs::path& config_path, const fs::path& out, const fs::path& base = {}, bool restart = false) {
    RunOptions options;
    options.out = out;
    options.base = base;
    options.jobs = 2;
    options.restart = restart;
    options.tool_version = "test";
    summary_.str("");
    std::ostringstream progress;
    return fairground::run(load_config(config_path, registered_schemas()), options, std::atomic<bool>(false), progress,
                           summary_);
  }

  std::string verified(ExitStatus expected) const {
    std::ostringstream ignored;
    std::ostringstream out;
    EXPECT_EQ(verify(run_, registered_schemas(), /*jobs=*/2, ignored, out), expected) << out.str();
    return out.str();
  }

  [[nodiscard]] json account() const { return json::parse(read_text(run_ / "skin_tone.json")); }

  TemporaryFolder folder_;
  fs::path run_ = folder_ / "out";
  std::string rows_;
  std::ostringstream summary_;
};

constexpr const char* kLight = "  light: {day: [], dim: [{light.exposure: {ev: -1}}]}\n";
constexpr const char* kLadder = "  tone: {own: [], ladder: [{skin.test_tone: {rungs: 3}}]}\n";
constexpr const char* kDrawn = "  tone: {own: [], drawn: [{skin.test_tone: {gain: [0.7, 0.9]}}]}\n";

TEST_F(SkinToneRunTest, AnAxisOfToneAddsNothingToWhatGroupsAndSubjectsHave) {
  ASSERT_EQ(make(config(std::string(kLadder) + kLight), run_), ExitStatus::done);
  const json with = json::parse(read_text(run_ / "coverage.json"))["image"]["groups"];
  ASSERT_EQ(make(config(kLight), folder_ / "without"), ExitStatus::done);
  const json without = json::parse(read_text(folder_ / "without/coverage.json"))["image"]["groups"];
  ASSERT_EQ(with.size(), 2U);
  ASSERT_EQ(without.size(), 2U);
  for (std::size_t g = 0; g < with.size(); ++g) {
    EXPECT_EQ(with[g]["group"], without[g]["group"]);
    EXPECT_EQ(with[g]["before"], without[g]["before"]);
    EXPECT_EQ(with[g]["taking_part"], without[g]["taking_part"]);
    json own = json::array();
    for (json condition : with[g]["after"]) {
      if (condition["condition"]["tone"] != "own") {
        EXPECT_EQ(condition["observed"]["sources"], 0) << "nobody was photographed in it";
        EXPECT_EQ(condition["observed"]["subjects"], 0);
      }
      EXPECT_LE(condition["synthesised"]["sources"], with[g]["before"]["observed"]["sources"]);
      EXPECT_LE(condition["synthesised"]["subjects"], with[g]["before"]["observed"]["subjects"]);
      if (condition["condition"]["tone"] == "own") {
        condition["condition"].erase("tone");
        own.push_back(condition);
      }
    }
    EXPECT_EQ(own, without[g]["after"]);
  }
}

TEST_F(SkinToneRunTest, CoverageOfTheRecordsCountsSourcesAndNotTones) {
  ASSERT_EQ(make(config(std::string(kLadder) + kLight), run_), ExitStatus::done);
  ASSERT_EQ(make(config(kLight), folder_ / "without"), ExitStatus::done);
  const auto counts = [](const fs::path& run) {
    CoverageOptions options;
    options.by = {"place"};
    options.subject = "subject";
    options.json = true;
    std::ostringstream out;
    coverage_report(run / "image/metadata.jsonl", options, out);
    const json report = json::parse(out.str());
    return std::pair(report["sources"]["values"], report["subjects"]["values"]);
  };
  EXPECT_EQ(counts(run_), counts(folder_ / "without"));
}

TEST_F(SkinToneRunTest, RecordsSayThatTheyAreSyntheticAndWhatWasChanged) {
  ASSERT_EQ(make(config(kDrawn), run_), ExitStatus::done);
  std::size_t changed = 0;
  for (const json& record : read_json_lines(run_ / "image/metadata.jsonl")) {
    const json augmentations = json::parse(record["augmentations"].get<std::string>());
    EXPECT_EQ(record["synthetic"], record["tone"] != "own");
    if (record["tone"] == "own") {
      EXPECT_TRUE(augmentations.empty());
      continue;
    }
    ++changed;
    ASSERT_EQ(augmentations.size(), 1U);
    EXPECT_EQ(augmentations[0]["augmenter"], "skin.test_tone");
    EXPECT_EQ(augmentations[0]["version"], 1);
    const double gain = augmentations[0]["parameters"]["gain"];
    EXPECT_GT(gain, 0.7);
    EXPECT_LT(gain, 0.9);
    EXPECT_EQ(record["mask_source"], "supplied");
    // Of a flat patch, the clean reference's tone and this one's are known; a gain darkens it.
    EXPECT_LT(record["tone_reference_lightness"].get<double>(), 65.0);
  }
  EXPECT_EQ(changed, 2U) << "the light ones whose skin is known";
}

TEST_F(SkinToneRunTest, LostVariantsTellTheirGateAndFiguresInFieldsOfOneType) {
  rows_ += "gone,gone.png,nobody,home,mask.png\n";
  ASSERT_EQ(make(config(kLadder), run_), ExitStatus::items_failed);
  std::map<std::string, std::size_t> gates;
  for (const json& failure : read_json_lines(run_ / "failures.jsonl")) {
    for (const char* field : {"variant_id", "source_id", "kind", "stage", "reason"}) {
      EXPECT_TRUE(failure.at(field).is_string()) << failure;
    }
    if (failure["kind"] == "failed") {
      EXPECT_FALSE(failure.contains("gate"));
      EXPECT_FALSE(failure.contains("source_lightness"));
      continue;
    }
    ++gates[failure["gate"]];
    // 0.0 is written as 0.0, so that no reader takes a column for one of integers.
    EXPECT_TRUE(failure["value"].is_number_float()) << failure;
    EXPECT_TRUE(failure["limit"].is_number_float()) << failure;
    if (failure["source_id"] == "n0") {
      EXPECT_FALSE(failure.contains("source_lightness"));
    } else {
      EXPECT_NEAR(failure["source_lightness"], failure["source_id"].get<std::string>()[0] == 'l' ? 65.0 : 37.0, 2.0);
      EXPECT_EQ(failure["value"], failure["source_lightness"]);
    }
  }
  EXPECT_EQ(gates, (std::map<std::string, std::size_t>{{"skin_mask_empty", 3}, {kDarkerGate, 6}, {kLighterGate, 2}}));
}

TEST_F(SkinToneRunTest, TheSummaryCountsAGateOnceAndNamesTheFileWithWarnings) {
  ASSERT_EQ(make(config(kLadder), run_), ExitStatus::done);
  const std::string text = summary_.str();
  EXPECT_THAT(text, HasSubstr("6 × rejected (gate skin_test_darker)"));
  EXPECT_THAT(text, HasSubstr("2 × rejected (gate skin_test_lighter)"));
  EXPECT_THAT(text, HasSubstr(", the first: too dark to be darkened\n"));
  EXPECT_THAT(text, HasSubstr(" about apparent skin tone; see " + (run_ / "skin_tone.json").string()));
  EXPECT_FALSE(account()["warnings"].empty());
}

TEST_F(SkinToneRunTest, TheAccountAgreesWithRecordsAndFailures) {
  ASSERT_EQ(make(config(std::string(kLadder) + kLight), run_), ExitStatus::done);
  const json found = account();
  EXPECT_EQ(found["levels"], json::parse(R"({"tone": ["ladder_1", "ladder_2", "ladder_3"]})"));
  // Counted from what a reader of the set sees: plan, records and failures.
  std::map<std::string, std::map<std::string, std::size_t>> counted;
  const auto plan = by_id(read_json_lines(run_ / "plan.jsonl"));
  const auto name = [](const json& line) {
    const std::string source = line["source_id"];
    const bool is_home = source == "l0" || source == "l1" || source == "d0";
    const char* tone = source == "n0" ? "unknown" : source[0] == 'l' ? "60-70" : "30-40";
    return std::string(is_home ? "home " : "street ") + tone + " " + line["condition"]["tone"].get<std::string>();
  };
  for (const auto& [id, line] : plan) {
    if (line["condition"]["tone"] != "own") {
      ++counted[name(line)]["planned"];
    }
  }
  for (const json& record : read_json_lines(run_ / "image/metadata.jsonl")) {
    if (record["tone"] != "own") {
      ++counted[name(plan.at(record["variant_id"]))]["written"];
    }
  }
  for (const json& failure : read_json_lines(run_ / "failures.jsonl")) {
    ++counted[name(plan.at(failure["variant_id"]))][failure["gate"].get<std::string>()];
  }
  std::map<std::string, std::map<std::string, std::size_t>> told;
  for (const json& group : found["groups"]) {
    for (const json& band : group["bands"]) {
      for (const json& level : band["levels"]) {
        auto& counts = told[group["group"]["place"].get<std::string>() + " " +
                            band["source_lightness"].get<std::string>() + " " + level["level"].get<std::string>()];
        counts["planned"] = level["planned"];
        if (level["written"] > 0) {
          counts["written"] = level["written"];
        }
        for (const auto& [gate, count] : level["rejected"].items()) {
          counts[gate] = count;
        }
        EXPECT_EQ(level["failed"], 0);
      }
    }
  }
  EXPECT_EQ(told, counted);
  EXPECT_EQ(told.size(), 4U * 3U);
  // Light ones reach the dark rungs and dark ones the light rung, and the account says so.
  EXPECT_THAT(
      found["warnings"].get<std::vector<std::string>>(),
      AllOf(
          Contains(HasSubstr("tone of L* 50 or more were only made darker, those below L* 50 were only made lighter")),
          Contains("The level tone=ladder_3 was reached by 0 of 2 (0 %) sources with a measured tone of L* 50 or "
                   "more and by 3 of 3 (100 %) below L* 50; rejected there: skin_test_lighter 4.")));
}

TEST_F(SkinToneRunTest, VerifyCountsTheAccountAgain) {
  ASSERT_EQ(make(config(kLadder, "{realizations: 2, controls: {identity: true, repeat: 0.2}}"), run_),
            ExitStatus::done);
  EXPECT_THAT(verified(ExitStatus::done), Not(HasSubstr("difference")));
  const std::string before = read_text(run_ / "skin_tone.json");
  const auto edited = [&](const std::string& from, const std::string& to) {
    std::string text = before;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write_text(run_ / "skin_tone.json", text.replace(at, from.size(), to));
    return verified(ExitStatus::difference);
  };
  EXPECT_THAT(edited("\"written\": 2", "\"written\": 3"), AllOf(HasSubstr("skin_tone.json: its counts of tone=ladder_"),
                                                                HasSubstr("skin_tone.json: is not the account of")));
  EXPECT_THAT(edited("\"skin_test_darker\"", "\"skin_test_dark\""),
              HasSubstr("skin_tone.json: its counts of tone=ladder_"));
  // What only the sources can tell: who is of which tone, and what follows from it.
  EXPECT_THAT(edited("\"30-40\"", "\"20-30\""), HasSubstr("skin_tone.json: is not the account of what was made again"));
  EXPECT_THAT(edited("only made darker", "made darker"), HasSubstr("skin_tone.json: is not the account"));
  EXPECT_THAT(edited("\"groups\"", "\"groop\""), HasSubstr("skin_tone.json: cannot be read"));
  write_text(run_ / "skin_tone.json", "[]");
  EXPECT_THAT(verified(ExitStatus::difference), HasSubstr("skin_tone.json: cannot be read"));
  fs::remove(run_ / "skin_tone.json");
  EXPECT_THAT(verified(ExitStatus::difference), HasSubstr("skin_tone.json: is missing"));
}

TEST_F(SkinToneRunTest, VerifyComparesTheFiguresOfLostVariants) {
  ASSERT_EQ(make(config(kLadder), run_), ExitStatus::done);
  std::vector<json> failures = read_json_lines(run_ / "failures.jsonl");
  const auto edited = [&](const std::string& field, const json& value) {
    std::vector<std::string> lines;
    for (const json& failure : failures) {
      lines.push_back(failure.dump());
    }
    json first = failures.front();
    first[field] = value;
    lines.front() = first.dump();
    write_lines(run_ / "failures.jsonl", lines);
    return verified(ExitStatus::difference);
  };
  EXPECT_THAT(edited("value", 49.0), HasSubstr("its line of failures.jsonl differs"));
  EXPECT_THAT(edited("source_lightness", 49.0), HasSubstr("its line of failures.jsonl differs"));
  EXPECT_THAT(edited("limit", "fifty"), HasSubstr("failures.jsonl: limit of a line is of another type"));
  EXPECT_THAT(edited("gate", "skin_other"),
              AllOf(HasSubstr("its line of failures.jsonl differs"), HasSubstr("skin_tone.json: its counts")));
}

TEST_F(SkinToneRunTest, AnExtendedRunCountsWhatItMakesAndRejectsNothingTwice) {
  ASSERT_EQ(make(config(kLadder), run_), ExitStatus::done);
  add("l9", cv::Scalar(117, 148, 193), "home");
  const fs::path more = folder_ / "more";
  ASSERT_EQ(make(config(kLadder), more, /*base=*/run_), ExitStatus::done);
  // Rejected variants stay rejected: only the new source's are made.
  for (const json& line : read_json_lines(more / "plan.jsonl")) {
    EXPECT_EQ(line["source_id"], "l9");
  }
  const json found = json::parse(read_text(more / "skin_tone.json"));
  std::size_t planned = 0;
  for (const json& group : found["groups"]) {
    for (const json& band : group["bands"]) {
      EXPECT_EQ(band["source_lightness"], "60-70");
      for (const json& level : band["levels"]) {
        planned += level["planned"].get<std::size_t>();
      }
    }
  }
  EXPECT_EQ(planned, 3U);
  std::ostringstream page;
  std::ostringstream progress;
  PlanOptions options;
  options.against = run_;
  options.measure = false;
  plan_report(load_config(folder_ / "c.yaml", registered_schemas()), options, progress, page);
  EXPECT_THAT(page.str(), AllOf(HasSubstr("against "), HasSubstr(": 24 variants the same"),
                                HasSubstr("4 variants only in this plan")));
}

TEST_F(SkinToneRunTest, ARestartTakesTheOldAccountAway) {
  ASSERT_EQ(make(config(kLadder), run_), ExitStatus::done);
  ASSERT_TRUE(fs::exists(run_ / "skin_tone.json"));
  ASSERT_EQ(make(config(kLight), run_, {}, /*restart=*/true), ExitStatus::done);
  EXPECT_FALSE(fs::exists(run_ / "skin_tone.json")) << "no level of this run works on skin";
  EXPECT_THAT(summary_.str(), Not(HasSubstr("skin tone")));
}

TEST_F(SkinToneRunTest, TheAccountIsTheSameOnAnyNumberOfThreads) {
  ASSERT_EQ(make(config(std::string(kLadder) + kLight), run_), ExitStatus::done);
  RunOptions options;
  options.out = folder_ / "one";
  options.jobs = 1;
  std::ostringstream ignored;
  ASSERT_EQ(fairground::run(load_config(folder_ / "c.yaml", registered_schemas()), options, std::atomic<bool>(false),
                            ignored, ignored),
            ExitStatus::done);
  EXPECT_EQ(read_text(run_ / "skin_tone.json"), read_text(folder_ / "one/skin_tone.json"));
}

TEST_F(SkinToneRunTest, ThePlanSaysWhatSuchVariantsAreNot) {
  const auto page = [&](const std::string& axes, bool as_json) {
    std::ostringstream progress;
    std::ostringstream out;
    PlanOptions options;
    options.measure = false;
    options.json = as_json;
    plan_report(load_config(config(axes), registered_schemas()), options, progress, out);
    return out.str();
  };
  const std::string text = page(std::string(kLadder) + kLight, false);
  EXPECT_THAT(text, AllOf(HasSubstr("changed by tone=ladder_1, tone=ladder_2, tone=ladder_3"),
                          HasSubstr("stand for no group of people and add nothing to the counts of groups or subjects"),
                          HasSubstr("not diversity of people")));
  const json machine = json::parse(page(std::string(kLadder) + kLight, true))["media"]["image"];
  EXPECT_EQ(machine["apparent_skin_tone"]["levels"]["tone"].size(), 3U);
  EXPECT_FALSE(machine["apparent_skin_tone"]["statement"].empty());
  EXPECT_THAT(page(kLight, false), Not(HasSubstr("skin tone")));
  EXPECT_THAT(page(kLight, true), Not(HasSubstr("skin_tone")));
}

}  // namespace
}  // namespace fairground
