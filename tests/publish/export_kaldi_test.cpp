// The data folder for Kaldi, read back by its own rules.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/published_set.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json read_back(const PublishedSet& set) {
  set.write(ExportFormat::kaldi);
  return read_with("kaldi.py", {set.path().string()});
}

/// The utterance of a record.
json find(const json& utterances, const PublishedSet::Json& record) {
  const std::string id = record.at("variant_id");
  for (const auto& [name, utterance] : utterances.items()) {
    if (name.ends_with("-" + id)) {
      return utterance;
    }
  }
  ADD_FAILURE() << "there is no " << id;
  return {};
}

const std::vector<std::string> kNone = {"none", "none"};
const std::vector<std::string> kPink = {"pink", "none"};

TEST(ExportKaldi, IsWhatTheRecordsSay) {
  const PublishedSet set;
  const json utterances = read_back(set);
  ASSERT_EQ(utterances.size(), set.audio.size());
  for (const auto& record : set.audio) {
    const json utterance = find(utterances, record);
    EXPECT_EQ(utterance.at("text"), record.at("text"));
    EXPECT_EQ(utterance.at("seconds"), record.at("measured_duration_s"));
    EXPECT_EQ(utterance.at("group"),
              record.at("accent").get<std::string>() + "_" + record.at("gender").get<std::string>());
    EXPECT_EQ(utterance.at("wav"), "flac -c -d -s audio/" + record.at("file_name").get<std::string>() + " |");
    const std::string control = record.at("control");
    EXPECT_EQ(utterance.at("condition"),
              control == "none" ? record.at("noise").get<std::string>() + "_" + record.at("channel").get<std::string>()
                                : "control_" + control);
    EXPECT_EQ(utterance.at("speaker"),
              record.at("subject") == "unknown" ? "unknown_s3" : record.at("subject").get<std::string>());
    EXPECT_EQ(utterance.at("gender"), nullptr) << "one of the labels is unknown";
  }
  EXPECT_EQ(read_text(set / "exports/kaldi/conditions.csv"),
            "name,noise,channel\r\nnone_none,none,none\r\nnone_quiet,none,quiet\r\npink_none,pink,none\r\n"
            "pink_quiet,pink,quiet\r\ncontrol_identity,,\r\ncontrol_repeat,,\r\n");
}

TEST(ExportKaldi, GivesEverySubjectANameOfItsOwn) {
  PublishedSet set;
  set.audio.clear();
  std::set<std::string> persons;
  int number = 0;
  for (const char* const subject :
       {"ann", "Ann", "ann-b", "ann b", "ann_b", "ann\tb", "王", "李", "José", "Josè", "-", " ", "unknown_q1", "zoë"}) {
    for (const char* const source : {"a", "b"}) {
      set.add_recording(source + std::to_string(number), subject, {"irish", "f"}, "word", kNone, 0);
    }
    persons.insert(subject);
    ++number;
  }
  // Nobody knows whether these two are one.
  set.add_recording("q1", "unknown", {"irish", "f"}, "word", kNone, 0);
  set.add_recording("q2", "unknown", {"irish", "f"}, "word", kNone, 0);
  set.add_recording("q2", "unknown", {"irish", "f"}, "word", kPink, 0);
  const json utterances = read_back(set);
  std::map<std::string, std::set<std::string>> speakers;
  for (const auto& record : set.audio) {
    const std::string subject = record.at("subject");
    const std::string person = subject == "unknown" ? "source " + record.at("source_id").get<std::string>() : subject;
    speakers[person].insert(find(utterances, record).at("speaker").get<std::string>());
  }
  std::set<std::string> all;
  for (const auto& [person, names] : speakers) {
    EXPECT_EQ(names.size(), 1U) << person;
    std::string name = *names.begin();
    // sclite and some file systems do not tell capitals apart.
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_TRUE(all.insert(name).second) << person << " has the name of somebody else: " << name;
  }
  EXPECT_EQ(speakers.size(), persons.size() + 2);
}

TEST(ExportKaldi, CleansTranscripts) {
  PublishedSet set;
  set.audio.clear();
  const std::pair<const char*, const char*> texts[] = {{"as it is, with Punctuation.", "as it is, with Punctuation."},
                                                       {" two\n lines\t", "two lines"},
                                                       {"a\u00A0b\u3000c\u2028d\x7F"
                                                        "e",
                                                        "a b c d e"},
                                                       {"<s> one </s> #0 <s", "one <s"},
                                                       {"", ""},
                                                       {"\x01", ""}};
  int number = 0;
  for (const auto& [text, cleaned] : texts) {
    set.add_recording("t" + std::to_string(number++), "ann", {"irish", "f"}, text, kNone, 0);
  }
  const json utterances = read_back(set);
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    EXPECT_EQ(find(utterances, set.audio[i]).at("text"), texts[i].second);
  }
  const std::string readme = read_text(set / "exports/kaldi/README");
  EXPECT_THAT(readme, HasSubstr("Of 4 utterances the transcript had other white space"));
  EXPECT_THAT(readme, HasSubstr("Of 2 utterances nothing is said"));
}

TEST(ExportKaldi, TellsGendersWhereAllSpeakersHaveOne) {
  PublishedSet set;
  for (auto& record : set.audio) {
    record["gender"] = record.at("gender") == "f" ? "female" : "m";
  }
  const json known = read_back(set);
  for (const auto& [name, utterance] : known.items()) {
    EXPECT_EQ(utterance.at("gender"), utterance.at("speaker") == "ann" ? "f" : "m");
  }
  set.audio.back()["gender"] = "f";  // of s3, whose other variants say m
  std::filesystem::remove(set / "exports/kaldi/spk2gender");
  const json unknown = read_back(set);
  for (const auto& [name, utterance] : unknown.items()) {
    EXPECT_EQ(utterance.at("gender"), nullptr);
  }
  EXPECT_THAT(read_text(set / "exports/kaldi/README"), HasSubstr("no spk2gender"));
}

TEST(ExportKaldi, ReadsWavFilesAsTheyAreAndTwentyFourBitsThroughSox) {
  PublishedSet set;
  for (auto& record : set.audio) {
    const std::string name = record.at("file_name");
    record["file_name"] = name.substr(0, name.size() - 4) + "wav";
    set.set_media("audio/" + record["file_name"].get<std::string>(), test_wav(0.25, PublishedSet::kRate, 1), record);
  }
  set.set["media"]["audio"]["output"] = {{"format", "wav"}, {"bits", 16}};
  const json plain = read_back(set);
  EXPECT_EQ(find(plain, set.audio[0]).at("wav"), "audio/" + set.audio[0].at("file_name").get<std::string>());
  EXPECT_THAT(read_text(set / "exports/kaldi/README"), Not(HasSubstr("flac")));

  for (auto& record : set.audio) {
    const PcmAudio fine = quantise(test_speech(0.25, PublishedSet::kRate, 2), 24);
    set.set_media("audio/" + record["file_name"].get<std::string>(), encode_audio(fine, AudioContainer::wav), record);
  }
  set.set["media"]["audio"]["output"]["bits"] = 24;
  const json fine = read_back(set);
  EXPECT_THAT(find(fine, set.audio[0]).at("wav").get<std::string>(), HasSubstr("sox -D audio/"));
}

TEST(ExportKaldi, IsWhole) {
  PublishedSet set;
  set.audio.clear();
  set.write(ExportFormat::kaldi);
  EXPECT_EQ(read_text(set / "exports/kaldi/spk2utt"), "");
}

// The reader itself must find what Kaldi would.
TEST(ExportKaldi, ReaderSeesMistakes) {
  const PublishedSet set;
  set.write(ExportFormat::kaldi);
  const auto refuses = [&](const char* file, const std::function<void(std::vector<std::string>&)>& change) {
    const auto path = set / (std::string("exports/kaldi/") + file);
    const std::string before = read_text(path);
    std::vector<std::string> lines = read_lines(path);
    change(lines);
    write_lines(path, lines);
    EXPECT_NE(run_reader("kaldi.py", {set.path().string()}).status, 0) << file;
    write_text(path, before);
  };
  refuses("text", [](auto& lines) { lines.pop_back(); });
  refuses("text", [](auto& lines) { std::swap(lines[0], lines[1]); });
  refuses("utt2spk", [](auto& lines) { lines[0] += "x"; });
  refuses("spk2utt", [](auto& lines) { lines[0] += " one"; });
  refuses("utt2dur", [](auto& lines) { lines[0] = lines[0].substr(0, lines[0].find(' ')) + " 0.0"; });
  refuses("wav.scp", [](auto& lines) { lines.push_back(lines.back()); });
  EXPECT_EQ(run_reader("kaldi.py", {set.path().string()}).status, 0);
}

}  // namespace
}  // namespace fairground
