// Files that an algorithm has altered say so, to readers that know nothing of fairground; clean references do not.
#include "pipeline/media/digital_source_type.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <set>

#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "tests/support/needed_tool.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

struct Formats {
  const char* audio;
  const char* image;
};

/// Gives a set of both media controls and these formats.
void configure(TestSet& set, const Formats& formats) {
  const std::size_t design = set.config.find("{realizations: 3}");
  set.config.insert(design + std::string("{realizations: 3").size(), ", controls: {identity: true, repeat: 0.3}");
  set.config += std::string("  audio: ") + formats.audio + "\n  image: " + formats.image + "\n";
  set.save();
}

std::vector<json> records(const fs::path& folder, const std::string& medium) {
  return read_json_lines(folder / medium / "metadata.jsonl");
}

fs::path file_of(const fs::path& folder, const std::string& medium, const json& record) {
  return folder / medium / record["file_name"].get<std::string>();
}

/// Identity controls have steps, none of which changes anything.
bool is_altered(const json& record) { return record["augmentations"] != "[]" && record["control"] != "identity"; }

Bytes bytes_of(const fs::path& file) {
  const std::string text = read_text(file);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// Whether two files hold the same pixels or samples.
bool hold_the_same(const fs::path& one, const fs::path& other, bool is_audio) {
  if (is_audio) {
    return decode_audio(bytes_of(one), one, {}).samples == decode_audio(bytes_of(other), other, {}).samples;
  }
  const cv::Mat a = decode_image(bytes_of(one), one, {}).codes;
  const cv::Mat b = decode_image(bytes_of(other), other, {}).codes;
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0.0;
}

class DigitalSourceTypeOfFiles : public testing::TestWithParam<Formats> {};

TEST_P(DigitalSourceTypeOfFiles, IsInEveryAlteredOneAndInNoOther) {
  TestSet set(/*recordings=*/4, /*photographs=*/3);
  configure(set, GetParam());
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
  const fs::path out = set / "out";
  std::set<std::pair<std::string, bool>> seen;  // by control, and whether it has steps
  for (const std::string medium : {"audio", "image"}) {
    std::map<std::pair<std::string, std::string>, std::string> originals;  // by source and draw
    for (const json& record : records(out, medium)) {
      if (record["control"] == "none") {
        originals[{record["source_id"], record["draw_id"]}] = read_text(file_of(out, medium, record));
      }
    }
    for (const json& record : records(out, medium)) {
      const std::string text = read_text(file_of(out, medium, record));
      EXPECT_EQ(text.find(kDigitalSourceType) != std::string::npos, is_altered(record)) << record;
      seen.emplace(record["control"], is_altered(record));
      if (record["control"] == "repeat") {
        EXPECT_TRUE(text == originals.at({record["source_id"], record["draw_id"]})) << record;
      }
    }
  }
  for (const auto& [control, altered] :
       {std::pair("none", false), {"none", true}, {"repeat", false}, {"repeat", true}, {"identity", false}}) {
    EXPECT_TRUE(seen.contains({control, altered})) << control << ": nothing was tested";
  }
  EXPECT_EQ(run_fairground({"verify", out}).status, 0);
}

TEST_P(DigitalSourceTypeOfFiles, IsReadByExifTool) {
  TestSet set(/*recordings=*/2, /*photographs=*/2);
  configure(set, GetParam());
  if (run_process({"/usr/bin/env", "exiftool", "-ver"}, "/").status != 0) {
    END_FOR_WANT_OF_TOOL("there is no exiftool; tests/run installs it");
  }
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
  const ProcessResult read = run_process({"/usr/bin/env",
                                          "exiftool",
                                          "-json",
                                          "-n",
                                          "-r",
                                          "-G1",
                                          "-validate",
                                          "-warning",
                                          "-error",
                                          "-XMP-iptcExt:DigitalSourceType",
                                          "-XMP-dc:Description",
                                          "-XMP-xmp:CreatorTool",
                                          "-RIFF:Comment",
                                          "-Vorbis:all",
                                          "-RIFF:Software",
                                          set / "out/audio",
                                          set / "out/image",
                                          "-ext",
                                          "flac",
                                          "-ext",
                                          "wav",
                                          "-ext",
                                          "png",
                                          "-ext",
                                          "jpg",
                                          "-ext",
                                          "webp",
                                          "-ext",
                                          "tiff"},
                                         "/");
  ASSERT_EQ(read.status, 0) << read.err;
  std::map<fs::path, json> found;
  for (const json& file : json::parse(read.out)) {
    found[file["SourceFile"].get<std::string>()] = file;
  }
  for (const std::string medium : {"audio", "image"}) {
    for (const json& record : records(set / "out", medium)) {
      const json& file = found.at(file_of(set / "out", medium, record));
      // What exiftool misses in our TIFFs (a resolution), it misses in clean references too.
      const json& clean = found.at(set / "out" / medium / record["clean_file_name"].get<std::string>());
      for (const char* name : {"ExifTool:Validate", "ExifTool:Warning", "ExifTool:Error"}) {
        EXPECT_EQ(file.value(name, json()), clean.value(name, json())) << file;
      }
      const std::string text = file.dump();
      if (!is_altered(record)) {
        EXPECT_EQ(text.find("digitalsourcetype"), std::string::npos) << text;
      } else if (medium == "image") {
        EXPECT_EQ(file.value("XMP-iptcExt:DigitalSourceType", ""), kDigitalSourceType) << text;
        EXPECT_EQ(file.value("XMP-dc:Description", ""), kAlteredStatement);
        EXPECT_EQ(file.value("XMP-xmp:CreatorTool", ""), "fairground");
      } else if (std::string(GetParam().audio).find("wav") != std::string::npos) {
        EXPECT_EQ(file.value("RIFF:Comment", ""),
                  std::string(kAlteredStatement) + " IPTC digital source type: " + kDigitalSourceType)
            << text;
        EXPECT_EQ(file.value("RIFF:Software", ""), "fairground");
      } else {
        EXPECT_EQ(file.value("Vorbis:Comment", ""), kAlteredStatement) << text;
        EXPECT_EQ(file.value("Vorbis:Digitalsourcetype", ""), kDigitalSourceType) << text;
      }
    }
  }
}

TEST_P(DigitalSourceTypeOfFiles, CanBeSwitchedOffUnderOtherNamesAndWithTheSameContent) {
  TestSet set(/*recordings=*/2, /*photographs=*/2);
  configure(set, GetParam());
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
  set.config += "  digital_source_type: false\n";
  set.save();
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", set / "off", "--quiet"}).status, 0);
  for (const std::string medium : {"audio", "image"}) {
    const std::vector<json> with = records(set / "out", medium);
    const std::vector<json> without = records(set / "off", medium);
    ASSERT_EQ(with.size(), without.size());
    for (std::size_t i = 0; i < with.size(); ++i) {
      ASSERT_EQ(with[i]["draw_id"], without[i]["draw_id"]);
      const fs::path one = file_of(set / "out", medium, with[i]);
      const fs::path other = file_of(set / "off", medium, without[i]);
      EXPECT_EQ(read_text(other).find(kDigitalSourceType), std::string::npos);
      EXPECT_EQ(with[i]["variant_id"] != without[i]["variant_id"], is_altered(with[i])) << with[i];
      EXPECT_EQ(with[i]["sha256"] != without[i]["sha256"], is_altered(with[i]));
      EXPECT_EQ(with[i]["measured"], without[i]["measured"]);
      EXPECT_TRUE(hold_the_same(one, other, medium == "audio")) << with[i];
    }
  }
  EXPECT_EQ(run_fairground({"verify", set / "off"}).status, 0);
}

INSTANTIATE_TEST_SUITE_P(Output, DigitalSourceTypeOfFiles,
                         testing::Values(Formats{"{format: flac}", "{format: png}"},
                                         Formats{"{format: wav}", "{format: jpeg, quality: 85}"},
                                         Formats{"{format: flac, bits: 24}", "{format: webp}"},
                                         Formats{"{format: wav, bits: 24}", "{format: tiff}"}));

}  // namespace
}  // namespace fairground
