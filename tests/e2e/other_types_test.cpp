// Files of a finished run in which somebody has put another value than a run writes: a number where a text should be,
// null, a list. Whatever reads the folder says so, or has no need of that value, and never ends in a defect.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/flow/replay.h"
#include "pipeline/flow/verify.h"
#include "pipeline/publish/publish.h"
#include "tests/support/process.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::AnyOf;
using testing::HasSubstr;

/// Recordings and pictures with all that records may have, in two conditions of each medium and with controls, some of
/// them lost; in every export.
class FullSet {
 public:
  FullSet() {
    const std::string words = R"("[{""word"":""one"",""start_s"":0.1,""end_s"":0.2}]")";
    std::string speech = "id,path,who,accent,licence,text,words\n";
    std::string photos = "id,path,who,place,camera,mask,boxes,points\n";
    cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
    write_mask("nobody.png", mask);
    mask(kFace) = 255;
    write_mask("mask.png", mask);
    for (int i = 0; i < 2; ++i) {
      const std::string n = std::to_string(i);
      write_bytes(folder_ / ("data/clip" + n + ".wav"), test_wav(0.2, 8000, static_cast<std::uint64_t>(i + 1)));
      speech +=
          "s" + n + ",clip" + n + ".wav,who" + n + "," + (i == 0 ? "irish" : "scots") + ",CC0-1.0,one," + words + "\n";
      cv::Mat codes(kHeight, kWidth, CV_8UC3, cv::Scalar(120, 130, 110));
      codes(kFace) = cv::Scalar(117, 148, 193);
      write_bytes(folder_ / ("data/photo" + n + ".png"), encode_image({codes}, ImageContainer::png, /*quality=*/100));
      photos += "p" + n + ",photo" + n + ".png,sitter" + n + ",street,phone," + (i == 1 ? "nobody.png" : "mask.png") +
                R"(,"[{""label"":""face"",""x"":12,""y"":6,""width"":24,""height"":28}]")" +
                R"(,"[{""name"":""nose"",""x"":24,""y"":20}]")" + "\n";
    }
    write_text(folder_ / "data/speech.csv", speech);
    write_text(folder_ / "data/photos.csv", photos);
    write_text(
        folder_ / "set.yaml",
        "fairground: 1\nname: full\nseed: 7\nsources:\n"
        "  - {media: audio, manifest: data/speech.csv, id: id, file: path, subject: who, groups: [accent],\n"
        "     keep: [licence], transcript: text, words: words}\n"
        "  - {media: image, manifest: data/photos.csv, id: id, file: path, subject: who, groups: [place],\n"
        "     keep: [camera], mask: mask, boxes: boxes, keypoints: points}\n"
        "axes:\n  audio:\n    noise: {none: [], pink: [{noise.coloured: {colour: pink, snr_db: [5, 20]}}]}\n"
        "  image:\n    skin_tone: {own: [], darker: [{skin.tone: {shift_od: 0.1}}]}\n"
        "design: {realizations: 1, at_least: {sources: 2, subjects: 2}, controls: {identity: true, repeat: 0.1}}\n"
        "card: {description: D, licence: CC0-1.0, creator: C, url: \"https://example.org\"}\n"
        "output:\n  directory: out\n  date: 2026-01-01\n"
        "  exports: [webdataset, nemo, kaldi, lhotse, stm, results, coco, croissant]\n");
    const ProcessResult made = run_fairground({"run", folder_ / "set.yaml", "--quiet"});
    EXPECT_EQ(made.status, 0) << made.err;
    EXPECT_GT(fs::file_size(folder_ / "out/failures.jsonl"), 0U) << "no variant was lost";
  }

  [[nodiscard]] fs::path operator/(const fs::path& name) const { return folder_ / name; }

 private:
  static constexpr int kWidth = 48;
  static constexpr int kHeight = 40;
  static inline const cv::Rect kFace{12, 6, 24, 28};

  void write_mask(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / ("data/" + name), encode_image({codes}, ImageContainer::png, /*quality=*/100));
  }

  TemporaryFolder folder_;
};

/// What a command has done.
struct Answer {
  bool is_defect = false;  ///< the binary would end with 70, or ask for the same command again
  bool is_content = false;
  std::string text;  ///< what it said
};

template <class Command>
Answer answer_of(const Command& command) {
  std::ostringstream progress;
  std::ostringstream out;
  try {
    const ExitStatus status = command(progress, out);
    return {false, status == ExitStatus::done, out.str()};
  } catch (const UserError& error) {
    std::string text;
    for (const std::string& message : error.messages()) {
      text += message + '\n';
    }
    return {false, false, text};
  } catch (const std::exception& error) {
    return {true, false, error.what()};
  }
}

/// Where the values stand: in a file with one JSON object, or in a line of one with many.
struct Place {
  const char* file;
  int line = -1;  ///< from 0; -1: the whole file
};

void PrintTo(const Place& place, std::ostream* out) { *out << place.file; }

std::string kind_of(const ordered_json& value) { return value.is_number() ? "number" : value.type_name(); }

class OtherTypes : public testing::TestWithParam<Place> {
 protected:
  /// A fresh copy of the run, in which the file of the parameter holds `value` at its place. Nobody writes into a file
  /// that is there, so that links will do.
  void put(const ordered_json& value) const {
    fs::remove_all(run_);
    fs::copy(set_ / "out", run_, fs::copy_options::recursive | fs::copy_options::create_hard_links);
    const auto [file, line] = GetParam();
    std::vector<std::string> lines = {value.dump(2)};
    if (line >= 0) {
      lines = read_lines(set_ / "out" / file);
      lines.at(static_cast<std::size_t>(line)) = value.dump();
    }
    fs::remove(run_ / file);
    write_lines(run_ / file, lines);
  }

  [[nodiscard]] ordered_json value() const {
    const auto [file, line] = GetParam();
    const fs::path path = set_ / "out" / file;
    return ordered_json::parse(line < 0 ? read_text(path) : read_lines(path).at(static_cast<std::size_t>(line)));
  }

  [[nodiscard]] std::string variant(const fs::path& records, std::size_t line) const {
    return ordered_json::parse(read_lines(set_ / "out" / records).at(line)).at("variant_id");
  }

  /// Puts it there, and asks every command.
  void ask(const ordered_json& changed, const std::string& what) const {
    ASSERT_NO_FATAL_FAILURE(put(changed));
    const Answer checked = answer_of([&](std::ostream& progress, std::ostream& out) {
      return verify(run_, registered_schemas(), 1, progress, out);
    });
    EXPECT_FALSE(checked.is_defect) << "verify, " << what << ": " << checked.text;
    EXPECT_FALSE(checked.is_content) << "verify, " << what << ": " << checked.text;
    EXPECT_THAT(checked.text, HasSubstr(GetParam().file)) << "verify, " << what;
    for (const auto& [records, line] : {std::pair("audio/metadata.jsonl", 1), {"image/metadata.jsonl", 1}}) {
      const std::string id = variant(records, static_cast<std::size_t>(line));
      const Answer again = answer_of([&](std::ostream& progress, std::ostream& out) {
        return replay(run_, id, ReplayOptions{}, registered_schemas(), progress, out);
      });
      EXPECT_FALSE(again.is_defect) << "replay, " << what << ": " << again.text;
    }
    std::vector<std::pair<std::string, Answer>> published;
    for (const ExportInfo& info : export_formats()) {
      published.emplace_back(std::string("export --to ") + info.name, answer_of([&](std::ostream&, std::ostream& out) {
                               write_exports(run_, std::vector{info.format}, out);
                               return ExitStatus::done;
                             }));
    }
    published.emplace_back("report", answer_of([&](std::ostream&, std::ostream& out) {
                             write_report(run_, out);
                             return ExitStatus::done;
                           }));
    for (const auto& [command, answer] : published) {
      EXPECT_FALSE(answer.is_defect) << command << ", " << what << ": " << answer.text;
      if (!answer.is_content) {
        EXPECT_THAT(answer.text, AnyOf(HasSubstr(GetParam().file), HasSubstr("`croissant` needs")))
            << command << ", " << what;
      }
    }
  }

  const FullSet set_;
  const TemporaryFolder folder_;
  const fs::path run_ = folder_ / "run";
};

TEST_P(OtherTypes, AreToldAndNeverADefect) {
  const ordered_json before = value();
  const std::vector<ordered_json> others = {nullptr, 7, "text", ordered_json::array()};
  std::size_t asked = 0;
  for (const auto& [name, old] : before.items()) {
    for (const ordered_json& other : others) {
      if (kind_of(other) == kind_of(old)) {
        continue;
      }
      ordered_json changed = before;
      changed[name] = other;
      ASSERT_NO_FATAL_FAILURE(ask(changed, name + ": " + other.dump()));
      ++asked;
    }
    ordered_json without = before;
    without.erase(name);
    ASSERT_NO_FATAL_FAILURE(ask(without, "without " + name));
  }
  EXPECT_GE(asked, 3 * before.size());
}

INSTANTIATE_TEST_SUITE_P(Files, OtherTypes,
                         testing::Values(Place{"run.json"}, Place{"set.json"}, Place{"coverage.json"},
                                         Place{"skin_tone.json"}, Place{"audio/metadata.jsonl", 1},
                                         Place{"image/metadata.jsonl", 1}, Place{"plan.jsonl", 1},
                                         Place{"failures.jsonl", 0}),
                         [](const auto& place) {
                           std::string name = place.param.file;
                           std::erase_if(name, [](char c) { return c == '/' || c == '.' || c == '_'; });
                           return name;
                         });

}  // namespace
}  // namespace fairground
