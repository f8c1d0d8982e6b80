// The exports of sets that the binary makes, read back by what knows nothing of fairground.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/hash.h"
#include "tests/support/process.h"
#include "tests/support/reader.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

/// Six recordings of three accents in two rates, in three noises and two channels, with controls of both kinds.
class SpeechSet {
 public:
  explicit SpeechSet(const std::string& sample_rate = "16000", const std::string& output = "{format: flac}",
                     const std::string& pairing = "matched") {
    std::string manifest = "clip,path,speaker,accent,gender,said,licence\n";
    const char* const texts[] = {"\"One, two; three.\"", "l'été de ÉLISE",    "it's 3.5 o\u2019clock",
                                 "ГДЕ вокзал",           "\"a \"\"b\"\" c\"", "last"};
    for (int i = 0; i < 6; ++i) {
      const std::string n = std::to_string(i);
      const int rate = i % 2 == 0 ? 16000 : 22050;
      write_bytes(folder_ / ("clip" + n + ".wav"), test_wav(0.5 + 0.1 * i, rate, static_cast<std::uint64_t>(i + 1)));
      const char* const accents[] = {"northern", "southern, west", "ÿsland"};
      manifest += "s" + n + ",clip" + n + ".wav," + (i == 5 ? "" : "Ann " + std::to_string(i / 2)) + ",\"" +
                  accents[i % 3] + "\"," + (i / 2 % 2 == 0 ? "f" : "m") + "," + texts[i] + ",CC0-1.0\n";
    }
    write_text(folder_ / "speech.csv", manifest);
    write_text(folder_ / "set.yaml",
               "fairground: 1\nname: spoken\nseed: 11\nsources:\n"
               "  - {media: audio, manifest: speech.csv, id: clip, file: path, subject: speaker,\n"
               "     groups: [accent, gender], transcript: said, licence: licence,\n"
               "     sample_rate: " +
                   sample_rate +
                   "}\n"
                   "axes:\n"
                   "  noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}],\n"
                   "          white: [{noise.coloured: {colour: white, snr_db: 10}}]}\n"
                   "  channel: {none: [], quiet: [{channel.level: {gain_db: -6}}]}\n"
                   "design: {pairing: " +
                   pairing +
                   ", realizations: 2, controls: {identity: true, repeat: 0.1}}\n"
                   "output:\n  directory: out\n  audio: " +
                   output +
                   "\n"
                   "  exports: [nemo, kaldi, lhotse, stm, results]\n");
    const ProcessResult run = run_fairground({"run", (folder_ / "set.yaml").string(), "--quiet"});
    EXPECT_EQ(run.status, 0) << run.err;
    records = by_id(read_json_lines(out() / "audio/metadata.jsonl"));
    EXPECT_GT(records.size(), 36U);
  }

  [[nodiscard]] fs::path out() const { return folder_ / "out"; }

  std::map<std::string, json> records;  ///< by variant_id

 private:
  TemporaryFolder folder_;
};

TEST(ExportsOfSpeech, KaldisFolderIsValidAndSaysWhatTheRecordsSay) {
  const SpeechSet set;
  const json utterances = read_with("kaldi.py", {set.out().string()});
  ASSERT_EQ(utterances.size(), set.records.size());
  std::map<std::string, std::set<json>> speakers;
  for (const auto& [name, utterance] : utterances.items()) {
    const std::string speaker = utterance.at("speaker");
    const json& record = set.records.at(name.substr(speaker.size() + 1));
    speakers[speaker].insert(record.at("subject"));
    EXPECT_EQ(utterance.at("text"), record.at("said"));
    EXPECT_EQ(utterance.at("seconds"), record.at("measured_duration_s"));
    EXPECT_EQ(utterance.at("gender"), record.at("gender"));
    EXPECT_THAT(utterance.at("wav").get<std::string>(),
                HasSubstr("audio/" + record.at("file_name").get<std::string>()));
  }
  EXPECT_EQ(speakers.size(), 4U);  // three that are known, and one source
  for (const auto& [speaker, subjects] : speakers) {
    EXPECT_EQ(subjects.size(), 1U) << speaker;
  }
}

TEST(ExportsOfSpeech, LhotsesRecordingsHaveTheSamplesOfTheirFiles) {
  for (const SpeechSet& set : {SpeechSet("16000"), SpeechSet("keep", "{format: wav, bits: 24}", "independent")}) {
    const json all = read_with("lhotse.py", {set.out().string()});  // which reads the files' headers
    ASSERT_EQ(all.size(), set.records.size());
    for (const auto& [id, record] : set.records) {
      EXPECT_EQ(all.at(id).at("custom").at("accent"), record.at("accent"));
      EXPECT_EQ(all.at(id).at("text"), record.at("said"));
    }
  }
}

TEST(ExportsOfSpeech, NemosManifestLeadsToTheFiles) {
  const SpeechSet set;
  const std::vector<json> lines = read_json_lines(set.out() / "exports/nemo/manifest.jsonl");
  ASSERT_EQ(lines.size(), set.records.size());
  for (const json& line : lines) {
    const json& record = set.records.at(line.at("variant_id").get<std::string>());
    const std::string path = line.at("audio_filepath");
    EXPECT_EQ(sha256_hex(read_text(set.out() / "exports/nemo" / path)), record.at("sha256"));
    EXPECT_EQ(line.at("text"), record.at("said"));
  }
}

TEST(ExportsOfSpeech, ScliteFindsKnownErrorsForEachGroupAndCondition) {
  const SpeechSet set;
  std::string answers;
  std::map<std::string, std::pair<int, int>> known;  // words and errors by title, but for the titles of accents
  const std::map<std::string, int> words = {{"s0", 3}, {"s1", 3}, {"s2", 3}, {"s3", 2}, {"s4", 3}, {"s5", 1}};
  for (const auto& [id, record] : set.records) {
    const std::string source = record.at("source_id");
    std::string text = record.at("said");
    int errors = 0;
    if (record.at("noise") == "white") {
      text = "wrong";  // one substitution, and all others deleted
      errors = words.at(source);
    } else if (record.at("channel") == "quiet") {
      text += " too much";
      errors = 2;
    }
    answers += id + '\t' + text + '\n';
    const std::string control = record.at("control");
    const std::string condition = record.at("noise").get<std::string>() + "_" + record.at("channel").get<std::string>();
    std::vector<std::string> titles = {"control_" + control};
    if (control == "none") {
      titles = {"all", condition, "gender=" + record.at("gender").get<std::string>()};
    }
    for (const std::string& title : titles) {
      known[title].first += words.at(source);
      known[title].second += errors;
    }
  }
  // What one page has no room for is on the next.
  json columns = scored_by_sclite(set.out(), "ref.stm", answers);
  columns.update(scored_by_sclite(set.out(), "ref-2.stm", answers));
  for (const auto& [title, count] : known) {
    ASSERT_TRUE(columns.contains(title)) << title << columns;
    EXPECT_EQ(columns.at(title).at(0), count.first) << title;
    EXPECT_NEAR(columns.at(title).at(1).get<double>(), 100.0 * count.second / count.first, 0.0501) << title;
  }
}

TEST(ExportsOfSpeech, ResultsHaveARowForEachRecord) {
  const SpeechSet set;
  const json rows = read_with("csv_table.py", {(set.out() / "exports/results/audio-results_template.csv").string()});
  ASSERT_EQ(rows.size(), set.records.size());
  for (const json& row : rows) {
    const json& record = set.records.at(row.at("variant_id").get<std::string>());
    EXPECT_EQ(row.at("accent"), record.at("accent"));
    EXPECT_EQ(row.at("reference_text"), record.at("said"));
    EXPECT_TRUE(fs::is_regular_file(set.out() / row.at("file").get<std::string>()));
    EXPECT_TRUE(set.records.contains(row.at("clean_variant_id").get<std::string>()));
  }
}

TEST(ExportsOfSpeech, LoadAsHuggingFacesFolders) {
  const SpeechSet set;
  const json loaded = read_with("hugging_face.py", {set.out().string(), "audio/"});
  EXPECT_EQ(loaded.at("records"), set.records.size());
  EXPECT_EQ(read_with("hugging_face.py", {(set.out() / "audio").string(), ""}).at("columns"), loaded.at("columns"));
}

TEST(ExportsOfSpeech, AreTheSameFromTheCommandAsFromTheRun) {
  const SpeechSet set;
  const Tree before = read_tree(set.out() / "exports");
  write_text(set.out() / "exports/kaldi/text.part", "of an earlier export");
  const ProcessResult again = run_fairground({"export", set.out().string(), "--to", "nemo,kaldi,lhotse,stm,results"});
  EXPECT_EQ(again.status, 0) << again.err;
  expect_equal(read_tree(set.out() / "exports"), before);
}

}  // namespace
}  // namespace fairground
