#include "pipeline/catalog/path_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

TEST(PathResolver, TextsAreFreeOfFolders) {
  const TemporaryFolder temp;
  fs::create_directories(temp / "set/clips");
  fs::create_directories(temp / "more");
  fs::create_directory_symlink(temp / "set", temp / "link");
  const std::string set = fs::canonical(temp / "set").string();
  const std::string more = fs::canonical(temp / "more").string();
  const PathResolver resolver(temp / "link/speech.csv", {{"more", temp / "more"}});
  EXPECT_EQ(resolver.without_folders("cannot read '" + set + "/clips/a b.wav': gone"),
            "cannot read 'clips/a b.wav': gone");
  EXPECT_EQ(resolver.without_folders(more + "/b.wav and " + set + "/c.wav"), "b.wav and c.wav");
  // Other folders, though their names begin or end alike.
  EXPECT_EQ(resolver.without_folders("'" + set + "s/a.wav'"), "'" + set + "s/a.wav'");
  EXPECT_EQ(resolver.without_folders("'/mnt" + set + "/a.wav'"), "'/mnt" + set + "/a.wav'");
  EXPECT_EQ(PathResolver("/speech.csv", {}).without_folders("'/a/b.wav'"), "'/a/b.wav'");
}

}  // namespace
}  // namespace fairground
