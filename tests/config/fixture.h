// Fake augmenters, and a folder of its own for each test with the files that a good config names.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "tests/config/schema_faults.h"

namespace fairground {

inline ParameterSpec number_spec(std::string name, double minimum, double maximum) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.minimum = minimum;
  spec.maximum = maximum;
  spec.drawable = true;
  spec.description = "A number.";
  return spec;
}

/// One parameter of each kind.
inline StepSchema noise_schema() {
  ParameterSpec snr = number_spec("snr_db", -40, 60);
  snr.unit = "dB";
  snr.required = true;
  ParameterSpec colour;
  colour.name = "colour";
  colour.kind = ParameterKind::choice;
  colour.choices = {"white", "pink"};
  colour.fallback = std::string("pink");
  colour.description = "The slope of its spectrum.";
  ParameterSpec bursts;
  bursts.name = "bursts";
  bursts.kind = ParameterKind::integer;
  bursts.minimum = 0;
  bursts.maximum = 9;
  bursts.fallback = std::int64_t{1};
  bursts.description = "How often it comes.";
  ParameterSpec steady;
  steady.name = "steady";
  steady.kind = ParameterKind::flag;
  steady.fallback = false;
  steady.description = "Whether it never stops.";
  StepSchema schema;
  schema.name = "noise.coloured";
  schema.summary = "Adds noise whose power falls with frequency, as that of many machines does, at a known SNR.";
  schema.source = "Kasdin 1995";
  schema.identity = "none, as noise is always added";
  schema.labels = "kept";
  schema.stage = Stage::scene;
  schema.parameters = {snr, colour, bursts, steady};
  return schema;
}

inline StepSchema recording_schema() {
  ParameterSpec from;
  from.name = "from";
  from.kind = ParameterKind::asset;
  from.asset_kinds = {AssetKind::recordings};
  from.required = true;
  from.description = "The recordings.";
  StepSchema schema;
  schema.name = "noise.recording";
  schema.summary = "Adds recorded noise.";
  schema.stage = Stage::scene;
  schema.parameters = {from};
  return schema;
}

inline StepSchema babble_schema() {
  StepSchema schema = recording_schema();
  schema.name = "noise.babble";
  schema.summary = "Adds voices.";
  schema.parameters[0].asset_kinds = {AssetKind::talkers};
  schema.parameters[0].description = "The talkers.";
  return schema;
}

inline StepSchema filter_schema() {
  StepSchema schema;
  schema.name = "channel.band";
  schema.summary = "Limits the band.";
  schema.stage = Stage::channel;
  schema.parameters = {number_spec("low_hz", 0, 1000), number_spec("high_hz", 0, 8000)};
  schema.parameters[0].fallback = 300.0;
  schema.parameters[0].drawable = false;
  schema.parameters[1].fallback = 3400.0;
  schema.check = [](const std::vector<Setting>& settings) -> std::string {
    const auto* low = std::get_if<double>(&settings[0]);
    const auto* high = std::get_if<double>(&settings[1]);
    return low != nullptr && high != nullptr && *low >= *high ? "low_hz must be below high_hz" : "";
  };
  return schema;
}

inline StepSchema exposure_schema() {
  StepSchema schema;
  schema.name = "light.exposure";
  schema.summary = "Makes a picture lighter or darker.";
  schema.media = Media::image;
  schema.stage = Stage::light;
  schema.parameters = {number_spec("exposure_ev", -8, 8)};
  schema.parameters[0].fallback = 0.0;
  return schema;
}

inline std::span<const StepSchema* const> fake_schemas() {
  static const StepSchema kBabble = babble_schema();
  static const StepSchema kBand = filter_schema();
  static const StepSchema kExposure = exposure_schema();
  static const StepSchema kNoise = noise_schema();
  static const StepSchema kRecording = recording_schema();
  static const std::vector<const StepSchema*> kAll = {&kBand, &kExposure, &kNoise, &kRecording, &kBabble};
  return kAll;
}

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("fairground-" + std::string(test->name()) + "-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "noise");
    std::filesystem::create_directories(folder_ / "more");
    for (const char* name : {"speech.csv", "faces.csv", "pool.csv", "noise/b.wav", "noise/a.wav", "noise/notes.txt"}) {
      std::ofstream(folder_ / name) << "x";
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return (folder_ / "c.yaml").string(); }

  /// What the reader accepts, the JSON Schema must accept.
  [[nodiscard]] Config parse(const std::string& text) const {
    Config config = parse_config(text, path(), fake_schemas());
    EXPECT_EQ(schema_faults(json_of_yaml(text)), "") << text;
    return config;
  }

  /// The mistakes in `text`, without the file's name in front of them.
  [[nodiscard]] std::vector<std::string> mistakes(const std::string& text) const {
    std::vector<std::string> found;
    try {
      static_cast<void>(parse(text));
    } catch (const UserError& error) {
      for (const std::string& message : error.messages()) {
        EXPECT_TRUE(message.starts_with(path() + ":")) << message;
        found.push_back(message.substr(path().size() + 1));
      }
    }
    return found;
  }

  std::filesystem::path folder_;
};

using Lines = std::vector<std::string>;

/// Lines 1 to 5 of most configs in these tests.
inline const std::string kHead = R"(fairground: 1
name: ward
seed: 7
output: {directory: out}
sources: [{media: audio, manifest: speech.csv, id: clip, file: path}]
)";

/// Lines 1 to 7, with an axis `noise` whose level `loud` the test completes.
inline const std::string kLevel = kHead + "axes:\n  noise:\n";

}  // namespace fairground
