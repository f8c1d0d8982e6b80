// Texts in one piece of memory.
#include "pipeline/catalog/packed_texts.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fairground {
namespace {

TEST(PackedTexts, ComeBackAsTheyWentIn) {
  const PackedTexts texts = {"one", "", "a longer text that leaves a short string behind"};
  EXPECT_EQ(texts[0], "one");
  EXPECT_EQ(texts[1], "");
  EXPECT_EQ(texts[2], "a longer text that leaves a short string behind");
  EXPECT_THROW((void)texts[3], std::out_of_range);
  const PackedTexts copy = texts;
  EXPECT_EQ(copy[2], texts[2]);
  EXPECT_NE(copy[2].data(), texts[2].data());
  EXPECT_EQ(PackedTexts({"", ""})[1], "");
  EXPECT_THROW((void)PackedTexts()[0], std::out_of_range);
}

}  // namespace
}  // namespace fairground
