// What a config says of skin: what the codes of masks stand for, and where the models of faces are.
#include <gmock/gmock.h>

#include "tests/config/fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StepSchema tone_schema() {
  StepSchema schema = exposure_schema();
  schema.name = "skin.fake";
  schema.stage = Stage::skin;
  schema.needs_skin = true;
  return schema;
}

class SkinKeys : public ConfigTest {
 protected:
  [[nodiscard]] Config parse_with_skin(const std::string& text) const {
    static const StepSchema kTone = tone_schema();
    static const StepSchema kExposure = exposure_schema();
    static const std::vector<const StepSchema*> kSchemas = {&kExposure, &kTone};
    return parse_config(text, path(), kSchemas);
  }
  [[nodiscard]] std::vector<std::string> mistakes_of(const std::string& text) const {
    try {
      static_cast<void>(parse_with_skin(text));
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }

  /// An image source with `more` keys, and an axis with this step.
  [[nodiscard]] static std::string text(const std::string& more, const std::string& step = "light.exposure",
                                        const std::string& end = "") {
    return "fairground: 1\nname: faces\nseed: 7\noutput: {directory: out}\n"
           "sources: [{media: image, manifest: faces.csv, id: id, file: path" +
           more + "}]\naxes: {x: {a: [], b: [" + step + "]}}\n" + end;
  }
};

TEST_F(SkinKeys, CodesStandForParts) {
  const Config config = parse_with_skin(
      text(", mask: m, mask_codes: {face: [1, 10], ears: 7, neck: [], hands: 200, lips: [12, 13], brows: 255}"));
  const MaskCodes& codes = config.sources.at(0).mask_codes.value();
  EXPECT_EQ(codes[1], SkinPart::face);
  EXPECT_EQ(codes[10], SkinPart::face);
  EXPECT_EQ(codes[7], SkinPart::ears);
  EXPECT_EQ(codes[200], SkinPart::hands);
  EXPECT_EQ(codes[12], SkinPart::lips);
  EXPECT_EQ(codes[13], SkinPart::lips);
  EXPECT_EQ(codes[255], SkinPart::brows);
  EXPECT_EQ(codes[0], SkinPart::none);
  EXPECT_EQ(codes[2], SkinPart::none) << "codes that are not named are no skin";
  EXPECT_FALSE(parse_with_skin(text(", mask: m")).sources.at(0).mask_codes);
}

TEST_F(SkinKeys, MistakesInCodesAreTold) {
  EXPECT_THAT(mistakes_of(text(", mask_codes: {face: 1}")),
              ElementsAre(HasSubstr("`mask_codes` needs `mask`, the column with the masks")));
  EXPECT_THAT(mistakes_of(text(", mask: m, mask_codes: {face: 1, neck: [2, 1]}")),
              ElementsAre(HasSubstr("the code 1 stands for `face` already")));
  EXPECT_THAT(mistakes_of(text(", mask: m, mask_codes: {face: 256}")), ElementsAre(HasSubstr("255")));
  EXPECT_THAT(mistakes_of(text(", mask: m, mask_codes: {face: 0}")), ElementsAre(HasSubstr("1")));
  EXPECT_THAT(mistakes_of(text(", mask: m, mask_codes: {lips: 3}")),
              ElementsAre(HasSubstr("`mask_codes` names no skin")));
  EXPECT_THAT(mistakes_of(text(", mask: m, mask_codes: {face: 1, nose: 2}")), ElementsAre(HasSubstr("nose")));
}

TEST_F(SkinKeys, AStepThatWorksOnSkinNeedsSomeWayToFindIt) {
  EXPECT_THAT(mistakes_of(text("", "skin.fake")), ElementsAre(HasSubstr("nothing tells where skin is")));
  EXPECT_THAT(mistakes_of(text("")), IsEmpty());
  const Config with_mask = parse_with_skin(text(", mask: m", "skin.fake"));
  EXPECT_TRUE(with_mask.media.at(Media::image).needs_skin());
  const Config with_model = parse_with_skin(text("", "skin.fake", "face_model: more\n"));
  EXPECT_EQ(with_model.face_model, folder_ / "more");
  const Config with_cascades = parse_with_skin(text("", "skin.fake", "face_cascades: more\n"));
  EXPECT_EQ(with_cascades.face_cascades, folder_ / "more");
}

TEST_F(SkinKeys, FoldersOfModelsMustBeThere) {
  EXPECT_THAT(mistakes_of(text("", "light.exposure", "face_model: gone\nface_cascades: speech.csv\n")),
              ElementsAre(HasSubstr("there is no folder"), HasSubstr("there is no folder")));
}

}  // namespace
}  // namespace fairground
