// A folder with a few recordings, and a config to which manifests are added.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

namespace fairground {

namespace fs = std::filesystem;

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() {
    fs::create_directories(data_);
    config_.path = folder_ / "c.yaml";
    config_.media[Media::audio];
    write_bytes(data_ / "a.wav", test_wav(0.5, 16000, 1));
    write_bytes(data_ / "b.wav", test_wav(0.5, 16000, 2));
    write_bytes(data_ / "c.wav", test_wav(0.5, 8000, 3, /*channels=*/2));
  }

  /// Adds an entry whose manifest, in the folder data, holds `text`.
  SourceSettings& entry(const std::string& name, const std::string& text) {
    write_text(data_ / name, text);
    SourceSettings settings;
    settings.manifest = data_ / name;
    settings.id = "id";
    settings.file = "path";
    settings.sample_rate = 16000;
    config_.sources.push_back(settings);
    return config_.sources.back();
  }

  [[nodiscard]] MediaCatalog audio() const { return read_catalog(config_, /*jobs=*/2).media.at(Media::audio); }

  /// Every mistake, with the path of the folder `data` cut off its front.
  [[nodiscard]] std::vector<std::string> mistakes() const {
    std::vector<std::string> found;
    try {
      (void)read_catalog(config_, /*jobs=*/2);
    } catch (const UserError& error) {
      const std::string front = data_.string() + "/";
      for (const std::string& message : error.messages()) {
        EXPECT_TRUE(message.starts_with(front)) << message;
        found.push_back(message.substr(front.size()));
      }
    }
    return found;
  }

  TemporaryFolder folder_;
  fs::path data_ = folder_ / "data";
  Config config_;
};

}  // namespace fairground
