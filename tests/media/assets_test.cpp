#include "pipeline/media/assets.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "pipeline/core/hash.h"
#include "pipeline/media/audio_file.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

class AssetsTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const Audio& audio) const {
    return write(name, encode_audio(quantise(audio, 16), AudioContainer::wav));
  }
  std::filesystem::path write(const std::string& name, const Bytes& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return folder_ / name;
  }
  static std::vector<std::string> faults(const std::vector<std::filesystem::path>& files, double total_seconds) {
    try {
      Assets().load("site", files, {16000}, MediaLimits{}, total_seconds);
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("fairground_assets_" + std::to_string(::getpid()));
};

constexpr double kPlenty = 1000.0;

TEST_F(AssetsTest, AreSortedByHashAndReadAtEachRate) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i <= 5; ++i) files.push_back(write(std::to_string(i) + ".wav", sine(100.0 * i, 48000, 4800, 2)));
  Assets assets;
  assets.load("site", files, {16000, 48000}, MediaLimits{}, kPlenty);
  for (const int rate : {16000, 48000}) {
    const std::vector<AssetRecording>& recordings = assets.recordings("site", rate);
    ASSERT_EQ(recordings.size(), 5U);
    EXPECT_TRUE(std::is_sorted(recordings.begin(), recordings.end(),
                               [](const auto& a, const auto& b) { return a.sha256 < b.sha256; }));
    for (std::size_t i = 0; i < recordings.size(); ++i) {
      EXPECT_EQ(recordings[i].audio.sample_rate, rate);
      EXPECT_EQ(recordings[i].audio.channels, 2);
      EXPECT_EQ(recordings[i].audio.frames(), static_cast<std::size_t>(rate) / 10);
      EXPECT_EQ(recordings[i].sha256, sha256_hex(read_file(recordings[i].path, MediaLimits{})));
    }
  }
  EXPECT_THROW((void)assets.recordings("site", 8000), std::out_of_range);
  EXPECT_THROW((void)assets.recordings("other", 16000), std::out_of_range);
}

TEST_F(AssetsTest, OfTalkersHaveOneChannelAndSayWhoSpeaks) {
  Audio stereo(16000, 2, 1600);
  std::ranges::fill(stereo.channel(0), 0.5F);
  const auto one = write("one.wav", stereo);
  const auto two = write("two.wav", sine(440.0, 48000, 4800));
  Assets assets;
  assets.load_talkers("voices", {{one, "", "anna", {"de", "female"}, 2}, {two, "", "bert", {}, 3}}, {16000, 8000},
                      MediaLimits{}, kPlenty);
  for (const int rate : {16000, 8000}) {
    const std::vector<AssetRecording>& recordings = assets.recordings("voices", rate);
    ASSERT_EQ(recordings.size(), 2U);
    EXPECT_LT(recordings[0].sha256, recordings[1].sha256);
    for (const AssetRecording& recording : recordings) {
      const bool is_anna = recording.path == one;
      EXPECT_EQ(recording.subject, is_anna ? "anna" : "bert");
      EXPECT_EQ(recording.balance, is_anna ? (std::vector<std::string>{"de", "female"}) : std::vector<std::string>{});
      EXPECT_EQ(recording.audio.channels, 1);
      EXPECT_EQ(recording.audio.sample_rate, rate);
    }
  }
  const std::vector<AssetRecording>& at_rate = assets.recordings("voices", 16000);
  const AssetRecording& anna = at_rate[at_rate[0].path == one ? 0 : 1];
  EXPECT_EQ(anna.audio.samples, std::vector<float>(1600, 0.25F)) << "the mean of both channels";
}

TEST_F(AssetsTest, ListEveryFault) {
  const auto good = write("good.wav", sine(440.0, 16000, 1600));
  const auto twin = write("twin.wav", sine(440.0, 16000, 1600));
  const auto silent = write("silent.wav", Audio(16000, 1, 1600));
  const auto letter = write("letter.wav", Crafted().text("no audio").bytes);
  const std::vector<std::string> found = faults({good, twin, silent, letter, folder_ / "missing.wav"}, kPlenty);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_TRUE(says(found[0], "twin.wav': it holds the same bytes as '"));
  EXPECT_TRUE(says(found[1], "silent.wav': it is silent"));
  EXPECT_TRUE(says(found[2], "letter.wav': it is no WAV, FLAC"));
  EXPECT_TRUE(says(found[3], "missing.wav"));
  for (const std::string& fault : found) EXPECT_TRUE(says(fault, "asset 'site'"));
}

TEST_F(AssetsTest, FollowTheLimitOfTotalTime) {
  const auto one = write("one.wav", sine(440.0, 16000, 16000));
  const auto two = write("two.wav", sine(880.0, 16000, 16000));
  EXPECT_TRUE(faults({one, two}, 2.0).empty());
  const std::vector<std::string> found = faults({one, two}, 1.9);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(says(found[0], "2 s in all, and limits.asset_seconds allows 1.9"));
  EXPECT_EQ(faults({}, 1.0).size(), 1U);
}

TEST_F(AssetsTest, AreUnchangedByALoadThatFails) {
  Assets assets;
  EXPECT_THROW(assets.load("site", {write("a.wav", sine(440.0, 16000, 1600)), folder_ / "missing"}, {16000},
                           MediaLimits{}, kPlenty),
               UserError);
  EXPECT_THROW((void)assets.recordings("site", 16000), std::out_of_range);
}

}  // namespace
}  // namespace fairground
