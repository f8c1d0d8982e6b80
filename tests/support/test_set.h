// A small config with its sources on disk, of both media, for tests that make whole runs.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

namespace fairground {

/// Recordings `s0`, `s1`, … of two accents, photographs `p0`, `p1`, … of two places, one recording of noise. The
/// texts may be changed before save().
class TestSet {
 public:
  TestSet(int recordings, int photographs) {
    for (int i = 0; i < recordings; ++i) {
      const std::string n = std::to_string(i);
      const std::string name = i % 2 == 0 ? "clip" + n + ".wav" : "clip" + n + ".flac";
      const auto seed = static_cast<std::uint64_t>(i + 1);
      write_bytes(folder_ / "data" / name, i % 2 == 0 ? test_wav(0.5, 16000, seed) : test_flac(0.5, 16000, seed));
      speech += "s" + n + "," + name + ",who" + std::to_string(i / 2) + "," + (i % 2 == 0 ? "irish" : "scots") +
                ",CC0-1.0,\"one, " + n + "\"\n";
    }
    constexpr ImageContainer kContainers[] = {ImageContainer::png, ImageContainer::jpeg, ImageContainer::webp,
                                              ImageContainer::tiff};
    constexpr const char* kEndings[] = {"png", "jpg", "webp", "tiff"};
    for (int i = 0; i < photographs; ++i) {
      const std::string n = std::to_string(i);
      const std::string name = "photo" + n + "." + kEndings[i % 4];
      write_bytes(folder_ / "data" / name,
                  test_image(24 + i % 3, 16, static_cast<std::uint64_t>(i), kContainers[i % 4]));
      photos += "p" + n + "," + name + ",sitter" + n + "," + (i % 2 == 0 ? "indoors" : "") + "\n";
    }
    write_bytes(folder_ / "noise/fan.wav", test_wav(0.7, 16000, 1000));
    std::string sources;
    if (recordings > 0) {
      sources +=
          "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, subject: speaker, groups: [accent],\n"
          "     keep: [licence], transcript: text, sample_rate: 16000}\n";
    }
    if (photographs > 0) {
      sources +=
          "  - {media: image, manifest: data/photos.csv, id: id, file: path, subject: sitter, groups: [place]}\n";
    }
    const std::string audio_axes =
        "noise:\n"
        "      none: []\n"
        "      pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}]\n"
        "      site: [{noise.recording: {from: site, snr_db: 10}}]\n";
    const std::string image_axes =
        "light: {day: [], dim: [{light.exposure: {ev: [-2, -1]}}]}\n"
        "    sensor: {none: [], iso: [{sensor.noise: {iso: 1600}}]}\n";
    const bool both = recordings > 0 && photographs > 0;
    const std::string axes = both ? "  audio:\n    " + audio_axes + "  image:\n    " + image_axes
                                  : "    " + (recordings > 0 ? audio_axes : image_axes);
    config = "fairground: 1\nname: test\nseed: 7\nsources:\n" + sources +
             "assets: {site: {files: \"noise/*.wav\", licence: CC0-1.0}}\naxes:\n" + axes +
             "design: {realizations: 3}\noutput:\n  directory: out\n";
    save();
  }

  void save() const {
    write_text(folder_ / "data/speech.csv", speech);
    write_text(folder_ / "data/photos.csv", photos);
    write_text(config_path(), config);
  }

  [[nodiscard]] std::filesystem::path config_path() const { return folder_ / "set.yaml"; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return folder_ / name; }

  std::string speech = "clip,path,speaker,accent,licence,text\n";
  std::string photos = "id,path,sitter,place\n";
  std::string config;

 private:
  TemporaryFolder folder_;
};

}  // namespace fairground
