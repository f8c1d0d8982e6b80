// Faces by cascades, against boxes that were drawn by hand.
#include "pipeline/measure/face_cascade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "tests/measure/portraits.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

// The boxes drawn by hand have the ears, hair at the sides and all of the forehead.
constexpr double kSharedWithHand = 0.5;

// Of the face's width: the cascade tries sizes that differ by a tenth.
constexpr double kSameBox = 0.1;

void expect_same(const std::vector<Face>& a, const std::vector<Face>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].box, b[i].box);
    EXPECT_EQ(a[i].score, b[i].score);
  }
}

class FaceCascadeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!portraits_problem().empty()) GTEST_SKIP() << portraits_problem();
    cascade = std::make_unique<FaceCascade>(kCascades);
  }

  [[nodiscard]] Face only_face(const Image& image) const {
    std::vector<Face> faces = cascade->find(image);
    EXPECT_EQ(faces.size(), 1U);
    if (faces.empty()) throw std::runtime_error("no face was found");
    return std::move(faces.front());
  }

  std::unique_ptr<FaceCascade> cascade;
};

TEST_F(FaceCascadeTest, FindsTheFaceOfEachPortrait) {
  for (const auto& [name, drawn] : {std::pair{kAstronaut, kAstronautBox}, {kHopper, kHopperBox}}) {
    const Face face = only_face(photo(name));
    EXPECT_GE(shared_part_of_union(face.box, drawn), kSharedWithHand) << name;
    EXPECT_GT(face.score, 0.5) << name;
    EXPECT_LT(face.score, 1.0) << name;
    EXPECT_NEAR(100.0 * face.score, std::round(100.0 * face.score), 1e-9) << name << ": not in hundredths";
    EXPECT_THAT(face.mesh, testing::IsEmpty());
  }
}

TEST_F(FaceCascadeTest, FindsNoneWhereNobodyIs) {
  for (const char* name : {"chelsea.png", "coffee.png", "rocket.jpg", "china.jpg", "flower.jpg"}) {
    EXPECT_THAT(cascade->find(photo(name)), testing::IsEmpty()) << name;
  }
}

TEST_F(FaceCascadeTest, TakesNoFaceWithoutEyes) {
  Image image = photo(kAstronaut);
  Image band = flat(104, 26, 3, 0.35F);  // about the colour of the cheeks
  paste(band, image, 176, 90);
  EXPECT_THAT(cascade->find(image), testing::IsEmpty());
}

TEST_F(FaceCascadeTest, FindsTwoFacesTheLargerFirst) {
  Image both = flat(1024, 512);
  paste(photo(kAstronaut), both, 0, 0);
  paste(photo(kHopper), both, 512, 0);
  const std::vector<Face> faces = cascade->find(both);
  ASSERT_EQ(faces.size(), 2U);
  Box hopper = kHopperBox;
  hopper.x += 512;
  EXPECT_GE(shared_part_of_union(faces[0].box, hopper), kSharedWithHand);
  EXPECT_GE(shared_part_of_union(faces[1].box, kAstronautBox), kSharedWithHand);
}

TEST_F(FaceCascadeTest, TellsPlacesInTheWholePictureWhenItSeesAHalfOfIt) {
  const Image portrait = photo(kHopper);
  const Face face = only_face(portrait);
  Image large = flat(3000, 1501);
  paste(portrait, large, 2011, 703);
  const Face found = only_face(large);
  EXPECT_NEAR(found.box.x, face.box.x + 2011, kSameBox * face.box.width);
  EXPECT_NEAR(found.box.y, face.box.y + 703, kSameBox * face.box.width);
  EXPECT_NEAR(found.box.width, face.box.width, 2 * kSameBox * face.box.width);
}

TEST_F(FaceCascadeTest, NeedsNeitherColourNorMuchLight) {
  for (const char* name : {kAstronaut, kHopper}) {
    const Box box = only_face(photo(name)).box;
    Image image = grey(photo(name));
    for (float& sample : image.samples) sample *= 1.0F / 32.0F;
    EXPECT_NEAR(only_face(image).box.x, box.x, kSameBox * box.width) << name;
  }
}

TEST_F(FaceCascadeTest, ServesThreadsThatAskAtOnce) {
  const Image astronaut = photo(kAstronaut);
  const Image hopper = photo(kHopper);
  const std::vector<Face> of_astronaut = cascade->find(astronaut);
  const std::vector<Face> of_hopper = cascade->find(hopper);
  std::vector<std::future<std::vector<Face>>> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(
        std::async(std::launch::async, [&, i] { return cascade->find(i % 2 == 0 ? astronaut : hopper); }));
  }
  for (int i = 0; i < 4; ++i) {
    expect_same(answers[static_cast<std::size_t>(i)].get(), i % 2 == 0 ? of_astronaut : of_hopper);
  }
}

TEST_F(FaceCascadeTest, FindsNothingInPicturesOfNothing) {
  for (const auto& [width, height] : {std::pair{8, 8}, {1, 1}, {1, 7}, {5001, 8}, {3, 4001}, {640, 481}}) {
    for (const int channels : {1, 3}) {
      Image image = flat(width, height, channels);
      EXPECT_THAT(cascade->find(image), testing::IsEmpty());
      RandomStream(3, 0, "noise").normals(0, image.samples);  // which has light below 0 and beyond 1
      EXPECT_THAT(cascade->find(image), testing::IsEmpty()) << width << " x " << height;
    }
  }
}

std::string complaint(const std::filesystem::path& folder) {
  try {
    FaceCascade cascade(folder);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(FaceCascadeFiles, AreRefusedWhereTheyAreNoCascades) {
  const TemporaryFolder folder;
  EXPECT_THAT(complaint(folder.path()), testing::AllOf(testing::HasSubstr("face_cascades: "),
                                                       testing::HasSubstr("haarcascade_frontalface_alt2.xml"),
                                                       testing::HasSubstr("opencv-data")));
  const std::filesystem::path file = folder.path() / "haarcascade_frontalface_alt2.xml";
  for (const char* text : {"no cascade", "<?xml version=\"1.0\"?>\n<opencv_storage><a>1</a></opencv_storage>\n", ""}) {
    std::ofstream(file) << text;
    EXPECT_THAT(complaint(folder.path()), testing::HasSubstr("haarcascade_frontalface_alt2.xml")) << text;
  }
}

}  // namespace
}  // namespace fairground
