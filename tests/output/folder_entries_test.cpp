#include "pipeline/output/folder_entries.h"

#include <gmock/gmock.h>

#include <set>

#include "pipeline/core/error.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

TEST(FolderEntries, AreAllThatLiesThere) {
  const TemporaryFolder folder;
  write_text(folder / "file", "x");
  fs::create_directory(folder / ".hidden");
  fs::create_symlink("nowhere", folder / "link");
  std::set<std::string> names;
  for (const fs::directory_entry& entry : entries_of(folder.path(), /*may_be_missing=*/false)) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{".hidden", "file", "link"}));
}

TEST(FolderEntries, OfAMissingFolderAreNoneOrAFault) {
  const TemporaryFolder folder;
  EXPECT_TRUE(entries_of(folder / "none", /*may_be_missing=*/true).empty());
  EXPECT_THROW(static_cast<void>(entries_of(folder / "none", /*may_be_missing=*/false)), PassingFault);
}

TEST(FolderEntries, OfAFileAreAFault) {
  const TemporaryFolder folder;
  write_text(folder / "file", "x");
  EXPECT_THROW(static_cast<void>(entries_of(folder / "file", /*may_be_missing=*/true)), PassingFault);
}

}  // namespace
}  // namespace fairground
