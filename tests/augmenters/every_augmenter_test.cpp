// What every augmenter must do, read from the registry: a new augmenter is covered by being registered.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>
#include <regex>
#include <set>

#include "pipeline/core/parallel.h"
#include "pipeline/flow/render.h"
#include "pipeline/flow/shared_noise.h"
#include "pipeline/media/image_file.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kTalkers = 64;  // as many as any augmenter can ask for
constexpr StepRandom kRandom{0x1234'5678'9ABC'DEF0, 3};

/// What a voice may react to.
const std::vector<NoiseLevel> kDeclared{{std::nullopt, 68.0, Weighting::full}};

/// One way to set an augmenter.
struct Case {
  const Augmenter* augmenter = nullptr;
  std::vector<Value> values;
  std::string name;
};

double number_at(const ParameterSpec& spec, double place) {
  return spec.minimum + place * (spec.maximum - spec.minimum);
}

Value value_at(const ParameterSpec& spec, double place) {
  switch (spec.kind) {
    case ParameterKind::number:
      return number_at(spec, place);
    case ParameterKind::integer:
      return static_cast<std::int64_t>(std::llround(number_at(spec, place)));
    case ParameterKind::flag:
      return place > 0.5;
    case ParameterKind::asset:
      return std::string(spec.asset_kind == AssetKind::talkers ? "pool" : "site");
    case ParameterKind::choice:
      break;
  }
  const auto last = static_cast<double>(spec.choices.size() - 1);
  return spec.choices[static_cast<std::size_t>(std::llround(place * last))];
}

bool obeys_check(const StepSchema& schema, const std::vector<Value>& values) {
  std::vector<Setting> settings;
  for (const Value& value : values) {
    settings.push_back(std::visit([](const auto& v) -> Setting { return v; }, value));
  }
  return !schema.check || schema.check(settings).empty();
}

/// All numbers at either end of their ranges and in between, with every set of the optional ones that the
/// augmenter's own rule allows; then each choice once with the rest at their middling places.
std::vector<Case> cases_of(const Augmenter& augmenter) {
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
      values.push_back(left_out ? Value{} : value_at(schema.parameters[i], place));
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
Image test_picture(int width, int height, int channels) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.resize(image.row_size() * static_cast<std::size_t>(height));
  RandomStream random(1, 0, "picture");
  for (float& sample : image.samples) {
    sample = static_cast<float>(random.uniform(-0.05, 1.2));
  }
  return image;
}

Image flat_picture(int width, int height, int channels, float level) {
  Image image = test_picture(width, height, channels);
  std::ranges::fill(image.samples, level);
  return image;
}

Audio test_clip(std::size_t frames, int channels) {
  Audio clip(kRate, channels, frames);
  RandomStream(2, 0, "clip").normals(0, clip.samples);
  for (float& sample : clip.samples) {
    sample *= 0.05F;
  }
  return clip;
}

bool all_finite(const std::vector<float>& samples) {
  return std::ranges::all_of(samples, [](float sample) { return std::isfinite(sample); });
}

bool same_sound(const NoiseSound& a, const NoiseSound& b) {
  const auto same_event = [](const NoiseEvent& x, const NoiseEvent& y) {
    return x.label == y.label && x.start_s == y.start_s && x.end_s == y.end_s;
  };
  return a.signal.samples == b.signal.samples && a.active.samples == b.active.samples &&
         std::ranges::equal(a.events, b.events, same_event) && a.voices == b.voices;
}

/// A response of half a second.
Audio falling(std::uint64_t seed) {
  Audio response(kRate, 1, kRate / 2);
  RandomStream(seed, 0, "falling").normals(0, response.samples);
  for (std::size_t i = 0; i < response.samples.size(); ++i) {
    response.samples[i] *= 0.1F * std::exp(-static_cast<float>(i) / 1000.0F);
  }
  return response;
}

class EveryAugmenter : public testing::Test {
 protected:
  void SetUp() override {
    // Of two rates and two channel counts, and longer than the clips, so that draws of the moment differ.
    Audio stereo(kRate, 2, 90000);
    RandomStream(3, 0, "stereo").normals(0, stereo.samples);
    std::vector<float> hiss(200000);
    RandomStream(4, 0, "mono").normals(0, hiss);
    set_rms(stereo.samples, -30);
    set_rms(hiss, -30);
    assets_.load("site", {write_wav(folder_ / "a.wav", stereo), write_wav(folder_ / "b.wav", mono(48000, hiss))},
                 {kRate}, {}, 1e4);
    assets_.load("responses", {write_wav(folder_ / "c.wav", falling(1)), write_wav(folder_ / "d.wav", falling(2))},
                 {kRate}, {}, 1e4);
    std::vector<TalkerFile> talkers;
    for (std::size_t i = 0; i < kTalkers; ++i) {
      const std::string name = "talker" + std::to_string(i);
      const auto path = write_wav(folder_ / (name + ".wav"), mono(kRate, speech_like(0.5, kRate, -30, i + 1)));
      talkers.push_back({path, "", name, {i % 2 == 0 ? "even" : "odd"}, i + 2});
    }
    assets_.load_talkers("pool", talkers, {kRate}, {}, 1e4);
    for (const Augmenter* augmenter : registered_augmenters()) {
      if (augmenter->schema.expand) {
        continue;
      }
      std::vector<Case> cases = cases_of(*augmenter);
      ASSERT_FALSE(cases.empty()) << augmenter->schema.name << ": no settings obey its own rule";
      for (Case& c : cases) {
        std::ranges::replace(c.values, Value(std::string("site")),
                             Value(std::string(augmenter->prepare_room ? "responses" : "site")));
      }
      auto& list = augmenter->prepare_room ? rooms_ : augmenter->schema.media == Media::audio ? audio_ : image_;
      list.insert(list.end(), cases.begin(), cases.end());
    }
    ASSERT_FALSE(audio_.empty());
    ASSERT_FALSE(image_.empty());
  }

  AudioScene run(const Case& c, const Audio& clip, const StepRandom& random = kRandom) const {
    return apply_audio(*c.augmenter, c.values, clip, random, &assets_, kDeclared);
  }
  static Image run(const Case& c, const Image& image, const StepRandom& random = kRandom) {
    return apply_rows(image, row_operation(*c.augmenter, c.values, image, random));
  }

  TemporaryFolder folder_;
  Assets assets_;
  std::vector<Case> audio_;
  std::vector<Case> rooms_;
  std::vector<Case> image_;
};

bool is_sentence(const std::string& text) {
  static const std::regex pattern("[A-Z][^\\n]{14,}\\.");
  return std::regex_match(text, pattern);
}

TEST_F(EveryAugmenter, SaysEverythingOfItself) {
  std::set<std::string> names;
  for (const StepSchema* schema : registered_schemas()) {
    SCOPED_TRACE(schema->name);
    EXPECT_TRUE(std::regex_match(schema->name, std::regex("[a-z]+\\.[a-z][a-z0-9_]*")));
    EXPECT_TRUE(names.empty() || *names.rbegin() < schema->name) << "not sorted, or given twice";
    names.insert(schema->name);
    EXPECT_TRUE(is_sentence(schema->summary)) << schema->summary;
    EXPECT_GE(schema->version, 1);
    EXPECT_FALSE(schema->source.empty());
    EXPECT_FALSE(schema->identity.empty());
    EXPECT_FALSE(schema->labels.empty());
    const bool audio_stage = schema->stage <= Stage::channel;
    EXPECT_EQ(audio_stage, schema->media == Media::audio) << to_string(schema->stage);
    const Augmenter* augmenter = find_augmenter(schema->name);
    ASSERT_NE(augmenter, nullptr);
    const int of_audio =
        (augmenter->prepare_audio ? 1 : 0) + (augmenter->prepare_noise ? 1 : 0) + (augmenter->prepare_room ? 1 : 0);
    if (schema->expand) {
      EXPECT_EQ(of_audio, 0);
      continue;
    }
    EXPECT_EQ(of_audio, schema->media == Media::audio ? 1 : 0);
    EXPECT_EQ(static_cast<bool>(augmenter->noise_level), static_cast<bool>(augmenter->prepare_noise));
    EXPECT_EQ(static_cast<bool>(augmenter->prepare_rows), schema->media == Media::image);
  }
}

TEST_F(EveryAugmenter, HasParametersThatMakeSense) {
  for (const StepSchema* schema : registered_schemas()) {
    std::set<std::string> names;
    for (const ParameterSpec& spec : schema->parameters) {
      SCOPED_TRACE(schema->name + " " + spec.name);
      EXPECT_TRUE(std::regex_match(spec.name, std::regex("[a-z][a-z0-9_]*")));
      EXPECT_TRUE(names.insert(spec.name).second) << "given twice";
      EXPECT_TRUE(is_sentence(spec.description)) << spec.description;
      EXPECT_FALSE(spec.required && !std::holds_alternative<std::monostate>(spec.fallback))
          << "required, with a default";
      const bool is_number = spec.kind == ParameterKind::number || spec.kind == ParameterKind::integer;
      if (is_number) {
        EXPECT_TRUE(std::isfinite(spec.minimum) && std::isfinite(spec.maximum));
        EXPECT_LT(spec.minimum, spec.maximum);
      }
      if (const auto* fallback = std::get_if<double>(&spec.fallback)) {
        EXPECT_LE(spec.minimum, *fallback);
        EXPECT_GE(spec.maximum, *fallback);
      }
      if (const auto* fallback = std::get_if<std::int64_t>(&spec.fallback)) {
        EXPECT_LE(spec.minimum, static_cast<double>(*fallback));
        EXPECT_GE(spec.maximum, static_cast<double>(*fallback));
      }
      EXPECT_EQ(spec.kind == ParameterKind::choice, !spec.choices.empty());
      if (spec.kind == ParameterKind::choice && !spec.required) {
        EXPECT_EQ(std::ranges::count(spec.choices, std::get<std::string>(spec.fallback)), 1);
      }
      const std::vector<std::pair<std::string, std::string>> units{{"_db", "dB"}, {"_hz", "Hz"}, {"_ms", "ms"}};
      for (const auto& [ending, unit] : units) {
        if (spec.name.ends_with(ending)) {
          EXPECT_EQ(spec.unit, unit);
        }
      }
    }
  }
}

TEST_F(EveryAugmenter, GivesTheSameBytesForTheSameKey) {
  constexpr std::size_t kRepeats = 4;  // on threads, as one prepared step serves all of them
  const Audio clip = test_clip(20000, 2);
  for (const Case& c : audio_) {
    SCOPED_TRACE(c.name);
    const AudioScene once = run(c, clip);
    const PrepareContext context{kRate, &assets_};
    if (c.augmenter->prepare_noise) {
      const PreparedNoise step = c.augmenter->prepare_noise(c.values, context);
      std::vector<NoiseSound> sounds(kRepeats);
      parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { sounds[i] = step(once.shape(), c.values, kRandom); });
      for (const NoiseSound& sound : sounds) {
        EXPECT_TRUE(same_sound(sound, once.noise.at(0).sound));
      }
      continue;
    }
    const PreparedAudio step = c.augmenter->prepare_audio(c.values, context);
    std::vector<AudioScene> scenes(kRepeats, AudioScene{clip, {}, kDeclared});
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { step(scenes[i], c.values, kRandom); });
    for (const AudioScene& scene : scenes) {
      EXPECT_EQ(scene.speech.samples, once.speech.samples);
      EXPECT_EQ(scene.time_map(1.0), once.time_map(1.0));
    }
  }
  const Image picture = test_picture(61, 17, 3);
  for (const Case& c : image_) {
    SCOPED_TRACE(c.name);
    const PreparedRows step = c.augmenter->prepare_rows(c.values, {0, nullptr});
    std::vector<Image> images(kRepeats, picture);
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) {
      images[i] =
          apply_rows(std::move(images[i]), step({picture.width, picture.height, picture.channels}, c.values, kRandom));
    });
    for (const Image& image : images) {
      EXPECT_EQ(image.samples, run(c, picture).samples);
    }
  }
}

// An augmenter draws or it does not: with other keys or realizations either nothing changes or everything does. One
// that reads only half of its stream's address is found by this.
TEST_F(EveryAugmenter, GivesOtherBytesForAnotherKeyIfItDrawsAtAll) {
  const std::vector<StepRandom> addresses{
      kRandom, {kRandom.key + 1, 3}, {kRandom.key + (1ULL << 32U), 3}, {kRandom.key, 4}, {kRandom.key, 0}};
  const auto check = [&](const Case& c, const std::vector<std::vector<float>>& results) {
    const std::set<std::vector<float>> distinct(results.begin(), results.end());
    EXPECT_TRUE(distinct.size() == 1 || distinct.size() == results.size())
        << c.name << ": " << distinct.size() << " results of " << results.size() << " draws";
  };
  const Audio clip = test_clip(12000, 1);  // longer than the latest onset of a first event that nobody sets
  for (const Case& c : audio_) {
    std::vector<std::vector<float>> results;
    for (const StepRandom& address : addresses) {
      const AudioScene scene = run(c, clip, address);
      results.push_back(scene.speech.samples);
      for (const NoiseStem& stem : scene.noise) {
        results.back().insert(results.back().end(), stem.sound.signal.samples.begin(), stem.sound.signal.samples.end());
      }
    }
    check(c, results);
  }
  const Image picture = flat_picture(31, 9, 3, 0.3F);
  for (const Case& c : image_) {
    std::vector<std::vector<float>> results;
    for (const StepRandom& address : addresses) {
      results.push_back(run(c, picture, address).samples);
    }
    check(c, results);
  }
}

// Of rooms: the way from each thing in it, the same for the same draw, and another for another thing.
TEST_F(EveryAugmenter, GivesARoomsResponses) {
  constexpr std::size_t kRepeats = 4;
  for (const Case& c : rooms_) {
    SCOPED_TRACE(c.name);
    const PreparedRoom room = c.augmenter->prepare_room(c.values, {kRate, &assets_});
    std::vector<RoomResponse> responses(kRepeats);
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { responses[i] = room("speech", c.values, kRandom); });
    for (const RoomResponse& response : responses) {
      EXPECT_EQ(response.samples, responses[0].samples);
      EXPECT_EQ(response.sample_rate, kRate);
      EXPECT_LT(response.direct, response.samples.size());
      EXPECT_TRUE(all_finite(response.samples));
      EXPECT_GE(response.delay_s, 0.0);
    }
    EXPECT_NE(room("noise.alarm 0", c.values, kRandom).samples, responses[0].samples);
  }
}

TEST_F(EveryAugmenter, TakesEveryClip) {
  for (const Case& c : audio_) {
    for (const int channels : {1, 2, 6}) {
      for (const std::size_t frames : {0U, 1U, 2U, 63U, 40000U}) {
        SCOPED_TRACE(c.name + ", " + std::to_string(channels) + " x " + std::to_string(frames));
        const Audio silence(kRate, channels, frames);
        Audio loud = silence;  // Full scale of both signs, the hardest clip of all.
        for (std::size_t i = 0; i < loud.samples.size(); ++i) {
          loud.samples[i] = i % 3 == 0 ? -1.0F : 1.0F;
        }
        for (const Audio& clip : {silence, test_clip(frames, channels), loud}) {
          const AudioScene scene = run(c, clip);
          EXPECT_EQ(scene.speech.channels, channels);
          EXPECT_EQ(scene.speech.sample_rate, kRate);
          // Times go where the clip's end goes, but for the rounding of very short ones.
          EXPECT_NEAR(scene.time_map(clip.seconds()), scene.speech.seconds(), 1.0 / kRate);
          EXPECT_TRUE(all_finite(scene.speech.samples));
          for (const NoiseStem& stem : scene.noise) {
            EXPECT_EQ(stem.augmenter, c.augmenter->schema.name);
            EXPECT_EQ(stem.sound.signal.channels, channels);
            EXPECT_EQ(stem.sound.signal.sample_rate, kRate);
            EXPECT_EQ(stem.sound.signal.frames(), scene.speech.frames());
            EXPECT_TRUE(all_finite(stem.sound.signal.samples));
          }
        }
      }
    }
  }
}

TEST_F(EveryAugmenter, TakesEveryPicture) {
  for (const Case& c : image_) {
    for (const int channels : {1, 3}) {
      for (const auto& [width, height] : {std::pair(1, 1), {1, 7}, {7, 1}, {65, 9}}) {
        SCOPED_TRACE(c.name + ", " + std::to_string(width) + " x " + std::to_string(height));
        for (const float level : {0.0F, 1.0F}) {
          EXPECT_TRUE(all_finite(run(c, flat_picture(width, height, channels, level)).samples));
        }
        EXPECT_TRUE(all_finite(run(c, test_picture(width, height, channels)).samples));
      }
    }
  }
}

// A longer recording gets the noise of a shorter one first, or two sources would not meet the same condition, nor could
// one making serve both. The same of events, and of the example that sets their level.
TEST_F(EveryAugmenter, AddsTheSameToTheStartOfALongerClip) {
  const AudioShape longest{kRate, 2, 70000};
  for (const Case& c : audio_) {
    if (!c.augmenter->prepare_noise) {
      continue;
    }
    const PreparedNoise make = c.augmenter->prepare_noise(c.values, {kRate, &assets_});
    const NoiseSound whole = make(longest, c.values, kRandom);
    for (const std::size_t frames : {1U, 2000U, 14336U, 16384U, 16385U, 33000U}) {
      SCOPED_TRACE(c.name + ", " + std::to_string(frames) + " frames");
      const NoiseSound part = make({kRate, 2, frames}, c.values, kRandom);
      EXPECT_TRUE(same_sound(part, sound_for(whole, frames)));
    }
  }
}

// The level is the mixer's business, and noises are shared over levels.
TEST_F(EveryAugmenter, MakesTheSameNoiseForEveryLevel) {
  for (const Case& c : audio_) {
    if (!c.augmenter->prepare_noise) {
      continue;
    }
    SCOPED_TRACE(c.name);
    const std::vector<ParameterSpec>& specs = c.augmenter->schema.parameters;
    ASSERT_GE(specs.size(), kNoiseLevelParameters);
    EXPECT_EQ(specs[0].name, "snr_db");
    EXPECT_EQ(specs[1].name, "noise_dba");
    EXPECT_EQ(specs[2].name, "band");
    EXPECT_EQ(specs[3].name, "reference");
    std::vector<Value> other = c.values;
    other[0] = 17.0;
    other[1] = Value{};
    other[2] = std::string("300-3400");
    other[3] = std::string("early");
    EXPECT_EQ(c.augmenter->noise_level(other).snr_db, 17.0);
    EXPECT_EQ(c.augmenter->noise_level(other).band, Weighting::telephone);
    EXPECT_EQ(c.augmenter->noise_level(other).reference, SpeechReference::early);
    const auto make = [&](const std::vector<Value>& values) {
      return c.augmenter->prepare_noise(values, {kRate, &assets_})({kRate, 1, 9000}, values, kRandom);
    };
    EXPECT_TRUE(same_sound(make(c.values), make(other)));
  }
}

TEST_F(EveryAugmenter, GivesTheSameBitsForRowsInAnyOrder) {
  const Image picture = test_picture(67, 23, 3);
  std::vector<int> order(23);
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(5, 0, "order");
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i)]);
  }
  for (const Case& c : image_) {
    SCOPED_TRACE(c.name);
    Image shuffled = picture;
    const RowOperation operation = row_operation(*c.augmenter, c.values, picture, kRandom);
    for (const int y : order) {
      operation(shuffled.row(y));
    }
    EXPECT_EQ(shuffled.samples, run(c, picture).samples);
  }
}

// One pass over each row against one pass over the picture for each operation, for all pairs of cases.
TEST_F(EveryAugmenter, GivesTheSameBitsFusedOrNot) {
  const Image picture = test_picture(37, 11, 3);
  for (const Case& first : image_) {
    for (const Case& second : image_) {
      SCOPED_TRACE(first.name + " then " + second.name);
      const StepRandom other{77, 1};
      const Image unfused = run(second, run(first, picture), other);
      const Raster fused = render_rows(picture,
                                       {row_operation(*first.augmenter, first.values, picture, kRandom),
                                        row_operation(*second.augmenter, second.values, picture, other)},
                                       /*bits=*/16);
      Raster expected = make_raster(unfused, /*bits=*/16);
      Image rows = unfused;
      for (int y = 0; y < rows.height; ++y) {
        put_row(rows.row(y), expected);
      }
      EXPECT_EQ(cv::norm(fused.codes, expected.codes, cv::NORM_INF), 0.0);
    }
  }
}

// What `identity` says is read as the config would read it, and must give the input back bit for bit.
TEST_F(EveryAugmenter, GivesTheInputBackAtItsIdentity) {
  const std::vector<const StepSchema*> schemas = registered_schemas();
  const Image picture = test_picture(33, 9, 3);
  for (const Augmenter* augmenter : registered_augmenters()) {
    const StepSchema& schema = augmenter->schema;
    if (schema.identity.starts_with("none")) {
      continue;
    }
    SCOPED_TRACE(schema.name + " {" + schema.identity + "}");
    const std::string media = to_string(schema.media);
    write_text(folder_ / "empty.csv", "id,path\n");
    const Config config =
        parse_config("fairground: 1\nname: x\nseed: 1\noutput: {directory: out}\nsources: [{media: " + media +
                         ", manifest: empty.csv, id: id, file: path}]\naxes: {a: {x: [{" + schema.name + ": {" +
                         schema.identity + "}}]}}\n",
                     folder_ / "c.yaml", schemas);
    Case c{augmenter, {}, ""};
    for (const Setting& setting : config.media.at(schema.media).axes.at(0).levels.at(0).steps.at(0).settings) {
      ASSERT_FALSE(std::holds_alternative<Range>(setting));
      std::visit(
          [&](const auto& v) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, Range>) {
              c.values.emplace_back(v);
            }
          },
          setting);
    }
    if (schema.media == Media::image) {
      EXPECT_EQ(run(c, picture).samples, picture.samples);
    } else {
      const Audio clip = test_clip(20000, 2);
      const AudioScene scene = run(c, clip);
      EXPECT_EQ(scene.speech.samples, clip.samples);
      EXPECT_EQ(scene.time_map(1.0), 1.0);
      EXPECT_TRUE(scene.noise.empty());
    }
  }
}

}  // namespace
}  // namespace fairground
