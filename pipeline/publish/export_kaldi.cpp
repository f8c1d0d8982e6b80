// exports/kaldi/: a data folder as Kaldi's utils/validate_data_dir.sh wants it, which ESPnet and others read too.
//
// Every file is sorted byte by byte. An utterance is `SPEAKER-VARIANT`: Kaldi wants the speaker's name in front, and
// since no name of a speaker has a hyphen, sorting by utterances sorts by speakers as well. A source whose subject is
// not known is a speaker of its own.
//
// Clean references and controls are utterances like all others. utt2cond has the condition, and `control_identity` or
// `control_repeat` for controls, so that nobody counts these among the conditions by mistake; conditions.csv and
// groups.csv say what the names stand for.
#include <array>
#include <map>
#include <optional>

#include "pipeline/core/text.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/export_parts.h"
#include "pipeline/publish/spoken_text.h"

namespace fairground {
namespace {

/// `m` or `f` for each speaker, or nothing where not all have one of both.
class SpeakerGenders {
 public:
  explicit SpeakerGenders(const MediaFacts& facts) {
    for (const char* const name : {"gender", "sex"}) {
      for (std::size_t i = 0; i < facts.groups.size() && !column_; ++i) {
        if (facts.groups[i] == name) {
          column_ = i;
        }
      }
    }
  }

  void add(const std::string& speaker, const Record& record) {
    if (!column_) {
      return;
    }
    const std::string_view label = record.groups[*column_];
    const char gender = label == "m" || label == "male" ? 'm' : label == "f" || label == "female" ? 'f' : '?';
    const auto [known, is_new] = genders_.emplace(speaker, gender);
    are_known_ = are_known_ && gender != '?' && known->second == gender;
  }

  [[nodiscard]] bool are_known() const { return column_ && are_known_ && !genders_.empty(); }
  [[nodiscard]] const std::map<std::string, char>& all() const { return genders_; }

 private:
  std::optional<std::size_t> column_;
  std::map<std::string, char> genders_;
  bool are_known_ = true;
};

void write_cells(DerivedFiles& files, const char* name, std::vector<std::string> header, const CellNames& cells) {
  const auto file = files.begin(name);
  header.insert(header.begin(), "name");
  file->add(csv_line(header));
  for (const CellNames::Cell& cell : cells.all()) {
    std::vector<std::string> line = {cell.name};
    line.insert(line.end(), cell.labels.begin(), cell.labels.end());
    line.resize(header.size());
    file->add(csv_line(line));
  }
  file->finish();
}

std::string readme(const MediaFacts& facts, bool needs_sox, std::size_t cleaned, std::size_t empty, bool has_gender) {
  std::string text =
      "A data folder for Kaldi, ESPnet and whoever reads these.\n\n"
      "Paths in wav.scp are relative to the run's folder, two levels above this one: run your commands from there, or "
      "put\n"
      "that folder in front of them:\n\n"
      "    sed 's# audio/# /where/the/run/lies/audio/#' exports/kaldi/wav.scp > data/test/wav.scp\n\n";
  const std::string format = facts.json.at("output").at("format");
  if (needs_sox) {
    text += "Files of 24 bits are read through sox, since Kaldi reads 16 bits only.\n";
  } else if (format == "flac") {
    text += "FLAC files are read through `flac`, which must be installed.\n";
  }
  for (const auto& entry : facts.json.at("entries")) {
    if (entry.at("channels") != "mono") {
      text += "Recordings keep their channels; Kaldi's feature programs take the one that `--channel` names.\n";
      break;
    }
  }
  text +=
      "\ntext has the transcripts as the manifest has them, case and punctuation too, on one line with single "
      "spaces.\n";
  if (cleaned > 0) {
    text +=
        "Of " + counted(cleaned, "utterance") +
        " the transcript had other white space, control characters, or <s>, </s> or #0, which Kaldi keeps for itself; "
        "they were left out.\n";
  }
  if (empty > 0) {
    text += "Of " + counted(empty, "utterance") + " nothing is said in the transcript.\n";
  }
  text +=
      "\nutt2group and utt2cond have the name of the group and of the condition; groups.csv and conditions.csv say "
      "what\n"
      "they are. Controls have conditions of their own, control_identity and control_repeat: leave them out of error\n"
      "rates, and compare them with the clean reference or with their original.\n";
  text += has_gender ? "" : "\nThere is no spk2gender, since the labels do not say m or f of every speaker.\n";
  text += "\nSources whose speaker is not known are speakers of their own (unknown_…).\n";
  return text;
}

}  // namespace

void export_kaldi(const ExportInputs& inputs, DerivedFiles& files) {
  const MediaFacts& facts = *inputs.set.of(Media::audio);
  const Records records(inputs.tree, facts);
  const std::size_t duration = required_number(records, "measured_duration_s");
  const bool is_flac = facts.json.at("output").at("format") == "flac";
  const bool needs_sox = facts.json.at("output").at("bits") != 16;

  SpeakerIds speakers;
  SpeakerGenders genders(facts);
  CellNames groups;
  CellNames conditions;
  const auto utterance_of = [&](const Record& record) {
    return speakers.of(record) + '-' + std::string(record.variant_id);
  };
  const auto begin = [&](const char* name) { return files.begin(std::string("exports/kaldi/") + name); };
  const auto wavs = begin("wav.scp");
  const auto texts = begin("text");
  const auto utt2spk = begin("utt2spk");
  const auto utt2dur = begin("utt2dur");
  const auto utt2group = begin("utt2group");
  const auto utt2cond = begin("utt2cond");
  const auto spk2utt = begin("spk2utt");
  std::string last_speaker;
  std::size_t cleaned = 0;
  std::size_t empty = 0;
  records.for_each_sorted(
      [&](const Record& record) {
        genders.add(speakers.of(record), record);
        // In the order of the plan, in which their tables are.
        (void)groups.of(record.groups);
        (void)conditions.condition_of(record);
        return utterance_of(record);
      },
      [&](const Record& record) {
        const std::string& speaker = speakers.of(record);
        const std::string utterance = utterance_of(record);
        const std::string path = path_in_run(facts, record.file_name);
        wavs->add_line(utterance + ' ' +
                       (needs_sox ? "sox -D " + path + " -t wav -b 16 - |"
                        : is_flac ? "flac -c -d -s " + path + " |"
                                  : path));
        const std::string text = one_line_of_speech(transcript_of(record, facts));
        cleaned += text != transcript_of(record, facts) ? 1 : 0;
        empty += text.empty() ? 1 : 0;
        texts->add_line(text.empty() ? utterance : utterance + ' ' + text);
        utt2spk->add_line(utterance + ' ' + speaker);
        utt2dur->add_line(utterance + ' ' + shortest(record.numbers[duration]));
        utt2group->add_line(utterance + ' ' + groups.of(record.groups).name);
        utt2cond->add_line(utterance + ' ' + conditions.condition_of(record).name);
        if (speaker != last_speaker) {
          spk2utt->add((last_speaker.empty() ? "" : "\n") + speaker);
          last_speaker = speaker;
        }
        spk2utt->add(' ' + utterance);
      });
  if (!last_speaker.empty()) {
    spk2utt->add("\n");
  }
  for (DerivedFile* const file :
       {wavs.get(), texts.get(), utt2spk.get(), utt2dur.get(), utt2group.get(), utt2cond.get(), spk2utt.get()}) {
    file->finish();
  }
  if (genders.are_known()) {
    const auto file = begin("spk2gender");
    for (const auto& [speaker, gender] : genders.all()) {
      file->add_line(speaker + ' ' + gender);
    }
    file->finish();
  }
  write_cells(files, "exports/kaldi/groups.csv", facts.groups, groups);
  std::vector<std::string> axes;
  for (const AxisFacts& axis : facts.axes) {
    axes.push_back(axis.name);
  }
  write_cells(files, "exports/kaldi/conditions.csv", axes, conditions);
  files.write("exports/kaldi/README", readme(facts, needs_sox, cleaned, empty, genders.are_known()));
}

}  // namespace fairground
