// What every augmenter of pictures must do.
#include <gtest/gtest.h>

#include <numeric>
#include <opencv2/core.hpp>

#include "pipeline/core/parallel.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/media/image_file.h"
#include "tests/augmenters/every_augmenter.h"

namespace fairground {
namespace {

TEST_F(EveryAugmenter, GivesTheSamePixelsForTheSameKey) {
  constexpr std::size_t kRepeats = 4;
  const Image picture = test_picture(61, 17, 3);
  for (const Case& c : image_) {
    SCOPED_TRACE(c.name);
    std::vector<Image> images(kRepeats, picture);
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { images[i] = run(c, images[i]); });
    for (const Image& image : images) {
      EXPECT_EQ(image.samples, run(c, picture).samples);
    }
  }
}

TEST_F(EveryAugmenter, GivesOtherPixelsForAnotherKeyIfItDrawsAtAll) {
  const Image picture = flat_picture(31, 9, 3, 0.3F);
  for (const Case& c : image_) {
    std::vector<std::vector<float>> results;
    for (const StepRandom& address : kAddresses) {
      results.push_back(run(c, picture, address).samples);
    }
    expect_all_or_none_differ(c, results);
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

TEST_F(EveryAugmenter, GivesTheSameBitsForRowsInAnyOrder) {
  const Image picture = test_picture(67, 23, 3);
  std::vector<int> order(23);
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(5, 0, "order");
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i)]);
  }
  for (const Case& c : row_cases()) {
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
  for (const Case& first : row_cases()) {
    for (const Case& second : row_cases()) {
      const StepRandom other{77, 1};
      const Image unfused = run(second, run(first, picture), other);
      for (const int bits : {8, 16}) {
        SCOPED_TRACE(first.name + " then " + second.name + ", " + std::to_string(bits) + " bits");
        const Raster fused = render_rows(picture,
                                         {row_operation(*first.augmenter, first.values, picture, kRandom),
                                          row_operation(*second.augmenter, second.values, picture, other)},
                                         bits);
        Raster expected = make_raster(unfused, bits);
        Image rows = unfused;
        for (int y = 0; y < rows.height; ++y) {
          put_row(rows.row(y), expected);
        }
        EXPECT_EQ(cv::norm(fused.codes, expected.codes, cv::NORM_INF), 0.0);
      }
    }
  }
}

}  // namespace
}  // namespace fairground
