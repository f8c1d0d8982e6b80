#include "pipeline/config/reference.h"

#include <sstream>

#include "pipeline/config/wording.h"
#include "tests/config/fixture.h"

namespace fairground {
namespace {

TEST(Reference, TextFitsATerminal) {
  for (const StepSchema* const schema : fake_schemas()) {
    std::istringstream lines(reference_text(*schema));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(character_count(line), 80U) << line;
    }
  }
}

TEST(Reference, TextSaysEverythingOfAParameter) {
  const std::string text = reference_text(noise_schema());
  EXPECT_NE(text.find("noise.coloured (audio, stage scene, version 1)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  snr_db: number from -40 to 60 dB, required, or drawn from [low, high]\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  colour: white or pink, default pink\n      The slope of its spectrum.\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  bursts: integer from 0 to 9, default 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  steady: true or false, default false\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  Source: Kasdin 1995\n"), std::string::npos) << text;
  EXPECT_NE(reference_text(recording_schema()).find("  from: the name of an asset of recordings, required\n"),
            std::string::npos);
  EXPECT_NE(reference_text(babble_schema()).find("  from: the name of a pool of talkers, required\n"),
            std::string::npos);
}

TEST(Reference, ListHasOneLineForEach) {
  EXPECT_EQ(reference_list(fake_schemas()),
            "channel.band     audio  channel  Limits the band.\n"
            "light.exposure   image  light    Makes a picture lighter or darker.\n"
            "noise.coloured   audio  scene    Adds noise whose power falls with frequency, as that of many machines "
            "does, at a known SNR.\n"
            "noise.recording  audio  scene    Adds recorded noise.\n"
            "noise.babble     audio  scene    Adds voices.\n");
}

/// With everything that a page may have.
StepSchema shown_schema() {
  StepSchema schema = babble_schema();
  schema.claim = "All talkers are heard.";
  schema.limits = "Nobody listens.";
  schema.example = "few: [{noise.babble: {from: voices}}]\nmany: [{noise.babble: {from: voices}}]\n";
  return schema;
}

TEST(Reference, IndexIsDividedByMediumAndStage) {
  const std::string page = reference_index(fake_schemas());
  EXPECT_EQ(page.substr(page.find("\n## ")), R"(
## For audio

### Stage: scene

| augmenter | what it does |
|---|---|
| [`noise.coloured`](augmenters/noise.coloured.md) | Adds noise whose power falls with frequency, as that of many machines does, at a known SNR. |
| [`noise.recording`](augmenters/noise.recording.md) | Adds recorded noise. |
| [`noise.babble`](augmenters/noise.babble.md) | Adds voices. |

### Stage: channel

| augmenter | what it does |
|---|---|
| [`channel.band`](augmenters/channel.band.md) | Limits the band. |

## For image

### Stage: light

| augmenter | what it does |
|---|---|
| [`light.exposure`](augmenters/light.exposure.md) | Makes a picture lighter or darker. |
)");
}

TEST(Reference, PageSaysEverythingOfAParameter) {
  const std::string page = reference_page(noise_schema());
  EXPECT_TRUE(page.starts_with("# noise.coloured\n\nAdds noise whose power")) << page;
  for (const char* line : {"| `snr_db` | number from -40 to 60 dB | required | yes | A number. |\n",
                           "| `colour` | white or pink | pink | no | The slope of its spectrum. |\n",
                           "| `bursts` | integer from 0 to 9 | 1 | no | How often it comes. |\n",
                           "| `steady` | true or false | false | no | Whether it never stops. |\n", "- Medium: audio\n",
                           "- Stage: scene\n", "- Version: 1\n", "- Source: Kasdin 1995\n",
                           "- Identity: none, as noise is always added\n", "- Labels: kept\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << "is not in\n" << page;
  }
  EXPECT_FALSE(page.ends_with("\n\n"));
}

TEST(Reference, PageHasClaimLimitsExampleAndPictureWhereTheyAre) {
  const std::string page = reference_page(shown_schema());
  for (const char* part :
       {"](../pictures/augmenters/noise.babble.jpg)\n", "\n## What is measured\n\nAll talkers are heard.\n",
        "\n## Limits\n\nNobody listens.\n",
        "```yaml\nassets:\n  voices: {manifest: samples/voices.csv, file: path, subject: speaker}\naxes:\n  noise:\n"
        "    unchanged: []\n    few: [{noise.babble: {from: voices}}]\n    many: [{noise.babble: {from: "
        "voices}}]\n```\n"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part << "is not in\n" << page;
  }
  const std::string bare = reference_page(recording_schema());
  for (const char* part : {"![", "## What is measured", "## Limits", "## Example", "```"}) {
    EXPECT_EQ(bare.find(part), std::string::npos) << part;
  }
}

TEST(Reference, PageKeepsItsTableWhole) {
  StepSchema schema = filter_schema();
  schema.parameters[0].description = "a|b";
  EXPECT_NE(reference_page(schema).find("| a\\|b |"), std::string::npos);
}

TEST(Reference, ExampleDeclaresTheAssetsThatItNames) {
  EXPECT_EQ(reference_example(noise_schema()).find("assets:"), std::string::npos);
  const std::string example = reference_example(shown_schema());
  EXPECT_NE(example.find("\n  voices: {"), std::string::npos) << example;
  EXPECT_EQ(example.find("recordings"), std::string::npos) << example;
}

// As YAML has it, a level goes on in the next line where that is indented more.
TEST(Reference, ExampleBreaksLongLevelsBetweenWords) {
  StepSchema schema = shown_schema();
  schema.example = "few: [{noise.babble: {from: voices}}";
  for (int i = 0; i < 8; ++i) {
    schema.example += ", {noise.babble: {from: voices}}";
  }
  schema.example += "]\n";
  std::istringstream lines(reference_example(schema));
  int further = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 110U) << line;
    further += line.starts_with("        ") ? 1 : 0;
  }
  EXPECT_EQ(further, 3);
}

TEST(Reference, TextHasClaimLimitsAndExample) {
  const std::string text = reference_text(shown_schema());
  EXPECT_NE(text.find("  Measured: All talkers are heard.\n  Limits: Nobody listens.\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\n\n  few: [{noise.babble: {from: voices}}]\n  many: [{noise.babble: {from: voices}}]\n"))
      << text;
}

TEST(Wording, NumbersReadBackAndReadWell) {
  EXPECT_EQ(number_text(100000), "100000");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-3), "-3");
  EXPECT_EQ(number_text(1e300), "1e+300");
}

TEST(Wording, NearestAllowsOneSlipInThreeLetters) {
  EXPECT_EQ(nearest("sede", {"seed", "name"}), "seed");
  EXPECT_EQ(nearest("di", {"id"}), "id");
  EXPECT_EQ(nearest("zebra", {"seed", "name"}), "");
  EXPECT_EQ(nearest("seed", {}), "");
}

}  // namespace
}  // namespace fairground
