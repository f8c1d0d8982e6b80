// A plan divided among machines.
#include "pipeline/design/share.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "pipeline/core/random.h"
#include "pipeline/design/cost.h"
#include "tests/support/made_world.h"

namespace fairground {
namespace {

using testing::Each;
using testing::IsEmpty;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);
const StepSchema kSun = made_schema("light.sun", Stage::light, Media::image);

/// Recordings of 1 to 60 s and pictures of 0.1 to 12 megapixels, most of them small.
World uneven_world(std::size_t sources) {
  World world;
  world.add_medium(Media::image);
  world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
  world.settings(Media::image).axes = {{"light", {{"day", {}}, {"sun", {made_step(kSun, 1.0)}}}}};
  const RandomStream stream(3, 0, "sizes");
  for (std::size_t i = 0; i < sources; ++i) {
    const double share = static_cast<double>(stream.word_at(i) % 1000) / 1000.0;
    const std::string n = std::to_string(i);
    if (i % 3 == 0) {
      world.add("p" + n, "irish", "sitter" + n, Media::image);
      world.file(i / 3, Media::image).megapixels = static_cast<float>(0.1 + 11.9 * share * share * share);
    } else {
      world.add("s" + n, i % 2 == 0 ? "irish" : "scots", "who" + n);
      MediaFile& file = world.file(world.media().sources.size() - 1);
      file.seconds = static_cast<float>(1.0 + 59.0 * share * share * share);
      file.sample_rate = 16000;
      file.channels = 1;
    }
  }
  return world;
}

TEST(Share, EachVariantIsInOneShardAndThoseOfASourceStayTogether) {
  const World world = uneven_world(50);
  const Plan plan(world.config, world.catalog);
  for (const std::uint32_t count : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    std::vector<int> met(plan.size(), 0);
    std::map<std::size_t, std::set<std::uint32_t>> shards_of_source;
    std::size_t empty = 0;
    for (std::uint32_t index = 0; index < count; ++index) {
      const std::vector<std::size_t> share = share_of(plan, Shard{index, count});
      EXPECT_TRUE(std::ranges::is_sorted(share));
      for (const std::size_t variant : share) {
        ++met[variant];
        shards_of_source[plan.source_number(variant)].insert(index);
      }
      empty += share.empty() ? 1U : 0U;
    }
    EXPECT_THAT(met, Each(1)) << count;
    EXPECT_EQ(shards_of_source.size(), 50U);
    for (const auto& [source, shards] : shards_of_source) {
      EXPECT_EQ(shards.size(), 1U);
    }
    EXPECT_EQ(empty, count > 50U ? count - 50U : 0U) << "nobody idles while another has two sources";
  }
}

TEST(Share, WithoutShardsAllIsOneShare) {
  const World world = uneven_world(5);
  const Plan plan(world.config, world.catalog);
  std::vector<std::size_t> all(plan.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  EXPECT_EQ(share_of(plan, std::nullopt), all);
  EXPECT_EQ(share_of(plan, Shard{0, 1}), all);
}

/// Of each shard, the cost by the measure that the shares are dealt by: microseconds of one core.
std::vector<double> costs_of_shards(const Plan& plan, std::uint32_t count) {
  const std::vector<std::uint32_t> shard_of = shard_of_sources(plan, count);
  std::vector<double> costs(count, 0.0);
  std::set<std::size_t> decoded;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Variant variant = plan.at(i);
    const VariantSize size =
        estimate_variant(plan.config(), variant.media, *plan.of(variant.media).catalog, variant.source);
    const double one = 300.0 + 1000.0 * size.audio_seconds + 100'000.0 * size.megapixels;
    costs[shard_of[plan.source_number(i)]] += one * (decoded.insert(plan.source_number(i)).second ? 2.0 : 1.0);
  }
  return costs;
}

TEST(Share, TheCostliestIsNearTheMean) {
  const World world = uneven_world(2000);
  const Plan plan(world.config, world.catalog);
  for (const std::uint32_t count : {2U, 7U, 16U, 64U}) {
    const std::vector<double> costs = costs_of_shards(plan, count);
    const double mean = std::accumulate(costs.begin(), costs.end(), 0.0) / count;
    // Dealing the costliest first ends at most one of the cheapest sources above the others, and these are cheap here.
    constexpr double kMostAboveMean = 1.02;
    EXPECT_LT(std::ranges::max(costs), kMostAboveMean * mean) << count;
    EXPECT_GT(std::ranges::min(costs), mean / kMostAboveMean) << count;
  }
}

TEST(Share, OneHugeSourceHasAShardOfItsOwn) {
  World world = uneven_world(30);
  for (MediaFile& file : world.media().files) {
    file.seconds = 1.0F;
  }
  for (MediaFile& file : world.media(Media::image).files) {
    file.megapixels = 0.01F;
  }
  world.file(4).seconds = 3600.0F;
  const Plan plan(world.config, world.catalog);
  const std::vector<std::uint32_t> shard_of = shard_of_sources(plan, 3);
  std::vector<int> sources(3, 0);
  for (const std::uint32_t shard : shard_of) {
    ++sources[shard];
  }
  EXPECT_EQ(std::ranges::min(sources), 1);
  EXPECT_EQ(sources[shard_of[4]], 1);
}

TEST(Share, HangsOnThePlanAlone) {
  const World world = uneven_world(200);
  const Plan plan(world.config, world.catalog);
  World moved = uneven_world(200);
  for (MediaFile& file : moved.media().files) {
    file.path = "/elsewhere/" + file.path.str();
    file.times = {1, 2, 3};
  }
  const Plan other(moved.config, moved.catalog);
  EXPECT_EQ(shard_of_sources(plan, 7), shard_of_sources(other, 7));
}

TEST(Share, IsDealtAsByHand) {
  World world;
  world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
  for (const int seconds : {5, 1, 9, 3, 3, 7, 2, 8}) {
    world.add("s" + std::to_string(world.media().sources.size()));
    world.file(world.media().sources.size() - 1).seconds = static_cast<float>(seconds);
  }
  const Plan plan(world.config, world.catalog);
  // The costliest first, each to the shard with the least to do and to the first of equals: 9 s to 0, 8 to 1, 7 to 2,
  // 5 to 2, 3 to 1, 3 to 0, 2 to 1, 1 to 0.
  EXPECT_EQ(shard_of_sources(plan, 3), (std::vector<std::uint32_t>{2, 0, 0, 1, 0, 2, 1, 1}));
}

TEST(Share, SourcesThatCannotBeReadAreDealtToo) {
  World world = uneven_world(20);
  for (std::size_t i = 0; i < 10; ++i) {
    world.file(i).problem = "no sound";
    world.file(i).sha256 = {};
  }
  const Plan plan(world.config, world.catalog);
  std::size_t total = 0;
  for (std::uint32_t index = 0; index < 4; ++index) {
    total += share_of(plan, Shard{index, 4}).size();
  }
  EXPECT_EQ(total, plan.size());
}

}  // namespace
}  // namespace fairground
