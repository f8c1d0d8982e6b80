// Files that follow from a finished set: written whole or not at all, or compared byte by byte.
#include "pipeline/publish/derived_files.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DerivedFilesTest : public testing::Test {
 protected:
  /// What comparing says where these pieces are expected in `file.txt`.
  [[nodiscard]] std::vector<std::string> compared_with(const std::vector<std::string>& pieces) const {
    ComparedFiles files(tree_);
    const auto file = files.begin("a/file.txt");
    for (const std::string& piece : pieces) {
      file->add(piece);
    }
    file->finish();
    return files.differences();
  }

  TemporaryFolder folder_;
  OutputTree tree_{folder_.path()};
};

TEST_F(DerivedFilesTest, AFileIsThereOnceItIsFinished) {
  WrittenFiles files(tree_);
  {
    const auto file = files.begin("a/b/file.txt");
    file->add("one ");
    file->add_line("two");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a/b/file.txt"));
    file->finish();
    EXPECT_EQ(read_text(folder_ / "a/b/file.txt"), "one two\n");
  }
  {
    const auto file = files.begin("a/b/file.txt");
    file->add("never finished");
  }
  EXPECT_EQ(read_tree(folder_.path()), (std::map<std::string, std::string>{{"a/b/file.txt", "one two\n"}}));
  files.write("a/b/file.txt", "other");
  EXPECT_EQ(read_text(folder_ / "a/b/file.txt"), "other");
}

TEST_F(DerivedFilesTest, EqualFilesShowNoDifferenceWhateverThePieces) {
  std::string text(300'000, 'x');
  for (std::size_t i = 0; i < text.size(); i += 7) {
    text[i] = static_cast<char>('a' + i % 26);
  }
  write_text(folder_ / "a/file.txt", text);
  EXPECT_THAT(compared_with({text}), IsEmpty());
  EXPECT_THAT(compared_with({text.substr(0, 1), text.substr(1, 70'000), "", text.substr(70'001)}), IsEmpty());
}

TEST_F(DerivedFilesTest, ADifferenceIsToldWithItsPlaceAndOnce) {
  const std::string text(200'000, 'x');
  std::string other = text;
  other[150'000] = 'y';
  other[160'000] = 'y';
  write_text(folder_ / "a/file.txt", other);
  EXPECT_THAT(compared_with({text.substr(0, 100), text.substr(100)}),
              ElementsAre("a/file.txt: is not what the records make, from byte 150000 on"));
  write_text(folder_ / "a/file.txt", text.substr(0, 1000));
  EXPECT_THAT(compared_with({text}), ElementsAre("a/file.txt: is not what the records make, from byte 1000 on"));
  write_text(folder_ / "a/file.txt", text + "z");
  EXPECT_THAT(compared_with({text}),
              ElementsAre("a/file.txt: has more than what the records make, from byte 200000 on"));
  std::filesystem::remove(folder_ / "a/file.txt");
  EXPECT_THAT(compared_with({text}), ElementsAre("a/file.txt: is missing"));
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / "a/file.txt");
  EXPECT_THAT(compared_with({text}), ElementsAre("a/file.txt: is missing"));
}

}  // namespace
}  // namespace fairground
