// What every augmenter says of itself, and that its identity is one.
#include "tests/augmenters/every_augmenter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>

#include "pipeline/config/config.h"

namespace fairground {
namespace {

bool is_sentence(const std::string& text) {
  static const std::regex pattern("[A-Z][^\\n]{14,}\\.");
  return std::regex_match(text, pattern);
}

bool are_sentences(const std::string& text) {
  static const std::regex pattern("[A-Z0-9][^\\n]{14,}\\.");
  return std::regex_match(text, pattern) && text.find("  ") == std::string::npos;
}

/// A line for each level, with a list of steps, of which some must be the augmenter itself.
bool is_example(const std::string& text, const std::string& name) {
  static const std::regex pattern("([a-z0-9_]+: \\[\\{[^\\n]+\\}\\]\\n)+");
  return std::regex_match(text, pattern) && text.find("{" + name + ": {") != std::string::npos;
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
    EXPECT_TRUE(are_sentences(schema->claim)) << "what its test measures, and how well: " << schema->claim;
    EXPECT_TRUE(schema->limits.empty() || are_sentences(schema->limits)) << schema->limits;
    EXPECT_TRUE(is_example(schema->example, schema->name)) << schema->example;
    const bool audio_stage = schema->stage <= Stage::receiver;
    EXPECT_EQ(audio_stage, schema->media == Media::audio) << to_string(schema->stage);
    const Augmenter* augmenter = find_augmenter(schema->name);
    ASSERT_NE(augmenter, nullptr);
    const int of_audio = (augmenter->prepare_audio ? 1 : 0) + (augmenter->prepare_noise ? 1 : 0) +
                         (augmenter->prepare_room ? 1 : 0) + (augmenter->prepare_signal ? 1 : 0);
    const int of_image =
        (augmenter->prepare_rows ? 1 : 0) + (augmenter->prepare_picture ? 1 : 0) + (augmenter->prepare_file ? 1 : 0);
    if (schema->expand) {
      EXPECT_EQ(of_audio + of_image, 0);
      continue;
    }
    EXPECT_EQ(of_audio, schema->media == Media::audio ? 1 : 0);
    EXPECT_EQ(static_cast<bool>(augmenter->noise_level), static_cast<bool>(augmenter->prepare_noise));
    EXPECT_TRUE(!augmenter->prepare_spectrum || augmenter->prepare_noise);
    EXPECT_EQ(of_image, schema->media == Media::image ? 1 : 0);
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
    write_text(folder_ / "empty.csv", "id,path,mask\n");
    const Config config =
        parse_config("fairground: 1\nname: x\nseed: 1\noutput: {directory: out}\nsources: [{media: " + media +
                         ", manifest: empty.csv, id: id, file: path" + (schema.needs_skin ? ", mask: mask" : "") +
                         "}]\naxes: {a: {x: [{" + schema.name + ": {" + schema.identity + "}}]}}\n",
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
      // A step of the file stage gets codes, which hold nothing beyond black and white.
      const Image given = augmenter->prepare_file ? to_linear(render_rows(picture, {}, picture.bits)) : picture;
      EXPECT_EQ(run(c, given).samples, given.samples);
    } else {
      const Audio clip = test_clip(20000, 2);
      if (augmenter->prepare_signal) {
        const AudioSignal signal = run_signal(c, clip);
        EXPECT_EQ(signal.audio.samples, clip.samples);
        EXPECT_EQ(signal.time_map(1.0), 1.0);
        continue;
      }
      const AudioScene scene = run(c, clip);
      EXPECT_EQ(scene.speech.samples, clip.samples);
      EXPECT_EQ(scene.time_map(1.0), 1.0);
      EXPECT_TRUE(scene.noise.empty());
    }
  }
}

}  // namespace
}  // namespace fairground
