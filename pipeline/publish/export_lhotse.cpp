// exports/lhotse/recordings.jsonl and supervisions.jsonl: a RecordingSet and a SupervisionSet of Lhotse.
//
// Recordings and supervisions have the variant's id and come in the order of the plan. Plain JSON lines, since
// compressed ones would hang on the version of zlib; Lhotse reads both. Paths are relative to the run's folder, and
// `RecordingSet.with_path_prefix` puts that in front of them. Every label stands in the supervision's `custom`, with
// `control` and `synthetic` for clean references and controls. `speaker` is the same as in the Kaldi export, since
// Lhotse takes the recordings of a speaker as one; the subject as the manifest has it is in `custom`. Where the config
// names a column of words, `alignment` has when each is spoken.
#include <sys/mman.h>

#include <cmath>
#include <optional>
#include <utility>

#include "pipeline/catalog/words.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/export_parts.h"

namespace fairground {
namespace {

struct AudioShape {
  int sample_rate = 0;
  int channels = 0;
};

/// What all files have, where the config says so; nothing where a source's rate or channels were kept.
std::optional<AudioShape> common_shape(const MediaFacts& facts) {
  std::optional<AudioShape> common;
  for (const auto& entry : facts.json.at("entries")) {
    if (!entry.at("sample_rate_hz").is_number_integer() || entry.at("channels") != "mono") {
      return std::nullopt;
    }
    const AudioShape shape{entry.at("sample_rate_hz").get<int>(), 1};
    if (common && common->sample_rate != shape.sample_rate) {
      return std::nullopt;
    }
    common = shape;
  }
  return common;
}

/// The bytes of a file, of which the system reads those that are looked at.
class MappedFile {
 public:
  MappedFile(const OutputTree& tree, const std::filesystem::path& name) {
    const Descriptor file = tree.open_to_read(name);
    const auto size = tree.size_of(name);
    if (!file.is_open() || !size || *size == 0) {
      throw UserError((tree.root() / name).string() + ": is missing or empty, and the records name it");
    }
    size_ = static_cast<std::size_t>(*size);
    start_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (start_ == MAP_FAILED) {
      throw PassingFault((tree.root() / name).string() + ": cannot read: " + std::generic_category().message(errno));
    }
  }
  ~MappedFile() { ::munmap(start_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(start_), size_}; }

 private:
  void* start_ = nullptr;
  std::size_t size_ = 0;
};

AudioShape shape_of_file(const OutputTree& tree, const std::filesystem::path& name) {
  const MappedFile file(tree, name);
  try {
    const AudioHeader header = read_audio_header(file.bytes(), name, MediaLimits{.audio_seconds = HUGE_VAL});
    return {header.sample_rate, header.channels};
  } catch (const ItemError& error) {
    throw UserError((tree.root() / name).string() + ": " + error.what());
  }
}

std::string channel_list(int channels) {
  std::string list = "[0";
  for (int i = 1; i < channels; ++i) {
    list += ',' + std::to_string(i);
  }
  return list + ']';
}

/// The supervision's `alignment`: [word, start, duration] for each, in seconds of the recording. A word may end a frame
/// later than its recording does (kWordsMayEndLateS), which Lhotse allows nobody: it is cut there.
std::string alignment_text(std::string_view words, double seconds) {
  const auto rounded = [](double value) { return std::round(value * 1e6) / 1e6; };
  std::string list;
  for (const SpokenWord& word : parse_words(words).words) {
    const double start = std::min(word.start_s, seconds);
    const double end = std::min(word.end_s, seconds);
    list += (list.empty() ? "[" : ",[") + json_text(word.word) + ',' + json_number(start) + ',' +
            json_number(rounded(end - start)) + ']';
  }
  return list.empty() ? std::string() : ",\"alignment\":{\"word\":[" + list + "]}";
}

constexpr const char* kReadme = R"(Recordings and supervisions for Lhotse. Paths are relative to the run's folder, DIR:

    from lhotse import CutSet, RecordingSet, SupervisionSet
    recordings = RecordingSet.from_file("DIR/exports/lhotse/recordings.jsonl").with_path_prefix("DIR")
    supervisions = SupervisionSet.from_file("DIR/exports/lhotse/supervisions.jsonl")
    cuts = CutSet.from_manifests(recordings=recordings, supervisions=supervisions)
    test = cuts.filter(lambda cut: cut.supervisions[0].custom["control"] == "none")

Every label of a variant is in its supervision's `custom`. Controls (`control` other than `none`) show how much answers
differ without any change; leave them out of error rates. Clean references have `synthetic` false. Where the config
names a column of words, `alignment["word"]` has when each is spoken in the variant's own file.
)";

}  // namespace

void export_lhotse(const ExportInputs& inputs, DerivedFiles& files) {
  const MediaFacts& facts = *inputs.set.of(Media::audio);
  const Records records(inputs.tree, facts);
  const LabelFields labels(records, {});
  const std::size_t duration = required_number(records, "measured_duration_s");
  const std::optional<AudioShape> common = common_shape(facts);
  SpeakerIds speakers;
  const auto recordings = files.begin("exports/lhotse/recordings.jsonl");
  const auto supervisions = files.begin("exports/lhotse/supervisions.jsonl");
  std::string line;
  records.for_each([&](const Record& record) {
    const std::string path = path_in_run(facts, record.file_name);
    const AudioShape shape = common ? *common : shape_of_file(inputs.tree, path);
    const double seconds = record.numbers[duration];
    // The record has microseconds, which tell samples apart at any rate.
    const auto samples = std::llround(seconds * shape.sample_rate);
    const std::string id = json_text(record.variant_id);
    // Lhotse checks the duration against the samples.
    const std::string exact = json_number(static_cast<double>(samples) / shape.sample_rate);
    const std::string channels = channel_list(shape.channels);
    line = "{\"id\":" + id + ",\"sources\":[{\"type\":\"file\",\"channels\":" + channels +
           ",\"source\":" + json_text(path) + "}],\"sampling_rate\":" + std::to_string(shape.sample_rate) +
           ",\"num_samples\":" + std::to_string(samples) + ",\"duration\":" + exact + '}';
    recordings->add_line(line);

    line = "{\"id\":" + id + ",\"recording_id\":" + id + ",\"start\":0.0,\"duration\":" + exact +
           ",\"channel\":" + (shape.channels == 1 ? "0" : channels);
    if (!facts.transcript.empty()) {
      line += ",\"text\":" + json_text(transcript_of(record, facts));
    }
    for (std::size_t i = 0; i < facts.groups.size(); ++i) {
      if (facts.groups[i] == "language" || facts.groups[i] == "gender") {
        line += ",\"" + facts.groups[i] + "\":" + json_text(record.groups[i]);
      }
    }
    line += ",\"speaker\":" + json_text(speakers.of(record));
    line += alignment_text(record.words, static_cast<double>(samples) / shape.sample_rate) + ",\"custom\":{";
    labels.append(line, record);
    supervisions->add_line(line += "}}");
  });
  recordings->finish();
  supervisions->finish();
  files.write("exports/lhotse/README", kReadme);
}

}  // namespace fairground
