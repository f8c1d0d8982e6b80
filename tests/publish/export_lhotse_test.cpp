// Recordings and supervisions for Lhotse, read back.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/published_set.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;

json read_back(const PublishedSet& set) {
  set.write(ExportFormat::lhotse);
  return read_with("lhotse.py", {set.path().string()});
}

TEST(ExportLhotse, IsWhatTheRecordsSay) {
  const PublishedSet set;
  const json all = read_back(set);
  ASSERT_THAT(all, SizeIs(set.audio.size()));
  for (const auto& record : set.audio) {
    const json& one = all.at(record.at("variant_id").get<std::string>());
    EXPECT_EQ(one.at("sources")[0].at("source"), "audio/" + record.at("file_name").get<std::string>());
    EXPECT_EQ(one.at("sampling_rate"), PublishedSet::kRate);
    EXPECT_EQ(one.at("num_samples"), record.at("measured_duration_s").get<double>() * PublishedSet::kRate);
    EXPECT_EQ(one.at("text"), record.at("text"));
    EXPECT_EQ(one.at("gender"), record.at("gender"));
    EXPECT_EQ(one.at("speaker"),
              record.at("subject") == "unknown" ? "unknown_s3" : record.at("subject").get<std::string>());
    for (const char* const same : {"subject", "accent", "gender", "noise", "channel", "realization", "synthetic",
                                   "control", "pair_id", "measured_rms_dbov"}) {
      EXPECT_EQ(one.at("custom").at(same), record.at(same)) << same;
    }
  }
}

TEST(ExportLhotse, ReadsRatesAndChannelsFromFilesWhereTheyWereKept) {
  PublishedSet set;
  set.set["media"]["audio"]["entries"][0]["sample_rate_hz"] = "keep";
  set.set["media"]["audio"]["entries"][0]["channels"] = "keep";
  int number = 0;
  for (auto& record : set.audio) {
    const int rate = number % 3 == 0 ? 44100 : number % 3 == 1 ? 48000 : 11025;
    const int channels = 1 + number % 2;
    const double seconds = 0.3;
    record["measured_duration_s"] = seconds;
    const std::string name = "audio/" + record.at("file_name").get<std::string>();
    const PcmAudio pcm = quantise(test_speech(seconds, rate, 1, channels), number % 4 < 2 ? 16 : 24);
    set.set_media(name, encode_audio(pcm, AudioContainer::flac), record);
    record["measured_duration_s"] = std::round(1e6 * static_cast<int>(seconds * rate) / rate) / 1e6;
    ++number;
  }
  const json all = read_back(set);  // which compares with the files' own headers
  EXPECT_EQ(all.at(set.audio[0].at("variant_id").get<std::string>()).at("sampling_rate"), 44100);
  EXPECT_EQ(all.at(set.audio[1].at("variant_id").get<std::string>()).at("channel"), json({0, 1}));
}

TEST(ExportLhotse, SaysWhenWordsAreSpoken) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["words"] = true;
  for (auto& record : set.audio) {
    record["words"] = "[]";
  }
  // The last word ends a frame behind the recording.
  const double seconds = set.audio[1].at("measured_duration_s");
  ASSERT_GT(seconds, 0.2);
  set.audio[1]["words"] = json({{{"word", "h\"i"}, {"start_s", 0.05}, {"end_s", 0.15}},
                                {{"word", "there"}, {"start_s", 0.15}, {"end_s", seconds + 0.02}}})
                              .dump();
  const json all = read_back(set);
  EXPECT_FALSE(all.at(set.audio[0].at("variant_id").get<std::string>()).contains("alignment"));
  const json words = all.at(set.audio[1].at("variant_id").get<std::string>()).at("alignment").at("word");
  ASSERT_THAT(words, SizeIs(2));
  EXPECT_EQ(words[0], json({"h\"i", 0.05, 0.1}));
  EXPECT_EQ(words[1], json({"there", 0.15, std::round((seconds - 0.15) * 1e6) / 1e6}));
}

TEST(ExportLhotse, NamesAFileThatIsMissing) {
  PublishedSet set;
  set.set["media"]["audio"]["entries"][0]["sample_rate_hz"] = "keep";
  set.save();
  std::filesystem::remove(set / ("audio/" + set.audio[3].at("file_name").get<std::string>()));
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  WrittenFiles files(tree);
  try {
    export_lhotse({tree, facts, set.run_facts()}, files);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr(set.audio[3].at("file_name").get<std::string>() + ": is missing"));
  }
}

}  // namespace
}  // namespace fairground
