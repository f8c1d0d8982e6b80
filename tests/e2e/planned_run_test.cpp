// `run --plan FILE`: exactly the plan in the file, or nothing.
#include <gmock/gmock.h>

#include <functional>

#include "tests/support/designed_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

/// Expects that nothing is made, and that the message names the plan and what to do.
std::string refusal(const DesignedSet& set, const fs::path& plan, const std::string& what) {
  const ProcessResult result = run_fairground({"run", set.config(), "--plan", plan});
  EXPECT_EQ(result.status, 2) << what << ": " << result.out << result.err;
  EXPECT_FALSE(fs::exists(set / "out")) << what;
  EXPECT_THAT(result.err, AllOf(HasSubstr(plan.string()), HasSubstr("plan"))) << what;
  EXPECT_EQ(result.out, "") << what;
  fs::remove_all(set / "out");
  return result.err;
}

class PlannedRun : public testing::TestWithParam<const char*> {};

TEST_P(PlannedRun, MakesTheSameFolderByteForByte) {
  DesignedSet set(6, 4);
  set.design = GetParam();
  set.save();
  const fs::path plan = write_plan(set, "plan.jsonl", {"--effort", "1"});
  run_set(set, "without");
  run_set(set, "with", {"--plan", plan});
  EXPECT_EQ(read_text(plan), read_text(set / "with/plan.jsonl"));
  expect_equal(comparable(set / "without"), comparable(set / "with"));
  EXPECT_TRUE(is_verified(set / "with"));
}

INSTANTIATE_TEST_SUITE_P(
    Designs, PlannedRun,
    testing::Values("realizations: 3", "ways: 2, sources_per_group: 2, controls: {identity: true, repeat: 0.2}",
                    "audio: {ways: 2, budget: {variants: 40}, controls: {repeat: 0.1}}, image: {ways: 2}",
                    "ways: 2, include_clean: false, pairing: independent"));

TEST(PlannedRunOfMatchedSources, TakesThemFromThePlan) {
  DesignedSet set(12, 0);
  set.design = "ways: 2, realizations: 2, match_on: [active_level_dbov], controls: {repeat: 0.2}";
  set.save();
  // Most of one accent are soft and most of the other are loud, so that some must be left out.
  for (int i = 0; i < 12; ++i) {
    const bool is_loud = i / 2 >= (i % 2 == 0 ? 4 : 1);
    Audio audio = test_speech(0.5, 16000, static_cast<std::uint64_t>(i + 1));
    for (float& sample : audio.samples) {
      sample *= is_loud ? 4.0F : 1.0F;
    }
    const AudioContainer container = i % 2 == 0 ? AudioContainer::wav : AudioContainer::flac;
    write_bytes(set / "data" / ("clip" + std::to_string(i) + (i % 2 == 0 ? ".wav" : ".flac")),
                encode_audio(quantise(audio, 16), container));
  }
  const ProcessResult planned = run_fairground({"plan", set.config(), "--out", set / "plan.jsonl"});
  ASSERT_EQ(planned.status, 0) << planned.err;
  run_set(set, "without");
  run_set(set, "with", {"--plan", set / "plan.jsonl"});
  std::set<std::string> taken;
  for (const json& line : read_json_lines(set / "plan.jsonl")) {
    taken.insert(line["source_id"]);
  }
  EXPECT_THAT(taken, SizeIs(testing::AllOf(testing::Gt(3U), testing::Lt(12U)))) << "some are matched, and some are not";
  EXPECT_EQ(read_text(set / "plan.jsonl"), read_text(set / "without/plan.jsonl"));
  expect_equal(comparable(set / "without"), comparable(set / "with"));
}

TEST(PlannedRunRefusal, WhenTheConfigHasChanged) {
  DesignedSet set(4, 2);
  set.design = "ways: 2, realizations: 2, controls: {repeat: 0.1}";
  set.save();
  const fs::path plan = write_plan(set, "plan.jsonl");
  const std::vector<std::string> audio_axes = set.audio_axes;
  const std::vector<std::string> image_axes = set.image_axes;
  const std::string design = set.design;
  const auto in_axes = [&](const std::string& from, const std::string& to) {
    for (std::vector<std::string>* axes : {&set.audio_axes, &set.image_axes}) {
      for (std::string& axis : *axes) {
        if (const std::size_t at = axis.find(from); at != std::string::npos) {
          axis.replace(at, from.size(), to);
          return;
        }
      }
    }
    FAIL() << from;
  };
  const std::map<std::string, std::function<void()>> changes = {
      {"a parameter", [&] { in_axes("snr_db: 15", "snr_db: 16"); }},
      {"a parameter of an image", [&] { in_axes("iso: 1600", "iso: 1601"); }},
      {"a drawn parameter", [&] { in_axes("[5, 20]", "[5, 21]"); }},
      {"the seed", [&] { set.seed = "8"; }},
      {"an added axis", [&] { set.audio_axes.emplace_back("buzz: {off: [], on: [{noise.coloured: {snr_db: 40}}]}"); }},
      {"a removed level", [&] { in_axes(", site: [{noise.recording: {from: site, snr_db: 10}}]", ""); }},
      {"a renamed level", [&] { in_axes("soft:", "softer:"); }},
      {"a removed axis", [&] { set.image_axes.pop_back(); }},
      {"realizations", [&] { set.design = "ways: 2, realizations: 1, controls: {repeat: 0.1}"; }},
      {"repeats", [&] { set.design = "ways: 2, realizations: 2, controls: {repeat: 0.3}"; }},
      {"no repeats", [&] { set.design = "ways: 2, realizations: 2"; }},
      {"identity controls", [&] { set.design = "ways: 2, realizations: 2, controls: {identity: true, repeat: 0.1}"; }},
      {"fewer sources", [&] { set.design += ", sources_per_group: 1"; }},
      {"pairing", [&] { set.design += ", pairing: independent"; }},
      {"no clean references", [&] { set.design += ", include_clean: false"; }},
      {"the output format", [&] { set.output = "  audio: {format: wav}\n"; }},
  };
  for (const auto& [what, change] : changes) {
    change();
    set.save();
    refusal(set, plan, what);
    set.audio_axes = audio_axes;
    set.image_axes = image_axes;
    set.design = design;
    set.seed = "7";
    set.output.clear();
  }
  const DesignedSet without_photographs(4, 0);
  refusal(without_photographs, plan, "a medium less");
  set.save();
  run_set(set, "out", {"--plan", plan, "--quiet"});
}

TEST(PlannedRunRefusal, WhenTheSourcesHaveChanged) {
  DesignedSet set(4, 0);
  const fs::path plan = write_plan(set, "plan.jsonl");
  const std::string speech = set.files.speech;
  const std::string row = speech.substr(speech.find("s3,"));
  const Bytes clip = test_wav(0.5, 16000, 1);
  const std::map<std::string, std::function<void()>> changes = {
      {"a file's bytes", [&] { write_bytes(set / "data/clip0.wav", test_wav(0.5, 16000, 77)); }},
      {"a missing file", [&] { fs::remove(set / "data/clip0.wav"); }},
      {"a removed row", [&] { set.files.speech = speech.substr(0, speech.size() - row.size()); }},
      {"an added row", [&] { set.files.speech += "more,clip0.wav,x,irish,,\n"; }},
      {"a renamed source", [&] { set.files.speech.replace(speech.find("s3,"), 2, "t3"); }},
      {"an asset's bytes", [&] { write_bytes(set / "noise/fan.wav", test_wav(0.7, 16000, 1001)); }},
  };
  for (const auto& [what, change] : changes) {
    change();
    set.save();
    refusal(set, plan, what);
    write_bytes(set / "data/clip0.wav", clip);
    write_bytes(set / "noise/fan.wav", test_wav(0.7, 16000, 1000));
    set.files.speech = speech;
  }
  set.save();
  run_set(set, "out", {"--plan", plan, "--quiet"});
}

TEST(PlannedRunRefusal, WhenTheFileIsDamaged) {
  DesignedSet set(4, 4);
  set.design = "ways: 2, realizations: 2, controls: {identity: true, repeat: 0.1}";
  set.save();
  const fs::path whole = write_plan(set, "whole.jsonl");
  const std::string text = read_text(whole);
  const std::vector<std::string> lines = read_lines(whole);
  const fs::path plan = set / "plan.jsonl";
  const auto check = [&](const std::string& what, const std::string& damaged) {
    ASSERT_NE(damaged, text) << what;
    write_text(plan, damaged);
    refusal(set, plan, what);
  };
  const auto joined = [](const std::vector<std::vector<std::string>>& parts) {
    std::string all;
    for (const std::vector<std::string>& part : parts) {
      for (const std::string& line : part) {
        all += line + '\n';
      }
    }
    return all;
  };
  check("empty", "");
  check("a blank line", "\n");
  check("a config", read_text(set.config()));
  check("no text", read_text(set / "data/clip0.wav"));
  check("half of the file", text.substr(0, text.size() / 2));
  check("half of the last line", text.substr(0, text.size() - 40));
  check("no newline at the end", text.substr(0, text.size() - 1));
  check("a blank line at the end", text + '\n');
  check("another newline", lines[0] + "\r\n" + text.substr(lines[0].size() + 1));
  check("two swapped lines", joined({{lines[1], lines[0]}, {lines.begin() + 2, lines.end()}}));
  check("in reverse", joined({{lines.rbegin(), lines.rend()}}));
  check("all of it twice", text + text);
  std::string other_realization = text;
  check("a changed number", other_realization.replace(text.find("\"realization\":") + 14, 1, "9"));
  std::string other_level = text;
  check("a changed level", other_level.replace(text.find("\"off\""), 5, "\"loud\""));
  std::map<std::string, int> tried;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const json line = json::parse(lines[k]);
    const std::string kind = line["media"].get<std::string>() + " " + line["control"].get<std::string>();
    const bool is_last = k + 1 == lines.size();
    if (++tried[kind] > 1 && !is_last) {
      continue;
    }
    const auto at = lines.begin() + static_cast<std::ptrdiff_t>(k);
    check(kind + " missing", joined({{lines.begin(), at}, {at + 1, lines.end()}}));
    check(kind + " twice", joined({{lines.begin(), at + 1}, {at, lines.end()}}));
    check(kind + " again at the end", joined({lines, {lines[k]}}));
  }
  EXPECT_EQ(tried.size(), 5U) << "there are no identity controls of these augmenters of sound";
  std::vector<std::string> of_others = lines;
  std::erase_if(of_others, [](const std::string& line) { return json::parse(line)["source_id"] == "s1"; });
  check("a source missing", joined({of_others}));
  run_set(set, "out", {"--plan", whole, "--quiet"});
}

TEST(PlannedRunOfAnotherDesign, AsksNotWhichDesignChoseItsConditions) {
  DesignedSet set(4, 2);
  const fs::path plan = write_plan(set, "plan.jsonl");
  run_set(set, "before", {"--plan", plan});
  set.add_audio_level(1, "more: [{noise.coloured: {snr_db: 5}}]");
  set.design = "ways: all, realizations: 3";
  set.save();
  run_set(set, "after", {"--plan", plan});
  EXPECT_EQ(read_text(set / "before/audio/metadata.jsonl"), read_text(set / "after/audio/metadata.jsonl"));
  EXPECT_EQ(read_text(set / "before/plan.jsonl"), read_text(set / "after/plan.jsonl"));
}

}  // namespace
}  // namespace fairground
