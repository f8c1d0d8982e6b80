// The example of every augmenter: the config around it is read by the real reader, and each of its levels makes a file
// of made media that lie where the sample media would.
#include <gmock/gmock.h>

#include <set>

#include "pipeline/config/reference.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/example_media.h"

namespace fairground {
namespace {

class AugmenterExamples : public testing::Test {
 protected:
  void SetUp() override { write_example_media(folder_ / "samples"); }

  TemporaryFolder folder_;
};

TEST_F(AugmenterExamples, AreReadAndEveryLevelMakesAFile) {
  for (const StepSchema* const schema : registered_schemas()) {
    if (std::string_view(schema->name).find(".test_") != std::string_view::npos) {
      continue;  // What other tests of this room register documents nothing.
    }
    SCOPED_TRACE(schema->name);
    try {
      const RenderedSet set(reference_example(*schema), folder_ / "example.yaml");
      const MediaSettings& settings = set.config.media.at(schema->media);
      ASSERT_EQ(settings.axes.size(), 1U);
      ASSERT_GE(settings.axes[0].levels.size(), 2U);
      const DecodedSource source = ready_source(set.workshop, schema->media, 0);
      std::set<std::string> made;
      for (std::size_t i = 0; i < set.plan.size(); ++i) {
        const Outcome outcome = render_variant(set.workshop, i, source);
        const std::string level = set.plan.of(schema->media).conditions[outcome.variant.condition].level_name(0);
        ASSERT_EQ(outcome.fate, Fate::written) << level << ": " << outcome.stage << ": " << outcome.reason;
        EXPECT_TRUE(made.insert(outcome.file.empty() ? "" : outcome.sha256).second) << level << " is as another level";
      }
      EXPECT_EQ(made.size(), settings.axes[0].levels.size());
    } catch (const UserError& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

// The test above would see nothing if a wrong example were read as well.
TEST_F(AugmenterExamples, WouldBeRefusedWithAMistake) {
  StepSchema schema = *registered_schemas().front();
  schema.example = "wrong: [{" + schema.name + ": {no_such_parameter: 1}}]\n";
  EXPECT_THROW(RenderedSet(reference_example(schema), folder_ / "example.yaml"), UserError);
}

}  // namespace
}  // namespace fairground
