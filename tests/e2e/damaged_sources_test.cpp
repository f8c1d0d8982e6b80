// One damaged source of each kind among a hundred good ones: those are all made, and each loss has its reason.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// A WAV of 32-bit floating point with one sample that is no number.
std::string wav_with_nan() {
  std::vector<float> samples(8000, 0.1F);
  samples[4000] = std::nanf("");
  const auto little = [](std::uint32_t value, int width) {
    std::string text;
    for (int i = 0; i < width; ++i) {
      text += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return text;
  };
  const auto data = static_cast<std::uint32_t>(samples.size() * sizeof(float));
  return "RIFF" + little(36 + data, 4) + "WAVEfmt " + little(16, 4) + little(3, 2) + little(1, 2) + little(16000, 4) +
         little(64000, 4) + little(4, 2) + little(32, 2) + "data" + little(data, 4) +
         std::string(reinterpret_cast<const char*>(samples.data()), data);
}

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

TEST(DamagedSources, EachIsLostWithItsReasonAndNothingElseIs) {
  TestSet set(/*recordings=*/80, /*photographs=*/20);
  const std::string wav = text_of(test_wav(0.5, 16000, 77));
  const std::string flac = text_of(test_flac(0.5, 16000, 78));
  const std::string png = text_of(test_image(32, 32, 79, ImageContainer::png));
  const std::string jpeg = text_of(test_image(32, 32, 80, ImageContainer::jpeg));
  const std::map<std::string, std::string> recordings = {
      {"truncated.wav", wav.substr(0, wav.size() / 2)},
      {"truncated.flac", flac.substr(0, flac.size() / 2)},
      {"header.wav", wav.substr(0, 20)},
      {"garbage.wav", "this is no sound, whatever its name says"},
      {"empty.wav", ""},
      {"flac-inside.wav", flac},
      {"picture.wav", png},
      {"no-samples.wav", text_of(test_wav(0.0, 16000, 1))},
      {"nan.wav", wav_with_nan()},
      {"silent.wav", text_of(encode_audio(quantise(Audio(16000, 1, 8000), 16), AudioContainer::wav))},
  };
  const std::map<std::string, std::string> photographs = {
      {"truncated.png", png.substr(0, png.size() / 2)},
      {"truncated.jpg", jpeg.substr(0, jpeg.size() / 2)},
      {"garbage.png", "no picture"},
      {"empty.jpg", ""},
      {"png-inside.jpg", png},
      {"one-pixel.png", text_of(test_image(1, 1, 81, ImageContainer::png))},
  };
  std::set<std::string> damaged;
  const auto add = [&](const std::string& name, bool is_sound) {
    (is_sound ? set.speech : set.photos) += name + "," + name + (is_sound ? ",x,irish,CC0-1.0,\n" : ",x,indoors\n");
    damaged.insert(name);
  };
  for (const auto& [name, text] : recordings) {
    write_text(set / "data" / name, text);
    add(name, true);
  }
  for (const auto& [name, text] : photographs) {
    write_text(set / "data" / name, text);
    add(name, false);
  }
  for (const bool is_sound : {true, false}) {
    const std::string ending = is_sound ? ".wav" : ".png";
    add("missing" + ending, is_sound);
    fs::create_directories(set / "data" / ("folder" + ending));
    add("folder" + ending, is_sound);
    if (::geteuid() != 0) {
      write_text(set / "data" / ("secret" + ending), is_sound ? wav : png);
      fs::permissions(set / "data" / ("secret" + ending), fs::perms::none);
      add("secret" + ending, is_sound);
    }
  }
  set.save();

  const ProcessResult result = run_fairground({"run", set.config_path(), "--jobs", "2"});
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_THAT(result.out, HasSubstr("failed; see "));
  EXPECT_THAT(read_lines(set / "out/audio/metadata.jsonl"), SizeIs(80 * 3));
  EXPECT_THAT(read_lines(set / "out/image/metadata.jsonl"), SizeIs(20 * 4));
  std::map<std::string, int> lost;
  for (const std::string& line : read_lines(set / "out/failures.jsonl")) {
    const json entry = json::parse(line);
    ++lost[entry["source_id"]];
    EXPECT_EQ(entry["kind"], "failed");
    EXPECT_EQ(entry["stage"], "read");
    EXPECT_GT(entry["reason"].get<std::string>().size(), 10U) << line;
    EXPECT_THAT(entry["reason"], Not(HasSubstr(set.config_path().parent_path().string()))) << "nothing of the machine";
  }
  for (const std::string& name : damaged) {
    const bool is_sound = name.ends_with(".wav") || name.ends_with(".flac");
    EXPECT_EQ(lost[name], is_sound ? 3 : 4) << name;
  }
  EXPECT_EQ(lost.size(), damaged.size());
  const json run = json::parse(read_text(set / "out/run.json"));
  EXPECT_EQ(run["counts"]["planned"], run["counts"]["written"].get<int>() + run["counts"]["failed"].get<int>());
  EXPECT_EQ(run["counts"]["written"], 80 * 3 + 20 * 4);
  EXPECT_EQ(run_fairground({"verify", set / "out"}).status, 0);
  const json groups = json::parse(read_text(set / "out/coverage.json"))["audio"]["groups"];
  EXPECT_EQ(groups[0]["after"][0]["observed"]["sources"], 40) << "the damaged ones are not in the set";
}

TEST(DamagedSources, AMistakeAboutOneIsNotOneAboutAll) {
  TestSet set(1, 0);
  set.speech = "clip,path,speaker,accent,licence,text\nonly,missing.wav,x,irish,,\n";
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_EQ(read_text(set / "out/audio/metadata.jsonl"), "");
  EXPECT_EQ(run_fairground({"verify", set / "out"}).status, 0);
}

TEST(DamagedSources, ARejectedSourceIsNoFailure) {
  TestSet set(2, 0);
  // Speech so loud that it is clipped, which the gate refuses.
  set.config.replace(set.config.find("sample_rate: 16000"), 18, "sample_rate: 16000, active_level: -3");
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("6 rejected, 0 failed"));
  for (const std::string& line : read_lines(set / "out/failures.jsonl")) {
    EXPECT_EQ(json::parse(line)["kind"], "rejected");
  }
  EXPECT_EQ(run_fairground({"verify", set / "out"}).status, 0);
}

TEST(HostileNames, AreCarriedVerbatimAndNeverBecomePaths) {
  TestSet set(0, 0);
  const std::vector<std::string> ids = {"a b",
                                        "a.b",
                                        "a/b",
                                        "a\\b",
                                        "..",
                                        "../../x",
                                        "日本語の発話",
                                        "\"q\"",
                                        "O'Brien, Pat",
                                        "-rf",
                                        "two\nlines",
                                        "e\xCC\x81",
                                        "é",
                                        "💥",
                                        " ",
                                        "$(id)",
                                        "%s%n",
                                        "a\tb",
                                        std::string(4000, 'x'),
                                        std::string(3999, 'x') + "y"};
  std::string rows = "clip,path,accent\n";
  int number = 0;
  for (const std::string& id : ids) {
    std::string quoted = id;
    for (std::size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2) {
      quoted.insert(at, 1, '"');
    }
    const std::string file = number % 2 == 0 ? "sub folder/ünï 'x' " + std::to_string(number) + ".wav"
                                             : "-n" + std::to_string(number) + ".wav";
    write_bytes(set / "data" / file, test_wav(0.4, 16000, static_cast<std::uint64_t>(number++)));
    rows += "\"" + quoted + "\",\"" + file + "\",\"" + (number % 2 == 0 ? "a,\"\"b\"\"\nc" : "") + "\"\n";
  }
  set.speech = rows;
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, groups: [accent], sample_rate: 16000}\n"
      "axes: {noise: {none: [], pink: [{noise.coloured: {snr_db: 5}}]}}\n"
      "output: {directory: \"out ü 'x'\"}\n";
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path()});
  ASSERT_EQ(result.status, 0) << result.err;
  std::set<std::string> made;
  std::set<std::string> files;
  for (const std::string& line : read_lines(set / "out ü 'x'/audio/metadata.jsonl")) {
    const json record = json::parse(line);
    made.insert(record["source_id"]);
    files.insert(record["file_name"]);
    EXPECT_THAT(record["variant_id"].get<std::string>(), testing::MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_TRUE(record["accent"] == "unknown" || record["accent"] == "a,\"b\"\nc");
  }
  EXPECT_EQ(made, std::set(ids.begin(), ids.end()));
  EXPECT_THAT(files, SizeIs(2 * ids.size()));
  EXPECT_THAT(read_tree(set / "out ü 'x'/audio"), SizeIs(2 * ids.size() + 2)) << "with metadata.jsonl and README.md";
  EXPECT_EQ(run_fairground({"verify", set / "out ü 'x'"}).status, 0);
}

}  // namespace
}  // namespace fairground
