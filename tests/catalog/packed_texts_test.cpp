// Texts in one piece of memory.
#include "pipeline/catalog/packed_texts.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fairground {
namespace {

TEST(PackedTexts, ComeBackAsTheyWentIn) {
  PackedTexts texts = {"one", "", "a longer text that leaves a short string behind"};
  EXPECT_EQ(texts[0], "one");
  EXPECT_EQ(texts[1], "");
  EXPECT_EQ(texts[2], "a longer text that leaves a short string behind");
  EXPECT_THROW((void)texts[3], std::out_of_range);
  texts.clear();
  texts.add("x");
  EXPECT_EQ(texts[0], "x");
  EXPECT_THROW((void)texts[1], std::out_of_range);
}

}  // namespace
}  // namespace fairground
