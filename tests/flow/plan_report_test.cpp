// What `plan` tells before anything is made.
#include "pipeline/flow/plan_report.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/design/plan.h"
#include "pipeline/flow/run.h"
#include "tests/support/test_set.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string report(const TestSet& set, const PlanOptions& options = {}) {
  std::ostringstream progress;
  std::ostringstream out;
  plan_report(load_config(set.config_path(), registered_schemas()), options, progress, out);
  return out.str();
}

TEST(PlanReport, TextNamesSourcesPeopleAndConditions) {
  const TestSet set(5, 2);
  const std::string text = report(set);
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("plan of test: 23 variants, hash "), HasSubstr("audio: 5 sources x 3 conditions = 15 variants"),
            HasSubstr("image: 2 sources x 4 conditions = 8 variants"), HasSubstr("noise=none   (clean reference)"),
            HasSubstr("irish"), HasSubstr("scots"), HasSubstr("16000 (3)"), HasSubstr("Variants never add any")));
  EXPECT_THAT(text, HasSubstr("group scots has no usable source with realization 2\n"));
  EXPECT_THAT(text, HasSubstr("groups indoors, unknown have no usable source with realizations 1, 2\n"));
}

TEST(PlanReport, JsonSaysTheSame) {
  const TestSet set(5, 2);
  const json plan = json::parse(report(set, {.out = {}, .json = true}));
  EXPECT_EQ(plan["name"], "test");
  EXPECT_EQ(plan["variants"], 23);
  EXPECT_EQ(plan["media"]["audio"]["variants"], 15);
  const json irish = plan["media"]["audio"]["groups"][0];
  EXPECT_EQ(irish["group"]["accent"], "irish");
  EXPECT_EQ(irish["before"]["observed"]["sources"], 3);
  EXPECT_EQ(irish["before"]["observed"]["subjects"], 3);
  EXPECT_EQ(irish["file_rates_hz"], json({{"16000", 3}}));
  EXPECT_GT(irish["median_bandwidth_hz"].get<double>(), 0.0);
  EXPECT_THAT(plan["media"]["audio"]["cannot_be_used"], IsEmpty());
}

TEST(PlanReport, WithoutMeasuringThereAreNoBandwidths) {
  const TestSet set(2, 0);
  const json plan = json::parse(report(set, {.out = {}, .json = true, .measure = false}));
  EXPECT_TRUE(plan["media"]["audio"]["groups"][0]["median_bandwidth_hz"].is_null());
}

TEST(PlanReport, WhatARunCouldNotReadIsNamed) {
  TestSet set(2, 0);
  write_text(set / "data/bad.wav", "no sound");
  set.speech += "gone,gone.wav,a,irish,x,\nbad,bad.wav,b,irish,x,\n";
  set.save();
  EXPECT_THAT(report(set), AllOf(HasSubstr("cannot be used: gone: "), HasSubstr("cannot be used: bad: ")));
  EXPECT_THAT(json::parse(report(set, {.out = {}, .json = true}))["media"]["audio"]["cannot_be_used"],
              ElementsAre(testing::Truly([](const json& j) { return j.get<std::string>().starts_with("gone: "); }),
                          testing::Truly([](const json& j) { return j.get<std::string>().starts_with("bad: "); })));
}

/// Cuts the third photograph short, and adds a recording that is silent and one that would clip.
void add_unusable_sources(TestSet& set) {
  const std::string photo = read_text(set / "data/photo2.webp");
  write_text(set / "data/photo2.webp", photo.substr(0, photo.size() / 2));
  write_wav(set / "data/silent.wav", mono(16000, std::vector<float>(8000, 0.0F)));
  // Clicks so sparse that at the active level of the run they go beyond full scale, and more of them than the gate
  // lets through: one sample in 700 at 0.99 has a level of -28.5 dBov, and -26 is wanted.
  Audio spiky = mono(16000, std::vector<float>(8000, 0.0F));
  for (std::size_t i = 0; i < spiky.samples.size(); i += 700) {
    spiky.samples[i] = 0.99F;
  }
  write_wav(set / "data/spiky.wav", spiky);
  set.speech += "silent,silent.wav,quiet,irish,,\nspiky,spiky.wav,loud,scots,,\n";
  set.save();
}

TEST(PlanReport, WhatTheRunWouldLoseIsForeseen) {
  TestSet set(4, 3);
  add_unusable_sources(set);
  const json plan = json::parse(report(set, {.out = {}, .json = true}));
  const auto begins = [](const std::string& text) {
    return testing::Truly([text](const json& j) { return j.get<std::string>().starts_with(text); });
  };
  EXPECT_THAT(plan["media"]["audio"]["cannot_be_used"],
              ElementsAre(begins("silent: no active speech"), begins("spiky: clean reference: ")));
  EXPECT_THAT(plan["media"]["image"]["cannot_be_used"], ElementsAre(begins("p2: ")));

  std::ostringstream ignored;
  const std::atomic<bool> stop{false};
  RunOptions options;
  options.quiet = true;
  (void)run(load_config(set.config_path(), registered_schemas()), options, stop, ignored, ignored);
  const json made = json::parse(read_text(set / "out/coverage.json"));
  for (const char* medium : {"audio", "image"}) {
    json foreseen = plan["media"][medium]["groups"];
    for (json& group : foreseen) {
      group.erase("file_rates_hz");
      group.erase("median_bandwidth_hz");
      for (const char* only_foreseen : {"combinations", "collect", "nothing_can_be_made", "sources_left_out",
                                        "sources_of_a_realization", "qualities"}) {
        EXPECT_EQ(group.erase(only_foreseen), 1U) << only_foreseen;
      }
    }
    EXPECT_EQ(foreseen, made[medium]["groups"]) << medium;
  }
  // indoors: p0 and the cut p2; irish: s0, s2 and the silent one; scots: s1, s3 and the rejected one.
  EXPECT_EQ(made["image"]["groups"][0]["before"]["observed"]["sources"], 1);
  EXPECT_EQ(made["audio"]["groups"][0]["before"]["observed"]["sources"], 2) << "no speech: it could not be read";
  EXPECT_EQ(made["audio"]["groups"][1]["before"]["observed"]["sources"], 3) << "it could be read";
  EXPECT_EQ(made["audio"]["groups"][1]["after"][0]["observed"]["sources"], 2) << "but not kept";
  for (const json& group : made["audio"]["groups"]) {
    EXPECT_THAT(group["realizations_missing"], testing::SizeIs(1));
  }
}

TEST(PlanReport, TheTableCountsOnlyWhatCanBeUsed) {
  TestSet set(4, 3);
  add_unusable_sources(set);
  EXPECT_THAT(report(set), testing::ContainsRegex("scots +3 +3 +2 +2 +2 "));
  EXPECT_THAT(report(set), testing::ContainsRegex("irish +2 +2 +2 +2 +2 "));
  EXPECT_THAT(report(set), testing::ContainsRegex("indoors +1 +1 +3 +1 +1"));
}

TEST(PlanReport, AMissingFileTakesItsRealizationWithIt) {
  TestSet set(0, 0);
  set.speech = "clip,path\n";
  for (const char* name : {"a", "b", "c"}) {
    write_bytes(set / "data" / (std::string(name) + ".wav"), test_wav(0.5, 16000, 1));
    set.speech += std::string(name) + "," + name + ".wav\n";
  }
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, sample_rate: 16000}\n"
      "design: {realizations: 3}\noutput: {directory: out}\n";
  set.save();
  EXPECT_THAT(report(set), Not(HasSubstr("realization 2")));
  std::filesystem::remove(set / "data/b.wav");
  EXPECT_THAT(report(set), testing::ContainsRegex("note: there is no usable source with realization [012]\n"));
  EXPECT_THAT(report(set, {.out = {}, .measure = false}), HasSubstr("note: there is no usable source"));
}

TEST(PlanReport, NotesOnRealizationsStayShort) {
  TestSet set(2, 0);
  const auto with_design = [&](const std::string& design) {
    const std::size_t begin = set.config.find("design: ");
    set.config.replace(begin, set.config.find('\n', begin) - begin, "design: " + design);
    set.save();
    return report(set);
  };
  EXPECT_THAT(with_design("{realizations: 100000}"),
              HasSubstr("groups irish, scots have no usable source with realizations 1, 2, 3, 4, 5, 6, 7, 8, … and "
                        "99991 more\n"));
  EXPECT_THAT(with_design("{realizations: 9}"), HasSubstr("with realizations 1, 2, 3, 4, 5, 6, 7, 8\n"));
  EXPECT_THAT(with_design("{realizations: 9, pairing: independent}"), Not(HasSubstr("note:")));
}

TEST(PlanReport, NothingCommandsTheTerminalAndColumnsStandUpright) {
  TestSet set(1, 0);
  write_bytes(set / "data/e.wav", test_wav(0.5, 16000, 1));
  set.speech += "e,e.wav,x,\"caf\u00e9\u00e9\u00e9\n\x1b[2J\xc2\x9b\",,\nbell\x07,gone.wav,x,irish,,\n";
  set.save();
  const std::string text = report(set);
  EXPECT_THAT(text, HasSubstr("cafééé??[2J?  "));
  EXPECT_THAT(text, HasSubstr("cannot be used: bell?: "));
  for (const char byte : text) {
    EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 0x20U);
  }
  // The label is 12 characters long, `irish` 5.
  EXPECT_THAT(text, HasSubstr("  irish         1 "));
  EXPECT_THAT(text, HasSubstr("  cafééé??[2J?  1 "));
}

TEST(PlanReport, SaysHowMuchSoundThereWillBe) {
  TestSet set(5, 1);
  EXPECT_THAT(report(set), HasSubstr("= 15 variants, 7.5 s of sound, 3 realizations"));
  EXPECT_EQ(json::parse(report(set, {.out = {}, .json = true}))["media"]["audio"]["audio_seconds"], 7.5);
  EXPECT_FALSE(json::parse(report(set, {.out = {}, .json = true}))["media"]["image"].contains("audio_seconds"));
  std::filesystem::remove(set / "data/clip0.wav");
  EXPECT_THAT(report(set), HasSubstr("6.0 s of sound"));
  write_bytes(set / "data/clip0.wav", test_wav(518.0, 16000, 1));
  EXPECT_THAT(report(set, {.out = {}, .measure = false}), HasSubstr("26 min of sound"));
  write_bytes(set / "data/clip0.wav", test_wav(2398.0, 8000, 1));
  EXPECT_THAT(report(set, {.out = {}, .measure = false}), HasSubstr("2.0 h of sound"));
}

TEST(PlanReport, ATelephoneGroupIsNoted) {
  TestSet set(0, 0);
  std::string rows = "clip,path,speaker,accent,licence,text\n";
  for (int i = 0; i < 4; ++i) {
    const std::string name = "n" + std::to_string(i) + ".wav";
    write_bytes(set / "data" / name, test_wav(1.0, i < 2 ? 8000 : 16000, static_cast<std::uint64_t>(i)));
    rows += name + "," + name + ",x," + (i < 2 ? "telephone" : "studio") + ",,\n";
  }
  set.speech = rows;
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, groups: [accent], sample_rate: 16000}\n"
      "output: {directory: out}\n";
  set.save();
  EXPECT_THAT(report(set), AllOf(HasSubstr("bandwidth_hz: studio  vs  telephone: "), HasSubstr("unknown")));
  EXPECT_THAT(report(set, {.out = {}, .measure = false}), Not(HasSubstr("bandwidth_hz: studio")));
}

TEST(PlanReport, OutHoldsThePlansLines) {
  const TestSet set(3, 1);
  (void)report(set, {.out = set / "plan.jsonl"});
  const Config config = load_config(set.config_path(), registered_schemas());
  const Catalog catalog = read_catalog(config, 1);
  const Plan plan(config, catalog);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    lines.push_back(plan.line(plan.at(i)));
  }
  EXPECT_EQ(read_lines(set / "plan.jsonl"), lines);
}

TEST(PlanReport, OutReplacesNothingElse) {
  const TestSet set(1, 1);
  std::filesystem::create_directories(set / "folder");
  std::filesystem::create_symlink(set / "data/speech.csv", set / "link.csv");
  std::filesystem::create_hard_link(set.config_path(), set / "gathered.part");
  const auto before = read_tree(set / ".");
  const std::vector<std::pair<std::string, std::string>> refused = {{"set.yaml", "would replace the config"},
                                                                    {"gathered", "would replace the config"},
                                                                    {"data/../set.yaml", "would replace the config"},
                                                                    {"data/speech.csv", "would replace a manifest"},
                                                                    {"data/photos.csv", "would replace a manifest"},
                                                                    {"link.csv", "would replace a manifest"},
                                                                    {"folder", "this is a folder"},
                                                                    {"folder/", "this is a folder"},
                                                                    {"nowhere/plan.jsonl", "there is no folder"},
                                                                    {"set.yaml/plan.jsonl", "there is no folder"}};
  for (const auto& [name, why] : refused) {
    try {
      (void)report(set, {.out = set / name});
      ADD_FAILURE() << name << " was accepted";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr(why)) << name;
    }
    EXPECT_EQ(read_tree(set / "."), before) << name;
  }
  ASSERT_EQ(::mkfifo((set / "pipe").c_str(), 0600), 0);
  EXPECT_THROW((void)report(set, {.out = set / "pipe"}), UserError);
  EXPECT_TRUE(std::filesystem::is_fifo(set / "pipe")) << "a pipe or a device would be replaced";
}

TEST(PlanReport, ThreadsDoNotMatter) {
  const TestSet set(6, 4);
  // Only how long it would take, which is measured, may differ.
  const auto without_time = [&](int jobs) {
    std::string text;
    std::istringstream lines(report(set, {.out = {}, .jobs = jobs}));
    for (std::string line; std::getline(lines, line);) {
      text += line.find("by a trial of") == std::string::npos ? line + '\n' : "";
    }
    return text;
  };
  EXPECT_EQ(without_time(1), without_time(4));
}

TEST(PlanReport, NothingIsMade) {
  const TestSet set(2, 1);
  (void)report(set);
  EXPECT_FALSE(std::filesystem::exists(set / "out"));
}

}  // namespace
}  // namespace fairground
