// A set of some two thousand variants of both media that are made fast, of which some fail and some are rejected.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

namespace fairground {

/// Recordings of a quarter of a second in FLAC, pictures of 48 x 40 pixels with masks in JPEG. Every tenth source of
/// either medium is cut off and fails; the level `flood` is so loud that it is rejected, and where a mask is empty the
/// levels of skin are.
class FastSet {
 public:
  /// 12 variants of each recording and of each picture.
  static constexpr int kVariants = 12;

  FastSet(int recordings, int pictures) {
    std::string speech = "id,path,who,accent,licence\n";
    for (int i = 0; i < recordings; ++i) {
      const std::string n = std::to_string(i);
      Bytes bytes = test_wav(0.25, 8000, static_cast<std::uint64_t>(i + 1));
      if (i % 10 == 9) {
        bytes.resize(30);
      }
      write_bytes(folder_ / ("data/clip" + n + ".wav"), bytes);
      speech += "s" + n + ",clip" + n + ".wav,who" + std::to_string(i / 2) + "," + (i % 2 == 0 ? "irish" : "scots") +
                ",CC0-1.0\n";
    }
    cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
    write_mask("nobody.png", mask);
    mask(cv::Rect(12, 6, 24, 28)) = 255;
    write_mask("mask.png", mask);
    std::string photos = "id,path,who,place,mask\n";
    for (int i = 0; i < pictures; ++i) {
      const std::string n = std::to_string(i);
      Bytes bytes = portrait(i);
      if (i % 10 == 9) {
        bytes.resize(bytes.size() / 2);
      }
      write_bytes(folder_ / ("data/photo" + n + ".png"), bytes);
      photos += "p" + n + ",photo" + n + ".png,sitter" + n + "," + (i % 2 == 0 ? "indoors" : "street") + "," +
                (i % 7 == 3 ? "nobody.png" : "mask.png") + "\n";
    }
    write_text(folder_ / "data/speech.csv", speech);
    write_text(folder_ / "data/photos.csv", photos);
    const std::string sound =
        "noise:\n      none: []\n      pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}]\n"
        "      white: [{noise.coloured: {colour: white, snr_db: 12}}]\n"
        "      flood: [{noise.coloured: {colour: white, snr_db: -30}}]\n"
        "    channel: {none: [], quiet: [{channel.level: {gain_db: -6}}], low: [{channel.level: {gain_db: -12}}]}\n";
    const std::string picture =
        "light: {day: [], dim: [{light.exposure: {ev: [-2, -1]}}]}\n"
        "    sensor: {none: [], iso: [{sensor.noise: {iso: 800}}]}\n"
        "    skin_tone: {own: [], darker: [{skin.tone: {shift_od: 0.1}}], lighter: [{skin.tone: {shift_od: -0.1}}]}\n";
    config = "fairground: 1\nname: fast\nseed: 7\nsources:\n";
    if (recordings > 0) {
      config +=
          "  - {media: audio, manifest: data/speech.csv, id: id, file: path, subject: who, groups: [accent],\n"
          "     keep: [licence]}\n";
    }
    if (pictures > 0) {
      config +=
          "  - {media: image, manifest: data/photos.csv, id: id, file: path, subject: who, groups: [place],\n"
          "     mask: mask}\n";
    }
    const bool both = recordings > 0 && pictures > 0;
    config += both ? "axes:\n  audio:\n    " + sound + "  image:\n    " + picture
                   : "axes:\n    " + (recordings > 0 ? sound : picture);
    config += "design: {realizations: 3}\noutput:\n  directory: out\n";
    config += recordings > 0 ? "  audio: {format: flac}\n" : "";
    config += pictures > 0 ? "  image: {format: jpeg, quality: 85}\n" : "";
    save();
  }

  void save() const { write_text(config_path(), config); }
  [[nodiscard]] std::filesystem::path config_path() const { return folder_ / "set.yaml"; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return folder_ / name; }

  std::string config;

 private:
  static constexpr int kWidth = 48;
  static constexpr int kHeight = 40;

  void write_mask(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / ("data/" + name), encode_image({codes}, ImageContainer::png, /*quality=*/100));
  }

  /// A patch of skin, each of another tone and with a little noise, before a wall.
  static Bytes portrait(int number) {
    const double tone = 1.0 - 0.01 * (number % 40);
    cv::Mat codes(kHeight, kWidth, CV_8UC3, cv::Scalar(120, 130, 110));
    codes(cv::Rect(12, 6, 24, 28)) = cv::Scalar(117, 148, 193) * tone;
    cv::RNG random(static_cast<std::uint64_t>(number) + 1);
    cv::Mat noise(codes.size(), CV_8UC3);
    random.fill(noise, cv::RNG::UNIFORM, 0, 8);
    return encode_image({codes + noise}, ImageContainer::png, /*quality=*/100);
  }

  TemporaryFolder folder_;
};

}  // namespace fairground
