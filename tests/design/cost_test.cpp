// What a plan says that it will cost.
#include "pipeline/design/cost.h"

#include <gtest/gtest.h>

#include "tests/support/made_world.h"

namespace fairground {
namespace {

TEST(Cost, OfSoundIsThatOfItsSamples) {
  World world;
  world.add("a");
  world.file(0).seconds = 2.0;
  world.file(0).sample_rate = 44100;
  world.file(0).channels = 2;
  OutputFormat& output = world.settings().output;
  output = {FileFormat::wav, /*bits=*/24, /*quality=*/92};
  const auto bytes = [&] { return estimate_variant(world.config, Media::audio, world.media(), 0).bytes; };
  EXPECT_EQ(bytes(), 2.0 * 16000 * 3) << "mono, at the run's rate";
  world.config.sources[0].sample_rate = 0;
  world.config.sources[0].mono = false;
  EXPECT_EQ(bytes(), 2.0 * 44100 * 2 * 3) << "as it is";
  output.format = FileFormat::flac;
  EXPECT_LT(bytes(), 2.0 * 44100 * 2 * 3);
  world.file(0).problem = "gone";
  EXPECT_EQ(bytes(), 0.0);
}

TEST(Cost, OfAPictureGrowsWithItsPixelsAndItsQuality) {
  World world(Media::image);
  world.add("a", "all", kUnknown, Media::image);
  world.file(0, Media::image).megapixels = 1.0;
  OutputFormat& output = world.settings(Media::image).output;
  const auto bytes = [&] { return estimate_variant(world.config, Media::image, world.media(Media::image), 0).bytes; };
  for (const FileFormat format : {FileFormat::jpeg, FileFormat::webp}) {
    double before = 0.0;
    for (int quality = 1; quality <= 100; ++quality) {
      output = {format, /*bits=*/16, quality};
      EXPECT_GT(bytes(), before) << to_string(format) << ' ' << quality;
      before = bytes();
    }
    output.quality = 90;
    const double at_90 = bytes();
    world.file(0, Media::image).megapixels = 2.0;
    EXPECT_EQ(bytes(), 2.0 * at_90);
    world.file(0, Media::image).megapixels = 1.0;
  }
  output = {FileFormat::jpeg, /*bits=*/16, /*quality=*/90};
  EXPECT_DOUBLE_EQ(bytes(), 0.257e6) << "as measured";
  output.format = FileFormat::png;
  EXPECT_GT(bytes(), 1e6) << "without loss";
}

}  // namespace
}  // namespace fairground
