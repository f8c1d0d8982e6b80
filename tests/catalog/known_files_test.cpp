// What an earlier start knows of its sources is believed only where these cannot have changed.
#include "pipeline/catalog/known_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using nlohmann::json;

class KnownFilesTest : public CatalogTest {
 protected:
  KnownFilesTest() { entry("m.csv", "id,path\na,a.wav\nb,b.wav\nc,c.wav\n"); }

  /// What is known of a catalog, written so long after the sources that it may be believed.
  void remember(const Catalog& catalog) const {
    std::string text;
    KnownFiles::for_each_line(catalog, [&](const std::string& line) { text += line + '\n'; });
    write_text(file_, text);
    set_time(file_, std::chrono::seconds(10));
  }
  static void set_time(const fs::path& path, std::chrono::seconds from_now) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += from_now.count();
    const timespec times[2] = {now, now};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  [[nodiscard]] Catalog read(const KnownFiles* known = nullptr) const {
    return read_catalog(config_, /*jobs=*/2, nullptr, nullptr, known);
  }
  /// Of `count` sources, how many need not be read again.
  [[nodiscard]] int believed(const Catalog& catalog) const {
    const KnownFiles known(file_);
    int count = 0;
    for (const MediaFile& file : catalog.media.at(Media::audio).files) {
      MediaFile filled;
      filled.path = file.path;
      count += known.fill_in(filled, kind_of_file(Media::audio, /*is_map=*/false)) ? 1 : 0;
    }
    return count;
  }

  fs::path file_ = folder_ / "sources.jsonl";
};

void expect_same(const MediaFile& one, const MediaFile& other) {
  EXPECT_EQ(one.path.str(), other.path.str());
  EXPECT_EQ(one.sha256.hex(), other.sha256.hex());
  EXPECT_EQ(one.problem, other.problem);
  EXPECT_EQ(one.sample_rate, other.sample_rate);
  EXPECT_EQ(one.channels, other.channels);
  EXPECT_EQ(one.seconds, other.seconds);
  EXPECT_EQ(one.megapixels, other.megapixels);
  EXPECT_EQ(one.times, other.times);
}

TEST_F(KnownFilesTest, FillInAllThatReadingWouldFind) {
  const Catalog first = read();
  remember(first);
  EXPECT_EQ(believed(first), 3);
  const KnownFiles known(file_);
  const Catalog again = read(&known);
  for (std::size_t i = 0; i < 3; ++i) {
    expect_same(again.media.at(Media::audio).files[i], first.media.at(Media::audio).files[i]);
  }
}

TEST_F(KnownFilesTest, AreNotReadAgain) {
  Catalog catalog = read();
  // Would the file be read, its own hash would be found.
  catalog.media.at(Media::audio).files[1].sha256 = *Sha256Digest::from_hex(std::string(64, 'f'));
  remember(catalog);
  const KnownFiles known(file_);
  const std::deque<MediaFile> again = read(&known).media.at(Media::audio).files;
  EXPECT_EQ(again[1].sha256.hex(), std::string(64, 'f'));
  EXPECT_NE(again[0].sha256, again[1].sha256);
}

TEST_F(KnownFilesTest, AFileThatHasChangedIsReadWhateverItsSizeAndTimeOfModification) {
  const Catalog first = read();
  remember(first);
  const fs::path path = data_ / "a.wav";
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the clock's tick
  std::string bytes = read_text(path);
  bytes[500] ^= 1;
  write_text(path, bytes);
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_EQ(believed(first), 2);
  const KnownFiles known(file_);
  EXPECT_NE(read(&known).media.at(Media::audio).files[0].sha256, first.media.at(Media::audio).files[0].sha256);
}

TEST_F(KnownFilesTest, AFileThatIsGoneIsNotKnown) {
  const Catalog first = read();
  remember(first);
  fs::remove(data_ / "a.wav");
  EXPECT_EQ(believed(first), 2);
  fs::create_directory(data_ / "a.wav");
  EXPECT_EQ(believed(first), 2);
}

TEST_F(KnownFilesTest, AFileThatChangedJustBeforeMayChangeAgainWithinTheTick) {
  const Catalog first = read();
  remember(first);
  // Times of change cannot be set; that of what is known can.
  set_time(file_, std::chrono::seconds(1));
  EXPECT_EQ(believed(first), 0);
  set_time(file_, std::chrono::seconds(-100'000'000));
  EXPECT_EQ(believed(first), 0) << "a clock that was set back";
}

TEST_F(KnownFilesTest, ATimeOfModificationInTheFutureIsNoReason) {
  set_time(data_ / "a.wav", std::chrono::seconds(100'000'000));
  const Catalog first = read();
  remember(first);
  EXPECT_EQ(believed(first), 3);
  set_time(data_ / "a.wav", std::chrono::seconds(100'000'001));
  EXPECT_EQ(believed(first), 2);
}

TEST_F(KnownFilesTest, WhatWasReadAsAnotherKindWasNotCheckedInTheSameWay) {
  const Catalog first = read();
  remember(first);
  const KnownFiles known(file_);
  MediaFile file;
  file.path = first.media.at(Media::audio).files[0].path;
  EXPECT_FALSE(known.fill_in(file, kind_of_file(Media::image, /*is_map=*/true)));
  EXPECT_FALSE(known.fill_in(file, kind_of_file(Media::image, /*is_map=*/false)));
  EXPECT_TRUE(known.fill_in(file, kind_of_file(Media::audio, /*is_map=*/false)));
}

TEST_F(KnownFilesTest, FilesThatCannotBeUsedAreReadEachTime) {
  write_text(data_ / "b.wav", "no sound");
  const Catalog first = read();
  remember(first);
  EXPECT_EQ(read_lines(file_).size(), 2U);
  EXPECT_EQ(believed(first), 2);
}

TEST_F(KnownFilesTest, ADamagedLineMakesNothingKnownButItself) {
  const Catalog first = read();
  remember(first);
  const std::vector<std::string> lines = read_lines(file_);
  const auto believed_with = [&](const std::string& second) {
    write_lines(file_, {lines[0], second, lines[2]});
    set_time(file_, std::chrono::seconds(10));
    return believed(first);
  };
  EXPECT_EQ(believed_with(lines[1]), 3);
  for (std::size_t i = 0; i < lines[1].size(); ++i) {
    std::string line = lines[1];
    line[i] ^= 1;
    if (line[i] != '\n') {
      ASSERT_EQ(believed_with(line), 2) << line;
    }
  }
  for (const std::string& line : {std::string(), std::string("garbage"), std::string("[]"), std::string("{}"),
                                  std::string(200, '\0'), std::string(50'000, '['), lines[1].substr(0, 100)}) {
    EXPECT_EQ(believed_with(line), 2) << line.substr(0, 200);
  }
  // What no path is as long as is not kept in memory; what comes behind it is read again.
  EXPECT_EQ(believed_with(std::string(100'000, 'x')), 1);
}

TEST_F(KnownFilesTest, NoFileOrNoneThatIsOneMakesNothingKnown) {
  const Catalog first = read();
  EXPECT_EQ(believed(first), 0);
  fs::create_directory(file_);
  EXPECT_EQ(believed(first), 0);
  fs::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(believed(first), 0) << "and nobody waits for a writer";
}

}  // namespace
}  // namespace fairground
