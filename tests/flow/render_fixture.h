// A set of made sources, rendered without a run: what the tests of rendering share.
#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "pipeline/flow/render.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {

using nlohmann::ordered_json;

/// A config with everything that rendering needs of it.
struct RenderedSet {
  Config config;
  Catalog catalog;
  Plan plan;
  Workshop workshop;

  RenderedSet(const std::string& text, const std::filesystem::path& path)
      : config(parse_config(text, path, registered_schemas())),
        catalog(read_catalog(config, /*jobs=*/1)),
        plan(config, catalog),
        workshop(plan) {}

  [[nodiscard]] const std::vector<Source>& sources(Media media = Media::audio) const {
    return plan.of(media).catalog->sources;
  }
  /// The outcomes of one source, condition by condition.
  [[nodiscard]] std::vector<Outcome> render(std::size_t source, Media media = Media::audio) const {
    const DecodedSource decoded = decode_source(plan, media, source);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const Variant variant = plan.at(i);
      if (variant.media == media && variant.source == source) {
        outcomes.push_back(render_variant(workshop, i, decoded));
      }
    }
    return outcomes;
  }
};

class RenderTest : public testing::Test {
 protected:
  void add(const std::string& id, const Audio& audio, const std::string& group = "north") {
    write_wav(folder_ / (id + ".wav"), audio);
    rows_ += id + "," + id + ".wav,voice " + id + "," + group + ",said on a Monday\n";
  }
  void add_speech(const std::string& id, double seconds, int rate, std::uint64_t seed,
                  const std::string& group = "north") {
    add(id, mono(rate, speech_like(seconds, rate, -30, seed)), group);
  }
  void add_picture(const std::string& id, const cv::Mat& codes) {
    write_bytes(folder_ / (id + ".png"), encode_image({codes}, ImageContainer::png, /*quality=*/100));
    rows_ += id + "," + id + ".png,sitter " + id + ",north,taken on a Monday\n";
  }

  /// A set of what was added. `axes` and `rest` are YAML.
  [[nodiscard]] std::unique_ptr<RenderedSet> make(const std::string& source, const std::string& axes,
                                                  const std::string& rest) {
    write_text(folder_ / "sources.csv", "id,path,person,accent,note\n" + rows_);
    const std::string text =
        "fairground: 1\nname: test\nseed: 7\nsources: [{manifest: sources.csv, id: id, file: path, " + source +
        ", subject: person, groups: [accent], keep: [note]}]\naxes: " + axes + "\n" + rest + "\n";
    return std::make_unique<RenderedSet>(text, folder_ / "c.yaml");
  }
  [[nodiscard]] std::unique_ptr<RenderedSet> make_audio(const std::string& source, const std::string& axes,
                                                        const std::string& rest = "output: {directory: out}") {
    return make("media: audio" + source, axes, rest);
  }

  TemporaryFolder folder_;
  std::string rows_;
};

inline Audio decode(const Outcome& outcome) {
  EXPECT_EQ(outcome.fate, Fate::written) << outcome.stage << ": " << outcome.reason;
  return decode_audio(outcome.file, outcome.variant.file_name, {});
}

inline ordered_json record_of(const Outcome& outcome) { return ordered_json::parse(outcome.record); }
inline ordered_json measured_of(const Outcome& outcome) {
  return ordered_json::parse(record_of(outcome).at("measured").get<std::string>());
}

inline ordered_json augmentations_of(const Outcome& outcome) {
  return ordered_json::parse(record_of(outcome).at("augmentations").get<std::string>());
}

inline std::vector<std::string> keys(const ordered_json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) {
    names.push_back(name);
  }
  return names;
}

/// Every outcome was lost for this reason, in this stage.
inline void expect_lost(const std::vector<Outcome>& outcomes, Fate fate, const std::string& stage,
                        const std::string& reason) {
  ASSERT_FALSE(outcomes.empty());
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.fate, fate);
    EXPECT_EQ(outcome.stage, stage);
    EXPECT_THAT(outcome.reason, testing::HasSubstr(reason));
    EXPECT_EQ(outcome.reason, outcomes[0].reason);
    EXPECT_TRUE(outcome.file.empty() && outcome.record.empty() && outcome.sha256.empty());
    EXPECT_FALSE(outcome.variant.variant_id.empty());
  }
}

}  // namespace fairground
