// A batch of damaged media of every format: each is written or listed as failed, in little memory, and what libraries
// print about them does not reach the user but in one count.
#include "tests/support/damaged_media.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

/// Of the largest child so far.
double peak_megabytes_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e3;
}

TEST(DamagedMedia, AreWrittenOrListedAsFailed) {
  constexpr std::size_t kFiles = 400;
  constexpr double kMostMegabytes = 512.0;
  const std::vector<MediaSample> samples = media_samples();
  TestSet set(0, 0);
  set.speech = "id,path,accent\n";
  set.photos = "id,path,place\n";
  std::set<std::string> ids;
  for (std::size_t i = 0; i < kFiles; ++i) {
    const MediaSample& sample = damaged_sample(samples, i);
    const std::string id = "m" + std::to_string(i);
    write_bytes(set / ("data/" + id + sample.extension), damaged(samples, i));
    (sample.is_audio ? set.speech : set.photos) += id + "," + id + sample.extension + ",x\n";
    ids.insert(id);
  }
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: id, file: path, groups: [accent], sample_rate: 16000}\n"
      "  - {media: image, manifest: data/photos.csv, id: id, file: path, groups: [place]}\n"
      "axes:\n  audio: {noise: {none: [], pink: [{noise.coloured: {snr_db: 5}}]}}\n"
      "  image: {light: {day: [], dim: [{light.exposure: {ev: -1}}]}}\n"
      "gates: {clipped_fraction: 1}\noutput: {directory: out}\n";
  set.save();
  const ProcessResult result = run_fairground({"run", set.config_path(), "--quiet"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsEmpty()) << "libraries print, and nobody asked for it";
#ifndef __SANITIZE_ADDRESS__
  EXPECT_LT(peak_megabytes_of_children(), kMostMegabytes);
#endif

  std::map<std::string, std::set<std::string>> fates;
  for (const char* medium : {"audio", "image"}) {
    for (const std::string& line : read_lines(set / "out" / medium / "metadata.jsonl")) {
      const json record = json::parse(line);
      EXPECT_TRUE(std::filesystem::is_regular_file(set / "out" / medium / record["file_name"].get<std::string>()));
      fates[record["source_id"]].insert(record["variant_id"]);
    }
  }
  const std::size_t written = fates.size();
  for (const std::string& line : read_lines(set / "out/failures.jsonl")) {
    const json failure = json::parse(line);
    EXPECT_THAT(failure["variant_id"].get<std::string>(), MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_THAT(failure["stage"].get<std::string>(), testing::Not(IsEmpty()));
    EXPECT_THAT(failure["reason"].get<std::string>(), testing::Not(IsEmpty()));
    fates[failure["source_id"]].insert(failure["variant_id"]);
  }
  EXPECT_GT(written, kFiles / 20) << "the damage is too great to test anything";
  EXPECT_LT(written, kFiles * 3 / 4) << "the damage is too slight to test anything";
  for (const std::string& id : ids) {
    EXPECT_THAT(fates[id], SizeIs(2)) << id << " has a clean reference and one variant, written or failed";
  }
  EXPECT_EQ(run_fairground({"verify", set / "out", "--jobs", "2"}).status, 0);
}

/// Two files about which libraries print: a PNG whose pixels are damaged behind a right checksum, and an MP3 with
/// something else in its middle.
void add_noisy_files(TestSet& set) {
  for (const MediaSample& sample : media_samples()) {
    Bytes file = sample.bytes;
    if (sample.format == "PNG") {
      std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2), 40, std::byte{0x55});
      damage::mend_checksums(file);
      write_bytes(set / "data/bad.png", file);
      set.photos += "torn,bad.png,who,there\n";
    }
    if (sample.format == "MP3") {
      std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2), 500, std::byte{0xFF});
      write_bytes(set / "data/bad.mp3", file);
      set.speech += "bad,bad.mp3,who,irish,CC0-1.0,text\n";
    }
  }
  set.save();
}

TEST(DamagedMedia, MakeLibrariesPrintNothingButACount) {
  TestSet set(2, 2);
  add_noisy_files(set);
  const ProcessResult result = run_fairground({"run", set.config_path()});
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_THAT(result.err, MatchesRegex("[0-9]+ warnings? from libraries, such as\n(  [0-9]+ x [^\n]+\n)+"));
  EXPECT_THAT(result.err, HasSubstr("libpng error: "));
  EXPECT_THAT(result.err, HasSubstr("Illegal Audio-MPEG-Header"));
  EXPECT_THAT(run_fairground({"run", set.config_path(), "--restart", "--quiet"}).err, IsEmpty());
  // What the user did wrong is no warning of a library, and no command to the terminal.
  EXPECT_THAT(run_fairground({"run", "--out"}).err, testing::Not(HasSubstr("libraries")));
  EXPECT_THAT(run_fairground({"run", "/none\x1b[2J.yaml"}).err, HasSubstr("/none?[2J.yaml: cannot be read"));
}

}  // namespace
}  // namespace fairground
