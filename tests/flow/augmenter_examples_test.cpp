// The example of every augmenter: the config around it is read by the real reader, and each of its levels makes a file
// of made media that lie where the sample media would.
#include <gmock/gmock.h>

#include <set>

#include "pipeline/config/reference.h"
#include "pipeline/flow/picture_path.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

void write_flac(const std::filesystem::path& path, const Audio& audio) {
  write_bytes(path, encode_audio(quantise(audio, /*bits=*/16), AudioContainer::flac));
}

/// Half a second that dies away.
Audio made_response() {
  Audio response(16000, 1, 8000);
  RandomStream(1, 0, "response").normals(0, response.samples);
  for (std::size_t i = 0; i < response.samples.size(); ++i) {
    response.samples[i] *= i == 0 ? 0.0F : 0.05F * std::exp(-static_cast<float>(i) / 1000.0F);
  }
  response.samples[0] = 0.8F;
  return response;
}

class AugmenterExamples : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path samples = folder_ / "samples";
    write_wav(samples / "media/reader.wav", mono(16000, speech_like(3.0, 16000, -30, 1)));
    write_text(samples / "reader.csv",
               "id,path,speaker,language,licence\nreader,media/reader.wav,somebody,en,CC0-1.0\n");
    std::string voices = "path,speaker,language,licence\n";
    for (int i = 0; i < 5; ++i) {
      const std::string name = "v" + std::to_string(i);
      write_wav(samples / ("media/" + name + ".wav"),
                mono(16000, speech_like(2.0, 16000, -30, static_cast<std::uint64_t>(i + 2))));
      voices += "media/" + name + ".wav," + name + ",en,CC0-1.0\n";
    }
    write_text(samples / "voices.csv", voices);
    Audio hiss(16000, 1, 5 * 16000);
    RandomStream(1, 0, "hiss").normals(0, hiss.samples);
    set_rms(hiss.samples, -30);
    write_flac(samples / "media/noise/hiss.flac", hiss);
    write_flac(samples / "responses/room.flac", made_response());

    RenderedSkinSettings settings;
    settings.width = settings.height = 176;
    const RenderedSkin portrait = render_portrait(settings);
    cv::Mat mask(portrait.parts.height, portrait.parts.width, CV_8UC1);
    std::ranges::copy(portrait.parts.codes, mask.ptr<std::uint8_t>());
    write_bytes(samples / "media/portrait.png",
                encode_image(render_rows(portrait.image, {}, /*bits=*/8), ImageContainer::png, /*quality=*/100));
    write_bytes(samples / "masks/portrait.png", encode_image({mask}, ImageContainer::png, /*quality=*/100));
    write_text(samples / "portraits.csv",
               "id,path,mask,subject,origin,licence,boxes\nportrait,media/portrait.png,masks/portrait.png,nobody,"
               "rendered,CC0-1.0,\"[{\"\"label\"\":\"\"face\"\",\"\"x\"\":56,\"\"y\"\":40,\"\"width\"\":64,"
               "\"\"height\"\":76}]\"\n");
  }

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
