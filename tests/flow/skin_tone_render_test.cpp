// What skin.tone promises, on rendered people whose skin, light and outlines are known: from the manifest with its
// masks to the records.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/flow/picture_path.h"
#include "pipeline/measure/ciede2000.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kCodes = "{face: 1, ears: 2, neck: 3, hands: 4, lips: 5, brows: 6}";

Raster raster_of(const Image& image) { return render_rows(image, {}, /*bits=*/8); }

cv::Mat mat_of(const Mask& mask) {
  cv::Mat codes(mask.height, mask.width, CV_8UC1);
  std::ranges::copy(mask.codes, codes.ptr<std::uint8_t>());
  return codes;
}

/// Without noise but that of 8 bits.
RenderedSkinSettings smooth(const RenderedTone& tone, const RenderedLight& light) {
  RenderedSkinSettings settings;
  settings.width = settings.height = 176;
  settings.albedo = tone.albedo();
  settings.light = light;
  return settings;
}

/// With the noise of a photograph in good light.
RenderedSkinSettings photographed(const RenderedTone& tone, const RenderedLight& light) {
  RenderedSkinSettings settings = smooth(tone, light);
  settings.noise_constant = 1e-6;
  settings.noise_slope = 3e-5;
  return settings;
}

/// One variant with its record.
struct Made {
  Outcome outcome;
  ordered_json record;  ///< null where it was not written
  ordered_json measured;

  [[nodiscard]] double number(const char* field) const { return record.at(field).get<double>(); }
  /// What skin.tone found out.
  [[nodiscard]] ordered_json found() const {
    for (const ordered_json& step : measured.value("steps", ordered_json::array())) {
      if (step.at("augmenter") == "skin.tone") {
        return step;
      }
    }
    return {};
  }
};

class SkinToneRender : public testing::Test {
 protected:
  void add(const std::string& id, const Raster& picture, const Mask& mask) {
    write_bytes(folder_ / (id + ".png"), encode_image(picture, ImageContainer::png, /*quality=*/100));
    write_bytes(folder_ / (id + "-mask.png"), encode_image({mat_of(mask)}, ImageContainer::png, /*quality=*/100));
    rows_ += id + "," + id + ".png," + id + "-mask.png\n";
  }
  void add(const std::string& id, const RenderedSkin& skin) { add(id, raster_of(skin.image), skin.parts); }

  /// All variants of all that was added, by source and then by their level of the axis `skin_tone` and those of others.
  std::map<std::string, std::map<std::string, Made>> make(const std::string& axes) {
    write_text(folder_ / "sources.csv", "id,path,skin\n" + rows_);
    const std::string text =
        "fairground: 1\nname: tones\nseed: 7\nsources: [{media: image, manifest: sources.csv, id: id, "
        "file: path, mask: skin, mask_codes: " +
        std::string(kCodes) + "}]\naxes: {" + axes +
        "}\ndesign: {realizations: 1}\noutput: {directory: out, image: {format: png}}\n";
    set_ = std::make_unique<RenderedSet>(text, folder_ / "c.yaml");
    std::map<std::string, std::map<std::string, Made>> all;
    for (std::size_t source = 0; source < set_->sources(Media::image).size(); ++source) {
      decoded_[std::string(set_->sources(Media::image)[source].id())] =
          ready_source(set_->workshop, Media::image, source);
    }
    const std::vector<Axis>& named = set_->config.media.at(Media::image).axes;
    for (std::size_t i = 0; i < set_->plan.size(); ++i) {
      const Variant variant = set_->plan.at(i);
      const std::string id(set_->sources(Media::image)[variant.source].id());
      Made made{render_variant(set_->workshop, i, decoded_.at(id)), {}, {}};
      EXPECT_NE(made.outcome.fate, Fate::failed) << made.outcome.reason;
      if (made.outcome.fate == Fate::written) {
        made.record = record_of(made.outcome);
        made.measured = measured_of(made.outcome);
      }
      std::string name;
      for (std::size_t axis = 0; axis < named.size(); ++axis) {
        name += (axis == 0 ? "" : " ") + set_->plan.of(Media::image).conditions[variant.condition].level_name(axis);
      }
      all[id].emplace(name, std::move(made));
    }
    return all;
  }

  [[nodiscard]] const SkinFacts& facts(const std::string& id) const { return *decoded_.at(id).skin; }

  TemporaryFolder folder_;
  std::string rows_;
  std::unique_ptr<RenderedSet> set_;
  std::map<std::string, DecodedSource> decoded_;
};

/// From light to dark, further apart than any step of a search.
constexpr std::array kRungs = {74.0, 69.0, 64.0, 59.0, 54.0, 49.0, 44.0};
constexpr double kRungStep = 5.0;

std::string rungs() {
  std::string levels = "as_is: []";
  for (const double rung : kRungs) {
    const std::string name = std::to_string(static_cast<int>(rung));
    levels += ", l" + name + ": [{skin.tone: {lightness: " + name + "}}]";
  }
  return "skin_tone: {" + levels + "}";
}

const Made& at_rung(const std::map<std::string, Made>& variants, double rung) {
  return variants.at("l" + std::to_string(static_cast<int>(rung)));
}

TEST_F(SkinToneRender, ALadderHasEqualStepsInLightnessWhereverItIsWithinTheLimits) {
  for (const RenderedTone& tone : kRenderedTones) {
    for (const RenderedLight& light : kRenderedLights) {
      add(std::string(tone.name) + " " + light.name, render_portrait(smooth(tone, light)));
    }
  }
  int steps = 0;
  int refused = 0;
  std::set<std::string> moved;
  for (const auto& [id, variants] : make(rungs())) {
    SCOPED_TRACE(id);
    const double own = variants.at("as_is").number("tone_reference_lightness");
    double above = 0.0;  // 0: there is none
    for (const double rung : kRungs) {
      SCOPED_TRACE(rung);
      const Made& made = at_rung(variants, rung);
      constexpr double kDarker = 20.0;
      constexpr double kLighter = 6.0;
      if (rung < own - kDarker || rung > own + kLighter) {
        ASSERT_EQ(made.outcome.fate, Fate::rejected);
        ASSERT_TRUE(made.outcome.figure);
        EXPECT_THAT(made.outcome.figure->gate, HasSubstr("skin_limit_"));
        EXPECT_GT(made.outcome.figure->value, made.outcome.figure->limit);
        EXPECT_NEAR(made.outcome.skin.value().source_lightness.value(), own, 1e-4);
        above = 0.0;
        continue;
      }
      if (made.outcome.fate == Fate::rejected) {
        // Within the limits, only gates of noise may refuse: what is lightened too much for it, and what is darkened so
        // much that grain drowns the little texture of a rendered face.
        EXPECT_EQ(made.outcome.figure->gate, rung > own ? "skin_noise_ratio" : "skin_gradient_correlation")
            << made.outcome.reason;
        ++refused;
        above = 0.0;
        continue;
      }
      ASSERT_EQ(made.outcome.fate, Fate::written) << made.outcome.reason;
      moved.insert(id);
      const double measured = made.number("measured_tone_lightness");
      EXPECT_NEAR(made.number("tone_reference_lightness"), rung, 0.15);  // it is solved to 0.1
      if (above > 0.0) {
        constexpr double kEqual = 0.1;
        EXPECT_NEAR((above - measured) / kRungStep, 1.0, kEqual);
        ++steps;
      }
      above = measured;
    }
  }
  // Every tone that is photographed in good light can be moved but the very darkest; dim portraits of dark skin cannot.
  EXPECT_GE(moved.size(), 15U);
  EXPECT_GE(steps, 25);
  EXPECT_LE(refused, 10);
  RecordProperty("steps", steps);
  RecordProperty("refused", refused);
}

/// CIEDE2000 between the same pixel of two pictures of 8 bits, in the median over skin.
double median_difference(const Raster& one, const Raster& other, const Mask& parts) {
  const Image first = to_linear(one);
  const Image second = to_linear(other);
  std::vector<double> differences;
  for (int y = 0; y < first.height; ++y) {
    for (int x = 0; x < first.width; ++x) {
      const auto at = static_cast<std::size_t>(x);
      const auto width = static_cast<std::size_t>(first.width);
      if (!is_skin(static_cast<SkinPart>(parts.codes[static_cast<std::size_t>(y) * width + at]))) {
        continue;
      }
      const auto lab = [&](const Image& image) {
        const std::span<const float> row = image.row(y);
        return cie_lab({row[at], row[width + at], row[2 * width + at]});
      };
      differences.push_back(ciede2000(lab(first), lab(second)));
    }
  }
  std::ranges::nth_element(differences, differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2));
  return differences[differences.size() / 2];
}

TEST_F(SkinToneRender, DarkerAndBackIsWhereItStarted) {
  constexpr double kRoundTrip = 1.5;
  struct Trip {
    Raster source;
    Mask parts;
    double lightness;
  };
  std::map<std::string, Trip> trips;
  const auto portrait = [](std::size_t tone, const RenderedLight& light) {
    return render_portrait(photographed(kRenderedTones[tone], light));
  };
  const std::vector<std::pair<std::string, RenderedSkin>> sources = {
      {"lightest", portrait(0, kFrontalLight)},
      {"middle", portrait(3, kFrontalLight)},
      {"aside", portrait(1, kSideLight)},
      {"darker", portrait(4, kFrontalLight)},
      // In frontal light, a rendered hand is so even that it lacks levels when it is darkened.
      {"hand", render_hand(photographed(kRenderedTones[2], kSideLight))}};
  for (const auto& [id, skin] : sources) {
    add(id, skin);
    trips[id] = {raster_of(skin.image), skin.parts, 0.0};
  }
  const auto there = make("skin_tone: {as_is: [], darker: [{skin.tone: {shift_od: 0.5}}]}");
  for (auto& [id, trip] : trips) {
    trip.lightness = there.at(id).at("as_is").number("tone_reference_lightness");
    const Made& darker = there.at(id).at("darker");
    ASSERT_EQ(darker.outcome.fate, Fate::written) << id << ": " << darker.outcome.reason;
    const Raster dark = decode_own_image(darker.outcome.file);
    EXPECT_GT(median_difference(trip.source, dark, trip.parts), 4.0) << id;
    rows_.clear();
    decoded_.clear();
    add(id, dark, trip.parts);
    const auto back = make("skin_tone: {as_is: [], lighter: [{skin.tone: {shift_od: -0.5, lighter: 12}}]}");
    const Made& lighter = back.at(id).at("lighter");
    ASSERT_EQ(lighter.outcome.fate, Fate::written) << id << ": " << lighter.outcome.reason;
    const double difference = median_difference(trip.source, decode_own_image(lighter.outcome.file), trip.parts);
    EXPECT_LE(difference, kRoundTrip) << id;
    EXPECT_NEAR(lighter.number("measured_tone_lightness"), trip.lightness, 1.0) << id;

    const std::string wanted = std::to_string(trip.lightness);
    const auto by_lightness =
        make("skin_tone: {as_is: [], lighter: [{skin.tone: {lightness: " + wanted + ", highest: 78, lighter: 12}}]}");
    const Made& solved = by_lightness.at(id).at("lighter");
    ASSERT_EQ(solved.outcome.fate, Fate::written) << id << ": " << solved.outcome.reason;
    const double of_solved = median_difference(trip.source, decode_own_image(solved.outcome.file), trip.parts);
    // By lightness, hue and chroma are eased towards what is photographed on either way, which does not undo itself:
    // 0.90, 0.91, 1.60 (light from the side), 1.82 (a hand) and 3.57 (the lightest, farthest from what is
    // photographed).
    constexpr double kEased = 4.0;
    EXPECT_LE(of_solved, kEased) << id;
    RecordProperty(("shift " + id).c_str(), std::to_string(difference));
    RecordProperty(("lightness " + id).c_str(), std::to_string(of_solved));
  }
}

TEST_F(SkinToneRender, NothingOutsideTheMaskChanges) {
  std::map<std::string, RenderedSkin> skins;
  for (const RenderedTone& tone : kRenderedTones) {
    skins.emplace(std::string("portrait ") + tone.name, render_portrait(photographed(tone, kFrontalLight)));
    skins.emplace(std::string("hand ") + tone.name, render_hand(photographed(tone, kFrontalLight)));
  }
  skins.emplace("aside", render_portrait(photographed(kRenderedTones[0], kSideLight)));
  skins.emplace("dim", render_portrait(photographed(kRenderedTones[0], kWarmDimLight)));
  for (const auto& [id, skin] : skins) {
    add(id, skin);
  }
  int compared = 0;
  for (const auto& [id, variants] : make("skin_tone: {as_is: [], darker: [{skin.tone: {shift_od: 0.4, lowest: 36}}], "
                                         "lighter: [{skin.tone: {shift_od: -0.2, highest: 78}}]}")) {
    const cv::Mat source = decode_own_image(variants.at("as_is").outcome.file).codes;
    const SkinRegion& region = *facts(id).region;
    for (const char* level : {"darker", "lighter"}) {
      const Made& made = variants.at(level);
      if (made.outcome.fate != Fate::written) {
        continue;
      }
      ++compared;
      const cv::Mat codes = decode_own_image(made.outcome.file).codes;
      int outside = 0;
      int moved = 0;
      for (int y = 0; y < codes.rows; ++y) {
        for (int x = 0; x < codes.cols; ++x) {
          if (codes.at<cv::Vec3b>(y, x) == source.at<cv::Vec3b>(y, x)) {
            continue;
          }
          const auto index =
              static_cast<std::size_t>(y) * static_cast<std::size_t>(codes.cols) + static_cast<std::size_t>(x);
          ++moved;
          outside += region.weights[index] == 0.0F || skins.at(id).parts.codes[index] == 0 ? 1 : 0;
        }
      }
      EXPECT_EQ(outside, 0) << id << ' ' << level;
      EXPECT_GT(moved, 1000) << id << ' ' << level;
    }
  }
  EXPECT_GE(compared, 25);
}

TEST_F(SkinToneRender, TheReferenceIsTheSameInAllLightAndTheMeasuredToneIsNot) {
  add("lighter", render_portrait(smooth(kRenderedTones[2], kFrontalLight)));
  add("darker", render_portrait(smooth(kRenderedTones[3], kSideLight)));
  constexpr double kConstant = 0.01;
  const std::vector<std::string> lights = {"as_taken", "dim", "warm", "noisy", "smaller"};
  const auto all = make(
      "skin_tone: {as_is: [], t55: [{skin.tone: {lightness: 55}}], shifted: [{skin.tone: {shift_od: 0.2}}]}, "
      "light: {as_taken: [], dim: [{light.exposure: {ev: -2}}], warm: [{light.illuminant: {cct_kelvin: 2800, awb: "
      "0.3}}], "
      "noisy: [{sensor.noise: {iso: 6400}}], smaller: [{lens.distortion: {}}]}");
  for (const auto& [id, variants] : all) {
    for (const char* tone : {"as_is", "t55", "shifted"}) {
      SCOPED_TRACE(id + " " + tone);
      const Made& plain = variants.at(std::string(tone) + " as_taken");
      ASSERT_EQ(plain.outcome.fate, Fate::written) << plain.outcome.reason;
      for (const std::string& light : lights) {
        SCOPED_TRACE(light);
        const Made& made = variants.at(std::string(tone) + " " + light);
        ASSERT_EQ(made.outcome.fate, Fate::written) << made.outcome.reason;
        for (const char* field : {"tone_reference_lightness", "tone_reference_hue_deg", "tone_reference_chroma",
                                  "tone_reference_ita_deg", "tone_reference_monk"}) {
          EXPECT_NEAR(made.number(field), plain.number(field), kConstant) << field;
        }
      }
      // What a camera gets of two stops less light is a quarter: L* falls by much.
      EXPECT_LT(variants.at(std::string(tone) + " dim").number("measured_tone_lightness"),
                plain.number("measured_tone_lightness") - 10.0);
      EXPECT_GT(variants.at(std::string(tone) + " warm").number("measured_tone_chroma"),
                plain.number("measured_tone_chroma") + 3.0);
      // Of a file that nothing but the tone has changed, both are the same but for 8 bits.
      EXPECT_NEAR(plain.number("measured_tone_lightness"), plain.number("tone_reference_lightness"), 0.3);
    }
    EXPECT_NE(variants.at("t55 as_taken").number("tone_reference_lightness"),
              variants.at("as_is as_taken").number("tone_reference_lightness"));
    EXPECT_FALSE(variants.at("as_is as_taken").record.at("synthetic").get<bool>());
    EXPECT_TRUE(variants.at("t55 as_taken").record.at("synthetic").get<bool>());
    EXPECT_EQ(variants.at("t55 dim").record.at("mask_source"), "supplied");
  }
}

}  // namespace
}  // namespace fairground
