#include "pipeline/media/bytes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

class ReadFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("fairground_bytes_" + std::to_string(::getpid()));
};

TEST_F(ReadFile, GivesEveryByte) {
  const std::string content("a\0b\r\n\xFF", 6);
  const Bytes bytes = read_file(write("plain", content), MediaLimits{});
  ASSERT_EQ(bytes.size(), content.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], static_cast<std::byte>(content[i]));
}

TEST_F(ReadFile, RefusesWhatIsNoRegularFile) {
  EXPECT_ITEM_ERROR(read_file(folder_ / "missing", MediaLimits{}), "No such file");
  EXPECT_ITEM_ERROR(read_file(folder_, MediaLimits{}), "it is a folder");
  EXPECT_ITEM_ERROR(read_file("/dev/zero", MediaLimits{}), "not a regular file");
  EXPECT_ITEM_ERROR(read_file(write("empty", ""), MediaLimits{}), "it is empty");
}

TEST_F(ReadFile, DoesNotWaitForANamedPipe) {
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_ITEM_ERROR(read_file(pipe, MediaLimits{}), "not a regular file");
}

// The path of a medium was checked when its manifest was read: a link that comes into it later leads elsewhere.
TEST_F(ReadFile, RefusesLinksWhereTheyWereResolved) {
  const std::filesystem::path secret = write("secret", "x");
  std::filesystem::create_directories(folder_ / "data");
  std::filesystem::create_symlink(secret, folder_ / "data/link");
  std::filesystem::create_symlink(folder_, folder_ / "data/folder");
  for (const std::filesystem::path& path : {folder_ / "data/link", folder_ / "data/folder/secret"}) {
    EXPECT_EQ(read_file(path, MediaLimits{}).size(), 1U);
    EXPECT_ITEM_ERROR(read_file(path, MediaLimits{}, Links::refused), "a link stands in the path");
  }
  EXPECT_EQ(read_file(secret, MediaLimits{}, Links::refused).size(), 1U);
  EXPECT_ITEM_ERROR(read_file("/proc/self/exe", MediaLimits{}, Links::refused), "a link stands in the path");
}

TEST_F(ReadFile, SaysNothingToTheTerminal) {
  EXPECT_ITEM_ERROR(read_file(folder_ / "a\x1b[2J\nb", MediaLimits{}), "/a?[2J?b': No such file");
}

TEST_F(ReadFile, FollowsTheSizeLimit) {
  MediaLimits limits;
  limits.file_megabytes = 0.001;
  EXPECT_EQ(read_file(write("fits", std::string(1000, 'x')), limits).size(), 1000U);
  EXPECT_ITEM_ERROR(read_file(write("large", std::string(1001, 'x')), limits), "limits.file_megabytes allows 0.001");
}

// A sparse file of 8 TB: taking memory for it first would fail with another error.
TEST_F(ReadFile, ChecksTheSizeBeforeItTakesMemory) {
  const std::filesystem::path path = write("sparse", "x");
  std::error_code unsupported;
  std::filesystem::resize_file(path, std::uintmax_t{1} << 43U, unsupported);
  if (unsupported) GTEST_SKIP() << "this file system cannot hold a file of 8 TB";
  EXPECT_ITEM_ERROR(read_file(path, MediaLimits{}), "limits.file_megabytes");
}

}  // namespace
}  // namespace fairground
