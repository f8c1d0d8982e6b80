#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/publish/records.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

TEST(PublishedSet, IsRead) {
  PublishedSet set;
  set.save();
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  std::size_t count = 0;
  for (const MediaFacts& media : facts.media) {
    Records(tree, media).for_each([&](const Record&) { ++count; });
  }
  EXPECT_EQ(count, set.audio.size() + set.image.size());
}

}  // namespace
}  // namespace fairground
