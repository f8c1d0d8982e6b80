// What every augmenter must do, read from the registry: a new augmenter is covered by being registered. Here are the
// ways to set each of them, and what they are run on.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "tests/augmenters/device.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {

inline constexpr int kRate = 16000;
inline constexpr std::size_t kTalkers = 64;  // as many as any augmenter can ask for
inline constexpr StepRandom kRandom{0x1234'5678'9ABC'DEF0, 3};

/// What a voice may react to.
inline const std::vector<NoiseLevel> kDeclared{{std::nullopt, 68.0, Weighting::full}};

/// One way to set an augmenter.
struct Case {
  const Augmenter* augmenter = nullptr;
  std::vector<Value> values;
  std::string name;
};

inline double number_at(const ParameterSpec& spec, double place) {
  return spec.minimum + place * (spec.maximum - spec.minimum);
}

/// Of an asset that holds what the parameter wants.
inline std::string asset_for(const Augmenter& augmenter, const ParameterSpec& spec) {
  const auto takes = [&spec](AssetKind kind) {
    return std::ranges::find(spec.asset_kinds, kind) != spec.asset_kinds.end();
  };
  return takes(AssetKind::talkers)  ? "pool"
         : takes(AssetKind::curves) ? "curves"
         : augmenter.prepare_room   ? "responses"
                                    : "site";
}

inline Value value_at(const Augmenter& augmenter, const ParameterSpec& spec, double place) {
  switch (spec.kind) {
    case ParameterKind::number:
      return number_at(spec, place);
    case ParameterKind::integer:
      return static_cast<std::int64_t>(std::llround(number_at(spec, place)));
    case ParameterKind::flag:
      return place > 0.5;
    case ParameterKind::asset:
      return asset_for(augmenter, spec);
    case ParameterKind::choice:
      break;
  }
  const auto last = static_cast<double>(spec.choices.size() - 1);
  return spec.choices[static_cast<std::size_t>(std::llround(place * last))];
}

inline bool obeys_check(const StepSchema& schema, const std::vector<Value>& values) {
  std::vector<Setting> settings;
  for (const Value& value : values) {
    settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, value));
  }
  const bool is_ladder = schema.expand_levels && !schema.expand_levels(settings).empty();
  return !is_ladder && (!schema.check || schema.check(settings).empty());
}

/// All numbers at either end of their ranges and in between, with every set of the optional ones that the
/// augmenter's own rule allows; then each choice once with the rest at their middling places.
inline std::vector<Case> cases_of(const Augmenter& augmenter) {
  const StepSchema& schema = augmenter.schema;
  std::vector<std::size_t> optional;
  for (std::size_t i = 0; i < schema.parameters.size(); ++i) {
    const ParameterSpec& spec = schema.parameters[i];
    if (!spec.required && std::holds_alternative<std::monostate>(spec.fallback)) {
      optional.push_back(i);
    }
  }
  std::vector<Case> cases;
  const auto add = [&](double place, unsigned given, std::optional<std::pair<std::size_t, std::string>> choice) {
    std::vector<Value> values;
    std::string name = schema.name + " at " + std::to_string(place) + ", optional " + std::to_string(given);
    for (std::size_t i = 0; i < schema.parameters.size(); ++i) {
      const auto bit = std::ranges::find(optional, i) - optional.begin();
      const bool left_out = static_cast<std::size_t>(bit) < optional.size() && (given >> bit & 1U) == 0;
      values.push_back(left_out ? Value{} : value_at(augmenter, schema.parameters[i], place));
    }
    if (choice) {
      values[choice->first] = choice->second;
      name += ", " + choice->second;
    }
    if (obeys_check(schema, values)) {
      cases.push_back({&augmenter, std::move(values), std::move(name)});
    }
  };
  // Of many optional ones, each alone, and all.
  const unsigned all = (1U << optional.size()) - 1U;
  const bool many = optional.size() > 4;
  for (unsigned given = 0; given <= all; ++given) {
    if (many && given != all && std::popcount(given) > 1) {
      continue;
    }
    for (const double place : {0.0, 0.3, 1.0}) {
      add(place, given, std::nullopt);
    }
    if (many && given != 0) {
      continue;
    }
    for (std::size_t i = 0; i < schema.parameters.size(); ++i) {
      for (const std::string& choice : schema.parameters[i].choices) {
        add(0.3, given, std::pair(i, choice));
      }
    }
  }
  return cases;
}

/// A picture of many levels, some beyond black and white, as earlier steps may leave them.
inline Image test_picture(int width, int height, int channels) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.resize(image.row_size() * static_cast<std::size_t>(height));
  RandomStream random(1, 0, "picture");
  for (float& sample : image.samples) {
    sample = static_cast<float>(random.uniform(-0.05, 1.2));
  }
  return image;
}

inline Image flat_picture(int width, int height, int channels, float level) {
  Image image = test_picture(width, height, channels);
  std::ranges::fill(image.samples, level);
  return image;
}

/// What a step that needs skin is handed: all of the picture, of a tone that it need not have.
inline SkinFacts test_skin(const Image& image) {
  SkinFacts skin;
  SkinRegion region{{image.width, image.height, {}}, {}};
  region.parts.codes.resize(image.samples.size() / static_cast<std::size_t>(image.channels), 1);
  region.weights.resize(region.parts.codes.size(), 0.9F);
  skin.tone = ApparentTone{60.0, 58.0, 24.0};
  skin.noise.channels.fill({1e-6, 1e-5});
  skin.region = std::move(region);
  return skin;
}

/// The step with the skin that it needs. What it refuses, as it must with most of these pictures, stays as it is.
inline Picture take(const Case& c, const Image& image, const StepRandom& random = kRandom, Shot shot = {}) {
  if (!c.augmenter->schema.needs_skin) {
    return apply_picture(*c.augmenter, c.values, image, random, shot);
  }
  const SkinFacts skin = test_skin(image);
  shot.skin = &skin;
  try {
    return apply_picture(*c.augmenter, c.values, image, random, shot);
  } catch (const GateError&) {
    return {image, shot};
  }
}

inline Audio test_clip(std::size_t frames, int channels) {
  Audio clip(kRate, channels, frames);
  RandomStream(2, 0, "clip").normals(0, clip.samples);
  for (float& sample : clip.samples) {
    sample *= 0.05F;
  }
  return clip;
}

inline bool all_finite(const std::vector<float>& samples) {
  return std::ranges::all_of(samples, [](float sample) { return std::isfinite(sample); });
}

inline bool same_sound(const NoiseSound& a, const NoiseSound& b) {
  const auto same_event = [](const NoiseEvent& x, const NoiseEvent& y) {
    return x.label == y.label && x.start_s == y.start_s && x.end_s == y.end_s;
  };
  return a.signal.samples == b.signal.samples && a.active.samples == b.active.samples &&
         std::ranges::equal(a.events, b.events, same_event) && a.voices == b.voices;
}

/// A response of half a second.
inline Audio falling(std::uint64_t seed) {
  Audio response(kRate, 1, kRate / 2);
  RandomStream(seed, 0, "falling").normals(0, response.samples);
  for (std::size_t i = 0; i < response.samples.size(); ++i) {
    response.samples[i] *= 0.1F * std::exp(-static_cast<float>(i) / 1000.0F);
  }
  return response;
}

/// Streams that differ in one thing each from the first.
inline const std::vector<StepRandom> kAddresses{
    kRandom, {kRandom.key + 1, 3}, {kRandom.key + (1ULL << 32U), 3}, {kRandom.key, 4}, {kRandom.key, 0}};

/// An augmenter draws or it does not: with other keys or realizations either nothing changes or everything does. One
/// that reads only half of its stream's address is found by this. `results` are those of kAddresses.
inline void expect_all_or_none_differ(const Case& c, const std::vector<std::vector<float>>& results) {
  const std::set<std::vector<float>> distinct(results.begin(), results.end());
  EXPECT_TRUE(distinct.size() == 1 || distinct.size() == results.size())
      << c.name << ": " << distinct.size() << " results of " << results.size() << " draws";
}

/// A codec that sends everything as it is, 20 ms at a time, and conceals with silence.
inline CodedSignal coded(const Audio& clip) {
  const std::size_t frame = static_cast<std::size_t>(clip.sample_rate) / 50;
  return {0.02, (clip.frames() + frame - 1) / frame, [clip, frame](const std::vector<bool>& lost) {
            Audio heard = clip;
            for (int c = 0; c < heard.channels; ++c) {
              for (std::size_t i = 0; i < heard.frames(); ++i) {
                heard.channel(c)[i] *= lost[i / frame] ? 0.0F : 1.0F;
              }
            }
            return heard;
          }};
}

/// What augmenters draw from, at each of these rates: recordings `site`, `responses` of rooms, `curves` and a `pool` of
/// talkers. Their files are written to `folder`.
inline void load_test_assets(const std::filesystem::path& folder, const std::vector<int>& rates, Assets& assets) {
  // Of two rates and two channel counts, and longer than the clips, so that draws of the moment differ.
  Audio stereo(kRate, 2, 90000);
  RandomStream(3, 0, "stereo").normals(0, stereo.samples);
  std::vector<float> hiss(200000);
  RandomStream(4, 0, "mono").normals(0, hiss);
  set_rms(stereo.samples, -30);
  set_rms(hiss, -30);
  assets.load("site", {write_wav(folder / "a.wav", stereo), write_wav(folder / "b.wav", mono(48000, hiss))}, rates, {},
              1e4);
  assets.load("responses", {write_wav(folder / "c.wav", falling(1)), write_wav(folder / "d.wav", falling(2))}, rates,
              {}, 1e4);
  write_text(folder / "e.csv", "hz,db\n100,-6\n1000,0\n8000,-3\n");
  assets.load_curves("curves", {folder / "e.csv"}, {});
  std::vector<TalkerFile> talkers;
  for (std::size_t i = 0; i < kTalkers; ++i) {
    const std::string name = "talker" + std::to_string(i);
    const auto path = write_wav(folder / (name + ".wav"), mono(kRate, speech_like(0.5, kRate, -30, i + 1)));
    talkers.push_back({path, "", name, {i % 2 == 0 ? "even" : "odd"}, i + 2});
  }
  assets.load_talkers("pool", talkers, rates, {}, 1e4);
}

class EveryAugmenter : public testing::Test {
 protected:
  void SetUp() override {
    load_test_assets(folder_.path(), {kRate}, assets_);
    for (const Augmenter* augmenter : registered_augmenters()) {
      if (augmenter->schema.expand) {
        continue;
      }
      std::vector<Case> cases = cases_of(*augmenter);
      ASSERT_FALSE(cases.empty()) << augmenter->schema.name << ": no settings obey its own rule";
      auto& list = augmenter->prepare_room                   ? rooms_
                   : augmenter->prepare_signal               ? signals_
                   : augmenter->schema.media == Media::audio ? audio_
                                                             : image_;
      list.insert(list.end(), cases.begin(), cases.end());
    }
    ASSERT_FALSE(audio_.empty());
    ASSERT_FALSE(signals_.empty());
    ASSERT_FALSE(image_.empty());
  }

  AudioScene run(const Case& c, const Audio& clip, const StepRandom& random = kRandom) const {
    return apply_audio(*c.augmenter, c.values, clip, random, &assets_, kDeclared);
  }
  AudioSignal run_signal(const Case& c, const Audio& clip, const StepRandom& random = kRandom) const {
    AudioSignal signal{clip, full_scale_dba};
    signal.coded = coded(clip);
    c.augmenter->prepare_signal(c.values, {clip.sample_rate, &assets_})(signal, c.values, random);
    return signal;
  }
  static Image run(const Case& c, const Image& image, const StepRandom& random = kRandom) {
    return take(c, image, random).image;
  }

  /// Those of pixel-wise steps.
  std::vector<Case> row_cases() const {
    std::vector<Case> cases;
    std::ranges::copy_if(image_, std::back_inserter(cases),
                         [](const Case& c) { return static_cast<bool>(c.augmenter->prepare_rows); });
    return cases;
  }

  TemporaryFolder folder_;
  Assets assets_;
  std::vector<Case> audio_;
  std::vector<Case> rooms_;
  std::vector<Case> signals_;
  std::vector<Case> image_;
};

}  // namespace fairground
