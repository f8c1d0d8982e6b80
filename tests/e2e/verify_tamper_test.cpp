// Whoever changes a finished set afterwards is found out: `verify` names what was changed, and says what it could not
// check. Each change is made alone, and once more with all hashes and second places changed alike.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/core/hash.h"
#include "pipeline/flow/verify.h"
#include "pipeline/publish/publish.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// Recordings with words and a transcript, and pictures with masks, boxes and key points; of both some variants fail or
/// are rejected.
class TamperSet {
 public:
  explicit TamperSet(const std::string& output) {
    const std::string words = R"("[{""word"":""one"",""start_s"":0.1,""end_s"":0.2}]")";
    std::string speech = "id,path,who,accent,licence,text,words\n";
    for (int i = 0; i < 4; ++i) {
      const std::string n = std::to_string(i);
      Bytes bytes = test_wav(0.4, 8000, static_cast<std::uint64_t>(i + 1));
      if (i == 3) {
        bytes.resize(30);
      }
      write_bytes(folder_ / ("data/clip" + n + ".wav"), bytes);
      speech += "s" + n + ",clip" + n + ".wav,who" + n + "," + (i % 2 == 0 ? "irish" : "scots") + ",CC0-1.0,one," +
                words + "\n";
    }
    write_text(folder_ / "data/speech.csv", speech);
    cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
    write_mask("nobody.png", mask);
    mask(cv::Rect(12, 6, 24, 28)) = 255;
    write_mask("mask.png", mask);
    std::string photos = "id,path,who,place,camera,mask,boxes,points\n";
    for (int i = 0; i < 3; ++i) {
      const std::string n = std::to_string(i);
      cv::Mat codes(kHeight, kWidth, CV_8UC3, cv::Scalar(120, 130, 110));
      codes(cv::Rect(12, 6, 24, 28)) = cv::Scalar(117, 148, 193) * (1.0 - 0.02 * i);
      write_bytes(folder_ / ("data/photo" + n + ".png"), encode_image({codes}, ImageContainer::png, 100));
      photos += "p" + n + ",photo" + n + ".png,sitter" + n + ",street,phone," + (i == 2 ? "nobody.png" : "mask.png") +
                R"(,"[{""label"":""face"",""x"":12,""y"":6,""width"":24,""height"":28}]")" +
                R"(,"[{""name"":""nose"",""x"":24,""y"":20}]")" + "\n";
    }
    write_text(folder_ / "data/photos.csv", photos);
    write_text(config_path(),
               "fairground: 1\nname: tamper\nseed: 7\nsources:\n"
               "  - {media: audio, manifest: data/speech.csv, id: id, file: path, subject: who, groups: [accent],\n"
               "     keep: [licence], transcript: text, words: words}\n"
               "  - {media: image, manifest: data/photos.csv, id: id, file: path, subject: who, groups: [place],\n"
               "     keep: [camera], mask: mask, boxes: boxes, keypoints: points}\n"
               "axes:\n  audio:\n    noise:\n      none: []\n"
               "      pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}]\n"
               "      flood: [{noise.coloured: {colour: white, snr_db: -30}}]\n"
               "    channel: {none: [], quiet: [{channel.level: {gain_db: -6}}]}\n"
               "  image:\n    light: {day: [], dim: [{light.exposure: {ev: [-2, -1]}}]}\n"
               "    skin_tone: {own: [], darker: [{skin.tone: {shift_od: 0.1}}]}\n"
               "design: {realizations: 2, controls: {repeat: 0.1}}\noutput:\n  directory: out\n" +
                   output);
    const ProcessResult made = run_fairground({"run", config_path(), "--quiet"});
    EXPECT_EQ(made.status, 1) << made.err;
  }

  [[nodiscard]] fs::path config_path() const { return folder_ / "set.yaml"; }
  [[nodiscard]] fs::path operator/(const fs::path& name) const { return folder_ / name; }

 private:
  static constexpr int kWidth = 48;
  static constexpr int kHeight = 40;

  void write_mask(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / ("data/" + name), encode_image({codes}, ImageContainer::png, 100));
  }

  TemporaryFolder folder_;
};

/// A copy of a run that somebody changes.
class Tampered {
 public:
  explicit Tampered(const TamperSet& set) : set_(set) { fs::copy(set / "out", run_, fs::copy_options::recursive); }

  [[nodiscard]] fs::path path(const fs::path& name) const { return run_ / name; }

  [[nodiscard]] std::vector<ordered_json> entries(const fs::path& name) const {
    std::vector<ordered_json> list;
    for (const std::string& line : read_lines(run_ / name)) {
      list.push_back(ordered_json::parse(line));
    }
    return list;
  }
  void save(const fs::path& name, const std::vector<ordered_json>& list) const {
    std::vector<std::string> lines;
    for (const ordered_json& entry : list) {
      lines.push_back(entry.dump());
    }
    write_lines(run_ / name, lines);
  }
  void edit_lines(const fs::path& name, const std::function<void(std::vector<std::string>&)>& edit) const {
    std::vector<std::string> lines = read_lines(run_ / name);
    edit(lines);
    write_lines(run_ / name, lines);
  }
  void edit_json(const fs::path& name, const std::function<void(ordered_json&)>& edit) const {
    ordered_json value = ordered_json::parse(read_text(run_ / name));
    edit(value);
    write_text(run_ / name, value.dump(2) + "\n");
  }

  /// The number of the first record of a medium for which it holds.
  [[nodiscard]] std::size_t first(const std::string& medium,
                                  const std::function<bool(const ordered_json&)>& holds) const {
    const std::vector<ordered_json> list = entries(medium + "/metadata.jsonl");
    const auto found = std::ranges::find_if(list, holds);
    EXPECT_NE(found, list.end());
    return static_cast<std::size_t>(found - list.begin());
  }
  /// The first record with steps.
  [[nodiscard]] std::size_t altered(const std::string& medium) const {
    return first(medium, [](const ordered_json& it) { return it["augmentations"] != "[]" && it["control"] == "none"; });
  }

  /// Changes a record and returns its id.
  std::string edit_record(const std::string& medium, const std::function<void(ordered_json&)>& edit) const {
    std::vector<ordered_json> list = entries(medium + "/metadata.jsonl");
    ordered_json& record = list.at(altered(medium));
    const std::string id = record["variant_id"];
    edit(record);
    save(medium + "/metadata.jsonl", list);
    return id;
  }
  std::string change(const std::string& medium, const std::string& field, const ordered_json& value) const {
    return edit_record(medium, [&](ordered_json& record) {
      EXPECT_TRUE(record.contains(field)) << field;
      EXPECT_NE(record[field], value);
      record[field] = value;
    });
  }
  /// Flips one bit in the middle of a file of the first record with steps, and returns its name.
  std::string flip(const std::string& medium, const std::string& field) const {
    const std::string name = entries(medium + "/metadata.jsonl").at(altered(medium))[field];
    std::string text = read_text(run_ / medium / name);
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    write_text(run_ / medium / name, text);
    return name;
  }

  /// Makes all hashes and second places fit what was changed: records, journal, run.json.
  void carry_through() const {
    ordered_json run = ordered_json::parse(read_text(run_ / "run.json"));
    std::map<std::string, ordered_json> records;
    for (const std::string medium : {"audio", "image"}) {
      std::vector<ordered_json> list = entries(medium + "/metadata.jsonl");
      for (ordered_json& record : list) {
        for (const auto& [field, hash] : {std::pair("file_name", "sha256"), {"mask_file_name", "mask_sha256"}}) {
          const fs::path file = run_ / medium / record.value(field, std::string("nothing"));
          if (fs::is_regular_file(file)) {
            record[hash] = sha256_hex(read_text(file));
          }
        }
        records[record["variant_id"]] = record;
      }
      save(medium + "/metadata.jsonl", list);
    }
    std::map<std::string, ordered_json> failures;
    for (const ordered_json& failure : entries("failures.jsonl")) {
      failures[failure["variant_id"]] = failure;
    }
    const std::string plan_sha256 = sha256_hex(read_text(run_ / "plan.jsonl"));
    std::map<std::string, std::size_t> places;
    for (const ordered_json& line : entries("plan.jsonl")) {
      places.emplace(line["variant_id"], places.size() + 1);
    }
    run["plan_sha256"] = plan_sha256;
    std::vector<std::string> lines;
    for (ordered_json entry : entries("journal.jsonl")) {
      entry.erase("check");
      if (entry.contains("plan_sha256")) {
        entry["plan_sha256"] = plan_sha256;
        for (const char* field : {"seed", "name", "assets", "output"}) {
          entry[field] = run[field];
        }
      } else {
        entry["line"] = places[entry["variant_id"]];
        if (const auto record = records.find(entry["variant_id"]); record != records.end()) {
          const std::string medium = places.empty() || record->second.contains("measured_rms_dbov") ? "audio" : "image";
          entry["sha256"] = record->second["sha256"];
          entry["record"] = record->second;
          const auto size_of = [&](const char* field) {
            return fs::file_size(run_ / medium / record->second[field].get<std::string>());
          };
          if (fs::is_regular_file(run_ / medium / record->second["file_name"].get<std::string>())) {
            entry["bytes"] = size_of("file_name");
          }
          if (record->second.contains("mask_sha256")) {
            entry["mask_sha256"] = record->second["mask_sha256"];
            entry["mask_bytes"] = size_of("mask_file_name");
          }
        } else if (const auto failure = failures.find(entry["variant_id"]); failure != failures.end()) {
          entry["reason"] = failure->second["reason"];
          entry["stage"] = failure->second["stage"];
        }
      }
      std::string text = entry.dump();
      text.pop_back();
      char check[17];
      std::snprintf(check, sizeof check, "%016llx", static_cast<unsigned long long>(FieldHash().add(text).value64()));
      lines.push_back(text + ",\"check\":\"" + check + "\"}");
    }
    write_lines(run_ / "journal.jsonl", lines);
    lines.clear();
    for (ordered_json entry : entries("sources.jsonl")) {
      entry.erase("check");
      std::string text = entry.dump();
      text.pop_back();
      lines.push_back(text + ",\"check\":\"" + FieldHash().add(text).hex(16) + "\"}");
    }
    write_lines(run_ / "sources.jsonl", lines);
    for (auto& [name, sha256] : run["files"].items()) {
      sha256 = sha256_hex(read_text(run_ / name));
    }
    write_text(run_ / "run.json", run.dump(2) + "\n");
    try {
      std::ostringstream ignored;
      write_report(run_, ignored);
    } catch (const UserError&) {
      // Of records that make no sense no report can be made, and the old one stays.
    }
  }

  struct Result {
    ExitStatus status;
    std::string text;
  };
  [[nodiscard]] Result verified(bool with_sources) const {
    if (!with_sources) {
      fs::rename(set_ / "data", set_ / "away");
    }
    std::ostringstream progress;
    std::ostringstream out;
    const ExitStatus status = verify(run_, registered_schemas(), /*jobs=*/2, progress, out);
    if (!with_sources) {
      fs::rename(set_ / "away", set_ / "data");
    }
    return {status, out.str()};
  }

 private:
  const TamperSet& set_;
  TemporaryFolder folder_;
  fs::path run_ = folder_ / "run";
};

/// A change, and whether it shows without the sources once it was carried through to every other place.
struct Change {
  std::string what;
  std::function<std::vector<std::string>(Tampered&)> make;  ///< returns what the messages must name
  bool shows_in_itself = false;
};

using Names = std::vector<std::string>;

/// What cannot be seen without sources must be told.
const std::string kNotChecked = "A change that was carried through to these does not show without config and sources";

class VerifyTampered : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    flac_ = new TamperSet("  audio: {format: flac}\n  image: {format: jpeg, quality: 85}\n");
    wav_ = new TamperSet("  audio: {format: wav}\n  image: {format: png}\n");
  }
  static void TearDownTestSuite() {
    delete flac_;
    delete wav_;
  }

  static void expect_found(const Tampered::Result& result, const Names& names, const std::string& when) {
    SCOPED_TRACE(when);
    EXPECT_EQ(result.status, ExitStatus::difference) << result.text;
    for (const std::string& name : names) {
      EXPECT_THAT(result.text, HasSubstr(name));
    }
    EXPECT_THAT(result.text, HasSubstr("checked: "));
  }

  static void check(const TamperSet& set, const Change& change) {
    SCOPED_TRACE(change.what);
    Tampered run(set);
    const Names names = change.make(run);
    expect_found(run.verified(/*with_sources=*/true), names, "with sources");
    expect_found(run.verified(/*with_sources=*/false), names, "without sources");
    run.carry_through();
    expect_found(run.verified(/*with_sources=*/true), {}, "carried through, with sources");
    const Tampered::Result blind = run.verified(/*with_sources=*/false);
    EXPECT_EQ(blind.status, change.shows_in_itself ? ExitStatus::difference : ExitStatus::done)
        << "carried through, without sources: " << blind.text;
    EXPECT_THAT(blind.text, HasSubstr(kNotChecked));
  }

  static inline TamperSet* flac_ = nullptr;
  static inline TamperSet* wav_ = nullptr;
};

TEST_F(VerifyTampered, NothingIsFoundWhereNothingWasChanged) {
  for (const TamperSet* set : {flac_, wav_}) {
    Tampered run(*set);
    for (const bool is_carried_through : {false, true}) {
      if (is_carried_through) {
        run.carry_through();  // To change nothing must change nothing, or all tests below would prove nothing.
      }
      const Tampered::Result seeing = run.verified(true);
      EXPECT_EQ(seeing.status, ExitStatus::done) << seeing.text;
      EXPECT_THAT(seeing.text, HasSubstr("checked against config and sources, all made again"));
      EXPECT_THAT(seeing.text, Not(HasSubstr(kNotChecked)));
      const Tampered::Result blind = run.verified(false);
      EXPECT_EQ(blind.status, ExitStatus::done) << blind.text;
      EXPECT_THAT(blind.text, HasSubstr(kNotChecked));
    }
  }
}

TEST_F(VerifyTampered, AByteOfAFile) {
  for (const TamperSet* set : {flac_, wav_}) {
    for (const auto& [medium, field] :
         {std::pair("audio", "file_name"), {"image", "file_name"}, {"image", "mask_file_name"}}) {
      SCOPED_TRACE(std::string(medium) + " " + field);
      Tampered run(*set);
      const Names names = {run.flip(medium, field)};
      expect_found(run.verified(true), names, "with sources");
      expect_found(run.verified(false), names, "without sources");
      run.carry_through();
      expect_found(run.verified(true), {}, "carried through, with sources");
      // A damaged file may show as such, and a sound that is a little other may not.
      const Tampered::Result blind = run.verified(false);
      EXPECT_THAT(blind.text, HasSubstr(kNotChecked));
    }
  }
}

TEST_F(VerifyTampered, ALabel) {
  const auto label = [](const std::string& medium, const std::string& field, const ordered_json& value,
                        bool shows_in_itself) {
    return Change{medium + " " + field,
                  [=](Tampered& run) {
                    return Names{run.change(medium, field, value), field};
                  },
                  shows_in_itself};
  };
  for (const Change& change : {
           // Other records of the same source say otherwise.
           label("audio", "accent", "welsh", true),
           label("audio", "licence", "CC-BY-4.0", true),
           label("audio", "subject", "somebody", true),
           label("audio", "text", "two", true),
           label("image", "camera", "reflex", true),
           label("image", "place", "beach", true),
           label("audio", "channel", "other", true),
           label("image", "light", "dusk", true),
           label("audio", "words", R"([{"word":"two","start_s":0.1,"end_s":0.2}])", false),
           label("image", "boxes", R"([{"label":"hand","x":12.0,"y":6.0,"width":24.0,"height":28.0}])", false),
           label("image", "keypoints", R"([{"name":"ear","x":24.0,"y":20.0}])", false),
           label("audio", "synthetic", false, true),
       }) {
    check(*flac_, change);
  }
}

TEST_F(VerifyTampered, EachMeasuredValue) {
  for (const std::string medium : {"audio", "image"}) {
    const Tampered clean(*flac_);
    const ordered_json record = clean.entries(medium + "/metadata.jsonl").at(clean.altered(medium));
    for (const auto& [field, value] : record.items()) {
      const bool is_measured = field.starts_with("measured_");
      const bool is_tone = field.find("tone_") != std::string::npos || field == "mask_confidence";
      if (!value.is_number() || (!is_measured && !is_tone)) {
        continue;
      }
      SCOPED_TRACE(field);
      Tampered run(*flac_);
      const ordered_json other =
          value.is_number_float() ? ordered_json(value.get<double>() + 0.25) : ordered_json(value.get<int>() + 1);
      const Names names = {run.change(medium, field, other), field};
      expect_found(run.verified(true), names, "with sources");
      expect_found(run.verified(false), names, "without sources");
    }
    const ordered_json measured = ordered_json::parse(record["measured"].get<std::string>());
    for (const auto& [field, value] : measured.items()) {
      SCOPED_TRACE("measured: " + field);
      Tampered run(*flac_);
      const std::string id = run.edit_record(medium, [&, name = field](ordered_json& it) {
        ordered_json inner = measured;
        inner[name] = value.is_number_float() ? ordered_json(value.get<double>() + 0.25) : ordered_json("changed");
        it["measured"] = inner.dump();
      });
      expect_found(run.verified(true), {id, "measured"}, "with sources");
      expect_found(run.verified(false), {id, "measured"}, "without sources");
    }
  }
}

TEST_F(VerifyTampered, AMeasuredValueThatWasCarriedThrough) {
  check(*flac_, {"snr_db of a stem", [](Tampered& run) {
                   std::vector<ordered_json> list = run.entries("audio/metadata.jsonl");
                   ordered_json& record = *std::ranges::find(list, "pink", [](const auto& it) { return it["noise"]; });
                   ordered_json inner = ordered_json::parse(record["measured"].get<std::string>());
                   inner["stems"].at(0)["snr_db"] = 1.25;
                   record["measured"] = inner.dump();
                   run.save("audio/metadata.jsonl", list);
                   return Names{record["variant_id"], "1.25"};
                 }});
  check(*flac_, {"a tone in both places", [](Tampered& run) {
                   return Names{run.edit_record("image",
                                                [](ordered_json& record) {
                                                  ordered_json inner =
                                                      ordered_json::parse(record["measured"].get<std::string>());
                                                  inner["tone_chroma"] = 12.5;
                                                  record["measured"] = inner.dump();
                                                  record["measured_tone_chroma"] = 12.5;
                                                }),
                                "measured_tone_chroma"};
                 }});
  const auto number = [](const std::string& medium, const std::string& field, double value, bool shows) {
    return Change{field, [=](Tampered& run) { return Names{run.change(medium, field, value), field}; }, shows};
  };
  check(*flac_, number("image", "mask_confidence", 0.125, true));  // The journal has it once more, not rounded.
  check(*flac_, number("image", "tone_reference_hue_deg", 12.5, false));
  check(*flac_, number("image", "measured_tone_chroma", 12.5, true));
  check(*flac_, number("audio", "measured_rms_dbov", -3.5, true));
}

TEST_F(VerifyTampered, APairing) {
  const auto field = [](const std::string& medium, const std::string& name, const ordered_json& value) {
    return Change{name,
                  [=](Tampered& run) {
                    return Names{run.change(medium, name, value), name};
                  },
                  /*shows_in_itself=*/true};
  };
  for (const Change& change :
       {field("audio", "realization", 5), field("audio", "pair_id", "0123456789abcdef"),
        field("audio", "draw_id", "0123456789abcdef"), field("image", "clean_file_name", "9c/other.jpg"),
        field("audio", "source_id", "s1x"), field("audio", "source_sha256", std::string(64, '0')),
        field("image", "control", "repeat"), field("audio", "augmentations", "[]")}) {
    check(*flac_, change);
  }
  check(*flac_, {"variant_id",
                 [](Tampered& run) {
                   return Names{run.change("audio", "variant_id", "another"), "another"};
                 },
                 /*shows_in_itself=*/true});
}

TEST_F(VerifyTampered, APairingInThePlanAlike) {
  const auto both = [](const std::string& field, const ordered_json& value) {
    return Change{field + " in plan and record",
                  [=](Tampered& run) {
                    const std::string id = run.change("audio", field, value);
                    std::vector<ordered_json> plan = run.entries("plan.jsonl");
                    std::ranges::find_if(plan, [&](const auto& it) { return it["variant_id"] == id; })->at(field) =
                        value;
                    run.save("plan.jsonl", plan);
                    return Names{"plan.jsonl: its SHA-256"};
                  },
                  /*shows_in_itself=*/true};
  };
  for (const Change& change : {both("realization", 1 << 10), both("pair_id", "0123456789abcdef"),
                               both("draw_id", "0123456789abcdef"), both("source_sha256", std::string(64, '0'))}) {
    check(*flac_, change);
  }
}

TEST_F(VerifyTampered, ALineOfRecords) {
  for (const std::string medium : {"audio", "image"}) {
    const std::string file = medium + "/metadata.jsonl";
    const auto id_at = [](const std::vector<std::string>& lines, std::size_t i) {
      return ordered_json::parse(lines.at(i))["variant_id"].get<std::string>();
    };
    const auto edited = [&](const std::string& what, const auto& edit) {
      return Change{what,
                    [=](Tampered& run) {
                      Names names;
                      run.edit_lines(file, [&](std::vector<std::string>& lines) { names = edit(lines); });
                      return names;
                    },
                    /*shows_in_itself=*/true};
    };
    check(*flac_, edited("removed", [&](std::vector<std::string>& lines) {
      Names names = {id_at(lines, 2), "neither a record nor a failure"};
      lines.erase(lines.begin() + 2);
      return names;
    }));
    check(*flac_, edited("doubled", [&](std::vector<std::string>& lines) {
      lines.insert(lines.begin() + 2, lines[2]);
      return Names{id_at(lines, 2), "two records"};
    }));
    check(*flac_, edited("swapped", [&](std::vector<std::string>& lines) {
      std::swap(lines[1], lines[2]);
      return Names{id_at(lines, 2), "does not follow those before it in the plan"};
    }));
  }
}

TEST_F(VerifyTampered, ThePlan) {
  const auto edited = [](const std::string& what, bool shows,
                         const std::function<Names(std::vector<std::string>&)>& edit) {
    return Change{what,
                  [=](Tampered& run) {
                    Names names = {"plan.jsonl: its SHA-256"};
                    run.edit_lines("plan.jsonl", [&](std::vector<std::string>& lines) {
                      const Names more = edit(lines);
                      names.insert(names.end(), more.begin(), more.end());
                    });
                    return names;
                  },
                  shows};
  };
  const auto id_of = [](const std::string& line) { return ordered_json::parse(line)["variant_id"].get<std::string>(); };
  check(*flac_, edited("removed", true, [&](std::vector<std::string>& lines) {
    const Names names = {id_of(lines[1])};
    lines.erase(lines.begin() + 1);
    return names;
  }));
  check(*flac_, edited("doubled", true, [&](std::vector<std::string>& lines) {
    lines.insert(lines.begin() + 1, lines[1]);
    return Names{"plan.jsonl:3: is a second line of " + id_of(lines[1])};
  }));
  check(*flac_, edited("swapped", true, [&](std::vector<std::string>& lines) {
    std::swap(lines[1], lines[2]);
    return Names{id_of(lines[1])};
  }));
  // Of a lost variant, the plan alone has its condition.
  check(*flac_, edited("condition of a lost one", true, [&](std::vector<std::string>& lines) {
    const auto lost = std::ranges::find_if(lines, [](const std::string& line) {
      return line.find("\"noise\":\"flood\"") != std::string::npos &&
             line.find("\"channel\":\"none\"") != std::string::npos;
    });
    const std::size_t at = lost->find("\"channel\":\"none\"");
    lost->replace(at, 16, "\"channel\":\"nine\"");
    return Names{};
  }));
}

TEST_F(VerifyTampered, CoverageFailuresAndTheAccountOfSkin) {
  check(*flac_, {"coverage.json", [](Tampered& run) {
                   std::string text = read_text(run.path("coverage.json"));
                   const std::size_t digit = text.find_last_of("0123456789");
                   text[digit] = text[digit] == '9' ? '8' : static_cast<char>(text[digit] + 1);
                   write_text(run.path("coverage.json"), text);
                   return Names{"coverage.json"};
                 }});
  check(*flac_, {"skin_tone.json, its counts",
                 [](Tampered& run) {
                   run.edit_json("skin_tone.json", [](ordered_json& skin) {
                     ordered_json& level = skin["groups"][0]["bands"][0]["levels"][0];
                     level["written"] = level["written"].get<int>() + 1;
                   });
                   return Names{"skin_tone.json: its counts"};
                 },
                 true});
  check(*flac_, {"skin_tone.json, its statement", [](Tampered& run) {
                   run.edit_json("skin_tone.json", [](ordered_json& skin) { skin["statement"] = "All is well."; });
                   return Names{"skin_tone.json"};
                 }});
  const auto failure = [](const std::string& field, const ordered_json& value, bool shows) {
    return Change{"failures.jsonl, " + field,
                  [=](Tampered& run) {
                    std::vector<ordered_json> list = run.entries("failures.jsonl");
                    const auto found = std::ranges::find_if(list, [&](const auto& it) { return it.contains(field); });
                    EXPECT_NE(found, list.end());
                    (*found)[field] = value;
                    run.save("failures.jsonl", list);
                    return Names{"failures.jsonl", (*found)["variant_id"]};
                  },
                  shows};
  };
  check(*flac_, failure("reason", "nobody liked it", false));
  check(*flac_, failure("stage", "gate of horn", false));
  check(*flac_, failure("kind", "lost", true));
  check(*flac_, failure("source_id", "somebody", true));
  check(*flac_, failure("media", "video", true));
  check(*flac_, failure("group", {{"accent", "martian"}}, true));
  check(*flac_, failure("source_lightness", 12.5, true));  // The journal has it once more, not rounded.
  for (const auto& [what, edit] : std::vector<std::pair<std::string, std::function<void(std::vector<std::string>&)>>>{
           {"removed", [](auto& lines) { lines.erase(lines.begin()); }},
           {"doubled", [](auto& lines) { lines.push_back(lines.back()); }},
           {"swapped", [](auto& lines) { std::swap(lines[0], lines[1]); }}}) {
    check(*flac_, {"failures.jsonl, a line " + what,
                   [&, edit = edit](Tampered& run) {
                     run.edit_lines("failures.jsonl", edit);
                     return Names{"failures.jsonl"};
                   },
                   true});
  }
}

TEST_F(VerifyTampered, RunJson) {
  const auto edited = [](const std::string& what, bool shows, const std::function<void(ordered_json&)>& edit) {
    return Change{"run.json, " + what,
                  [=](Tampered& run) {
                    run.edit_json("run.json", edit);
                    return Names{"run.json"};
                  },
                  shows};
  };
  for (const char* count : {"planned", "written", "rejected", "failed"}) {
    check(*flac_, edited(count, true, [=](ordered_json& run) { run["counts"][count] = 1234; }));
    check(*flac_,
          edited(std::string("image ") + count, true, [=](ordered_json& run) { run["media"]["image"][count] = 1234; }));
  }
  check(*flac_, edited("seed", false, [](ordered_json& run) { run["seed"] = 8; }));
  check(*flac_, edited("name", false, [](ordered_json& run) { run["name"] = "other"; }));
  check(*flac_, edited("output", false, [](ordered_json& run) { run["output"]["image"]["quality"] = 86; }));
  // These are found where they are, but with all places changed alike they are as good as another config or manifest.
  for (const char* field : {"config_sha256", "fairground", "plan_sha256"}) {
    Tampered run(*flac_);
    run.edit_json("run.json", [&](ordered_json& it) { it[field] = std::string(64, '0'); });
    expect_found(run.verified(true), {"run.json"}, field);
    expect_found(run.verified(false), {"run.json"}, field);
  }
  for (const std::string file : {"set.json", "config.yaml", "audio/metadata.jsonl", "coverage.json"}) {
    Tampered run(*flac_);
    run.edit_json("run.json", [&](ordered_json& it) { it["files"][file] = std::string(64, '0'); });
    expect_found(run.verified(true), {file + ": its SHA-256 is not the one in run.json"}, file);
    run.edit_json("run.json", [&](ordered_json& it) { it["files"].erase(file); });
    expect_found(run.verified(false), {file + ": its SHA-256 is not the one in run.json"}, file);
  }
  Tampered run(*flac_);
  run.edit_json("run.json", [](ordered_json& it) { it["manifests"].front() = std::string(64, '0'); });
  expect_found(run.verified(true), {"run.json", "manifests"}, "a manifest's hash");
  expect_found(run.verified(false), {"run.json", "manifests"}, "a manifest's hash");
}

TEST_F(VerifyTampered, SetJson) {
  check(*flac_, {"set.json", [](Tampered& run) {
                   run.edit_json("set.json", [](ordered_json& it) { it["name"] = "other"; });
                   return Names{"set.json"};
                 }});
}

TEST_F(VerifyTampered, TheConfigsCopy) {
  Tampered run(*flac_);
  write_text(run.path("config.yaml"), read_text(run.path("config.yaml")) + " ");
  expect_found(run.verified(true), {"config.yaml"}, "with sources");
  expect_found(run.verified(false), {"config.yaml"}, "without sources");
  run.carry_through();
  expect_found(run.verified(false), {"config.yaml: is not the config whose SHA-256 run.json has"}, "carried through");
}

TEST_F(VerifyTampered, TheReport) {
  for (const char* file : {"report.html", "DATACARD.md"}) {
    Tampered run(*flac_);
    std::string text = read_text(run.path(file));
    ASSERT_FALSE(text.empty()) << file;
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    write_text(run.path(file), text);
    expect_found(run.verified(true), {file}, "with sources");
    expect_found(run.verified(false), {file}, "without sources");
  }
}

TEST_F(VerifyTampered, SourcesJsonl) {
  const auto field = [](const std::string& name, const ordered_json& value, bool shows) {
    return Change{"sources.jsonl, " + name,
                  [=](Tampered& run) {
                    std::vector<ordered_json> list = run.entries("sources.jsonl");
                    EXPECT_NE(list[0][name], value);
                    list[0][name] = value;
                    run.save("sources.jsonl", list);
                    return Names{"sources.jsonl:1: the line is damaged"};
                  },
                  shows};
  };
  check(*flac_, field("sha256", std::string(64, '0'), true));
  check(*flac_, field("kind", "image", true));
  check(*flac_, field("bytes", 1, false));
  check(*flac_, field("sample_rate", 11025, false));
  check(*flac_, field("path", "/nowhere/clip0.wav", false));
  for (const auto& [what, edit] : std::vector<std::pair<std::string, std::function<void(std::vector<std::string>&)>>>{
           {"removed", [](auto& lines) { lines.erase(lines.begin()); }},
           {"doubled", [](auto& lines) { lines.push_back(lines.back()); }}}) {
    check(*flac_, {"sources.jsonl, a line " + what,
                   [&, edit = edit](Tampered& run) {
                     run.edit_lines("sources.jsonl", edit);
                     return Names{"sources.jsonl"};
                   },
                   true});
  }
}

TEST_F(VerifyTampered, TheJournal) {
  const auto field = [](const std::string& name, const ordered_json& value) {
    Tampered run(*flac_);
    std::vector<std::string> lines = read_lines(run.path("journal.jsonl"));
    std::string id;
    for (std::string& line : lines) {
      ordered_json entry = ordered_json::parse(line);
      if (id.empty() && entry.contains(name) && entry.contains("line")) {
        id = entry["variant_id"];
        entry[name] = value;
        entry.erase("check");
        std::string text = entry.dump();
        text.pop_back();
        char check[17];
        std::snprintf(check, sizeof check, "%016llx", static_cast<unsigned long long>(FieldHash().add(text).value64()));
        line = text + ",\"check\":\"" + check + "\"}";
      }
    }
    ASSERT_FALSE(id.empty()) << name;
    write_lines(run.path("journal.jsonl"), lines);
    expect_found(run.verified(true), {"journal.jsonl", id}, name + " with sources");
    expect_found(run.verified(false), {"journal.jsonl", id}, name + " without sources");
  };
  field("line", 3);
  field("status", "failed");
  field("sha256", std::string(64, '0'));
  field("bytes", 7);
  field("mask_sha256", std::string(64, '0'));
  field("mask_bytes", 7);
  field("reason", "nobody liked it");
  field("stage", "gate of horn");
  field("skin",
        ordered_json{
            {"source_lightness", 1.5}, {"mask_source", "cascade"}, {"mask_confidence", 0.5}, {"lightness", 2.5}});
  for (const auto& [what, edit] : std::vector<std::pair<std::string, std::function<void(std::vector<std::string>&)>>>{
           {"a bit", [](auto& lines) { lines[3][40] = static_cast<char>(lines[3][40] ^ 1); }},
           {"removed", [](auto& lines) { lines.erase(lines.begin() + 3); }},
           {"doubled", [](auto& lines) { lines.push_back(lines.back()); }},
           {"header", [](auto& lines) { lines[0][30] = static_cast<char>(lines[0][30] ^ 1); }}}) {
    Tampered run(*flac_);
    run.edit_lines("journal.jsonl", edit);
    expect_found(run.verified(true), {"journal.jsonl"}, what);
    expect_found(run.verified(false), {"journal.jsonl"}, what);
  }
}

TEST_F(VerifyTampered, MediaThatAreGoneAreSaidToBeUnchecked) {
  Tampered run(*flac_);
  fs::rename(*flac_ / "data/clip1.wav", *flac_ / "clip1.wav");
  const Tampered::Result result = run.verified(true);
  fs::rename(*flac_ / "clip1.wav", *flac_ / "data/clip1.wav");
  EXPECT_EQ(result.status, ExitStatus::done) << result.text;
  EXPECT_THAT(result.text, HasSubstr("sources have changed since the run: `s1`"));
  EXPECT_THAT(result.text, HasSubstr(kNotChecked));
}

TEST_F(VerifyTampered, TheBinaryExitsWith3) {
  Tampered run(*flac_);
  EXPECT_EQ(run_fairground({"verify", run.path(""), "--jobs", "2"}).status, 0);
  const std::string id = run.change("audio", "accent", "welsh");
  const ProcessResult result = run_fairground({"verify", run.path(""), "--jobs", "2"});
  EXPECT_EQ(result.status, 3) << result.err;
  EXPECT_THAT(result.out, HasSubstr(id));
}

}  // namespace
}  // namespace fairground
