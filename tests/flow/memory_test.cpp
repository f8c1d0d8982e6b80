// How much memory sources and variants are taken for, and how much of it a run may take at once.
#include <gtest/gtest.h>

#include <algorithm>

#include "augmenters/augmenter.h"
#include "pipeline/flow/graph.h"
#include "pipeline/flow/memory_needs.h"
#include "tests/support/made_world.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

constexpr double kTwoHours = 7200.0;

/// One recording with such a header, and a picture.
World world_of(int sample_rate, int channels) {
  World world(Media::audio);
  world.add_medium(Media::image);
  world.add("lecture");
  world.file(0).seconds = static_cast<float>(kTwoHours);
  world.file(0).sample_rate = sample_rate;
  world.file(0).channels = channels;
  world.add("photo", "all", kUnknown, Media::image);
  world.file(0, Media::image).megapixels = 50.0F;
  return world;
}

std::size_t decoding_of(const World& world, Media medium) {
  return decoding_bytes(world.config, world.catalog.media.at(medium), medium, /*source=*/0);
}

TEST(RunMemory, IsThatOfTheConfigOrByThreads) {
  Config config;
  EXPECT_EQ(memory_bytes(config, 1), 1'000'000'000U);
  EXPECT_EQ(memory_bytes(config, 16), 16'000'000'000U);
  config.memory_mb = 4000;
  EXPECT_EQ(memory_bytes(config, 1), 4'000'000'000U);
  EXPECT_EQ(memory_bytes(config, 16), 4'000'000'000U);
}

TEST(RunMemory, CountsWhatTheFileHoldsAndNotOnlyWhatTheRunMakesOfIt) {
  // A studio's file is ten times as large as the 16 kHz that the run asks for.
  const World studio = world_of(48000, 2);
  const World plain = world_of(16000, 1);
  const double samples = kTwoHours * 48000 * 2;
  EXPECT_GE(static_cast<double>(decoding_of(studio, Media::audio)), 2 * sizeof(float) * samples);
  EXPECT_LT(3 * decoding_of(plain, Media::audio), decoding_of(studio, Media::audio));
  const Plan plan(studio.config, studio.catalog);
  EXPECT_GE(rendering_bytes(plan, 0), decoding_of(studio, Media::audio));
}

/// What the hungriest variant of such a chain takes.
double most_bytes(World& world, const std::string& source, const std::string& chain, const std::string& output) {
  const TemporaryFolder folder;
  write_text(folder / "s.csv", "id,path,s,accent\n");
  world.config = parse_config("fairground: 1\nname: test\nseed: 1\nsources: [{" + source +
                                  ", manifest: s.csv, id: id, file: path, subject: s, groups: [accent]}]\n"
                                  "axes: {all: {it: [" +
                                  chain + "]}}\noutput: {directory: out" + output + "}\n",
                              folder / "test.yaml", registered_schemas());
  const Plan plan(world.config, world.catalog);
  std::size_t most = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    most = std::max(most, rendering_bytes(plan, i));
  }
  return static_cast<double>(most);
}

/// What a variant of such a chain takes of a recording of so many seconds at 16 kHz, in floats for each of its samples.
double floats_of(const std::string& chain, double seconds = kTwoHours) {
  World world(Media::audio);
  world.add("lecture");
  world.file(0).seconds = static_cast<float>(seconds);
  world.file(0).sample_rate = 16000;
  world.file(0).channels = 1;
  const double bytes = most_bytes(world, "media: audio, sample_rate: 16000", chain, "");
  return bytes / (sizeof(float) * seconds * 16000.0);
}

TEST(RunMemory, GrowsWithEveryNoiseThatStandsBesideTheSpeech) {
  const std::string noise = "{noise.coloured: {colour: white, snr_db: 5}}";
  const double one = floats_of(noise);
  EXPECT_GE(one, 4.0);
  EXPECT_NEAR(floats_of(noise + ", " + noise) - one, 1.0, 0.01);
  EXPECT_NEAR(floats_of(noise + ", " + noise + ", " + noise) - one, 2.0, 0.01);
}

TEST(RunMemory, GrowsWhereSpeechIsMadeSlower) {
  EXPECT_NEAR(floats_of("{voice.tempo: {rate: 0.5}}") / floats_of("{voice.tempo: {rate: 1.5}}"), 2.0, 0.01);
  EXPECT_NEAR(floats_of("{voice.tempo: {rate: [0.5, 1.5]}}") / floats_of("{voice.tempo: {rate: 1.5}}"), 2.0, 0.01);
}

TEST(RunMemory, OfARoomHasWhatIsKeptForTheNextVariantOnlyWhereItIsKept) {
  const std::string room = "{room.shoebox: {rt60_s: 0.5}}";
  EXPECT_GE(floats_of(room, 10.0), floats_of(room) + 4.0);
  const std::string early = ", {noise.coloured: {colour: white, snr_db: 5, reference: early}}";
  const std::string clean = ", {noise.coloured: {colour: white, snr_db: 5}}";
  EXPECT_NEAR(floats_of(room + early) - floats_of(room + clean), 1.0, 0.01);
}

TEST(RunMemory, GrowsWithTheRateOfACodec) {
  const double usual = floats_of("{channel.codec: {codec: opus}}");
  EXPECT_NEAR(floats_of("{channel.codec: {codec: opus, sample_rate_hz: 48000}}") - usual, 5.0, 0.01);
  EXPECT_NEAR(floats_of("{channel.codec: {codec: opus, sample_rate_hz: 8000}}"), usual, 0.01);
  EXPECT_GT(usual, floats_of("{channel.dropout: {}}"));
}

/// What a variant of such a chain takes of a picture, in bytes for each of its pixels.
double bytes_of_pixel(const std::string& chain, const std::string& format) {
  constexpr double kMegapixels = 10.0;
  World world(Media::image);
  world.add("photo", "all", kUnknown, Media::image);
  world.file(0, Media::image).megapixels = static_cast<float>(kMegapixels);
  const double bytes = most_bytes(world, "media: image", chain, ", image: {format: " + format + "}");
  return bytes / (1e6 * kMegapixels);
}

TEST(RunMemory, OfAPictureHangsOnItsStepsAndItsFormat) {
  const std::string rows = "{light.exposure: {ev: 1}}";
  const std::string whole = "{lens.defocus: {radius_px: 3}}";
  EXPECT_GE(bytes_of_pixel(whole, "jpeg"), 36.0);
  EXPECT_NEAR(bytes_of_pixel(whole, "tiff") - bytes_of_pixel(whole, "jpeg"), 8.0, 0.01);
  EXPECT_GT(bytes_of_pixel(whole, "jpeg"), bytes_of_pixel(rows, "jpeg"));
  EXPECT_GT(bytes_of_pixel(rows, "webp"), bytes_of_pixel(rows, "jpeg"));
  EXPECT_NEAR(bytes_of_pixel("{file.resize: {scale: 2}}", "png") / bytes_of_pixel("{file.resize: {scale: 0.5}}", "png"),
              4.0, 0.01);
}

TEST(RunMemory, OfAPictureIsAMultipleOfItsPixels) {
  const World world = world_of(16000, 1);
  const Plan plan(world.config, world.catalog);
  const std::size_t of_picture = rendering_bytes(plan, plan.size() - 1);
  EXPECT_GE(of_picture, 3 * sizeof(float) * 50'000'000);
  EXPECT_GE(of_picture, decoding_of(world, Media::image));
}

}  // namespace
}  // namespace fairground
