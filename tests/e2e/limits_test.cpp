// Too few open files and too little memory: the run stops so that it can go on, and nothing is said to be wrong with
// the files.
#include <gmock/gmock.h>

#include "tests/support/damaged_media.h"
#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

/// `fairground run` behind a command of the shell such as `ulimit -n 20`.
ProcessResult run_limited(const std::string& limit, const TestSet& set, const std::string& jobs = "2") {
  return run_process({"/bin/bash", "-c", limit + R"( && exec "$0" "$@")", FAIRGROUND_BINARY, "run", set.config_path(),
                      "--restart", "--jobs", jobs},
                     "/");
}

TEST(Limits, TooFewOpenFilesAreAPassingFault) {
  const TestSet set(6, 6);
  bool has_stopped = false;
  bool has_ended = false;
  for (const int files : {4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20, 40}) {
    const ProcessResult result = run_limited("ulimit -n " + std::to_string(files), set);
    if (result.err.find("error while loading shared libraries") != std::string::npos) {
      continue;  // The system did not even start the program.
    }
    ASSERT_THAT(result.status, AnyOf(0, 75)) << files << " files: " << result.err << result.out;
    if (result.status == 75) {
      EXPECT_THAT(result.err, HasSubstr("Too many open files")) << files;
      EXPECT_THAT(result.err, HasSubstr("Run the same command again")) << files;
      has_stopped = true;
    }
    has_ended = has_ended || result.status == 0;
  }
  EXPECT_TRUE(has_stopped);
  EXPECT_TRUE(has_ended);
}

// Sanitizers take terabytes of addresses.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Limits, TooLittleMemoryIsAPassingFault) {
  TestSet set(0, 0);
  // Some ten megabytes for each once it is decoded, by every decoder.
  constexpr ImageContainer kContainers[] = {ImageContainer::png, ImageContainer::jpeg, ImageContainer::webp,
                                            ImageContainer::tiff};
  constexpr const char* kEndings[] = {"png", "jpg", "webp", "tiff"};
  for (std::size_t i = 0; i < std::size(kContainers); ++i) {
    const std::string name = std::string("p.") + kEndings[i];
    write_bytes(set / ("data/" + name), test_image(1600, 1200, i, kContainers[i]));
    set.photos += std::string("p") + kEndings[i] + "," + name + ",who,there\n";
  }
  constexpr int kFormats[] = {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
                              SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III};
  constexpr const char* kExtensions[] = {"flac", "ogg", "mp3"};
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    const std::string name = std::string("s.") + kExtensions[i];
    write_bytes(set / ("data/" + name), damage::sound(kFormats[i], 48000, 1, /*frames=*/48000 * 60));
    set.speech += std::string("s") + kExtensions[i] + "," + name + ",who,irish,CC0-1.0,text\n";
  }
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, groups: [accent], sample_rate: 16000}\n"
      "  - {media: image, manifest: data/photos.csv, id: id, file: path, groups: [place]}\n"
      "axes:\n  audio: {noise: {none: [], pink: [{noise.coloured: {snr_db: 5}}]}}\n"
      "  image: {light: {day: [], dim: [{light.exposure: {ev: -1}}]}}\noutput: {directory: out}\n";
  set.save();
  int stopped = 0;
  for (const int megabytes : {250, 265, 275, 285, 300, 340}) {
    const ProcessResult result = run_limited("ulimit -v " + std::to_string(megabytes * 1000), set);
    if (result.err.find("error while loading shared libraries") != std::string::npos) {
      continue;  // The system did not even start the program.
    }
    ASSERT_THAT(result.status, AnyOf(0, 75)) << megabytes << " MB: " << result.err << result.out;
    if (result.status == 75) {
      EXPECT_THAT(result.err, HasSubstr("memory")) << megabytes;
      ++stopped;
    }
  }
  EXPECT_GE(stopped, 2);
}
#endif

}  // namespace
}  // namespace fairground
