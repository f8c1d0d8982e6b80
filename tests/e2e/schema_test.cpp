// The JSON Schema of configs, asked by an independent validator (python3-jsonschema) and by yaml-language-server, which
// serves editors.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/needed_tool.h"
#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const fs::path kSource = FAIRGROUND_SOURCE_DIR;
const fs::path kSchema = kSource / "configs/fairground.schema.json";

/// The configs that are shipped.
std::vector<fs::path> shipped() {
  std::vector<fs::path> files = {kSource / "samples/demo.yaml"};
  for (const auto& entry : fs::directory_iterator(kSource / "configs")) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  EXPECT_GT(files.size(), 10U);
  return files;
}

bool has_validator() {
  return run_process({"/usr/bin/env", "python3", "-c", "import jsonschema, yaml"}, "/").status == 0;
}

/// What the validator finds wrong with each file.
std::map<std::string, std::vector<std::string>> faults(const std::vector<fs::path>& files) {
  std::vector<std::string> command = {"/usr/bin/env", "python3", (kSource / "tests/e2e/validate_configs.py").string(),
                                      kSchema.string()};
  for (const fs::path& file : files) {
    command.push_back(file.string());
  }
  const ProcessResult result = run_process(command, "/");
  EXPECT_EQ(result.status, 0) << result.err;
  std::map<std::string, std::vector<std::string>> found;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const json verdict = json::parse(line);
    found[verdict.at("file")] = verdict.at("faults").get<std::vector<std::string>>();
  }
  EXPECT_EQ(found.size(), files.size());
  return found;
}

TEST(ShippedConfigs, NameTheSchemaThatTheyFollow) {
  for (const fs::path& file : shipped()) {
    const std::string line = read_lines(file).front();
    const std::string mark = "# yaml-language-server: $schema=";
    ASSERT_THAT(line, StartsWith(mark)) << file;
    EXPECT_TRUE(fs::equivalent(file.parent_path() / line.substr(mark.size()), kSchema)) << file;
  }
}

TEST(ShippedConfigs, AreValid) {
  if (!has_validator()) {
    END_FOR_WANT_OF_TOOL("python3-jsonschema and python3-yaml are not installed");
  }
  for (const auto& [file, found] : faults(shipped())) {
    EXPECT_THAT(found, IsEmpty()) << file;
  }
}

/// A good config of both media, in which a test changes one thing.
class WrongConfigs : public testing::Test {
 protected:
  static constexpr const char* kGood = R"(fairground: 1
name: test
seed: 7
sources:
  - {media: audio, manifest: data/speech.csv, id: clip, file: path, subject: speaker, groups: [accent], transcript: text}
  - {media: image, manifest: data/photos.csv, id: id, file: path, subject: sitter, groups: [place]}
assets: {site: {files: "noise/*.wav", licence: CC0-1.0}}
limits: {audio_seconds: 10}
gates: {clipped_fraction: 0.5}
card: {description: A set, version: 1.0.0}
axes:
  audio:
    noise:
      none: []
      pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}]
      site: [{noise.recording: {from: site, snr_db: 10}}]
    line: {good: [], gsm: [{channel.codec: {codec: gsm}}]}
  image:
    light: {day: [], dim: [{light.exposure: {ev: -2}}]}
design:
  audio: {ways: 2, except: [{noise: pink, line: gsm}], controls: {repeat: 0.1}, power: {alpha: 0.1}}
  image: {realizations: 3}
output: {directory: out, date: 2026-01-31, exports: [nemo], audio: {format: flac}, image: {format: jpeg, quality: 90}}
)";

  [[nodiscard]] fs::path write(const std::string& name, const std::string& text) const {
    const fs::path file = set_ / name;
    write_text(file, text);
    return file;
  }

  /// The good config with `before` replaced.
  static std::string changed(const std::string& before, const std::string& after) {
    std::string text = kGood;
    const std::size_t at = text.find(before);
    EXPECT_NE(at, std::string::npos) << before;
    EXPECT_EQ(text.find(before, at + 1), std::string::npos) << before << " stands there twice";
    return at == std::string::npos ? text : text.replace(at, before.size(), after);
  }

  TestSet set_{4, 2};
};

TEST_F(WrongConfigs, AreRefusedByTheValidatorAndByThePlan) {
  if (!has_validator()) {
    END_FOR_WANT_OF_TOOL("python3-jsonschema and python3-yaml are not installed");
  }
  const std::vector<std::pair<std::string, std::string>> changes = {
      // A key that there is not, in every map.
      {"seed: 7", "seed: 7\nsede: 7"},
      {"media: audio, ", "media: audio, manifst: x, "},
      {"media: image, ", "media: image, transcript: x, "},
      {"{site: {files", "{site: {file_names: x, files"},
      {"{audio_seconds: 10}", "{audio_second: 10}"},
      {"{clipped_fraction: 0.5}", "{clipped: 0.5}"},
      {"card: {", "card: {summary: x, "},
      {"  image:\n    light", "  video: {}\n  image:\n    light"},
      {"{colour: pink, ", "{color: pink, "},
      {"audio: {ways: 2", "audio: {way: 2"},
      {"{repeat: 0.1}", "{repeats: 0.1}"},
      {"{alpha: 0.1}", "{alfa: 0.1}"},
      {"  image: {realizations: 3}", "  image: {realizations: 3}\n  ways: 2"},
      {"{directory: out", "{folder: x, directory: out"},
      {"audio: {format: flac}", "audio: {format: flac, quality: 3}"},
      // Of another type.
      {"seed: 7", "seed: \"7\""},
      {"seed: 7", "seed: [7]"},
      {"name: test", "name: {a: b}"},
      {"groups: [accent]", "groups: accent"},
      {"light: {day", "light: [day]\n    other: {day"},
      {"none: []", "none: noise.cafe"},
      {"snr_db: 10", "snr_db: loud"},
      {"snr_db: [5, 20]", "snr_db: [5]"},
      {"{ev: -2}", "[ev, -2]"},
      {"ways: 2", "ways: two"},
      {"except: [{noise: pink, line: gsm}]", "except: {noise: pink, line: gsm}"},
      {"{repeat: 0.1}", "{identity: 1}"},
      {"exports: [nemo]", "exports: nemo"},
      // Beyond what is allowed.
      {"fairground: 1", "fairground: 2"},
      {"seed: 7", "seed: -7"},
      {"snr_db: 10", "snr_db: 1000"},
      {"snr_db: [5, 20]", "snr_db: [5, 2000]"},
      {"{ev: -2}", "{ev: -200}"},
      {"ways: 2", "ways: 7"},
      {"realizations: 3", "realizations: 0"},
      {"{alpha: 0.1}", "{alpha: 0.6}"},
      {"quality: 90", "quality: 101"},
      {"{clipped_fraction: 0.5}", "{clipped_fraction: 2}"},
      // Words that are none of those.
      {"media: image", "media: video"},
      {"colour: pink", "colour: mauve"},
      {"audio: {format: flac}", "audio: {format: mp3}"},
      {"exports: [nemo]", "exports: [nemmo]"},
      {"2026-01-31", "31.01.2026"},
      {"1.0.0", "one"},
      {"name: test", "name: a test"},
      // Augmenters that there are not, or not of this medium.
      {"noise.coloured:", "noise.colored:"},
      {"{light.exposure: {ev: -2}}", "{noise.coloured: {snr_db: 5}}"},
      {"{channel.codec: {codec: gsm}}", "channel.codecs"},
      {"{channel.codec: {codec: gsm}}", "{channel.codec: {codec: gsm}, channel.level: {gain_db: 1}}"},
      // What is missing.
      {"seed: 7\n", ""},
      {"name: test\n", ""},
      {"manifest: data/speech.csv, ", ""},
      {"media: audio, ", ""},
      {"directory: out, ", ""},
      {"{files: \"noise/*.wav\", licence: CC0-1.0}", "{licence: CC0-1.0}"},
      {"{from: site, snr_db: 10}", "{snr_db: 10}"},
      {"audio: {ways: 2", "audio: {also: [{axes: [noise, line], ways: 3}]"},
  };
  std::vector<fs::path> files = {write("good.yaml", kGood)};
  EXPECT_EQ(run_fairground({"plan", files.front().string(), "--no-measure"}).status, 0);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    files.push_back(write("wrong" + std::to_string(i) + ".yaml", changed(changes[i].first, changes[i].second)));
  }
  const auto found = faults(files);
  EXPECT_THAT(found.at(files.front().string()), IsEmpty());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string file = files[i + 1].string();
    EXPECT_THAT(found.at(file), Not(IsEmpty())) << "the schema lets pass " << changes[i].second;
    const ProcessResult plan = run_fairground({"plan", file, "--no-measure"});
    EXPECT_EQ(plan.status, 2) << "the reader lets pass " << changes[i].second;
    EXPECT_THAT(plan.err, StartsWith(file + ":")) << "not for the config's sake: " << changes[i].second;
  }
}

/// What an editor shows.
class Editor : public testing::Test {
 protected:
  void SetUp() override {
    // tests/run puts it there, as tests/e2e/language_server/package-lock.json pins it.
    server_ = kSource / "build/language-server/node_modules/yaml-language-server/bin/yaml-language-server";
    if (!fs::exists(server_)) {
      END_FOR_WANT_OF_TOOL(
          "there is no yaml-language-server in build/language-server, where tests/run puts it with npm");
    }
  }

  /// The answers of the language server about a config, at the places where it has a `§`.
  [[nodiscard]] json ask(std::string text) const {
    std::vector<std::string> places;
    const std::string mark = "§";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.erase(at, mark.size());
      const std::string before = text.substr(0, at);
      const auto line = std::ranges::count(before, '\n') + 1;
      places.push_back(std::to_string(line) + ":" + std::to_string(at - (before.rfind('\n') + 1) + 1));
    }
    write_text(folder_ / "c.yaml", "# yaml-language-server: $schema=" + kSchema.string() + "\n" + text);
    std::vector<std::string> command = {"/usr/bin/env", "node", (kSource / "tests/e2e/language_server.mjs").string(),
                                        server_.string(), (folder_ / "c.yaml").string()};
    for (const std::string& place : places) {  // behind the line with the schema
      const std::size_t colon = place.find(':');
      command.push_back(std::to_string(std::stoi(place.substr(0, colon)) + 1) + place.substr(colon));
    }
    const ProcessResult result = run_process(command, "/");
    EXPECT_EQ(result.status, 0) << result.err;
    json answers = {{"places", json::array()}};
    const json all = json::parse(result.out);
    for (const json& one : all.at("diagnostics")) {
      answers["diagnostics"].push_back(std::to_string(one.at("line").get<int>() - 1) + ": " +
                                       one.at("message").get<std::string>());
    }
    for (std::size_t i = command.size() - places.size(); i < command.size(); ++i) {
      answers["places"].push_back(all.at("places").at(command[i]));
    }
    return answers;
  }

  TemporaryFolder folder_;
  fs::path server_;
};

const std::string kEdited = R"(fairground: 1
name: x
seed: 7
sources:
  - {media: audio, manifest: m.csv, id: id, file: path}
output:
  directory: out
)";

TEST_F(Editor, CompletesAndExplains) {
  const json answers = ask(kEdited + R"(axes:
  noise:
    none: []
    loud:
      - §noise.coloured:
          snr_db: §5
          §colour: pink
design:
  §pairing: §matched
)");
  EXPECT_FALSE(answers.contains("diagnostics")) << answers;
  const json& places = answers.at("places");
  ASSERT_EQ(places.size(), 5U);
  const auto offered = [&](std::size_t i) { return places[i].at("completion").get<std::vector<std::string>>(); };
  const auto shown = [&](std::size_t i) { return places[i].at("hover").get<std::string>(); };
  EXPECT_THAT(offered(0), AllOf(Contains("noise.mri"), Not(Contains("light.exposure"))));
  EXPECT_THAT(shown(0), HasSubstr("Stationary noise of a named colour"));
  EXPECT_THAT(offered(2), AllOf(Contains("band"), Contains("low_hz"), Not(Contains("sequence"))));
  EXPECT_THAT(shown(2), HasSubstr("Default: pink"));
  EXPECT_THAT(offered(3), AllOf(Contains("realizations"), Contains("sources_per_group")));
  EXPECT_THAT(shown(3), HasSubstr("all groups meet the same draws"));
  EXPECT_THAT(offered(4), AllOf(Contains("matched"), Contains("independent")));
}

TEST_F(Editor, UnderlinesMistakes) {
  const json answers = ask(kEdited + R"(sede: 7
axes:
  noise:
    none: []
    loud: [{noise.colored: {snr_db: 5}}]
    mri: [{noise.mri: {snr_db: 500, sequence: nothing}}]
    photo: [{light.exposure: {ev: 1}}]
design:
  ways: 7
  realizations: many
)");
  ASSERT_TRUE(answers.contains("diagnostics")) << answers;
  const auto lines = answers.at("diagnostics").get<std::vector<std::string>>();
  EXPECT_THAT(lines, testing::UnorderedElementsAre(AllOf(StartsWith("8: "), HasSubstr("sede")),
                                                   AllOf(StartsWith("12: "), HasSubstr("noise.colored")),
                                                   AllOf(StartsWith("13: "), HasSubstr("maximum of 60")),
                                                   AllOf(StartsWith("13: "), HasSubstr("epi")),
                                                   AllOf(StartsWith("14: "), HasSubstr("light.exposure")),
                                                   AllOf(StartsWith("16: "), HasSubstr("maximum of 6")),
                                                   AllOf(StartsWith("17: "), HasSubstr("integer"))));
}

}  // namespace
}  // namespace fairground
