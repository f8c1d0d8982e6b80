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
  write_text(folder / "file", "x");
  EXPECT_THAT(fault([&] { write_atomically(folder / "file/a.txt", "x"); }), HasSubstr("Not a directory"));
  EXPECT_THAT(fault([&] { make_folder(folder / "file/sub"); }), HasSubstr("cannot make the folder"));
}

TEST(AtomicFile, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  const TinyDisk disk(folder / "disk", 64);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  write_atomically(folder / "disk/a.txt", "old");
  EXPECT_THAT(fault([&] { write_atomically(folder / "disk/a.txt", std::string(100'000, 'x')); }),
              HasSubstr("No space left"));
  EXPECT_EQ(read_tree(folder.path()), (std::map<std::string, std::string>{{"disk/a.txt", "old"}}));
}

TEST(AtomicFile, WhatLiesBesideTheTargetIsReplacedAndNotFollowed) {
  const TemporaryFolder folder;
  write_text(folder / "victim", "mine");
  fs::create_symlink(folder / "victim", folder / "a.txt.part");
  write_atomically(folder / "a.txt", "new");
  fs::create_symlink(folder / "victim", folder / "b.txt");
  write_atomically(folder / "b.txt", "new");
  EXPECT_EQ(read_tree(folder.path()),
            (std::map<std::string, std::string>{{"a.txt", "new"}, {"b.txt", "new"}, {"victim", "mine"}}));
  EXPECT_FALSE(fs::is_symlink(folder / "b.txt"));
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

}  // namespace
}  // namespace fairground
