// The reference pages of the repository are what the binary prints, and there is none too many.
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "augmenters/augmenter.h"
#include "tests/support/process.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kDocs = fs::path(FAIRGROUND_SOURCE_DIR) / "docs";
constexpr const char* kHowToMend = "run: build/release/fairground augmenters --pages docs";
/// So that all of them stay below 5 MB.
constexpr std::uintmax_t kMostPictureBytes = 48'000;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::set<std::string> names_of_augmenters(const std::string& extension) {
  std::set<std::string> names;
  for (const StepSchema* const schema : registered_schemas()) {
    names.insert(schema->name + extension);
  }
  return names;
}

TEST(Docs, IndexIsWhatTheBinaryPrints) {
  const ProcessResult index = run_fairground({"augmenters", "--markdown"});
  ASSERT_EQ(index.status, 0) << index.err;
  EXPECT_EQ(read_text(kDocs / "augmenters.md"), index.out) << kHowToMend;
}

TEST(Docs, PagesAreWhatTheBinaryWrites) {
  const TemporaryFolder folder;
  const ProcessResult result = run_fairground({"augmenters", "--pages", folder.path()});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(names_in(folder / "augmenters"), names_of_augmenters(".md"));
  for (const std::string& name : names_of_augmenters(".md")) {
    ASSERT_TRUE(fs::exists(kDocs / "augmenters" / name)) << name << " is missing; " << kHowToMend;
    EXPECT_EQ(read_text(kDocs / "augmenters" / name), read_text(folder / "augmenters" / name))
        << name << "; " << kHowToMend;
  }
  EXPECT_EQ(read_text(folder / "augmenters.md"), read_text(kDocs / "augmenters.md"));
}

TEST(Docs, HasNoPageOrPictureOfAnAugmenterThatIsNoMore) {
  EXPECT_EQ(names_in(kDocs / "augmenters"), names_of_augmenters(".md")) << "delete what is too many; " << kHowToMend;
  EXPECT_EQ(names_in(kDocs / "pictures/augmenters"), names_of_augmenters(".jpg"))
      << "delete what is too many, or run docs/pictures/make-augmenters NAME";
}

TEST(Docs, PicturesAreJpegsAndSmall) {
  for (const auto& entry : fs::directory_iterator(kDocs / "pictures/augmenters")) {
    EXPECT_TRUE(read_text(entry.path()).starts_with("\xFF\xD8\xFF")) << entry.path();
    EXPECT_LE(entry.file_size(), kMostPictureBytes) << entry.path();
  }
}

TEST(AugmentersCommand, PrintsOnePage) {
  const ProcessResult page = run_fairground({"augmenters", "light.exposure", "--markdown"});
  ASSERT_EQ(page.status, 0) << page.err;
  EXPECT_EQ(page.out, read_text(kDocs / "augmenters/light.exposure.md"));
}

TEST(AugmentersCommand, WritesOnlyPagesThatChange) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fairground({"augmenters", "--pages", folder.path()}).status, 0);
  const std::string page = folder / "augmenters/light.exposure.md";
  const std::string right = read_text(page);
  write_text(page, right + "and more\n");
  write_text(folder / "augmenters/of.mine.md", "kept");
  const ProcessResult again = run_fairground({"augmenters", "--pages", folder.path()});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, page + "\n");
  EXPECT_EQ(read_text(page), right);
  EXPECT_EQ(read_text(folder / "augmenters/of.mine.md"), "kept");
  EXPECT_THAT(run_fairground({"augmenters", "--pages", folder.path()}).out, IsEmpty());
}

TEST(AugmentersCommand, RefusesWhatHasNoMeaning) {
  const TemporaryFolder folder;
  const ProcessResult missing = run_fairground({"augmenters", "--pages", folder / "none"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("there is no such folder"));
  EXPECT_EQ(run_fairground({"augmenters", "--example"}).status, 2);
  EXPECT_EQ(run_fairground({"augmenters", "light.exposure", "--pages", folder.path()}).status, 2);
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(AugmentersCommand, PrintsAnExampleForTheProjectsFolder) {
  const ProcessResult example = run_fairground({"augmenters", "noise.babble", "--example"});
  ASSERT_EQ(example.status, 0) << example.err;
  EXPECT_THAT(example.out, HasSubstr("fairground: 1\nname: noise-babble\n"));
  // Whatever files it names are there, but for the media, which samples/fetch brings.
  for (const char* file : {"samples/reader.csv", "samples/voices.csv"}) {
    EXPECT_THAT(example.out, HasSubstr(file));
    EXPECT_TRUE(fs::exists(fs::path(FAIRGROUND_SOURCE_DIR) / file)) << file;
  }
  EXPECT_TRUE(fs::exists(fs::path(FAIRGROUND_SOURCE_DIR) / "samples/portraits.csv"));
  EXPECT_TRUE(fs::exists(fs::path(FAIRGROUND_SOURCE_DIR) / "samples/responses"));
}

}  // namespace
}  // namespace fairground
