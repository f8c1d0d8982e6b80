// Files below a folder are whole or not there, and no link leads out of it.
#include "pipeline/output/output_tree.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_disk.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Files = std::map<std::string, std::string>;

std::string fault(const std::function<void()>& action) {
  try {
    action();
  } catch (const PassingFault& error) {
    return error.what();
  }
  return "";
}

class OutputTreeTest : public testing::Test {
 protected:
  OutputTreeTest() { fs::create_directories(folder_ / "root"); }

  TemporaryFolder folder_;
  OutputTree tree_{(fs::create_directories(folder_ / "root"), folder_ / "root")};
};

TEST_F(OutputTreeTest, WritesBelowFoldersThatItMakes) {
  tree_.write("a/b/c.txt", "text");
  tree_.write("a/b/c.txt", "other");
  tree_.write("d.txt", "");
  EXPECT_EQ(read_tree(folder_ / "root"), (Files{{"a/b/c.txt", "other"}, {"d.txt", ""}}));
  EXPECT_EQ(tree_.size_of("a/b/c.txt"), 5U);
  EXPECT_EQ(tree_.sha256_of("a/b/c.txt"), sha256_hex("other"));
  EXPECT_EQ(tree_.read_text("a/b/c.txt", 5), "other");
  EXPECT_EQ(tree_.read_text("a/b/c.txt", 4), std::nullopt);
  tree_.rename("a/b/c.txt", "e/f.txt");
  tree_.remove("d.txt");
  tree_.remove_folder("a/b");
  tree_.remove_folder("a");
  tree_.remove_folder("e");
  EXPECT_EQ(read_tree(folder_ / "root"), (Files{{"e/f.txt", "other"}})) << "only an empty folder is deleted";
  EXPECT_FALSE(fs::exists(folder_ / "root/a"));
}

TEST_F(OutputTreeTest, WhatIsMissingIsNoFault) {
  EXPECT_EQ(tree_.size_of("none"), std::nullopt);
  EXPECT_EQ(tree_.size_of("none/none"), std::nullopt);
  EXPECT_EQ(tree_.sha256_of("none/none"), "");
  EXPECT_EQ(tree_.read_text("none", 10), std::nullopt);
  EXPECT_FALSE(tree_.open_to_read("none/none").is_open());
  EXPECT_FALSE(tree_.for_each_line("none", [](const FileLine&) { return true; }));
  tree_.remove("none");
  tree_.remove("none/none");
  tree_.remove_folder("none/none");
  EXPECT_THAT(read_tree(folder_ / "root"), IsEmpty());
}

TEST_F(OutputTreeTest, NamesThatLeadOutAreADefect) {
  for (const char* name : {"", "/etc/passwd", "../x", "a/../../x", "a/./b", "a/", ".", ".."}) {
    EXPECT_THROW(tree_.write(name, "x"), std::logic_error) << name;
    EXPECT_THROW((void)tree_.size_of(name), std::logic_error) << name;
    EXPECT_THROW(tree_.remove(name), std::logic_error) << name;
  }
}

TEST_F(OutputTreeTest, NoLinkIsFollowed) {
  write_text(folder_ / "elsewhere/x/victim.txt", "mine");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "root/audio");
  fs::create_symlink(folder_ / "elsewhere/x/victim.txt", folder_ / "root/link.txt");
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { tree_.write("audio/x/victim.txt", "theirs"); }, [&] { tree_.write("audio/new.txt", "theirs"); },
           [&] { tree_.remove("audio/x/victim.txt"); }, [&] { tree_.remove_folder("audio/x"); },
           [&] { (void)tree_.sha256_of("audio/x/victim.txt"); }, [&] { tree_.make_folder("audio/y"); },
           [&] { (void)tree_.open_to_append("audio/x/victim.txt", 0); },
           [&] { GrowingFile(tree_, "audio/new.txt"); }}) {
    EXPECT_THAT(fault(action), HasSubstr("root/audio: cannot"));
    EXPECT_THAT(fault(action), HasSubstr("a link is in the way"));
  }
  // The last part of a name may be a link, which is then no file, and is replaced or deleted itself.
  EXPECT_EQ(tree_.size_of("link.txt"), std::nullopt);
  EXPECT_EQ(tree_.read_text("link.txt", 100), std::nullopt);
  EXPECT_THAT(fault([&] { (void)tree_.open_to_append("link.txt", 0); }), HasSubstr("a link is in the way"));
  tree_.write("link.txt", "theirs");
  EXPECT_EQ(read_text(folder_ / "root/link.txt"), "theirs");
  fs::create_symlink(folder_ / "elsewhere/x/victim.txt", folder_ / "root/other.txt");
  fs::create_symlink(folder_ / "elsewhere/x/victim.txt", folder_ / "root/other.txt.part");
  tree_.remove("other.txt");
  EXPECT_FALSE(fs::is_symlink(folder_ / "root/other.txt"));
  EXPECT_FALSE(fs::is_symlink(folder_ / "root/other.txt.part"));
  EXPECT_EQ(read_tree(folder_ / "elsewhere"), (Files{{"x/victim.txt", "mine"}}));
}

TEST_F(OutputTreeTest, TheFolderItselfMayBeReachedThroughALink) {
  fs::create_directory_symlink(folder_ / "root", folder_ / "link");
  OutputTree(folder_ / "link").write("a/b.txt", "text");
  EXPECT_EQ(read_tree(folder_ / "root"), (Files{{"a/b.txt", "text"}}));
}

TEST_F(OutputTreeTest, APipeIsNoFileAndHangsNobody) {
  ASSERT_EQ(::mkfifo((folder_ / "root/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(tree_.open_to_read("pipe").is_open());
  EXPECT_EQ(tree_.size_of("pipe"), std::nullopt);
  EXPECT_FALSE(tree_.for_each_line("pipe", [](const FileLine&) { return true; }));
  EXPECT_NE(fault([&] { (void)tree_.open_to_append("pipe", 0); }), "");
}

TEST_F(OutputTreeTest, AFileIsGoneOnWithBehindWhatIsKept) {
  tree_.write("lines", "one\ntwo\nthr");
  {
    const Descriptor file = tree_.open_to_append("lines", 8);
    write_all(file, "lines", "three\n");
  }
  EXPECT_EQ(read_text(folder_ / "root/lines"), "one\ntwo\nthree\n");
}

TEST_F(OutputTreeTest, LinesAndWhereTheyStand) {
  const std::string longest(3'000'000, 'x');  // more than is read in one go
  tree_.write("lines", "one\n\n" + longest + "\ntorn");
  std::vector<std::string> lines;
  std::vector<std::uintmax_t> offsets;
  std::vector<bool> whole;
  EXPECT_TRUE(tree_.for_each_line("lines", [&](const FileLine& line) {
    lines.emplace_back(line.text);
    offsets.push_back(line.offset);
    whole.push_back(line.is_whole);
    return true;
  }));
  EXPECT_TRUE(lines == (std::vector<std::string>{"one", "", longest, "torn"}));
  EXPECT_THAT(offsets, ElementsAre(0, 4, 5, 3'000'006));
  EXPECT_THAT(whole, ElementsAre(true, true, true, false));
  std::size_t seen = 0;
  tree_.for_each_line("lines", [&](const FileLine&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2U);
}

TEST_F(OutputTreeTest, ALineThatNeverEndsDoesNotFillTheMemory) {
  {
    const Descriptor file = tree_.open_to_append("endless", 0);
    const std::string block(std::size_t{1} << 20U, 'x');
    for (int i = 0; i < 80; ++i) {
      write_all(file, "endless", block);
    }
  }
  std::size_t most = 0;
  std::size_t calls = 0;
  tree_.for_each_line("endless", [&](const FileLine& line) {
    most = std::max(most, line.text.size());
    EXPECT_FALSE(line.is_whole);
    ++calls;
    return true;
  });
  EXPECT_EQ(calls, 1U);
  EXPECT_LT(most, std::size_t{66} << 20U);
}

TEST(GrowingFile, TakesItsPlaceOnlyWhenItIsFinished) {
  const TemporaryFolder folder;
  const OutputTree tree(folder.path());
  GrowingFile file(tree, "lines");
  file.add_line("one");
  file.add_line("two");
  EXPECT_FALSE(fs::exists(folder / "lines"));
  file.finish();
  EXPECT_EQ(read_tree(folder.path()), (std::map<std::string, std::string>{{"lines", "one\ntwo\n"}}));
}

TEST(GrowingFile, WhatIsLeftOfAnEarlierOneIsOverwritten) {
  const TemporaryFolder folder;
  write_text(folder / "lines.part", "left behind by a killed run\n");
  const OutputTree tree(folder.path());
  GrowingFile file(tree, "lines");
  file.finish();
  EXPECT_EQ(read_text(folder / "lines"), "");
}

TEST(GrowingFile, LeavesNothingBesideATargetThatIsAFolder) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  const OutputTree tree(folder.path());
  GrowingFile file(tree, "a");
  file.add_line("one");
  EXPECT_THAT(fault([&] { file.finish(); }), HasSubstr("cannot put the file in its place"));
  EXPECT_THAT(read_tree(folder.path()), IsEmpty());
}

TEST(GrowingFile, AFullDiskIsAPassingFaultBeforeTheFileTakesItsPlace) {
  const TemporaryFolder folder;
  const TinyDisk disk(folder.path(), 64);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  const OutputTree tree(folder.path());
  for (const std::string& line : {std::string(100'000, 'x'), std::string(60'000, 'x')}) {
    write_text(folder / "fill", std::string(20'000, 'x'));
    EXPECT_NE(fault([&] {
                GrowingFile file(tree, "lines");
                file.add_line(line);
                file.finish();
              }),
              "");
    EXPECT_EQ(read_tree(folder.path()).size(), 1U) << "what was written beside it is left behind";
  }
}

}  // namespace
}  // namespace fairground
