// Files are whole or not there, whatever the disk does.
#include "pipeline/output/atomic_file.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_disk.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

std::string fault(const std::function<void()>& action) {
  try {
    action();
  } catch (const PassingFault& error) {
    return error.what();
  }
  return "";
}

TEST(AtomicFile, WritesWholeFilesAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  write_atomically(folder / "a.txt", "first");
  write_atomically(folder / "a.txt", "second, longer");
  write_atomically(folder / "empty", "");
  EXPECT_EQ(read_tree(folder.path()), (std::map<std::string, std::string>{{"a.txt", "second, longer"}, {"empty", ""}}));
}

TEST(AtomicFile, AFolderThatIsNotThereIsAPassingFault) {
  const TemporaryFolder folder;
  EXPECT_THAT(fault([&] { write_atomically(folder / "none/a.txt", "x"); }), HasSubstr("No such file"));
  EXPECT_THAT(fault([&] { GrowingFile(folder / "none/a.txt"); }), HasSubstr("none/a.txt"));
  write_text(folder / "file", "x");
  EXPECT_THAT(fault([&] { write_atomically(folder / "file/a.txt", "x"); }), HasSubstr("Not a directory"));
  EXPECT_THAT(fault([&] { make_folder(folder / "file/sub"); }), HasSubstr("cannot make the folder"));
}

TEST(AtomicFile, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  write_text(folder / "a.txt", "old");
  // What is written beside the target goes to the device that is always full.
  fs::create_symlink("/dev/full", folder / "a.txt.part");
  EXPECT_THAT(fault([&] { write_atomically(folder / "a.txt", "new"); }), HasSubstr("No space left"));
  EXPECT_EQ(read_tree(folder.path()), (std::map<std::string, std::string>{{"a.txt", "old"}}));
  EXPECT_FALSE(fs::is_symlink(folder / "a.txt.part"));
}

TEST(AtomicFile, OnASmallDiskTheFileIsWholeOrNotThere) {
  const TemporaryFolder folder;
  const TinyDisk disk(folder / "disk", 64);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  const std::string block(20000, 'x');
  std::size_t written = 0;
  for (; written < 100 && fault([&] { write_atomically(folder / "disk" / std::to_string(written), block); }).empty();
       ++written) {
  }
  EXPECT_GT(written, 0U);
  EXPECT_LT(written, 4U);
  const auto files = read_tree(folder / "disk");
  EXPECT_EQ(files.size(), written);
  for (const auto& [name, text] : files) {
    EXPECT_EQ(text, block) << name;
  }
}

TEST(AtomicFile, ATargetThatIsAFolderIsAPassingFault) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  EXPECT_THAT(fault([&] { write_atomically(folder / "a", "x"); }), HasSubstr("cannot put the file in its place"));
  EXPECT_THAT(read_tree(folder.path()), IsEmpty()) << "what was written beside it is left behind";
}

TEST(GrowingFile, TakesItsPlaceOnlyWhenItIsFinished) {
  const TemporaryFolder folder;
  GrowingFile file(folder / "lines");
  file.add_line("one");
  file.add_line("two");
  EXPECT_FALSE(fs::exists(folder / "lines"));
  file.finish();
  EXPECT_EQ(read_tree(folder.path()), (std::map<std::string, std::string>{{"lines", "one\ntwo\n"}}));
}

TEST(GrowingFile, WhatIsLeftOfAnEarlierOneIsOverwritten) {
  const TemporaryFolder folder;
  write_text(folder / "lines.part", "left behind by a killed run\n");
  GrowingFile file(folder / "lines");
  file.finish();
  EXPECT_EQ(read_text(folder / "lines"), "");
}

TEST(GrowingFile, LeavesNothingBesideATargetThatIsAFolder) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  GrowingFile file(folder / "a");
  file.add_line("one");
  EXPECT_THAT(fault([&] { file.finish(); }), HasSubstr("cannot put the file in its place"));
  EXPECT_THAT(read_tree(folder.path()), IsEmpty());
}

TEST(GrowingFile, AFullDiskIsAPassingFaultBeforeTheFileTakesItsPlace) {
  const TemporaryFolder folder;
  fs::create_symlink("/dev/full", folder / "lines.part");
  EXPECT_NE(fault([&] {
              GrowingFile file(folder / "lines");
              file.add_line("a short line is only noticed at the end");
              file.finish();
            }),
            "");
  EXPECT_FALSE(fs::exists(folder / "lines"));
  EXPECT_FALSE(fs::is_symlink(folder / "lines.part")) << "what was written beside it is left behind";
  fs::create_symlink("/dev/full", folder / "lines.part");
  EXPECT_NE(fault([&] {
              GrowingFile file(folder / "lines");
              file.add_line(std::string(1U << 20U, 'x'));
            }),
            "");
}

}  // namespace
}  // namespace fairground
