// The whole page that `plan` prints of a sparse set: kept as a text that people have read, and counted again.
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/core/hash.h"
#include "pipeline/flow/plan_report.h"
#include "pipeline/flow/ready_source.h"
#include "pipeline/flow/run.h"
#include "pipeline/media/resample.h"
#include "pipeline/measure/bandwidth.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/measure/sharpness.h"
#include "pipeline/measure/source_snr.h"
#include "tests/flow/plan_page_recount.h"
#include "tests/flow/plan_page_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(FAIRGROUND_SOURCE_DIR) / "tests/flow/data/sparse_plan.txt";
constexpr const char* kRenew = "FAIRGROUND_RENEW_GOLDEN";

/// What the test says once more in StatedDesign and PowerSettings, below.
constexpr const char* kConfig = R"(fairground: 1
name: sparse
seed: 20260401
sources:
  - {media: audio, manifest: data/speech.csv, id: clip, file: path, subject: speaker, groups: [accent, gender],
     sample_rate: 16000}
  - {media: image, manifest: data/photos.csv, id: photo, file: path, subject: sitter, groups: [age]}
assets: {fan: {files: "noise/*.wav", licence: CC0-1.0}}
axes:
  audio:
    hiss: {none: [], faint: [{noise.coloured: {colour: white, snr_db: 30}}],
           loud: [{noise.coloured: {colour: white, snr_db: 10}}]}
    hum: {none: [], faint: [{noise.coloured: {colour: brown, snr_db: 25}}],
          loud: [{noise.coloured: {colour: brown, snr_db: 10}}]}
    place: {quiet: [], beside_fan: [{noise.recording: {from: fan, snr_db: 15}}],
            at_fan: [{noise.recording: {from: fan, snr_db: 5}}]}
    rain: {none: [], drizzle: [{noise.coloured: {colour: pink, snr_db: 20}}]}
  image:
    light: {as_taken: [], dim: [{light.exposure: {ev: -2}}], bright: [{light.exposure: {ev: 1}}]}
    sensor: {none: [], coarse: [{sensor.noise: {iso: 1600}}]}
    shade: {none: [], half: [{light.exposure: {ev: -0.5}}]}
design:
  audio:
    ways: 2
    also: [{axes: [hiss, hum, rain], ways: 3}]
    except: [{hum: loud, place: [beside_fan, at_fan]}]
    observed: {place: recorded_in}
    at_least: {sources: 6, subjects: 4}
    sources_per_group: 7
    realizations: 3
    budget: {variants: 300}
    controls: {identity: true, repeat: 0.05}
    power: {baseline_error: 0.08, degradation: 1.5, units: 40, subject_sd: 0.1, source_sd: 0.2, interaction_sd: 0.05}
  image:
    ways: 2
    fill: missing_only
    observed: {light: taken_in}
    at_least: {sources: 2, subjects: 2}
    realizations: 2
    budget: {variants: 60}
    controls: {identity: true, repeat: 0.1}
output:
  directory: out
  audio: {format: wav}
  image: {format: png}
)";

StatedDesign audio_design() {
  StatedDesign design;
  design.medium = "audio";
  design.id_column = "clip";
  design.subject_column = "speaker";
  design.group_columns = {"accent", "gender"};
  design.axes = {{"hiss", {"none", "faint", "loud"}},
                 {"hum", {"none", "faint", "loud"}},
                 {"place", {"quiet", "beside_fan", "at_fan"}},
                 {"rain", {"none", "drizzle"}}};
  design.also = {{{0, 1, 3}, 3}};
  design.except = {{{1, {2}}, {2, {1, 2}}}};
  design.observed_axis = 2;
  design.observed_column = "recorded_in";
  design.at_least_sources = 6;
  design.at_least_subjects = 4;
  design.sources_per_group = 7;
  design.realizations = 3;
  return design;
}

StatedDesign image_design() {
  StatedDesign design;
  design.medium = "image";
  design.id_column = "photo";
  design.subject_column = "sitter";
  design.group_columns = {"age"};
  design.axes = {{"light", {"as_taken", "dim", "bright"}}, {"sensor", {"none", "coarse"}}, {"shade", {"none", "half"}}};
  design.observed_axis = 0;
  design.observed_column = "taken_in";
  design.at_least_sources = 2;
  design.at_least_subjects = 2;
  design.realizations = 2;
  design.fills_missing_only = true;
  return design;
}

/// Reads every usable source as a run does, and asks the meters.
void measure(const Config& config, Media media, std::vector<StatedSource>& sources) {
  const Catalog catalog = read_catalog(config, 1);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i].is_usable) {
      continue;
    }
    const DecodedSource decoded = decode_source(config, catalog.media.at(media), media, i);
    ASSERT_EQ(decoded.fate, Fate::written) << sources[i].id << ": " << decoded.reason;
    if (media == Media::image) {
      sources[i].qualities = {measure_sharpness(decoded.image), measure_exposure_ev(decoded.image)};
    } else {
      // The telephone's recordings are measured at their own rate, in which nothing is empty.
      const int file_rate = catalog.media.at(media).file_of(catalog.media.at(media).sources[i]).sample_rate;
      const Audio own =
          file_rate < decoded.audio.sample_rate ? resample(decoded.audio, file_rate, config.resampler) : decoded.audio;
      sources[i].qualities = {measure_source_snr_db(own), measure_bandwidth_hz(decoded.audio), decoded.own_level_dbov,
                              sources[i].seconds};
    }
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// What depends on the machine: how long a run takes on it, and where the test's folder is.
std::string without_machine(const std::string& page, const std::string& folder) {
  std::istringstream lines(page);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t thread = line.find(" on 1 thread of this machine, by a trial of ");
    text += (thread == std::string::npos ? line : "    about <time>" + line.substr(thread)) + '\n';
  }
  return replaced(std::move(text), folder, "SET");
}

/// The lines that differ, from the longest common subsequence.
std::string difference_of(const std::vector<std::string>& golden, const std::vector<std::string>& now) {
  std::vector<std::vector<std::size_t>> common(golden.size() + 1, std::vector<std::size_t>(now.size() + 1, 0));
  for (std::size_t i = golden.size(); i-- > 0;) {
    for (std::size_t j = now.size(); j-- > 0;) {
      common[i][j] = golden[i] == now[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string text;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < golden.size() || j < now.size()) {
    if (i < golden.size() && j < now.size() && golden[i] == now[j]) {
      ++i;
      ++j;
    } else if (j == now.size() || (i < golden.size() && common[i + 1][j] >= common[i][j + 1])) {
      text += "- " + golden[i++] + '\n';
    } else {
      text += "+ " + now[j++] + '\n';
    }
  }
  return text;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// The set is made, planned and run once for all tests.
class PlanPage : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = std::make_unique<SparseSet>();
    const Config config = load_config(set_->add_config("sparse.yaml", kConfig), registered_schemas());
    page_ = plan(config, "plan.jsonl", /*measure=*/true);
    std::string unlimited = replaced(kConfig, "    budget: {variants: 300}\n", "");
    unlimited = replaced(unlimited, "    budget: {variants: 60}\n", "");
    (void)plan(load_config(set_->add_config("unlimited.yaml", unlimited), registered_schemas()), "unlimited.jsonl",
               /*measure=*/false);
    std::ostringstream ignored;
    const std::atomic<bool> stop{false};
    RunOptions options;
    options.quiet = true;
    EXPECT_EQ(run(config, options, stop, ignored, ignored), ExitStatus::items_failed) << "three files cannot be read";
    audio_ = medium_of(config, Media::audio, audio_design(), "data/speech.csv");
    image_ = medium_of(config, Media::image, image_design(), "data/photos.csv");
  }

  static void TearDownTestSuite() { set_.reset(); }

  static std::string plan(const Config& config, const std::string& lines, bool measure) {
    std::ostringstream progress;
    std::ostringstream out;
    plan_report(config, {.out = *set_ / lines, .quiet = true, .measure = measure}, progress, out);
    return without_machine(out.str(), (*set_ / "").parent_path().string());
  }

  static StatedMedium medium_of(const Config& config, Media media, const StatedDesign& design,
                                const std::string& manifest) {
    StatedMedium medium;
    medium.design = design;
    medium.sources = read_sources(*set_ / manifest, design);
    measure(config, media, medium.sources);
    medium.plan = lines_of(design.medium, "plan.jsonl");
    medium.without_budget = lines_of(design.medium, "unlimited.jsonl");
    for (const auto& [name, bytes] : read_tree(*set_ / "out" / design.medium)) {
      medium.bytes_made += name.ends_with(".jsonl") ? 0.0 : static_cast<double>(bytes.size());
    }
    return medium;
  }

  static std::vector<PlanLine> lines_of(const std::string& medium, const std::string& name) {
    std::vector<PlanLine> lines = read_plan_lines(read_lines(*set_ / name));
    std::erase_if(lines, [&](const PlanLine& line) { return line.medium != medium; });
    return lines;
  }

  static inline std::unique_ptr<SparseSet> set_;
  static inline std::string page_;
  static inline StatedMedium audio_;
  static inline StatedMedium image_;
};

TEST(PageClaims, FindWhatNobodyCounted) {
  const std::string page =
      "plan of x: 3 variants\n\naudio: 2 sources\n\n  gaps: 1 or more\n    irish  man  -1.5 (0.25), s3\n";
  const std::vector<Claim> right = {{"", "plan", {3}},
                                    {"audio", "\naudio: ", {2}},
                                    {"audio gaps", "or more\n", {1}},
                                    {"audio gaps", "\nirish man ", {-1.46, 0.25}}};
  EXPECT_THAT(check_page(page, right), testing::IsEmpty());
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::vector<Claim> wrong = right;
    wrong[i].numbers[0].value += 1.0;
    EXPECT_THAT(check_page(page, wrong), testing::SizeIs(1)) << "another number";
    wrong = right;
    wrong[i].numbers.emplace_back(7);
    EXPECT_THAT(check_page(page, wrong), testing::SizeIs(1)) << "one more number";
    wrong = right;
    wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(check_page(page, wrong), testing::SizeIs(1)) << "nobody explains the line";
    wrong = right;
    wrong[i].key = "nowhere";
    EXPECT_THAT(check_page(page, wrong), testing::SizeIs(2)) << "a line without a claim, and a claim without a line";
    wrong = right;
    wrong.push_back(right[i]);
    EXPECT_THAT(check_page(page, wrong), testing::SizeIs(1)) << "explained twice";
  }
}

TEST_F(PlanPage, IsAsItWasReviewed) {
  if (const char* renew = std::getenv(kRenew); renew != nullptr && std::string(renew) == "1") {
    write_text(kGolden, page_);
    FAIL() << kGolden << " was written anew. Read it as an auditor would before it is committed.";
  }
  const std::string golden = read_text(kGolden);
  EXPECT_TRUE(page_ == golden) << difference_of(split_lines(golden), split_lines(page_)) << "Lines with - are in "
                               << kGolden << ", lines with + are what the page says now. If it should say that, set "
                               << kRenew << "=1, run this test once, and read the file.";
}

TEST_F(PlanPage, EveryNumberIsCountedAgain) {
  std::vector<Claim> claims{{"", "plan of sparse", {audio_.plan.size() + image_.plan.size()}}};
  const auto add = [&](const std::vector<Claim>& more) { claims.insert(claims.end(), more.begin(), more.end()); };
  for (const StatedMedium* medium : {&audio_, &image_}) {
    add(recount_conditions(*medium));
    add(recount_people(*medium));
  }
  add(recount_balance(audio_, {{"snr_db", false, 0.5},
                               {"bandwidth_hz", true, 0.05},
                               {"active_level_dbov", false, 0.1},
                               {"duration_s", true, 0.01}}));
  add(recount_balance(image_, {{"sharpness", true, 0.05}, {"exposure_ev", false, 0.05}}));
  PowerSettings power;
  power.baseline_error = 0.08;
  power.degradation = 1.5;
  power.units = 40;
  power.subject_sd = 0.1;
  power.source_sd = 0.2;
  power.interaction_sd = 0.05;
  power.alpha = 0.05;
  power.power = 0.8;
  // Nothing is compared between the groups of pictures, which meet different conditions.
  add(recount_power(audio_, power));
  EXPECT_THAT(check_page(page_, claims), testing::IsEmpty()) << page_;
}

TEST_F(PlanPage, NamesWhatTheBudgetLeft) {
  constexpr std::size_t kMostNamed = 8;
  for (const StatedMedium* medium : {&audio_, &image_}) {
    const std::set<std::string> left = combinations_left(*medium);
    std::set<std::string> named;
    for (const PageLine& line : lines_of_page(page_)) {
      if (line.section == medium->design.medium + " gaps" && line.text.starts_with("left by the budget: ")) {
        std::string names = line.text.substr(line.text.rfind(": ") + 2);
        names = replaced(replaced(names, ", …", ""), ", ", "\n");
        for (const std::string& name : split_lines(names)) {
          named.insert(name);
        }
      }
    }
    EXPECT_EQ(named.size(), std::min(kMostNamed, left.size()));
    EXPECT_THAT(left, testing::IsSupersetOf(named));
  }
}

TEST_F(PlanPage, WhatItSaysOfMatchingIsTrue) {
  EXPECT_THAT(
      page_, testing::ContainsRegex("every group .*meets the same conditions, and each source one realization in all"));
  std::map<std::string, std::set<std::map<std::string, std::string>>> conditions;
  std::map<std::string, std::set<std::size_t>> realizations;
  for (const PlanLine& line : audio_.plan) {
    realizations[line.source].insert(line.realization);
    if (line.control != "repeat") {
      EXPECT_TRUE(conditions[line.source].insert(line.condition).second) << line.source << " meets a condition twice";
    }
  }
  for (const auto& [source, met] : conditions) {
    EXPECT_EQ(met, conditions.begin()->second) << source;
    EXPECT_EQ(realizations[source].size(), 1U) << source;
  }
}

TEST_F(PlanPage, ListsItsConditionsAndNoOthers) {
  for (const StatedMedium* medium : {&audio_, &image_}) {
    std::set<std::map<std::string, std::string>> conditions;
    for (const PlanLine& line : medium->plan) {
      if (line.control == "none") {
        conditions.insert(line.condition);
      }
    }
    const std::string first_axis = medium->design.axes[0].name + "=";
    const auto lines = lines_of_page(page_);
    // That each of them is there is claimed by the recount.
    EXPECT_EQ(std::ranges::count_if(lines,
                                    [&](const PageLine& line) {
                                      return line.section == medium->design.medium + " conditions" &&
                                             line.text.starts_with(first_axis);
                                    }),
              std::ssize(conditions));
  }
}

TEST_F(PlanPage, NamesThePlansHash) {
  EXPECT_THAT(page_, testing::HasSubstr(", hash " + sha256_hex(read_text(*set_ / "plan.jsonl")) + '\n'));
}

}  // namespace
}  // namespace fairground
