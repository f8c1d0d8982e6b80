// A set with several axes for each medium, whose design a test varies.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {

/// Texts of a config, which may be changed before save(). The sources are those of a TestSet, whose groups are of equal
/// size where the numbers are even.
struct DesignedSet {
  TestSet files;
  std::string seed = "7";
  std::vector<std::string> audio_axes = {
      "noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}], "
      "site: [{noise.recording: {from: site, snr_db: 10}}]}",
      "hiss: {off: [], soft: [{noise.coloured: {colour: white, snr_db: 30}}], "
      "loud: [{noise.coloured: {colour: white, snr_db: 15}}]}",
      "hum: {off: [], on: [{noise.coloured: {colour: brown, snr_db: 20}}]}"};
  std::vector<std::string> image_axes = {
      "light: {day: [], dim: [{light.exposure: {ev: [-2, -1]}}], bright: [{light.exposure: {ev: 0.5}}]}",
      "sensor: {none: [], iso: [{sensor.noise: {iso: 1600}}]}",
      "flash: {none: [], weak: [{light.exposure: {ev: 0.25}}, {sensor.noise: {iso: 400}}]}"};
  std::string design = "ways: 2, realizations: 3";
  std::string output;                    ///< further lines of `output`
  std::string config_name = "set.yaml";  ///< another one lets the config of an earlier run be as it was
  bool has_audio;
  bool has_image;

  DesignedSet(int recordings, int photographs)
      : files(recordings, photographs), has_audio(recordings > 0), has_image(photographs > 0) {
    head_ = files.config.substr(0, files.config.find("axes:\n"));
    save();
  }

  void save() {
    std::string text = head_;
    text.replace(text.find("seed: 7"), 7, "seed: " + seed);
    text += "axes:\n";
    const auto add = [&](const char* medium, const std::vector<std::string>& axes) {
      const bool both = has_audio && has_image;
      text += both ? std::string("  ") + medium + ":\n" : "";
      for (const std::string& axis : axes) {
        text += (both ? "    " : "  ") + axis + '\n';
      }
    };
    if (has_audio) {
      add("audio", audio_axes);
    }
    if (has_image) {
      add("image", image_axes);
    }
    files.config = text + "design: {" + design + "}\noutput:\n  directory: out\n" + output;
    write_text(files / "data/speech.csv", files.speech);
    write_text(files / "data/photos.csv", files.photos);
    write_text(config(), files.config);
  }

  /// A level after the others of an axis, which is named by its index.
  void add_audio_level(std::size_t axis, const std::string& level) {
    audio_axes[axis].insert(audio_axes[axis].size() - 1, ", " + level);
  }

  /// Recordings `new0`, `new1`, … of one accent, each by somebody new.
  void add_recordings(int count, const std::string& accent) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "new" + std::to_string(added_++);
      write_bytes(files / "data" / (name + ".wav"), test_wav(0.5, 16000, 2000U + static_cast<unsigned>(added_)));
      files.speech += name + "," + name + ".wav,who " + name + "," + accent + ",CC0-1.0,more\n";
    }
  }

  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return files / name; }
  [[nodiscard]] std::string config() const { return files / config_name; }

 private:
  std::string head_;
  int added_ = 0;
};

/// Runs a set into the folder `out` of it, and expects that status.
inline ProcessResult run_set(const DesignedSet& set, const std::string& out, std::vector<std::string> options = {},
                             int status = 0) {
  std::vector<std::string> arguments = {"run", set.config(), "--out", set / out};
  arguments.insert(arguments.end(), options.begin(), options.end());
  ProcessResult result = run_fairground(std::move(arguments));
  EXPECT_EQ(result.status, status) << out << ": " << result.out << result.err;
  return result;
}

/// Writes the set's plan to the file `name` of it.
inline std::filesystem::path write_plan(const DesignedSet& set, const std::string& name,
                                        std::vector<std::string> options = {}) {
  std::vector<std::string> arguments = {"plan", set.config(), "--out", set / name, "--no-measure"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProcessResult result = run_fairground(std::move(arguments));
  EXPECT_EQ(result.status, 0) << result.err;
  return set / name;
}

/// Whether a folder has no difference, all of it made again.
inline testing::AssertionResult is_verified(const std::filesystem::path& folder) {
  const ProcessResult result = run_fairground({"verify", folder});
  if (result.status == 0 && result.out.find("files, labels, pairing and mixer levels agree") != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << folder << ": " << result.status << ": " << result.out << result.err;
}

}  // namespace fairground
